"""Laws of crude risks: tests and intervals agree, arms can be exchanged, rows can be shuffled."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from steget_eval.core.streams import stream
from steget_eval.methods.effects import binary

Cells = tuple[int, int, int, int]
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@st.composite
def cells(draw: st.DrawFn) -> Cells:
    n_1, n_0 = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    return draw(st.integers(0, n_1)), n_1, draw(st.integers(0, n_0)), n_0


def people(table: Cells) -> tuple[np.ndarray, np.ndarray]:
    x_1, n_1, x_0, n_0 = table
    y = np.concatenate([np.arange(n_1) < x_1, np.arange(n_0) < x_0]).astype(float)
    return y, np.concatenate([np.ones(n_1), np.zeros(n_0)])


def some_event(table: Cells) -> bool:
    return table[0] + table[2] > 0


def some_of_each(table: Cells) -> bool:
    return 0 < table[0] + table[2] < table[1] + table[3]


@given(cells().filter(some_of_each), LEVELS)
def test_score_interval_excludes_equality_exactly_where_its_test_rejects(table: Cells, level: float) -> None:
    for row, equality in (
        (binary.risk_difference(*people(table), interval="miettinen_nurminen", level=level).rows[0], 0.0),
        (binary.risk_ratio(*people(table), interval="koopman", level=level).rows[0], 1.0),
        (binary.odds_ratio(*people(table), interval="score", level=level).rows[0], 1.0),
    ):
        assume(abs(row.p_value - (1 - level)) > 1e-6)  # on the border rounding decides
        outside = not row.conf_low <= equality <= row.conf_high
        assert outside == (row.p_value < 1 - level)


@given(cells(), LEVELS, st.sampled_from(["newcombe", "miettinen_nurminen"]))
def test_difference_and_its_limits_stay_between_minus_one_and_one(table: Cells, level: float, interval: str) -> None:
    row = binary.risk_difference(*people(table), interval=interval, level=level).rows[0]
    assert -1 - 1e-12 <= row.conf_low <= row.estimate + 1e-12  # rounding
    assert row.estimate - 1e-12 <= row.conf_high <= 1 + 1e-12
    assert row.conf_low < row.conf_high


@given(cells(), st.sampled_from(["newcombe", "miettinen_nurminen"]))
def test_more_confidence_gives_a_wider_interval(table: Cells, interval: str) -> None:
    narrow, wide = (binary.risk_difference(*people(table), interval=interval, level=v).rows[0] for v in (0.9, 0.95))
    assert wide.conf_low <= narrow.conf_low + 1e-12
    assert narrow.conf_high <= wide.conf_high + 1e-12


@given(cells())
def test_exchanging_arms_negates_the_difference(table: Cells) -> None:
    y, a = people(table)
    for interval in ("newcombe", "miettinen_nurminen"):
        row = binary.risk_difference(y, a, interval=interval).rows[0]
        back = binary.risk_difference(y, 1 - a, interval=interval).rows[0]
        assert back.estimate == pytest.approx(-row.estimate, abs=1e-12)
        assert (back.conf_low, back.conf_high) == pytest.approx((-row.conf_high, -row.conf_low), abs=1e-9)


@given(cells().filter(some_of_each))
def test_exchanging_arms_inverts_the_ratios(table: Cells) -> None:
    y, a = people(table)
    for function, interval in ((binary.risk_ratio, "koopman"), (binary.odds_ratio, "score")):
        row, back = function(y, a, interval=interval).rows[0], function(y, 1 - a, interval=interval).rows[0]
        assert inverse(back.conf_low) == pytest.approx(row.conf_high, rel=1e-9)
        assert inverse(back.conf_high) == pytest.approx(row.conf_low, rel=1e-9)
        assert inverse(back.estimate) == pytest.approx(row.estimate, rel=1e-12)


def inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


@given(cells().filter(some_event), st.integers(0, 10_000))
def test_order_of_people_changes_nothing(table: Cells, seed: int) -> None:
    y, a = people(table)
    order = stream(seed, "order").permutation(y.size)
    for function, interval in ((binary.risk_difference, "newcombe"), (binary.risk_ratio, "koopman")):
        first, second = function(y, a, interval=interval), function(y[order], a[order], interval=interval)
        assert first.to_frame().equals(second.to_frame())


@given(cells().filter(lambda t: t[0] * t[3] != t[2] * t[1]), LEVELS)
def test_number_needed_lies_in_its_set(table: Cells, level: float) -> None:
    row = binary.number_needed(*people(table), level=level).rows[0]
    if row.interval_kind == "disjoint":
        assert row.conf_low < 0 < row.conf_high
        assert row.estimate <= row.conf_low + 1e-9 or row.estimate >= row.conf_high - 1e-9
    else:
        assert row.conf_low - 1e-9 <= row.estimate <= row.conf_high + 1e-9
        assert row.conf_low * row.conf_high > 0


@given(st.integers(1, 200), st.data(), LEVELS)
def test_exact_interval_of_a_share_is_wider_than_none_and_holds_the_share(n: int, data: st.DataObject, level) -> None:
    x = data.draw(st.integers(0, n))
    y = (np.arange(n) < x).astype(float)
    for interval in ("wilson", "clopper_pearson"):
        row = binary.risk(y, interval=interval, level=level).rows[0]
        assert 0 <= row.conf_low <= row.estimate <= row.conf_high <= 1
        assert row.conf_low < row.conf_high
