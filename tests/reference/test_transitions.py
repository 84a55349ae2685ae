"""Steps of one arm against the other's, against R (transitions.R)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.estimates import Estimate
from steget_eval.methods.effects.ordinal import brant, proportional_odds
from steget_eval.methods.effects.pairwise import win_statistics
from steget_eval.methods.numerics.cumulative_logit import Steps, fit_cumulative_logit

TOLERANCE = 1e-6  # iterated on both sides; R's score is by differences
WITNESS = pd.read_csv(Path(__file__).with_name("transitions.txt"))
PEOPLE = pd.read_csv(Path(__file__).with_name("amounts_people.csv"))
ENDS = {"estimate": "estimate", "std_error": "std_error", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}

STEP, A, X = PEOPLE["step"].to_numpy(), PEOPLE["a"].to_numpy(), PEOPLE[["x1", "x2"]].to_numpy()
SITE, NONE = PEOPLE["site"].to_numpy(), np.empty((len(PEOPLE), 0))
FEW = ((PEOPLE["step"] > 0) & (PEOPLE["site"] < 6)).to_numpy()


def wanted(case: str) -> dict[str, float]:
    mine = WITNESS[WITNESS["case"] == case]
    assert len(mine), case
    return dict(zip(mine["key"], mine["value"], strict=True))


def agrees(row: Estimate, case: str, tolerance: float = TOLERANCE) -> None:
    for key, value in wanted(case).items():
        assert abs(getattr(row, ENDS[key]) - value) <= tolerance * max(abs(value), 1), (case, key)


@pytest.mark.parametrize(("case", "row"), [
    ("plain", lambda: proportional_odds(STEP, A, NONE)),
    ("adjusted", lambda: proportional_odds(STEP, A, X, interval="wald")),
    ("few", lambda: proportional_odds(STEP[FEW], A[FEW], NONE[FEW])),
    ("sites", lambda: proportional_odds(STEP, A, X, cluster=SITE)),
    ("score_plain", lambda: proportional_odds(STEP, A, NONE, interval="score")),
    ("score_adjusted", lambda: proportional_odds(STEP, A, X, interval="score")),
    ("brant_plain", lambda: brant(STEP, A, NONE)),
    ("brant_arm", lambda: brant(STEP, A, X, of="arm")),
    ("brant_all", lambda: brant(STEP, A, X, of="all")),
])  # fmt: skip
def test_common_odds_ratio_is_that_of_r(case: str, row) -> None:
    agrees(row().rows[0], case)


def test_odds_ratio_is_that_of_polr_as_far_as_polr_goes() -> None:
    told, row = wanted("polr"), proportional_odds(STEP, A, X).rows[0]
    # polr stops at what its function's value can tell apart, about the square root of rounding.
    assert row.estimate == pytest.approx(told["estimate"], rel=1e-5)
    assert row.std_error == pytest.approx(told["std_error"], rel=1e-4)  # the derivative's is the root of that


def test_score_test_of_no_difference_is_wilcoxons_but_for_one_person() -> None:
    from scipy.stats import norm

    row, n = proportional_odds(STEP, A, NONE, interval="score").rows[0], STEP.size
    ours, theirs = norm.isf(row.p_value / 2) ** 2, norm.isf(wanted("wilcoxon")["p_value"] / 2) ** 2
    assert ours * (n - 1) / n == pytest.approx(theirs, rel=1e-9)  # closed form


@pytest.mark.parametrize("contrast", ["win_ratio", "win_odds", "net_benefit"])
def test_win_statistics_are_those_of_all_pairs(contrast: str) -> None:
    agrees(win_statistics(STEP, A).only(contrast=contrast), contrast, 1e-8)  # closed forms
    agrees(win_statistics(STEP, A, cluster=SITE).only(contrast=contrast), f"{contrast}_sites", 1e-8)


def test_alike_people_taken_together_give_what_single_ones_give() -> None:
    single = fit_cumulative_logit(Steps(place=STEP, X=A[:, None] * 1.0, w=np.ones(STEP.size), count=5))
    grouped = proportional_odds(STEP, A, NONE).rows[0]
    assert np.exp(single.slopes[-1]) == pytest.approx(grouped.estimate, rel=1e-10)  # the same sums, otherwise ordered
    assert single.covariance[-1, -1] ** 0.5 == pytest.approx(grouped.std_error, rel=1e-10)
