"""Laws of sensitivity analyses: what must not matter does not, and more hidden bias never says more."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steget_eval.core.streams import stream
from steget_eval.methods.sensitivity.e_values import e_value, e_value_difference
from steget_eval.methods.sensitivity.negative_controls import calibrate, fit_systematic_error
from steget_eval.methods.sensitivity.omitted_variable import omitted_variable, robustness
from steget_eval.methods.sensitivity.rosenbaum import bounds_of_ranks, bounds_of_signs

RATIO = st.floats(0.05, 20)
SEED = st.integers(0, 10_000)


CONTRAST = st.sampled_from(["risk_ratio", "odds_ratio", "hazard_ratio"])


@given(st.lists(RATIO, min_size=3, max_size=3).map(sorted), CONTRAST, st.booleans())
def test_turning_a_ratio_over_changes_no_e_value(told, contrast, rare):
    low, middle, high = told
    one = e_value(middle, low, high, contrast=contrast, rare=rare)
    other = e_value(1 / middle, 1 / high, 1 / low, contrast=contrast, rare=rare)
    assert math.isclose(one.point, other.point, rel_tol=1e-9)
    assert math.isclose(one.limit, other.limit, rel_tol=1e-9)
    assert 1 <= one.limit <= one.point * (1 + 1e-12)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.001, 0.2), st.floats(0.001, 0.2), st.floats(0, 1))
def test_swapping_the_arms_changes_no_e_value_of_a_difference(one, zero, error_1, error_0, share):
    told = e_value_difference(one, zero, error_1, error_0, treated_share=share)
    turned = e_value_difference(zero, one, error_0, error_1, treated_share=1 - share)
    assume(abs(one - zero) > 1e-9)
    assert math.isclose(told.point, turned.point, rel_tol=1e-12)
    assert math.isclose(told.limit, turned.limit, rel_tol=1e-9)
    assert 1 <= told.limit <= told.point * (1 + 1e-9)


@given(st.floats(-50, 50), st.floats(0.01, 10), st.integers(5, 5000))
def test_a_robustness_value_is_a_share_and_its_limit_is_smaller(estimate, std_error, df):
    found = robustness(estimate, std_error, df)
    assert 0 <= found.value_limit <= found.value <= 1
    assert found.partial_r2 <= found.value + 1e-12  # all of the outcome and so much of the arm would do as well


@settings(max_examples=40)
@given(SEED, st.floats(0.1, 1000), st.floats(-100, 100))
def test_scale_and_order_change_no_bound_but_its_unit(seed, scale, shift):
    rng = stream(seed, "law")
    X, y = rng.standard_normal((60, 2)), rng.standard_normal(60)
    a = (X[:, 0] + rng.standard_normal(60) > 0).astype(float)
    assume(5 < a.sum() < 55)
    order = rng.permutation(60)
    one = omitted_variable(y, a, X, benchmark=[0])
    other = omitted_variable(scale * y[order] + shift, a[order], (3 * X + 1)[order], benchmark=[0])
    assert one.impossible == other.impossible
    assert math.isclose(one.robustness.value, other.robustness.value, rel_tol=1e-6, abs_tol=1e-9)
    for mine, theirs in zip(one.bounds, other.bounds, strict=True):
        assert math.isclose(mine.estimate * scale, theirs.estimate, rel_tol=1e-6, abs_tol=1e-6 * scale)


@settings(max_examples=60)
@given(SEED, st.integers(5, 40))
def test_more_hidden_bias_never_says_more(seed, pairs):
    rng = stream(seed, "pairs")
    one, zero = rng.integers(0, 6, (2, pairs)).astype(float)
    assume((one != zero).any())
    found = bounds_of_ranks(one, zero, gamma=(1, 1.3, 2, 5))
    assert list(found.p_high) == sorted(found.p_high)
    assert list(found.p_low) == sorted(found.p_low, reverse=True)
    assert list(found.high) == sorted(found.high)
    assert list(found.low) == sorted(found.low, reverse=True)
    assert found.low[0] == found.high[0] == np.median(_averages(one - zero))
    swapped = bounds_of_ranks(zero, one, gamma=(1, 2))
    assert math.isclose(found.turns_at, swapped.turns_at, rel_tol=1e-9)
    assert swapped.low == (-found.high[0], -found.high[2])


def _averages(difference: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(difference.size)
    return (difference[first] + difference[second]) / 2


@given(st.integers(0, 60), st.integers(0, 60))
def test_where_the_conclusion_turns_the_bound_is_the_level(plus, minus):
    assume(plus + minus > 0)
    one, zero = np.r_[np.ones(plus), np.zeros(minus)], np.r_[np.zeros(plus), np.ones(minus)]
    found = bounds_of_signs(one, zero, gamma=(1,))
    if found.p_high[0] >= 0.025:
        assert found.turns_at == 1
    else:
        there = bounds_of_signs(one, zero, gamma=(found.turns_at,))
        assert math.isclose(there.p_high[0], 0.025, rel_tol=1e-6)


@settings(max_examples=60)
@given(SEED, st.integers(10, 40), st.floats(-3, 3))
def test_moving_every_control_moves_the_error_and_nothing_else(seed, controls, shift):
    rng = stream(seed, "controls")
    x, s = rng.standard_normal(controls), rng.uniform(0.05, 1.5, controls)
    one, other = fit_systematic_error(x, s), fit_systematic_error(x + shift, s)
    assert math.isclose(one.mean + shift, other.mean, abs_tol=1e-6)
    assert math.isclose(one.spread, other.spread, abs_tol=1e-5)
    mine, theirs = calibrate(0.3, 0.2, one), calibrate(0.3 + shift, 0.2, other)
    assert math.isclose(mine.p_value, theirs.p_value, abs_tol=1e-5)
    assert mine.std_error >= 0.2
