"""Entropy balancing, truncated weights, k:1 and full matching, and subclasses against R (designed.R)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import MethodError, OverlapError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.design.matching import match_full, match_nearest
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.effects.balanced import entropy_balanced, truncated_weights
from steget_eval.methods.effects.matched_regression import regressed_sets
from steget_eval.methods.effects.matched_sets import full_sets, nearest_sets
from steget_eval.methods.effects.subclassified import regressed_subclasses, subclasses

HERE = Path(__file__).parent
TOLD = pd.read_csv(HERE / "designed.txt")
WANTED = {case: mine.set_index("key")["value"] for case, mine in TOLD.groupby("case")}
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
ITERATED = 1e-6  # multipliers and scores by iteration on both sides, derivatives by finite differences in R
CLOSED = 1e-8


def _part(kind: str, people: pd.DataFrame = PEOPLE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y = people["y" if kind == "binary" else "pay"]
    return y.to_numpy(dtype=float), people["a"].to_numpy(), people[["x1", "x2", "z"]].to_numpy(dtype=float)


def agrees(found: Estimates, case: str, kind: str, tolerance: float) -> None:
    stem = "risk" if kind == "binary" else "mean"
    row = found.only(contrast=f"{stem}_difference")
    got = {key: getattr(row, key) for key in ("estimate", "std_error", "conf_low", "conf_high")}
    got |= {f"mean_{arm}": found.only(contrast=f"{stem}_{arm}").estimate for arm in (1, 0)}
    if kind == "binary":
        got["log_ratio_error"] = found.only(contrast="risk_ratio").std_error
    for key, value in got.items():
        want = WANTED[case][key]
        assert abs(value - want) <= tolerance * max(abs(want), 1), (case, key, value, want)


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_entropy_balancing_with_its_multipliers_in_the_variance(kind: Any, population: Any) -> None:
    found = entropy_balanced(*_part(kind), kind=kind, population=population)
    agrees(found, f"entropy/{kind}/{population}", kind, ITERATED)


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC", "ATO"])
def test_weights_cut_down_at_a_quantile_of_their_arm(kind: Any, population: Any) -> None:
    found = truncated_weights(*_part(kind), kind=kind, population=population, quantile=0.9)
    agrees(found, f"truncated/{kind}/{population}", kind, ITERATED)


CASES: dict[str, dict[str, Any]] = {
    "two": {"ratio": 2},
    "two_exact": {"ratio": 2},
    "three_any": {"ratio": 3, "caliper": None},
}


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("case", list(CASES))
def test_each_of_the_treated_with_several(kind: Any, case: str) -> None:
    y, a, X = _part(kind)
    asked = CASES[case] | ({"exact": PEOPLE["z"].to_numpy()} if case == "two_exact" else {})
    agrees(nearest_sets(y, a, X, kind=kind, **asked), f"nearest/{case}/{kind}", kind, CLOSED)
    matched = match_nearest(fit_propensity(a, X).score, a, **asked)
    for arm, unmatched in ((1, matched.unmatched_1), (0, matched.unmatched_0)):
        assert unmatched == WANTED[f"nearest/{case}/{kind}"][f"unmatched_{arm}"]


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("case", ["one", *CASES])
def test_each_of_the_treated_beside_the_regression_of_their_matches(kind: Any, case: str) -> None:
    y, a, X = _part(kind)
    asked = CASES.get(case, {}) | ({"exact": PEOPLE["z"].to_numpy()} if case == "two_exact" else {})
    agrees(regressed_sets(y, a, X, kind=kind, **asked), f"regressed/{case}/{kind}", kind, ITERATED)


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_subclasses_with_their_variance(kind: Any, population: Any) -> None:
    found = subclasses(*_part(kind), kind=kind, population=population, classes=4)
    agrees(found, f"subclass/{kind}/{population}", kind, CLOSED)


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_subclasses_with_a_regression_in_each_arm(kind: Any, population: Any) -> None:
    found = regressed_subclasses(*_part(kind), kind=kind, population=population, classes=4)
    agrees(found, f"regressed_subclass/{kind}/{population}", kind, ITERATED)


@pytest.mark.parametrize("kind", ["binary", "amount"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_full_sets_with_errors_clustered_by_set(kind: Any, population: Any) -> None:
    found = full_sets(*_part(kind, PEOPLE.iloc[:60]), kind=kind, population=population)
    agrees(found, f"full/{kind}/{population}", kind, CLOSED)


def test_the_sets_of_full_matching_are_those_of_r_and_as_near_as_can_be() -> None:
    _, a, X = _part("binary", PEOPLE.iloc[:60])
    e = fit_propensity(a, X).score
    eta, set_of = np.log(e / (1 - e)), match_full(e, a).set_of
    first = [int(np.flatnonzero(set_of == one)[0]) + 1 for one in set_of]  # a set's name in R: its first person
    assert first == [WANTED["full"][f"first {person}"] for person in range(1, 61)]
    total = 0.0
    for one in range(set_of.max() + 1):
        mine, others = eta[(set_of == one) & (a == 1)], eta[(set_of == one) & (a == 0)]
        total += np.abs(mine[:, None] - others[None, :]).sum()
    assert abs(total - WANTED["full"]["distance"]) <= CLOSED * total


def test_balanced_weights_that_cannot_be_are_refused() -> None:
    a = np.repeat([1, 0], 20)
    X = np.column_stack([np.where(a == 1, 5.0, 0.0) + np.tile(np.arange(20.0), 2) / 20])
    with pytest.raises(OverlapError, match="no weights of arm 0"):
        entropy_balanced(np.tile([1, 0], 20), a, X)


@pytest.mark.parametrize("wrong", [{"classes": 1}, {"classes": 60}])
def test_subclasses_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(MethodError):
        subclasses(*_part("binary"), **wrong)
