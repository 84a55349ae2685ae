"""Whatever is wrong with the people, no line of the catalogue answers with nonsense: it refuses, with its code."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import (
    ConvergenceError,
    EmptyArmError,
    HorizonError,
    MethodError,
    OverlapError,
    SeparationError,
    SpreadError,
)
from steget_eval.core.estimates import Estimates
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.methods.effects.group_time import NEVER
from steget_eval.methods.effects.interrupted import interrupted_series
from steget_eval.methods.effects.joint import joint_occupation, joint_shares
from steget_eval.methods.effects.staggered import staggered_effects
from steget_eval.protocol import load_protocol
from steget_eval.simulate.drawn_people import HORIZON, draw_people
from steget_eval.study.answers import answer
from steget_eval.study.operating_lines import Case, ask, cases

Arguments = dict[str, Any]
PEOPLE = 160
#: Units of a number that cannot be outside 0 to 1.
_SHARES = ("risk_1", "risk_0", "share_1", "share_0", "responders_1", "responders_0")


def _asked(case: Case) -> Arguments:
    return ask(case, draw_people("sites", PEOPLE, seed=3, replicate=0), "sites")


def _everybody_in_one_arm(told: Arguments) -> Arguments:
    """Nobody is in arm 0; a line of one arm has nobody at all."""
    if "a" in told:
        return told | {"a": np.ones_like(told["a"])}
    return told | {name: value[:0] for name, value in told.items() if isinstance(value, np.ndarray)}


def _no_events(told: Arguments) -> Arguments:
    """Nobody has the outcome, in either arm."""
    return told | ({"y": np.zeros_like(told["y"])} if "y" in told else {"d": np.zeros_like(told["d"])})


def _no_events_in_arm_1(told: Arguments) -> Arguments:
    name = "y" if "y" in told else "d"
    return told | {name: np.where(told["a"] == 1, 0, told[name])}


def _outcome_told(told: Arguments) -> Arguments:
    """A covariate tells the outcome of everybody."""
    name = next(name for name in ("d", "later", "step", "y") if name in told)
    shown = told[name] if name != "later" else np.nan_to_num(told[name][:, -1])
    X = told["X"].copy()
    X[:, 0] = np.where(shown == 1 if name == "d" else shown > shown.mean(), 1.0, -1.0)
    return told | {"X": X}


def _a_cluster_an_arm(told: Arguments) -> Arguments:
    return told | {"cluster": told["a"].astype(np.int64)}


def _followed_short(told: Arguments) -> Arguments:
    """Nobody is followed for half of the time that is asked about."""
    if "path" in told:
        path = told["path"].copy()
        path[:, path.shape[1] // 2 :] = -1
        return told | {"path": path}
    short = HORIZON // 2
    return told | {"t": np.minimum(told["t"], short), "d": np.where(told["t"] > short, 0, told["d"])}


def _lines(fits: Callable[[Case, Arguments], bool]) -> list[Case]:
    """Return each function of the catalogue once, with what it is asked, where the fault can happen to it."""
    found: dict[tuple[Any, ...], Case] = {}
    for case in cases():
        told = _asked(case)
        key = (case.line.function, case.line.options, case.data, case.population, "a" in told, case.line.kinds)
        if key not in found and fits(case, told):
            found[key] = case
    return list(found.values())


def _said(case: Case, told: Arguments) -> Estimates | MethodError:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return case.line.resolve()(**told)
        except MethodError as refusal:
            return refusal


def _is_sound(rows: Estimates) -> bool:
    """Whether every number is one that could be, with limits that have a width."""
    for row in rows:
        if not math.isfinite(row.estimate) or (row.contrast in _SHARES and not 0 <= row.estimate <= 1):
            return False
        if row.interval_kind != "none" and not row.conf_low < row.conf_high:
            return False
    return len(rows) > 0


def _is_counted(case: Case, told: Arguments) -> bool:
    return "y" in told or "t" in told


#: What is wrong, to whom it can happen, and the codes of the refusals that say so.
FAULTS: dict[str, tuple[Callable[[Arguments], Arguments], Callable[[Case, Arguments], bool], frozenset[str]]] = {
    "an empty arm": (_everybody_in_one_arm, lambda case, told: True, frozenset({"empty_arm"})),
    "no events": (_no_events, _is_counted, frozenset({"events", "spread", "outside"})),
    "no events in an arm": (_no_events_in_arm_1, lambda case, told: _is_counted(case, told) and "a" in told,
                            frozenset({"events", "spread"})),
    "perfect separation": (_outcome_told, lambda case, told: "X" in told,
                           frozenset({"separation", "convergence", "spread", "overlap", "events"})),
    "a cluster an arm": (_a_cluster_an_arm, lambda case, told: "cluster" in told and "a" in told,
                         frozenset({"clusters"})),
    "a horizon past the follow-up": (_followed_short, lambda case, told: "horizon" in told or "path" in told,
                                     frozenset({"horizon"})),
}  # fmt: skip
#: Faults that no line at all can answer beside; beside the others some can, since they suppose less.
_NEVER_ANSWERED = ("an empty arm", "a cluster an arm", "a horizon past the follow-up")
#: Models of the outcome that covariates which settle it leave without a solution.
_SEPARATED = frozenset({
    "g_computation", "aipw", "tmle", "aipw_cross_fitted", "tmle_cross_fitted", "log_binomial", "modified_poisson",
    "proportional_odds", "two_part_gamma", "two_part_log_normal", "cox", "fine_gray",
})  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no_line_answers_with_nonsense_whatever_is_wrong(fault: str) -> None:
    made, fits, codes = FAULTS[fault]
    lines = _lines(fits)
    assert len(lines) > 15
    wrong = {}
    for case in lines:
        said = _said(case, made(_asked(case)))
        if isinstance(said, Estimates):
            if fault in _NEVER_ANSWERED or not _is_sound(said):
                wrong[case.id] = "answered"
        elif said.code not in codes or not _is_sentence(str(said)):
            wrong[case.id] = f"{said.code}: {said}"
    assert wrong == {}


def test_a_model_whose_covariates_settle_a_yes_or_no_says_so() -> None:
    made, fits, _ = FAULTS["perfect separation"]
    asked = [case for case in _lines(fits) if case.line.name in _SEPARATED and case.kind in {"binary", "transition"}]
    asked += [case for case in _lines(fits) if case.line.name in {"cox", "fine_gray", "two_part_gamma"}]
    said = {case.id: _said(case, made(_asked(case))) for case in asked}
    assert len(said) > 10
    assert [name for name, one in said.items() if not isinstance(one, ConvergenceError)] == []
    assert sum(isinstance(one, SeparationError) for one in said.values()) > len(said) / 2


def test_every_line_that_adjusts_is_refused_where_the_arms_have_no_common_region() -> None:
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    cohort = build_cohort(protocol, read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records")))
    age = np.where(cohort.a == 1, 60.0, 20.0) + np.arange(cohort.a.size) / 1000
    apart = replace(cohort, covariates=cohort.covariates.assign(age=age))
    lines = [line for line in CATALOGUE if line.adjusts and "att" not in line.contrasts]
    assert len(lines) > 50
    for line in lines:
        with pytest.raises(OverlapError, match="the arms do not overlap") as refused:
            answer(apart, protocol, protocol.estimand("employment"), line)
        assert refused.value.code == "overlap"


def test_lines_that_no_drawn_people_answer_refuse_with_their_codes() -> None:
    yes, day = np.zeros(0), np.full(30, 100)
    with pytest.raises(EmptyArmError):
        joint_shares(yes, yes)
    with pytest.raises(HorizonError):
        joint_occupation(day, np.zeros(30, dtype=int), day, np.zeros(30, dtype=int), horizon=200)
    panel = np.random.default_rng(1).normal(size=(12, 6))
    with pytest.raises(EmptyArmError):
        staggered_effects(panel, np.full(12, NEVER), kind="amount")
    with pytest.raises(SpreadError):
        interrupted_series(np.arange(24.0), 12, kind="amount")


def _is_sentence(words: str) -> bool:
    return len(words.split()) > 3 and "nan" not in words.casefold().split() and "Error" not in words
