"""Weighted curves against R (weighted_curves.R: every derivative by numDeriv) and where they must be the plain ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import HorizonError, MethodError, OverlapError
from steget_eval.methods.effects.competing import cumulative_incidence, time_lost
from steget_eval.methods.effects.weighted_curves import weighted_risk, weighted_time_lost
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by
from steget_eval.methods.numerics.weighted_days import weighted_by

CLOSED, DERIVED = 1e-8, 1e-6  # closed forms given the score; R's derivatives are numerical
WITNESS = pd.read_csv(Path(__file__).with_name("weighted_curves.txt"))
NUMBER = np.arange(1, 91)
X = np.column_stack([(NUMBER * 29) % 91 / 45 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
ARM = (1 / (1 + np.exp(-(0.6 * X[:, 0] - 0.4 * X[:, 1]))) > (NUMBER * 61) % 91 / 91).astype(np.int64)
DAYS, V = 1 + (NUMBER * 37) % 60, (NUMBER * 53) % 97 / 97
CAUSE = np.where(V < 0.25, 0, np.where(0.65 + 0.1 * ARM > V, 1, 2))
SITE = NUMBER % 12


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    return dict(zip(rows["key"], rows["value"], strict=True))


def near(got: float, want: float, tolerance: float) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC", "ATO"])
@pytest.mark.parametrize("name", ["risk", "rmtl"])
def test_numbers_and_errors_are_those_of_r(population: str, name: str) -> None:
    ask, want = weighted_risk if name == "risk" else weighted_time_lost, of(f"{population}_{name}")
    rows = ask(DAYS, CAUSE, ARM, X, horizon=45, population=population)
    by_site = ask(DAYS, CAUSE, ARM, X, horizon=45, population=population, cluster=SITE, variance="sandwich")
    difference = rows.only(contrast=f"{name}_difference")
    for arm in (1, 0):
        row = rows.only(contrast=f"{name}_{arm}")
        assert near(row.estimate, want[f"est_{arm}"], CLOSED)
        assert near(row.std_error, want[f"se_{arm}"], DERIVED)
        assert row.population == population
    assert near(difference.estimate, want["diff"], CLOSED)
    assert near(difference.std_error, want["diff_se"], DERIVED)
    assert near(by_site.only(contrast=f"{name}_difference").std_error, want["cluster_se"], DERIVED)


def test_the_weighted_risk_is_that_of_survfit() -> None:
    row = weighted_risk(DAYS, CAUSE, ARM, X, horizon=45).only(contrast="risk_1")
    assert near(row.estimate, of("survfit")["est_1"], CLOSED)


@pytest.mark.parametrize(("quantity", "plain"), [("risk", risk_by), ("time_lost", time_lost_by)])
@pytest.mark.parametrize("horizon", [20, 45, 60])
def test_equal_weights_give_the_plain_curve_and_its_jackknife_whatever_their_size(quantity, plain, horizon) -> None:
    found = weighted_by(DAYS, CAUSE, np.full(90, 7.0), horizon, quantity=quantity)
    want = plain(DAYS, CAUSE, horizon)
    assert near(found.estimate, want.estimate, 1e-12)
    assert np.allclose(7 * found.per_weight, want.influence(DAYS, CAUSE), atol=1e-12)  # rounding
    assert found.events == want.events


def test_a_curve_that_ends_in_an_event_of_everybody_left_is_known_for_ever_after() -> None:
    found = weighted_by(np.array([1, 2, 2]), np.array([2, 1, 2]), np.array([1.0, 2, 1]), 30)
    assert near(found.estimate, 3 / 4 * 2 / 3, 1e-12)
    assert abs(np.array([1.0, 2, 1]) @ found.per_weight) < 1e-12


def test_covariates_that_tell_nothing_give_the_plain_answer() -> None:
    t, d, a = DAYS.repeat(2), CAUSE.repeat(2), ARM.repeat(2)
    X_2 = np.tile([-1.0, 1.0], 90)[:, None]
    for ask, plain, name in ((weighted_risk, cumulative_incidence, "risk"), (weighted_time_lost, time_lost, "rmtl")):
        row = ask(t, d, a, X_2, horizon=45).only(contrast=f"{name}_difference")
        assert near(row.estimate, plain(t, d, a, horizon=45).only(contrast=f"{name}_difference").estimate, 1e-10)


def test_restricted_mean_is_the_horizon_less_the_time_lost() -> None:
    lost = weighted_time_lost(DAYS, (CAUSE > 0).astype(int), ARM, X, horizon=45)
    kept = weighted_time_lost(DAYS, (CAUSE > 0).astype(int), ARM, X, horizon=45, measure="rmst")
    one, two = lost.only(contrast="rmtl_difference"), kept.only(contrast="rmst_difference")
    assert near(two.estimate, -one.estimate, 1e-12)
    assert near(two.std_error, one.std_error, 1e-12)
    assert near(kept.only(contrast="rmst_1").estimate, 45 - lost.only(contrast="rmtl_1").estimate, 1e-12)


def test_refusals_are_sentences() -> None:
    with pytest.raises(HorizonError, match="arm 1: the horizon is day 400"):
        weighted_risk(DAYS, np.where(DAYS > 55, 0, CAUSE), ARM, X, horizon=400)
    with pytest.raises(OverlapError, match="do not overlap"):
        weighted_risk(DAYS, CAUSE, ARM, ARM[:, None] + X[:, :1] / 10, horizon=45)
    with pytest.raises(MethodError, match="nobody in arm 0 had the event"):
        weighted_risk(DAYS, np.where(ARM == 0, 2 * (CAUSE > 0), CAUSE), ARM, X, horizon=45)
