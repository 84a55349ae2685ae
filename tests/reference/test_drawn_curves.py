"""The curves that a report draws against R (drawn_curves.R) and against the answers that they end in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import OverlapError
from steget_eval.methods.effects.drawn_curves import clustered_arm_curves, weighted_arm_curves
from steget_eval.methods.effects.weighted_curves import weighted_risk
from steget_eval.methods.numerics.curves import aalen_johansen

CLOSED, DERIVED = 1e-8, 1e-6  # closed forms given the score; R's derivatives are numerical
WITNESS = pd.read_csv(Path(__file__).with_name("drawn_curves.txt"))
AT = (5, 15, 30, 45, 55)
NUMBER = np.arange(1, 91)
X = np.column_stack([(NUMBER * 29) % 91 / 45 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
ARM = (1 / (1 + np.exp(-(0.6 * X[:, 0] - 0.4 * X[:, 1]))) > (NUMBER * 61) % 91 / 91).astype(np.int64)
DAYS, V = 1 + (NUMBER * 37) % 60, (NUMBER * 53) % 97 / 97
CAUSE = np.where(V < 0.25, 0, np.where(0.65 + 0.1 * ARM > V, 1, 2))
SITE = NUMBER % 12


def of(case: str, key: str) -> np.ndarray:
    return WITNESS.loc[(WITNESS["case"] == case) & (WITNESS["key"] == key), "value"].to_numpy()


@pytest.mark.parametrize("population", ["ATE", "ATT"])
@pytest.mark.parametrize("cause", [1, 2])
def test_weighted_curves_and_their_errors_are_those_of_r_on_every_day(population: str, cause: int) -> None:
    found = weighted_arm_curves(DAYS, CAUSE, ARM, X, cause=cause, population=population)
    for arm, curve in ((1, found.one), (0, found.zero)):
        told = [curve.at(day) for day in AT]
        case = f"{population}_{arm}_{cause}"
        assert np.allclose([one.estimate for one in told], of(case, "est"), rtol=0, atol=CLOSED)
        assert np.allclose([one.std_error for one in told], of(case, "se"), rtol=0, atol=DERIVED)


@pytest.mark.parametrize("case", ["weighted", "plain"])
def test_with_clusters_the_limits_are_those_of_leaving_each_out_in_turn(case: str) -> None:
    if case == "weighted":
        found = weighted_arm_curves(DAYS, CAUSE, ARM, X, cluster=SITE)
    else:
        found = clustered_arm_curves(DAYS, CAUSE, ARM, SITE)
    for arm, curve in ((1, found.one), (0, found.zero)):
        told = [curve.at(day) for day in AT]
        for key, name in (("est", "estimate"), ("se", "std_error"), ("low", "conf_low"), ("high", "conf_high")):
            assert np.allclose([getattr(one, name) for one in told], of(f"{case}_{arm}", key), rtol=0, atol=CLOSED)


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC", "ATO"])
def test_a_drawn_curve_runs_through_the_answer_of_the_table(population: str) -> None:
    found = weighted_arm_curves(DAYS, CAUSE, ARM, X, population=population)
    rows = weighted_risk(DAYS, CAUSE, ARM, X, horizon=45, population=population)
    for arm, curve in ((1, found.one), (0, found.zero)):
        row, point = rows.only(contrast=f"risk_{arm}"), curve.at(45)
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            assert abs(getattr(point, name) - getattr(row, name)) < 1e-12  # the same sums in another order


def test_a_curve_that_nothing_is_adjusted_in_is_the_plain_one() -> None:
    noise = np.zeros((90, 1))
    noise[::2] = 1.0
    even = np.tile([1, 1, 0, 0], 23)[:90]  # the score is the same for everyone but for rounding
    found = weighted_arm_curves(DAYS[:88], CAUSE[:88], even[:88], noise[:88])
    plain = aalen_johansen(DAYS[:88][even[:88] == 1], CAUSE[:88][even[:88] == 1])
    assert np.allclose(found.one.estimate, plain.estimate, atol=1e-10)  # rounding
    assert (found.one.at_risk == plain.at_risk).all()


def test_the_counts_are_of_people_whatever_the_weights() -> None:
    found = weighted_arm_curves(DAYS, CAUSE, ARM, X)
    assert found.one.events.sum() == ((ARM == 1) & (CAUSE == 1)).sum()
    assert found.zero.at_risk[0] == (ARM == 0).sum()


def test_with_three_clusters_in_an_arm_the_line_has_no_limits() -> None:
    few = np.where(ARM == 1, NUMBER % 3, NUMBER % 12)
    for found in (weighted_arm_curves(DAYS, CAUSE, ARM, X, cluster=few), clustered_arm_curves(DAYS, CAUSE, ARM, few)):
        assert np.isnan(found.one.conf_low).all()
        assert np.isnan(found.zero.conf_high).all()
        assert np.isfinite(found.one.estimate).all()


def test_arms_that_the_score_separates_have_no_weighted_curve() -> None:
    with pytest.raises(OverlapError):
        weighted_arm_curves(DAYS, CAUSE, ARM, ARM[:, None] + 0.0)
