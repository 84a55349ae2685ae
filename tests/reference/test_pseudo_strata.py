"""Pseudo-values within strata of censoring against R's survival (pseudo_strata.R), and the answers made of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import HorizonError
from steget_eval.methods.effects.censoring_weights import risk_by_censoring_weights
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo, pseudo_values

CLOSED, ITERATED = 1e-8, 1e-6  # closed forms on either side; the score is iterated
WITNESS = pd.read_csv(Path(__file__).with_name("pseudo_strata.txt"))
NUMBER = np.arange(1, 241)
X = np.column_stack([(NUMBER * 29) % 91 / 45 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
ARM = (1 / (1 + np.exp(-(0.6 * X[:, 0] - 0.4 * X[:, 1]))) > (NUMBER * 61) % 91 / 91).astype(np.int64)
DAYS, V = 1 + (NUMBER * 37) % 60, (NUMBER * 53) % 97 / 97
STRATUM = X[:, 1].astype(int)
CAUSE = np.where(V < 0.15 + 0.2 * STRATUM, 0, np.where(0.65 + 0.1 * ARM > V, 1, 2))


@pytest.mark.parametrize("measure", ["risk", "rmst"])
def test_pseudo_values_within_strata_are_those_of_survival(measure: str) -> None:
    causes = (CAUSE > 0).astype(int) if measure == "rmst" else CAUSE
    found = pseudo_values(DAYS, causes, ARM, horizon=45, measure=measure, stratum=STRATUM)
    rows = WITNESS[WITNESS["case"] == measure]
    assert np.allclose(found[rows["key"].to_numpy(dtype=int) - 1], rows["value"], rtol=0, atol=CLOSED)


@pytest.mark.parametrize("measure", ["risk", "rmst"])
def test_the_doubly_robust_means_are_those_of_r(measure: str) -> None:
    causes = (CAUSE > 0).astype(int) if measure == "rmst" else CAUSE
    rows = adjusted_pseudo(DAYS, causes, ARM, X, horizon=45, measure=measure, estimator="aipw", stratum=STRATUM)
    want = WITNESS[WITNESS["case"] == f"aipw_{measure}"].set_index("key")["value"]
    for arm, key in ((1, "one"), (0, "zero")):
        got = rows.only(contrast=f"{measure}_{arm}").estimate
        assert abs(got - want[key]) <= ITERATED * max(abs(want[key]), 1)


def test_their_mean_in_an_arm_is_that_of_the_censoring_weights() -> None:
    found = pseudo_values(DAYS, CAUSE, ARM, horizon=45, stratum=STRATUM)
    rows = risk_by_censoring_weights(DAYS, CAUSE, ARM, horizon=45, stratum=STRATUM)
    for arm in (1, 0):
        assert abs(found[arm == ARM].mean() - rows.only(contrast=f"risk_{arm}").estimate) < CLOSED


def test_one_stratum_is_none() -> None:
    plain = adjusted_pseudo(DAYS, CAUSE, ARM, X, horizon=45)
    same = adjusted_pseudo(DAYS, CAUSE, ARM, X, horizon=45, stratum=np.zeros(240))
    for one, other in zip(plain, same, strict=True):
        assert (one.estimate, one.std_error) == (other.estimate, other.std_error)


def test_a_stratum_that_was_not_followed_so_far_is_refused_and_named() -> None:
    days, causes = np.where(STRATUM == 1, np.minimum(DAYS, 40), DAYS), np.where(STRATUM == 1, 0, CAUSE)
    with pytest.raises(HorizonError, match="arm 1, in a stratum of it"):
        adjusted_pseudo(days, causes, ARM, X, horizon=45, stratum=STRATUM)
