"""Sensitivity analyses keep their promise where the unmeasured thing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from steget_eval.core.streams import stream
from steget_eval.methods.sensitivity.e_values import e_value, e_value_difference
from steget_eval.methods.sensitivity.negative_controls import calibrate, fit_systematic_error
from steget_eval.methods.sensitivity.omitted_variable import omitted_variable
from steget_eval.methods.sensitivity.rosenbaum import bounds_of_ranks, bounds_of_signs
from steget_eval.methods.sensitivity.specification import summarise_specifications
from steget_eval.methods.sensitivity.time_checks import immortal_time, prevalent_users


@pytest.mark.parametrize(("with_arm", "with_outcome"), [(2.0, 2.0), (3.0, 1.5), (1.4, 5.0)])
def test_no_confounder_weaker_than_the_e_value_makes_the_ratio_out_of_nothing(with_arm, with_outcome) -> None:
    """A binary confounder with these two ratios, and no programme at all, in expectation: no sampling."""
    rng = stream(5, "confounder", str(with_arm))
    for share in rng.uniform(0.02, 1, 200):
        in_treated = share
        in_others = share / with_arm
        ratio = (1 + (with_outcome - 1) * in_treated) / (1 + (with_outcome - 1) * in_others)
        found = e_value(ratio, ratio, ratio, contrast="risk_ratio")
        assert found.point <= max(with_arm, with_outcome) + 1e-12
        base = 0.9 / with_outcome
        one, zero = (base * (1 + (with_outcome - 1) * part) for part in (in_treated, in_others))
        assert abs(e_value_difference(one, zero, 0, 0).point - found.point) < 1e-9


def test_the_difference_bound_holds_the_truth_under_a_confounder_of_that_factor() -> None:
    """Of the treated: the confounded difference at its own bounding factor is no more than the true one."""
    with_arm, with_outcome, share, lift = 2.5, 3.0, 0.7, 0.08
    factor = with_arm * with_outcome / (with_arm + with_outcome - 1)
    base = 0.2
    others = base * (1 + (with_outcome - 1) * share / with_arm)
    treated = base * (1 + (with_outcome - 1) * share) + lift
    assert treated - factor * others <= lift + 1e-12 < treated - others


def test_an_omitted_variable_as_strong_as_its_benchmark_is_bounded() -> None:
    """The benchmark has a twin that nobody measured; leaving it out moves the estimate no further than the bound."""
    inside = []
    for number in range(60):
        rng = stream(11, "twin", number)
        n = 600
        twin, known, other = rng.standard_normal((3, n))
        a = (0.6 * known + 0.6 * twin + rng.standard_normal(n) > 0).astype(float)
        y = 1.0 * a + known + twin + 0.5 * other + rng.standard_normal(n)
        found = omitted_variable(y, a, np.column_stack([known, other]), benchmark=[0], times=(1,))
        inside.append((found.conf_low, found.bounds[0].estimate))
    naive, bounded = (np.array(column) for column in zip(*inside, strict=True))
    assert naive.min() > 1.0  # the truth is one, and no interval held it
    assert bounded.mean() <= 1.0 + 4 * bounded.std() / math.sqrt(60)


def test_a_hidden_bias_of_gamma_rejects_no_more_often_than_promised() -> None:
    """No programme; within a pair the treated are those with the higher outcome at odds of gamma, the worst case."""
    gamma, level, pairs = 2.0, 0.95, 80
    chance, rejected = gamma / (1 + gamma), {"signs": 0, "ranks": 0, "naive": 0}
    replicates = 2000
    rng = stream(3, "hidden")
    for _ in range(replicates):
        sign = np.where(rng.random(pairs) < chance, 1.0, -1.0)
        size = np.abs(rng.standard_normal(pairs)) + 0.01
        ranks = bounds_of_ranks((sign * size)[:60], np.zeros(60), gamma=(1, gamma), level=level)
        signs = bounds_of_signs((sign > 0).astype(float), (sign < 0).astype(float), gamma=(gamma,), level=level)
        rejected["signs"] += signs.direction == 1 and signs.p_high[0] <= 0.025
        rejected["ranks"] += ranks.direction == 1 and ranks.p_high[1] <= 0.025
        rejected["naive"] += ranks.p_high[0] <= 0.025
    margin = 4 * math.sqrt(0.025 * 0.975 / replicates)
    assert rejected["signs"] / replicates <= 0.025 + margin
    assert abs(rejected["ranks"] / replicates - 0.025) <= margin  # the bound is sharp here
    assert rejected["naive"] / replicates > 0.5


def test_calibrated_intervals_cover_where_ordinary_ones_do_not() -> None:
    """Systematic error N(0.3, 0.15²) in every answer; forty controls, whose truth is no difference."""
    truth, covered, ordinary, replicates = 0.5, 0, 0, 2000
    rng = stream(7, "controls")
    for _ in range(replicates):
        errors = rng.uniform(0.05, 0.3, 41)
        found = 0.3 + 0.15 * rng.standard_normal(41) + errors * rng.standard_normal(41)
        error = fit_systematic_error(found[1:], errors[1:])
        answer = calibrate(truth + found[0], errors[0], error)
        covered += answer.conf_low <= truth <= answer.conf_high
        ordinary += abs(found[0]) <= norm.isf(0.025) * errors[0]
    # The fitted error is itself uncertain, which the method leaves out: a little below the level is what it promises.
    assert 0.91 <= covered / replicates <= 0.97
    assert ordinary / replicates < 0.6


def test_waiting_that_was_planted_is_found_to_the_day() -> None:
    rng = stream(2, "wait")
    waited = rng.integers(0, 120, 300)
    found = immortal_time(waited, np.full(300, 730))
    assert found.affected == int((waited > 0).sum())
    assert abs(found.share - waited.sum() / (300 * 730)) < 1e-12
    assert prevalent_users(-waited).affected == found.affected


def test_a_grid_of_honest_cells_lies_around_the_truth() -> None:
    """Each cell adjusts for the one confounder in its own way, so all are near one; the crude cell is not declared."""
    rng = stream(4, "grid")
    n = 4000
    x = rng.standard_normal(n)
    a = (x + rng.standard_normal(n) > 0).astype(float)
    y = a + x + rng.standard_normal(n)
    cells = [omitted_variable(y, a, X, benchmark=[0]) for X in (x[:, None], np.column_stack([x, x**2]))]
    told = summarise_specifications([c.estimate for c in cells], [c.conf_low for c in cells],
                                    [c.conf_high for c in cells], own=0)  # fmt: skip
    assert (told.same_side, told.shown) == (2, 2)
    assert abs(told.median - 1) < 4 * cells[0].std_error
