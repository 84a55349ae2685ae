"""Asks of people's own outcomes what an omitted variable, or a hidden bias within pairs, would do."""

from __future__ import annotations

import math

import numpy as np

from steget_eval.core.errors import FewError, OutsideError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.design.common_region import refuse_no_overlap
from steget_eval.methods.design.matching import match_nearest
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.sensitivity.omitted_variable import OmittedVariable, omitted_variable
from steget_eval.methods.sensitivity.rosenbaum import HiddenBias, bounds_of_ranks, bounds_of_signs
from steget_eval.study.design_matrix import expand_covariates
from steget_eval.study.sensitivity_rows import Asked, number, told_as

#: Contrasts of one value a person, of which these analyses speak.
DIFFERENCES = frozenset({"risk_difference", "mean_difference"})
_FEWEST_PAIRS = 10


def omitted_rows(asked: Asked) -> Estimates:
    """Return the regression's difference, its robustness, and what a confounder of each strength would leave."""
    told = asked.protocol.sensitivity
    values = asked.cohort.outcomes[asked.estimand.id]
    columns = expand_covariates(asked.cohort, asked.protocol, adjusted_only=True)
    mine = [place for place, name in enumerate(columns.names) if name.partition("=")[0] == told.benchmark]
    known = values.known
    refuse_no_overlap(asked.cohort.a[known], columns.X[known])
    found = omitted_variable(
        values.y[known], asked.cohort.a[known], columns.X[known], benchmark=mine, times=told.times,
        level=asked.protocol.confidence_level,
    )  # fmt: skip
    parts = _regression(asked, found)
    for bound in found.bounds:
        parts = parts + told_as(
            asked,
            [
                _difference(asked, bound.estimate, bound.std_error, bound.conf_low, bound.conf_high),
                number("confounder_arm", "omitted_variable", bound.r2_arm),
                number("confounder_outcome", "omitted_variable", bound.r2_outcome),
            ],
            f"omitted {bound.times:g}",
        )
    return parts


def _regression(asked: Asked, found: OmittedVariable) -> Estimates:
    robust = found.robustness
    return told_as(
        asked,
        [
            _difference(asked, found.estimate, found.std_error, found.conf_low, found.conf_high),
            number("partial_r2", "omitted_variable", robust.partial_r2),
            number("robustness_value", "omitted_variable", robust.value),
            number("robustness_value_limit", "omitted_variable", robust.value_limit),
        ],
        "omitted 0",
    )


def _difference(asked: Asked, estimate: float, std_error: float, low: float, high: float) -> Estimate:
    """A regression's difference weighs people by how evenly their like are shared between the arms, as ATO does."""
    return Estimate(
        contrast=asked.estimand.contrast, method="omitted_variable", estimate=estimate, std_error=std_error,
        conf_low=low, conf_high=high, conf_level=asked.protocol.confidence_level, population="ATO",
        n_1=asked.main.n_1, n_0=asked.main.n_0, unit=asked.main.unit,
    )  # fmt: skip


def hidden_bias_rows(asked: Asked) -> Estimates:
    """Return Rosenbaum's bounds of pairs matched once on the score: p-value and estimate by gamma, and where it turns.

    The pairs that count are told as people, so that the gate can hold them.
    """
    values, told = asked.cohort.outcomes[asked.estimand.id], asked.protocol.sensitivity
    known = values.known
    y, a = values.y[known], asked.cohort.a[known]
    columns = expand_covariates(asked.cohort, asked.protocol, adjusted_only=True)
    matched = match_nearest(fit_propensity(a, columns.X[known], columns.names).score, a)
    one, zero = _pairs(matched.set_of, a)
    if one.size < _FEWEST_PAIRS:
        raise FewError("fewer than ten of the treated found somebody alike, too few pairs for bounds of hidden bias")
    bounds = bounds_of_signs if values.kind == "binary" else bounds_of_ranks
    found = bounds(y[one], y[zero], gamma=told.gamma, level=asked.protocol.confidence_level)
    plus, minus = int((y[one] > y[zero]).sum()), int((y[one] < y[zero]).sum())
    rows = [_turn(found, plus, minus)]
    for place, gamma in enumerate(found.gamma):
        rows += [row for row in _by_gamma(asked, found, place, gamma) if row is not None]
    return told_as(asked, rows, "hidden_bias")


def _turn(found: HiddenBias, plus: int, minus: int) -> Estimate:
    if math.isinf(found.turns_at):
        raise OutsideError("every pair that differs does so in the same direction: no hidden bias turns the conclusion")
    return Estimate(
        contrast="gamma", method="rosenbaum", estimate=found.turns_at, interval_kind="none", population="ATT",
        n_1=found.pairs, n_0=found.pairs, events_1=plus, events_0=minus,
        note=f"the gamma at which the conclusion turns, by {found.test}; events are pairs in which one arm had more",
    )  # fmt: skip


def _by_gamma(asked: Asked, found: HiddenBias, place: int, gamma: float) -> tuple[Estimate | None, ...]:
    tested = Estimate(
        contrast=f"gamma_{gamma:g}", method="rosenbaum", estimate=gamma, interval_kind="none", population="ATT",
        p_value=found.p_high[place], note="the largest one-sided p-value under a hidden bias of this size",
    )  # fmt: skip
    if not found.low:
        return tested, None
    shifted = Estimate(
        contrast=f"shift_{gamma:g}", method="rosenbaum", estimate=found.shift,
        conf_low=found.low[place], conf_high=found.high[place], conf_level=1.0, interval_kind="bounds",
        population="ATT", unit=asked.main.unit, note="Hodges-Lehmann estimates under a hidden bias of this size",
    )  # fmt: skip
    return tested, shifted


def _pairs(set_of: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of each pair's two people, pair by pair."""
    sides = []
    for arm in (1, 0):
        here = np.flatnonzero((a == arm) & (set_of >= 0))
        sides.append(here[np.argsort(set_of[here])])
    return sides[0], sides[1]
