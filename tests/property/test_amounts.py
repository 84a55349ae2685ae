"""Laws of ratios of amounts and of comparisons of steps: what a relabelling, a scale or an order must not move."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount, amount_rate, amount_ratio, two_part
from steget_eval.methods.effects.ordinal import brant, proportional_odds
from steget_eval.methods.effects.pairwise import win_statistics

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=15, deadline=None)
#: Both sides are iterated to 1e-9 of a step; sums in another order move the last digits.
SAME = 1e-6

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray]


def amounts(seed: int, people: int = 80) -> Drawn:
    rng = stream(seed, "property", "amounts")
    X = rng.standard_normal((people, 1))
    a = (rng.random(people) < 0.5) * 1.0
    mean = np.exp(1 + 0.4 * a + 0.3 * X[:, 0])
    y = rng.negative_binomial(0.8, 0.8 / (0.8 + mean)).astype(float)
    for arm in (0, 1):
        assume(0 < (y[a == arm] > 0).sum() < (a == arm).sum())
        assume((a == arm).sum() > 5)
    return y, a, X


def steps(seed: int, people: int = 80) -> Drawn:
    rng = stream(seed, "property", "steps")
    X = rng.standard_normal((people, 1))
    a = (rng.random(people) < 0.5) * 1.0
    return np.digitize(0.5 * a + 0.4 * X[:, 0] + rng.logistic(size=people), [-1, 0.3, 1.5]).astype(float), a, X


RATIOS: dict[str, Callable[..., Estimates]] = {
    "log": lambda y, a, X: amount.mean_ratio(y, a),
    "g_computation": lambda y, a, X: amount_ratio.g_computation(y, a, X, interaction=True),
    "ipw": amount_ratio.inverse_probability,
    "aipw": amount_ratio.augmented,
    "two_part_gamma": two_part.two_part,
    "two_part_log_normal": lambda y, a, X: two_part.two_part(y, a, X, amount="log_normal"),
    "quasi_poisson": amount_rate.quasi_poisson,
    "negative_binomial": amount_rate.negative_binomial,
    "negative_binomial_robust": lambda y, a, X: amount_rate.negative_binomial(y, a, X, variance="robust"),
}
ORDERED: dict[str, Callable[..., Estimates]] = {
    "proportional_odds": proportional_odds,
    "proportional_odds_score": lambda y, a, X: proportional_odds(y, a, X, interval="score"),
    "u_statistic": lambda y, a, X: win_statistics(y, a),
}


def asked(ask: Callable[..., Estimates], *drawn: np.ndarray) -> Estimate:
    """The row of the ratio; people whom a method rightly refuses are no example."""
    try:
        rows = ask(*drawn)
    except MethodError:
        assume(False)
    return next(row for row in rows if row.scale == "log" and "above" not in row.contrast)


def same(one: Estimate, other: Estimate) -> None:
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=SAME), name


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", [*RATIOS, *ORDERED])
def test_the_order_of_people_changes_nothing(name: str, seed: int) -> None:
    ask = (RATIOS | ORDERED)[name]
    drawn = amounts(seed) if name in RATIOS else steps(seed)
    order = stream(seed, "order").permutation(drawn[1].size)
    same(asked(ask, *drawn), asked(ask, *(one[order] for one in drawn)))


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", [*RATIOS, *ORDERED])
def test_arms_exchanged_turn_a_ratio_over(name: str, seed: int) -> None:
    ask = (RATIOS | ORDERED)[name]
    y, a, X = amounts(seed) if name in RATIOS else steps(seed)
    row, turned = asked(ask, y, a, X), asked(ask, y, 1 - a, X)
    assert turned.estimate == pytest.approx(1 / row.estimate, rel=SAME)
    assert turned.conf_low == pytest.approx(1 / row.conf_high, rel=SAME)
    assert turned.conf_high == pytest.approx(1 / row.conf_low, rel=SAME)


@FEW
@given(SEEDS, st.floats(1e-3, 1e6))
@pytest.mark.parametrize("name", [one for one in RATIOS if not one.startswith("negative")])
def test_the_unit_of_an_amount_moves_no_ratio(name: str, seed: int, unit: float) -> None:
    y, a, X = amounts(seed)
    same(asked(RATIOS[name], y, a, X), asked(RATIOS[name], unit * y, a, X))


@FEW
@given(SEEDS, st.floats(1e-3, 1e4))
@pytest.mark.parametrize("name", ["quasi_poisson", "negative_binomial"])
def test_the_unit_of_time_moves_no_rate_ratio(name: str, seed: int, unit: float) -> None:
    y, a, X = amounts(seed)
    days = stream(seed, "days").uniform(100, 700, y.size)
    ask = getattr(amount_rate, name)
    same(asked(ask, y, a, X), asked(lambda *drawn: ask(*drawn, exposure=np.full(y.size, unit)), y, a, X))
    one = asked(lambda *drawn: ask(*drawn, exposure=days), y, a, X)
    same(one, asked(lambda *drawn: ask(*drawn, exposure=unit * days), y, a, X))


@FEW
@given(SEEDS)
def test_the_log_linear_model_without_interaction_is_the_regression(seed: int) -> None:
    y, a, X = amounts(seed)
    same(asked(amount_ratio.g_computation, y, a, X), asked(amount_rate.quasi_poisson, y, a, X))


@FEW
@given(SEEDS, st.sampled_from(["gamma", "log_normal"]))
def test_two_parts_without_covariates_are_the_crude_means_and_parts(seed: int, model: str) -> None:
    y, a, X = amounts(seed)
    rows = two_part.two_part(y, a, X[:, :0], amount=model)
    crude = amount.mean_ratio(y, a).rows[0]
    same(rows.only(contrast="mean_ratio"), crude)
    for arm in (0, 1):
        mine = y[a == arm]
        share, above = (rows.only(contrast=f"{part}_above_zero_{arm}").estimate for part in ("share", "mean"))
        assert share == pytest.approx((mine > 0).mean(), rel=SAME)
        assert above == pytest.approx(mine[mine > 0].mean(), rel=SAME)
        assert share * above == pytest.approx(rows.only(contrast=f"mean_{arm}").estimate, rel=SAME)


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", list(ORDERED))
def test_only_the_order_of_steps_counts(name: str, seed: int) -> None:
    y, a, X = steps(seed)
    stretched = np.exp(3 * y) - 7
    same(asked(ORDERED[name], y, a, X), asked(ORDERED[name], stretched, a, X))


@FEW
@given(SEEDS)
@pytest.mark.parametrize("name", list(ORDERED))
def test_a_ladder_upside_down_turns_a_ratio_over(name: str, seed: int) -> None:
    y, a, X = steps(seed)
    row, turned = asked(ORDERED[name], y, a, X), asked(ORDERED[name], -y, a, X)
    assert turned.estimate == pytest.approx(1 / row.estimate, rel=SAME)


@FEW
@given(SEEDS)
def test_the_three_statistics_of_pairs_agree(seed: int) -> None:
    y, a, X = steps(seed)
    asked(ORDERED["u_statistic"], y, a, X)
    rows = win_statistics(y, a)
    net, odds = rows.only(contrast="net_benefit").estimate, rows.only(contrast="win_odds").estimate
    assert odds == pytest.approx((1 + net) / (1 - net), rel=1e-12)
    # Ties pull towards one, so the ratio lies further out than the odds.
    assert abs(math.log(rows.only(contrast="win_ratio").estimate)) >= abs(math.log(odds)) - 1e-12


@FEW
@given(SEEDS)
def test_the_score_interval_is_what_the_score_test_does_not_reject(seed: int) -> None:
    y, a, X = steps(seed)
    row = asked(ORDERED["proportional_odds_score"], y, a, X)
    assert row.conf_low < row.estimate < row.conf_high
    assert (row.p_value < 0.05) == (not row.conf_low <= 1 <= row.conf_high)


@FEW
@given(SEEDS)
def test_brants_test_knows_no_order_of_people_and_no_name_of_arms(seed: int) -> None:
    y, a, X = steps(seed)
    try:
        found = brant(y, a, X).rows[0]
    except MethodError:
        assume(False)
    assert brant(y, 1 - a, X).rows[0].estimate == pytest.approx(found.estimate, rel=SAME, abs=SAME)
    assert brant(-y, a, X).rows[0].estimate == pytest.approx(found.estimate, rel=SAME, abs=SAME)
