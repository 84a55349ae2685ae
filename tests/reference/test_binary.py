"""Crude risks and contrasts against R (binary.R) and against published and other computations."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from steget_eval.methods.effects import binary

TOLERANCE = 1e-8  # closed forms, and roots searched to 1e-14 on either side
WITNESS = pd.read_csv(Path(__file__).with_name("binary.txt"))
ENDS = {"estimate": "estimate", "std_error": "std_error", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}


def people(x_1: int, n_1: int, x_0: int, n_0: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.concatenate([np.arange(n_1) < x_1, np.arange(n_0) < x_0]).astype(float)
    return y, np.concatenate([np.ones(n_1), np.zeros(n_0)])


def answer(contrast: str, interval: str, y: np.ndarray, a: np.ndarray):
    if contrast in ("risk_1", "risk_0"):
        return binary.risks(y, a, interval=interval).only(contrast=contrast)
    names = {"nnt": "number_needed"}
    return getattr(binary, names.get(contrast, contrast))(y, a, interval=interval).rows[0]


@pytest.mark.parametrize("case", WITNESS["case"].unique())
def test_crude_contrasts_are_those_of_r(case: str) -> None:
    y, a = people(*(int(part) for part in case.split("_")))
    rows = WITNESS[WITNESS["case"] == case]
    for key, value in zip(rows["key"], rows["value"], strict=True):
        contrast, *interval, end = key.split(".")
        default = {"risk_difference": "newcombe", "risk_ratio": "log", "odds_ratio": "log"}
        got = getattr(answer(contrast, interval[0] if interval else default[contrast], y, a), ENDS[end])
        assert abs(got - value) <= TOLERANCE * max(abs(value), 1), key


def test_witness_covers_every_interval_with_an_event_in_both_arms() -> None:
    keys = set(WITNESS.loc[WITNESS["case"] == "19_41_5_46", "key"])
    assert {
        "risk_1.wilson.low", "risk_1.clopper_pearson.low", "risk_difference.newcombe.low", "risk_difference.wald.low",
        "risk_difference.miettinen_nurminen.low", "risk_ratio.log.low", "risk_ratio.koopman.low", "odds_ratio.log.low",
        "odds_ratio.score.low", "nnt.newcombe.low",
    } <= keys  # fmt: skip


def test_miettinen_nurminen_limits_of_19_of_41_against_5_of_46() -> None:
    row = binary.risk_difference(*people(19, 41, 5, 46), interval="miettinen_nurminen").rows[0]
    assert (round(row.conf_low, 6), round(row.conf_high, 6)) == (0.171222, 0.523820)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # statsmodels at an odds ratio of 0/0
@pytest.mark.parametrize("cells", [(19, 41, 5, 46), (12, 60, 10, 55), (140, 185, 168, 260)])
def test_limits_are_those_of_statsmodels_where_it_is_right(cells: tuple[int, int, int, int]) -> None:
    y, a = people(*cells)
    for row, options in (
        (binary.risk_difference(y, a), {"method": "newcomb", "compare": "diff"}),
        (binary.risk_ratio(y, a, interval="koopman"), {"method": "score", "compare": "ratio", "correction": False}),
        (binary.odds_ratio(y, a, interval="score"), {"method": "score", "compare": "odds-ratio"}),
    ):
        low, high = confint_proportions_2indep(*cells, **options)
        # statsmodels searches its roots to about 1e-12
        assert row.rows[0].conf_low == pytest.approx(low, rel=1e-9)
        assert row.rows[0].conf_high == pytest.approx(high, rel=1e-9)


def test_newcombe_and_number_needed_of_the_papers_example() -> None:
    # Newcombe (1998), table II, contrast (a): 56/70 v 48/80, method 10: 0.0524 to 0.3339.
    y, a = people(56, 70, 48, 80)
    row = binary.risk_difference(y, a).rows[0]
    assert (round(row.conf_low, 4), round(row.conf_high, 4)) == (0.0524, 0.3339)
    nnt = binary.number_needed(y, a).rows[0]
    assert (nnt.interval_kind, nnt.unit) == ("confidence", "persons")
    assert (nnt.conf_low, nnt.conf_high) == pytest.approx((1 / row.conf_high, 1 / row.conf_low), rel=1e-12)


def test_number_needed_is_disjoint_where_the_difference_crosses_zero() -> None:
    y, a = people(12, 60, 10, 55)
    difference, nnt = binary.risk_difference(y, a).rows[0], binary.number_needed(y, a).rows[0]
    assert nnt.interval_kind == "disjoint"
    assert nnt.conf_low == pytest.approx(1 / difference.conf_low, rel=1e-12)
    assert nnt.conf_high == pytest.approx(1 / difference.conf_high, rel=1e-12)
    assert nnt.conf_low < 0 < nnt.conf_high < nnt.estimate


def test_ratio_without_events_in_the_comparison_reaches_infinity() -> None:
    row = binary.risk_ratio(*people(3, 20, 0, 25), interval="koopman").rows[0]
    assert math.isinf(row.estimate)
    assert math.isinf(row.conf_high)
    assert math.isnan(row.std_error)
    assert 0 < row.conf_low < 1.1
