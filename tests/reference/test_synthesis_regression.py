"""Meta-regression, subgroups, small-study checks and sensitivity against metafor."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.meta_regression_subgroups import pool_subgroups
from steget_eval.methods.evidence.pooling import inverse_variance, mantel_haenszel
from steget_eval.methods.evidence.pooling_random import random_effects
from steget_eval.methods.evidence.sensitivity_analysis import cumulative, leave_one_out
from steget_eval.methods.evidence.small_study import egger, peters
from steget_eval.methods.evidence.small_study_trim import trim_and_fill
from steget_eval.methods.evidence.synthesis import build_studies
from steget_eval.methods.evidence.synthesis_effects import study_effects
from steget_eval.methods.evidence.synthesis_setting import Setting

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "synthesis_regression.txt").set_index("key")["value"]
METHODS = {"DL": "dersimonian_laird", "PM": "paule_mandel", "REML": "reml"}
INTERVALS = {"z": "wald", "knha": "hartung_knapp", "adhoc": "hartung_knapp_floor"}
BCG = pd.read_csv(HERE / "synthesis_bcg.csv")


def _studies(frame):
    return build_studies(
        frame["study"], frame["events_1"], frame["n_1"], frame["events_0"], frame["n_0"],
        settings=Setting(outcome="event", months=12),
    )  # fmt: skip


STUDIES = _studies(BCG)
EFFECTS = study_effects(STUDIES, "risk_ratio")


def _is(value, key):
    assert value == pytest.approx(REFERENCE[key], abs=1e-6, rel=1e-6), key  # iterated


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("method", METHODS)
def test_meta_regression_is_metafors(method, interval, k):
    names = ["latitude", "year"][:k]
    found = meta_regression(EFFECTS, BCG[names], names, tau2=METHODS[method], interval=INTERVALS[interval])
    key = f"mods.{k}.{method}.{interval}."
    for i, name in enumerate(["intercept", *names]):
        row = found.estimates.only(subgroup=name)
        _is(row.estimate, f"{key}{i}.beta")
        _is(row.std_error, f"{key}{i}.se")
        _is(row.conf_low, f"{key}{i}.ci.lb")
        _is(row.conf_high, f"{key}{i}.ci.ub")
        _is(row.p_value, f"{key}{i}.pval")
    moderators = found.estimates.only(contrast="moderators")
    _is(moderators.estimate, f"{key}QM")
    _is(moderators.p_value, f"{key}QMp")
    q = found.residual.only(contrast="q")
    _is(q.estimate, f"{key}QE")
    _is(q.p_value, f"{key}QEp")
    _is(found.tau2, f"{key}tau2")
    _is(100 * found.r_squared, f"{key}R2")
    _is(100 * found.residual.only(contrast="i_squared", method=f"{METHODS[method]}_q_profile").estimate, f"{key}I2")
    if (method, k) == ("REML", 1):
        row = found.residual.only(contrast="tau_squared")
        _is(row.conf_low, "mods.1.tau2.lb")
        _is(row.conf_high, "mods.1.tau2.ub")


@pytest.mark.parametrize("interval", ["z", "knha"])
def test_subgroups_and_their_difference_are_metafors(interval):
    groups = ["far" if latitude >= 40 else "near" for latitude in BCG["latitude"]]
    found = pool_subgroups(EFFECTS, groups, interval=INTERVALS[interval])
    for i, name in enumerate(["far", "near"]):
        _is(math.log(found.estimates.only(subgroup=name).estimate), f"group.{interval}.{i}.beta")
    test = found.estimates.only(contrast="between_subgroups")
    _is(test.estimate, f"group.{interval}.Q")
    _is(test.p_value, f"group.{interval}.Qp")


@pytest.mark.parametrize("name", ["egger", "peters"])
def test_funnel_asymmetry_is_metafors(name):
    (row,) = egger(EFFECTS) if name == "egger" else peters(STUDIES)
    _is(row.estimate, f"{name}.slope")
    _is(row.std_error, f"{name}.se")
    _is(row.p_value, f"{name}.p")


@pytest.mark.parametrize("method", ["FE", "DL"])
@pytest.mark.parametrize("side", ["left", "right", "ips"])
def test_trim_and_fill_is_metafors(side, method):
    pool = inverse_variance if method == "FE" else partial(random_effects, tau2="dersimonian_laird", interval="wald")
    frame = pd.read_csv(HERE / "synthesis_ips.csv") if side == "ips" else BCG
    effects = study_effects(_studies(frame), "risk_ratio")
    found = trim_and_fill(effects, pool, missing="high" if side == "right" else "low")
    (row,) = found.estimates
    key = f"trim.{side}.{method}."
    assert found.filled == REFERENCE[f"{key}k0"]
    _is(math.log(row.estimate), f"{key}beta")
    _is(row.std_error, f"{key}se")


def test_leave_one_out_is_metafors():
    for i, pooled in enumerate(leave_one_out(EFFECTS, partial(random_effects, interval="wald")).pooled):
        _is(pooled.value, f"out.{i}.estimate")
        _is(pooled.std_error, f"out.{i}.se")
        _is(pooled.tau2, f"out.{i}.tau2")
    for i, pooled in enumerate(leave_one_out(STUDIES, partial(mantel_haenszel, measure="risk_ratio")).pooled):
        _is(pooled.value, f"out.mh.{i}.estimate")


def test_cumulative_analysis_is_metafors():
    found = cumulative(EFFECTS, partial(random_effects, interval="wald"), BCG["year"])
    assert found.studies[-1] == BCG["study"][int(np.argmax(BCG["year"]))]
    assert len(found.pooled) == 12
    for i, pooled in enumerate(found.pooled):
        _is(pooled.value, f"cumul.{i}.estimate")
        _is(pooled.std_error, f"cumul.{i}.se")
        _is(pooled.tau2, f"cumul.{i}.tau2")
