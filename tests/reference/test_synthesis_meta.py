"""The same syntheses against the R package meta."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from steget_eval.methods.evidence.heterogeneity import heterogeneity
from steget_eval.methods.evidence.pooling import mantel_haenszel, peto
from steget_eval.methods.evidence.pooling_random import random_effects
from steget_eval.methods.evidence.predictive import prediction_interval
from steget_eval.methods.evidence.small_study import egger, harbord, peters
from steget_eval.methods.evidence.synthesis import build_studies
from steget_eval.methods.evidence.synthesis_effects import study_effects
from steget_eval.methods.evidence.synthesis_setting import Setting

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "synthesis_open" / "synthesis_meta.txt").set_index("key")["value"]
MEASURES = {"RR": "risk_ratio", "OR": "odds_ratio", "RD": "risk_difference"}
METHODS = {"DL": "dersimonian_laird", "PM": "paule_mandel", "REML": "reml"}
INTERVALS = {"classic": "wald", "HK": "hartung_knapp", "se": "hartung_knapp_floor"}


def _studies(name):
    frame = pd.read_csv(HERE / f"synthesis_{name}.csv")
    return build_studies(
        frame["study"], frame["events_1"], frame["n_1"], frame["events_0"], frame["n_0"],
        settings=Setting(outcome="event", months=12),
    )  # fmt: skip


def _is(value, key):
    assert value == pytest.approx(REFERENCE[key], abs=1e-6, rel=1e-6), key  # iterated


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_random_effects_and_their_intervals_are_metas(name, measure, method, interval):
    effects = study_effects(_studies(name), MEASURES[measure])
    pooled = random_effects(effects, tau2=METHODS[method], interval=INTERVALS[interval])
    (row,) = pooled.estimates
    on_scale = math.log if row.scale == "log" else float
    key = f"{name}.{measure}.{method}.{interval}."
    _is(pooled.value, f"{key}TE.random")
    _is(on_scale(row.conf_low), f"{key}lower.random")
    _is(on_scale(row.conf_high), f"{key}upper.random")
    _is(row.p_value, f"{key}pval.random")
    _is(pooled.tau2, f"{key}tau2")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_prediction_with_k_minus_two_is_higgins_thompson_and_spiegelhalters(name, measure):
    pooled = random_effects(study_effects(_studies(name), MEASURES[measure]), interval="wald")
    (row,) = prediction_interval(pooled)
    on_scale = math.log if row.scale == "log" else float
    _is(on_scale(row.conf_low), f"{name}.{measure}.REML.classic.lower.predict")
    _is(on_scale(row.conf_high), f"{name}.{measure}.REML.classic.upper.predict")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_common_effect_is_metas(name, measure):
    pooled = mantel_haenszel(_studies(name), MEASURES[measure])
    _is(pooled.value, f"{name}.{measure}.TE.common")
    if measure != "RD":  # meta takes Greenland and Robins's variance of the difference, metafor and this house Sato's
        _is(pooled.std_error, f"{name}.{measure}.seTE.common")


@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_peto_is_metas(name):
    pooled = peto(_studies(name))
    _is(pooled.value, f"{name}.peto.TE")
    _is(pooled.std_error, f"{name}.peto.seTE")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_i_squared_from_q_is_metas(name, measure):
    found = heterogeneity(study_effects(_studies(name), MEASURES[measure])).estimates
    i2, h2 = found.only(contrast="i_squared", method="q"), found.only(contrast="h_squared", method="q")
    for key, value in (
        ("I2", i2.estimate), ("lower.I2", i2.conf_low), ("upper.I2", i2.conf_high),
        ("H", h2.estimate**0.5), ("lower.H", h2.conf_low**0.5), ("upper.H", h2.conf_high**0.5),
    ):  # fmt: skip
        _is(value, f"{name}.{measure}.{key}")


@pytest.mark.parametrize("test", ["Harbord", "Egger", "Peters"])
@pytest.mark.parametrize("name", ["bcg", "ips", "library"])
def test_funnel_asymmetry_is_metas(name, test):
    studies = _studies(name)
    found = {
        "Harbord": lambda: harbord(studies),
        "Egger": lambda: egger(study_effects(studies, "odds_ratio")),
        "Peters": lambda: peters(studies),
    }
    (row,) = found[test]()
    _is(row.estimate, f"{name}.{test}.slope")
    _is(row.std_error, f"{name}.{test}.se")
    _is(row.p_value, f"{name}.{test}.p")
