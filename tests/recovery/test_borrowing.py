"""Borrowing falls back to what it must, and finds what is true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta

from steget_eval.core.errors import MethodError, OverlapError
from steget_eval.core.streams import stream
from steget_eval.methods.evidence.borrowing import build_arms, own_arm, power_prior
from steget_eval.methods.evidence.borrowing_contrast import compare_with_borrowed
from steget_eval.methods.evidence.borrowing_map import check_arms, predictive_density, robust_map
from steget_eval.methods.evidence.matching_adjusted import matching_adjusted, matching_weights
from steget_eval.methods.evidence.synthesis_setting import Setting

YEAR = Setting(outcome="competitive_employment_any", months=12, minimum_dose="1_day")
LABELS, EVENTS, N = ["a", "b", "c", "d"], [1, 3, 8, 3], [25, 43, 76, 37]
ARMS = build_arms(LABELS, EVENTS, N, settings=YEAR, own=YEAR)


def _same(one, other, tolerance=1e-6):  # the grid ends where 3e-8 of a uniform prior is left
    a, b = one.estimates.rows[0], other.estimates.rows[0]
    got, want = ((r.estimate, r.std_error, r.conf_low, r.conf_high) for r in (a, b))
    assert got == pytest.approx(want, abs=tolerance)


def test_power_prior_of_weight_nought_is_ones_own_beta_posterior():
    found = power_prior(ARMS, 0, events=10, n=30)
    _same(found, own_arm(10, 30, arm="risk_0"), 1e-12)  # closed form
    assert found.ess_borrowed == 0
    assert math.isnan(found.conflict_p)


def test_power_prior_of_weight_one_pools_everybody():
    found = power_prior(ARMS, 1, events=10, n=30)
    _same(found, own_arm(10 + sum(EVENTS), 30 + sum(N), arm="risk_0"), 1e-12)  # closed form
    assert found.ess_borrowed == pytest.approx(sum(N))


def test_robust_map_without_informative_part_is_the_uniform_priors_posterior():
    found = robust_map(ARMS, 0, events=10, n=30)
    _same(found, own_arm(10, 30, arm="risk_0"))
    assert found.weight == 0
    assert found.ess_borrowed == pytest.approx(0, abs=1e-4)


def test_robust_map_of_arms_that_cannot_differ_is_the_pooled_binomial():
    found = robust_map(ARMS, 1, events=10, n=30, tau_scale=1e-6, mean_scale=1e3)
    # A flat prior of the logit is Beta(0, 0); the likelihood has 25 events of 211.
    want = beta(25, 186)
    row = found.estimates.rows[0]
    assert row.estimate == pytest.approx(want.mean(), abs=1e-5)  # the prior of the mean is not quite flat
    assert (row.conf_low, row.conf_high) == pytest.approx((want.ppf(0.025), want.ppf(0.975)), abs=1e-5)


def test_a_grid_posterior_is_the_beta_it_stands_for():
    density, exact = own_arm(3, 17).density, beta(4, 15)
    assert density.mean == pytest.approx(exact.mean(), abs=1e-9)  # trapezoidal rule on a smooth density
    for tail in (0.001, 0.025, 0.5, 0.975, 0.999):
        assert density.quantile(tail) == pytest.approx(exact.ppf(tail), abs=1e-8)


def test_conflict_is_seen_and_the_informative_part_gives_way():
    fits, differs = (robust_map(ARMS, 0.8, events=x, n=60) for x in (5, 45))
    assert fits.conflict_p > 0.5
    assert fits.weight > 0.8
    assert fits.ess_borrowed > 5
    assert differs.conflict_p < 0.01
    assert differs.weight < 0.05
    assert differs.estimates.rows[0].estimate == pytest.approx(46 / 62, abs=0.02)


def test_the_arm_that_differs_is_found_among_the_published():
    arms = build_arms([*LABELS, "far"], [*EVENTS, 70], [*N, 80], settings=YEAR, own=YEAR)
    found = check_arms(arms).to_frame().set_index("subgroup")
    assert found["p_value"].idxmin() == "far"
    assert found.loc["far", "p_value"] < 0.01
    assert found.loc["far", "conf_high"] < 70 / 80


def test_arms_at_other_windows_or_doses_are_not_borrowed_in_silence():
    other = Setting(outcome="competitive_employment_any", months=18, minimum_dose="13_weeks")
    with pytest.raises(MethodError, match=r"minimum dose.*follow-up"):
        build_arms(LABELS, EVENTS, N, settings=YEAR, own=other)
    arms = build_arms(LABELS, EVENTS, N, settings=YEAR, own=other, allow_mixed=True)
    (row,) = power_prior(arms, 0.5).estimates
    assert "mixed follow-up (12, 18 months)" in row.note
    assert "mixed minimum dose (13_weeks, 1_day)" in row.note


@pytest.mark.slow
def test_a_further_arm_lies_within_its_predicted_limits_as_often_as_they_say():
    # Parameters drawn from the very prior: the interval then covers 90 % exactly.
    replicates, hits = 200, 0
    for replicate in range(replicates):
        draw = stream(20, "borrowing", replicate)
        mu, tau = draw.normal(0, 2), abs(draw.normal(0, 1))
        shares = 1 / (1 + np.exp(-(mu + tau * draw.normal(size=5))))
        arms = build_arms(list("abcd"), draw.binomial(60, shares[:4]), [60] * 4, settings=YEAR, own=YEAR)
        density = predictive_density(arms)
        hits += density.quantile(0.05) <= shares[4] <= density.quantile(0.95)
    error = math.sqrt(0.9 * 0.1 / replicates)
    assert hits / replicates == pytest.approx(0.9, abs=3 * error)  # 200 replicates


def test_matching_to_ones_own_means_is_the_crude_share():
    draw = stream(3, "matching")
    x, y = draw.normal(size=(50, 2)), draw.integers(0, 2, 50)
    weights = matching_weights(x, x.mean(axis=0), ["age", "score"])
    assert weights.w == pytest.approx(np.ones(50), abs=1e-9)
    assert weights.ess == pytest.approx(50)
    found = matching_adjusted(y, weights, 12, 40).estimates
    assert found.only(contrast="risk_1").estimate == pytest.approx(y.mean())
    assert found.only(contrast="risk_difference").estimate == pytest.approx(y.mean() - 0.3)


def test_published_means_beyond_the_programmes_people_are_refused():
    x = stream(3, "matching").uniform(20, 40, size=(50, 1))
    with pytest.raises(OverlapError, match="beyond"):
        matching_weights(x, [45.0], ["age"])


@pytest.mark.slow
def test_matching_recovers_the_share_in_the_published_population():
    # Logistic outcome in one 0/1 covariate: the truth after weighting to 70 % is known.
    truth = 0.7 * 0.5 + 0.3 * 0.2
    estimates, errors = [], []
    for replicate in range(600):
        draw = stream(4, "matching", replicate)
        x = draw.random(150) < 0.4
        y = draw.random(150) < np.where(x, 0.5, 0.2)
        row = matching_adjusted(y, matching_weights(x[:, None], [0.7], ["worked"]), 30, 100).estimates.rows[0]
        estimates.append(row.estimate)
        errors.append(row.std_error)
    spread = float(np.std(estimates, ddof=1))
    assert np.mean(estimates) == pytest.approx(truth, abs=4 * spread / math.sqrt(600))  # 4 Monte Carlo errors
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.1)  # 600 replicates: 3 % each


def test_a_programme_beside_itself_is_as_likely_higher_as_lower():
    found = compare_with_borrowed(own_arm(12, 40), own_arm(12, 40, arm="risk_0"))
    assert found.probability_higher == pytest.approx(0.5, abs=1e-6)  # quadrature
    difference = found.estimates.only(contrast="risk_difference")
    assert difference.conf_low == pytest.approx(-difference.conf_high, abs=1e-6)
    assert len(found.assumptions) == 3
