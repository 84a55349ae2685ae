"""Pseudo-values against R's survival (pseudo_values.R), and where they must be the outcome itself."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import HorizonError, MethodError
from steget_eval.methods.effects import amount_adjusted
from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo, pseudo_values

CLOSED = 1e-8  # closed forms on either side
WITNESS = pd.read_csv(Path(__file__).with_name("pseudo_values.txt"))
NUMBER = np.arange(1, 91)
X = np.column_stack([(NUMBER * 29) % 91 / 45 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
ARM = (1 / (1 + np.exp(-(0.6 * X[:, 0] - 0.4 * X[:, 1]))) > (NUMBER * 61) % 91 / 91).astype(np.int64)
DAYS, V = 1 + (NUMBER * 37) % 60, (NUMBER * 53) % 97 / 97
CAUSE = np.where(V < 0.25, 0, np.where(0.65 + 0.1 * ARM > V, 1, 2))


@pytest.mark.parametrize("case", WITNESS["case"].unique())
def test_pseudo_values_are_those_of_survival(case: str) -> None:
    measure, arm, cause = case.split("_")
    causes = (CAUSE > 0).astype(int) if measure == "rmst" else CAUSE
    found = pseudo_values(DAYS, causes, ARM, horizon=45, cause=int(cause), measure=measure)
    rows = WITNESS[WITNESS["case"] == case]
    who = rows["key"].to_numpy(dtype=int) - 1
    assert set(who) == set(np.flatnonzero(int(arm) == ARM))
    assert np.allclose(found[who], rows["value"], rtol=0, atol=CLOSED)


@pytest.mark.parametrize("measure", ["risk", "rmtl", "rmst"])
def test_without_censoring_they_are_the_outcome_itself(measure: str) -> None:
    causes = np.where(CAUSE == 0, 2, CAUSE)
    happened = (causes == 1) & (DAYS <= 45)
    lost = np.where(happened, 45 - DAYS, 0)
    want = {"risk": happened.astype(float), "rmtl": lost, "rmst": 45 - lost}[measure]
    assert np.allclose(pseudo_values(DAYS, causes, ARM, horizon=45, measure=measure), want, atol=1e-9)  # rounding


@pytest.mark.parametrize("estimator", ["aipw", "g_computation"])
def test_without_censoring_the_answer_is_that_of_the_amounts(estimator: str) -> None:
    causes = np.where(CAUSE == 0, 2, CAUSE)
    happened = ((causes == 1) & (DAYS <= 45)).astype(float)
    plain = amount_adjusted.augmented if estimator == "aipw" else amount_adjusted.g_computation
    row = adjusted_pseudo(DAYS, causes, ARM, X, horizon=45, estimator=estimator).only(contrast="risk_difference")
    want = plain(happened, ARM, X, interaction=True).only(contrast="mean_difference")
    assert abs(row.estimate - want.estimate) < CLOSED
    assert abs(row.std_error - want.std_error) < CLOSED


def test_their_mean_in_an_arm_is_the_curve() -> None:
    found = pseudo_values(DAYS, CAUSE, ARM, horizon=45)
    curve = cumulative_incidence(DAYS, CAUSE, ARM, horizon=45)
    for arm in (1, 0):
        assert abs(found[arm == ARM].mean() - curve.only(contrast=f"risk_{arm}").estimate) < CLOSED


def test_days_kept_are_the_horizon_less_days_lost() -> None:
    lost = adjusted_pseudo(DAYS, CAUSE, ARM, X, horizon=45, measure="rmtl").only(contrast="rmtl_difference")
    kept = adjusted_pseudo(DAYS, CAUSE, ARM, X, horizon=45, measure="rmst").only(contrast="rmst_difference")
    assert abs(lost.estimate + kept.estimate) < CLOSED
    assert abs(lost.std_error - kept.std_error) < CLOSED


def test_refusals_are_sentences() -> None:
    with pytest.raises(HorizonError, match="horizon is day 400"):
        adjusted_pseudo(DAYS, np.where(DAYS > 55, 0, CAUSE), ARM, X, horizon=400)
    with pytest.raises(MethodError, match="nobody in arm 0"):
        adjusted_pseudo(DAYS, np.where(ARM == 0, 2 * (CAUSE > 0), CAUSE), ARM, X, horizon=45)
    with pytest.raises(MethodError, match="measure must be one of"):
        pseudo_values(DAYS, CAUSE, ARM, horizon=45, measure="odds")
