"""Asks the primary question of outcomes that the programme cannot have touched."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import RATIOS, Estimate, Estimates
from steget_eval.methods.catalogue import find_method
from steget_eval.methods.sensitivity.negative_controls import Calibrated, calibrate, fit_systematic_error
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Contrast, Estimand
from steget_eval.protocol.sensitivity import Control, strategies_of
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.results import Refusal
from steget_eval.study.sensitivity_rows import SENSITIVITY, Asked, number, told_as


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Controls:
    """What the controls gave, and which refused."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


def control_estimands(protocol: Protocol) -> tuple[Estimand, ...]:
    """Return the primary question asked of each placebo and negative control, by the primary's main method."""
    return tuple(_estimand(protocol, control) for control in protocol.sensitivity.controls)


def control_rows(cohort: Cohort, protocol: Protocol) -> Controls:
    """Return one row per control.

    Parameters
    ----------
    cohort
        Built with `control_estimands` among its questions.
    """
    rows: list[Estimate] = []
    refusals: list[Refusal] = []
    placebos = {one.outcome for one in protocol.sensitivity.placebos}
    for control, estimand in zip(protocol.sensitivity.controls, control_estimands(protocol), strict=True):
        told = "placebo" if control.outcome in placebos else "control"
        bare = without(protocol, control.without)
        try:
            found = answer(cohort, bare, estimand, method_lines(bare, estimand)[0])
        except MethodError as error:
            refusals.append(Refusal(estimand=protocol.primary, method=told, reason=str(error), code=error.code))
            continue
        rows += [
            replace(row, estimand=protocol.primary, subgroup=f"{SENSITIVITY}={told} {control.outcome}")
            for row in found
            if row.contrast == estimand.contrast
        ]
    return Controls(estimates=Estimates(tuple(rows)), refusals=tuple(refusals))


def calibrated_rows(asked: Asked, controls: Estimates) -> Estimates:
    """Return the main answer under the systematic error of the controls that are on its scale.

    Raises
    ------
    MethodError
        Where there are too few of them.
    """
    refuse_clusters(asked.protocol, "a calibration by controls")
    alike = [row for row in controls if row.contrast == asked.main.contrast and row.std_error > 0]
    logs = asked.main.contrast in RATIOS
    error = fit_systematic_error([_place(row, logs=logs) for row in alike], [row.std_error for row in alike])
    level = asked.protocol.confidence_level
    found = calibrate(_place(asked.main, logs=logs), asked.main.std_error, error, level=level)
    rows = [
        _calibrated(asked, found, logs=logs),
        number("systematic_mean", "calibration", error.mean, note=f"of {error.controls} controls"),
        number("systematic_spread", "calibration", error.spread, note=f"of {error.controls} controls"),
    ]
    return told_as(asked, rows, "calibrated")


def _calibrated(asked: Asked, found: Calibrated, *, logs: bool) -> Estimate:
    ends = (found.estimate, found.conf_low, found.conf_high)
    estimate, low, high = (math.exp(one) for one in ends) if logs else ends
    return replace(
        asked.main, method="calibration", estimate=estimate, conf_low=low, conf_high=high, std_error=found.std_error,
        p_value=found.p_value, interval_kind="confidence", events_1=None, events_0=None, note="",
    )  # fmt: skip


def _place(row: Estimate, *, logs: bool) -> float:
    return math.log(row.estimate) if logs else row.estimate


def without(protocol: Protocol, covariates: tuple[str, ...]) -> Protocol:
    """Return the same protocol, shown but not adjusted for these covariates."""
    kept = tuple(
        one.model_copy(update={"adjust": False}) if one.id in covariates else one for one in protocol.covariates
    )
    return protocol.model_copy(update={"covariates": kept})


def _estimand(protocol: Protocol, control: Control) -> Estimand:
    primary, outcome = protocol.estimand(protocol.primary), protocol.outcome(control.outcome)
    own = protocol.outcome(primary.outcome).kind
    contrast: Contrast = primary.contrast
    if outcome.kind != own:
        contrast = "mean_difference" if outcome.kind == "amount" else "risk_difference"
    names: tuple[str, ...] = (method_lines(protocol, primary)[0].name,)
    if find_method(outcome.kind, contrast, names[0]) is None:
        names = ()
    return Estimand(
        id=f"control_{control.outcome}"[:60], question=primary.question, outcome=outcome.id,
        population=primary.population, contrast=contrast, strategies=strategies_of(primary, outcome), methods=names,
    )  # fmt: skip
