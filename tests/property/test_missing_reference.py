"""Laws of imputation by reference: what is seen stays, and a unit or an order of people changes nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from steget_eval.core.estimates import Estimate
from steget_eval.core.streams import stream
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.reference_scores import ASSUMPTIONS, expected_after, impute_scores
from steget_eval.methods.missing.rubin import own_degrees

SEEDS = st.integers(0, 10_000)


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = stream(seed, "law")
    first = draws.normal(50, 10, 80)
    later = 20 + 0.6 * first[:, None] + draws.normal(0, 6, (80, 1)) + draws.normal(0, 5, (80, 3))
    later[draws.random((80, 3)) < 0.15] = np.nan
    return first, later, np.arange(80) % 2


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, assumption=st.sampled_from(ASSUMPTIONS), scale=st.floats(0.1, 20), shift=st.floats(-50, 50))
def test_another_unit_of_the_score_moves_every_draw_with_it(seed, assumption, scale, shift):
    first, later, a = drawn(seed)
    plain, other = (
        impute_scores(b, y, a, assumption=assumption, seed=seed, sets=2, iterations=3).values
        for b, y in ((first, later), (shift + scale * first, shift + scale * later))
    )
    assert np.allclose(other, shift + scale * plain, rtol=1e-7, atol=1e-6 * scale)  # rounding through three turns


@given(seed=SEEDS, seen=st.integers(0, 3))
def test_arms_alike_make_every_assumption_the_same(seed, seen):
    draws = stream(seed, "alike")
    root = draws.normal(size=(1, 4, 4))
    covariance, mean = root @ root.transpose(0, 2, 1) + np.eye(4), draws.normal(size=(1, 5, 4))
    scores = draws.normal(size=(1, 5, seen))
    told = [expected_after(scores, mean, mean, covariance, one) for one in ASSUMPTIONS[1:]]
    assert np.allclose(told[0], told[1])
    assert np.allclose(told[0], told[2])


@given(seed=SEEDS, df=st.floats(1.0, 1e5), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]), is_log=st.booleans())
def test_degrees_of_freedom_are_read_back_from_any_students_limits(seed, df, level, is_log):
    draws = stream(seed, "degrees")
    value, error = draws.normal(), 0.01 + draws.random()
    half = float(t.isf((1 - level) / 2, df)) * error
    ends = np.array([value - half, value, value + half])
    low, estimate, high = np.exp(ends) if is_log else ends
    row = Estimate(contrast="risk_ratio", method="m", estimate=estimate, std_error=error, conf_low=low, conf_high=high,
                   conf_level=level, scale="log" if is_log else "identity")  # fmt: skip
    # Limits are told to some fifteen digits, and change by the inverse of the degrees: few digits of many are left.
    assert own_degrees(row) == pytest.approx(df, rel=1e-6 * max(1.0, df / 100))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, population=st.sampled_from([None, "ATE", "ATT", "ATC", "ATO"]))
def test_other_order_and_arms_that_change_places_change_only_the_sign(seed, population):
    draws = stream(seed, "weighed")
    x, a = draws.normal(size=(200, 1)), np.arange(200) % 2
    y, known = draws.normal(size=200) + a, (draws.random(200) < 0.7) * 1.0
    order = draws.permutation(200)
    mirror = {"ATT": "ATC", "ATC": "ATT"}.get(population, population)
    one = attrition_weighted(y, known, a, x, kind="amount", population=population).only(contrast="mean_difference")
    two = attrition_weighted(
        y[order], known[order], 1 - a[order], x[order], kind="amount", population=mirror
    ).only(contrast="mean_difference")  # fmt: skip
    assert (two.estimate, two.std_error) == pytest.approx((-one.estimate, one.std_error), rel=1e-6, abs=1e-9)
