"""Pooled effects, heterogeneity and prediction against metafor."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from steget_eval.methods.evidence.heterogeneity import heterogeneity
from steget_eval.methods.evidence.pooling import inverse_variance, mantel_haenszel, peto
from steget_eval.methods.evidence.pooling_random import random_effects
from steget_eval.methods.evidence.predictive import prediction_interval
from steget_eval.methods.evidence.synthesis import build_studies
from steget_eval.methods.evidence.synthesis_effects import mean_differences, study_effects
from steget_eval.methods.evidence.synthesis_setting import Setting

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "synthesis_pool.txt").set_index("key")["value"]
MEASURES = {"RR": "risk_ratio", "OR": "odds_ratio", "RD": "risk_difference"}
METHODS = {"DL": "dersimonian_laird", "PM": "paule_mandel", "REML": "reml"}
INTERVALS = {"z": "wald", "knha": "hartung_knapp", "adhoc": "hartung_knapp_floor"}
SETTING = Setting(outcome="event", months=12)
SETS = ["bcg", "ips", "library", "zero"]


def _studies(name):
    frame = pd.read_csv(HERE / f"synthesis_{name}.csv")
    return build_studies(
        frame["study"], frame["events_1"], frame["n_1"], frame["events_0"], frame["n_0"], settings=SETTING
    )


def _effects(name, measure):
    return study_effects(_studies(name), MEASURES[measure], zero="half")


def _expect(pooled, key, tolerance=1e-8):  # closed form
    row = pooled.estimates.rows[0]
    on_scale = math.log if row.scale == "log" else float
    got = {
        "beta": on_scale(row.estimate), "se": row.std_error, "ci.lb": on_scale(row.conf_low),
        "ci.ub": on_scale(row.conf_high), "pval": row.p_value,
    }  # fmt: skip
    for name, value in got.items():
        assert value == pytest.approx(REFERENCE[f"{key}.{name}"], abs=tolerance, rel=tolerance), name


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SETS)
def test_mantel_haenszel_is_metafors(name, measure):
    pooled = mantel_haenszel(_studies(name), MEASURES[measure])
    _expect(pooled, f"{name}.{measure}.mh")
    if name == "bcg":
        for i, weight in enumerate(pooled.weights):
            assert 100 * weight == pytest.approx(REFERENCE[f"bcg.{measure}.mh.weight.{i}"], abs=1e-8)  # closed form


@pytest.mark.parametrize("name", SETS)
def test_peto_is_metafors(name):
    _expect(peto(_studies(name)), f"{name}.OR.peto")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SETS)
def test_inverse_variance_is_metafors(name, measure):
    _expect(inverse_variance(_effects(name, measure)), f"{name}.{measure}.iv")


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SETS)
def test_random_effects_are_metafors(name, measure, method, interval):
    pooled = random_effects(_effects(name, measure), tau2=METHODS[method], interval=INTERVALS[interval])
    key = f"{name}.{measure}.{method}.{interval}"
    _expect(pooled, key, 1e-6)  # iterated
    assert pooled.tau2 == pytest.approx(REFERENCE[f"{key}.tau2"], abs=1e-6)  # iterated


@pytest.mark.parametrize(("interval", "degrees"), [("z", "normal"), ("knha", "k_minus_1"), ("adhoc", "k_minus_1")])
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SETS)
def test_prediction_intervals_are_metafors(name, measure, interval, degrees):
    pooled = random_effects(_effects(name, measure), interval=INTERVALS[interval])
    (row,) = prediction_interval(pooled, degrees=degrees)
    on_scale = math.log if row.scale == "log" else float
    for end, value in (("lb", row.conf_low), ("ub", row.conf_high)):
        assert on_scale(value) == pytest.approx(REFERENCE[f"{name}.{measure}.REML.{interval}.pi.{end}"], abs=1e-6)
    assert row.interval_kind == "prediction"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SETS)
def test_heterogeneity_and_its_q_profile_limits_are_metafors(name, measure, method):
    found = heterogeneity(_effects(name, measure), tau2=METHODS[method]).estimates
    key = f"{name}.{measure}.{method}.z."
    for contrast, said, times in (
        ("tau_squared", "tau^2", 1), ("tau", "tau", 1), ("i_squared", "I^2(%)", 100), ("h_squared", "H^2", 1),
    ):  # fmt: skip
        row = found.only(contrast=contrast, method=f"{METHODS[method]}_q_profile")
        for end, value in (("estimate", row.estimate), ("ci.lb", row.conf_low), ("ci.ub", row.conf_high)):
            expected = REFERENCE[f"{key}{said}.{end}"]
            assert times * value == pytest.approx(expected, abs=2e-6, rel=1e-6), (contrast, end)  # iterated
    q = found.only(contrast="q")
    assert (q.estimate, q.p_value) == pytest.approx((REFERENCE[key + "QE"], REFERENCE[key + "QEp"]), rel=1e-8)


def test_mean_differences_are_metafors():
    effects = mean_differences(
        ["a", "b", "c"], [12.1, 9.8, 15.2], [10.2, 8.1, 14], [40, 55, 30], [6, 7.2, 5.9], [9.1, 7.7, 10],
        [41, 50, 33], settings=SETTING,
    )  # fmt: skip
    _expect(random_effects(effects, interval="hartung_knapp"), "md.MD.REML.knha", 1e-6)  # iterated
