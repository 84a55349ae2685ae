"""Borrowing and matching-adjusted comparison against plain quadrature and sandwich in R."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from steget_eval.methods.evidence.borrowing import build_arms, own_arm, power_prior
from steget_eval.methods.evidence.borrowing_contrast import compare_with_borrowed
from steget_eval.methods.evidence.borrowing_map import predictive_density, robust_map
from steget_eval.methods.evidence.matching_adjusted import matching_adjusted, matching_weights
from steget_eval.methods.evidence.synthesis_setting import Setting

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "synthesis_beside.txt").set_index("key")["value"]
YEAR = Setting(outcome="competitive_employment_any", months=12)
ARMS = build_arms(["a", "b", "c", "d"], [1, 3, 8, 3], [25, 43, 76, 37], settings=YEAR, own=YEAR)


def _is(value, key, tolerance=1e-6):  # quadrature on both sides
    assert value == pytest.approx(REFERENCE[key], abs=tolerance, rel=tolerance), key


@pytest.mark.parametrize(("events", "n"), [(0, 0), (10, 30)])
@pytest.mark.parametrize("weight", [0, 0.3, 1])
def test_power_prior_is_the_beta_binomial(weight, events, n):
    found = power_prior(ARMS, weight, events=events, n=n)
    (row,) = found.estimates
    key = f"power.{weight:g}.{n}."
    _is(row.estimate, f"{key}mean")
    _is(row.conf_low, f"{key}low")
    _is(row.conf_high, f"{key}high")
    if n and weight:
        _is(found.conflict_p, f"{key}conflict")


def test_predictive_density_has_the_moments_of_plain_quadrature():
    density = predictive_density(ARMS)
    _is(density.mean, "map.mean")
    _is(density.variance, "map.variance")


@pytest.mark.parametrize("informative", [0.5, 0.8, 1])
def test_robust_map_is_plain_quadratures(informative):
    found = robust_map(ARMS, informative, events=10, n=30)
    (row,) = found.estimates
    _is(found.weight, f"robust.{informative:g}.weight")
    _is(row.estimate, f"robust.{informative:g}.mean")
    _is(row.std_error, f"robust.{informative:g}.sd")
    _is(found.conflict_p, "conflict")


def test_programme_beside_borrowed_controls_is_plain_integration():
    found = compare_with_borrowed(own_arm(15, 40), power_prior(ARMS, 0.5))
    difference = found.estimates.only(contrast="risk_difference")
    ratio = found.estimates.only(contrast="risk_ratio")
    _is(difference.estimate, "beside.rd.mean")
    for value, key in (
        (difference.conf_low, "rd.low"), (difference.conf_high, "rd.high"), (ratio.conf_low, "rr.0.025"),
        (ratio.estimate, "rr.0.5"), (ratio.conf_high, "rr.0.975"), (found.probability_higher, "higher"),
    ):  # fmt: skip
        _is(value, f"beside.{key}", 1e-5)  # the twin's 200 000 quantiles


def test_matching_adjusted_comparison_is_sandwichs():
    people = pd.read_csv(HERE / "synthesis_people.csv")
    names = ["age", "woman", "worked_before"]
    weights = matching_weights(people[names], [41, 0.5, 0.35], names)
    _is(weights.ess, "matched.ess")
    for i in (0, 39, 79):
        _is(weights.w[i], f"matched.w.{i}")
    found = matching_adjusted(people["y"], weights, 12, 60).estimates
    share = found.only(contrast="risk_1")
    _is(share.estimate, "matched.share")
    _is(share.std_error, "matched.se")
    for contrast, key, on_scale in (
        ("risk_difference", "rd", float), ("risk_ratio", "log_rr", math.log), ("odds_ratio", "log_or", math.log),
    ):  # fmt: skip
        row = found.only(contrast=contrast)
        _is(on_scale(row.estimate), f"matched.{key}")
        _is(row.std_error, f"matched.{key}.se")
