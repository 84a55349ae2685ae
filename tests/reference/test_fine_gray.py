"""Subdistribution hazard ratios against R's cmprsk and survival (fine_gray.R), and where they must be Cox's."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import ConvergenceError, MethodError
from steget_eval.methods.effects.fine_gray import fit_fine_gray, subdistribution_hazard_ratio

ITERATED = 1e-6  # both sides iterated to 1e-10 or below
WITNESS = pd.read_csv(Path(__file__).with_name("fine_gray.txt"))
NUMBER = np.arange(1, 151)
U, V = (NUMBER * 61) % 151 / 151, (NUMBER * 97) % 151 / 151
ARM, X = (NUMBER % 3 == 0).astype(float), (NUMBER * 29) % 151 / 75 - 1
DAYS = 7 * (np.argsort(np.argsort(-np.log(U) / np.exp(0.5 * ARM - 0.3 * X), kind="stable")) + 1)
CAUSE = np.where(V < 0.25, 0, np.where(0.62 + 0.1 * ARM > V, 1, 2))
TIED = -(-DAYS // 70)


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    return dict(zip(rows["key"], rows["value"], strict=True))


def near(got: float, want: float) -> bool:
    return abs(got - want) <= ITERATED * max(abs(want), 1)


def agrees(fit, case: str) -> None:
    for key, value in of(case).items():
        which, column = key.split("_")
        j = int(column) - 1
        got = fit.beta[j] if which == "beta" else np.sqrt(fit.covariance[j, j])
        assert near(got, value), key


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("case", ["arm", "both"])
def test_without_ties_ratios_and_errors_are_those_of_cmprsk(case: str, cause: int) -> None:
    columns = ARM[:, None] if case == "arm" else np.column_stack([ARM, X])
    agrees(fit_fine_gray(DAYS, CAUSE, columns, cause=cause), f"crr_{case}_{cause}")


def test_on_tied_days_ratios_are_those_of_survival() -> None:
    agrees(fit_fine_gray(TIED, CAUSE, np.column_stack([ARM, X])), "tied")


def test_without_competing_events_it_is_cox_with_breslows_ties() -> None:
    agrees(fit_fine_gray(TIED, (CAUSE > 0).astype(int), np.column_stack([ARM, X])), "no_competing")


def test_without_censoring_competing_people_may_as_well_be_followed_for_ever() -> None:
    causes = np.where(CAUSE == 0, 2, CAUSE)
    for_ever = np.where(causes == 2, TIED.max() + 1, TIED)
    one = fit_fine_gray(TIED, causes, np.column_stack([ARM, X]))
    other = fit_fine_gray(for_ever, np.where(causes == 2, 0, 1), np.column_stack([ARM, X]))
    assert np.allclose(one.beta, other.beta, atol=1e-9)  # the same sums in another order
    assert np.allclose(one.covariance, other.covariance, atol=1e-9)


def test_the_row_is_the_fit_of_the_arm_and_arms_exchanged_turn_it_over() -> None:
    row = subdistribution_hazard_ratio(DAYS, CAUSE, ARM.astype(int)).rows[0]
    want = of("crr_arm_1")
    assert near(np.log(row.estimate), want["beta_1"])
    assert near(row.std_error, want["error_1"])
    turned = subdistribution_hazard_ratio(DAYS, CAUSE, 1 - ARM.astype(int)).rows[0]
    assert near(turned.estimate, 1 / row.estimate)
    assert near(turned.conf_low, 1 / row.conf_high)


def test_everybody_a_cluster_of_their_own_changes_nothing() -> None:
    plain = fit_fine_gray(TIED, CAUSE, ARM[:, None])
    own = fit_fine_gray(TIED, CAUSE, ARM[:, None], cluster=np.arange(150))
    assert np.allclose(plain.covariance, own.covariance, atol=1e-12)  # rounding


def test_refusals_are_sentences() -> None:
    with pytest.raises(MethodError, match="nobody in arm 0 had the event"):
        subdistribution_hazard_ratio(np.array([1, 2, 3, 4]), np.array([1, 1, 2, 0]), np.array([1, 1, 0, 0]))
    t, d = np.array([1, 2, 3, 4, 5, 6, 7, 8]), np.array([1, 1, 1, 0, 2, 0, 2, 0])
    with pytest.raises(ConvergenceError, match="separates"):
        fit_fine_gray(t, d, (d == 1)[:, None].astype(float))
    with pytest.raises(MethodError, match="same value"):
        fit_fine_gray(TIED, CAUSE, np.ones((150, 1)))
