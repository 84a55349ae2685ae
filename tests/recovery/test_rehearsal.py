"""Rehearsing the comparison on its own truth finds it where confounding is adjusted for, and misses it otherwise."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from steget_eval import load_protocol, rehearse
from steget_eval.core.shipped import shipped
from steget_eval.simulate import load_truth
from steget_eval.study.rehearse import narrowed

pytestmark = pytest.mark.slow
FOLDER = shipped("data", "programmes", "ips_sydnarke_comparison")
REPLICATES = 60
ADJUSTED = ["aipw", "g_computation", "ipw"]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    """Return the rehearsal of the primary estimand, one row per method."""
    protocol = load_protocol(FOLDER / "protocol.yaml")
    primary = protocol.estimand(protocol.primary)
    # A cohort is built for every estimand of its protocol; the others would take three quarters of the time.
    alone = narrowed(protocol, primary)
    truth = load_truth(FOLDER / "truth.yaml")
    return rehearse(alone, truth, replicates=REPLICATES, seed=7).to_frame().set_index("method")


def test_every_method_of_the_estimand_answers_every_replicate(found: pd.DataFrame):
    assert list(found.index) == [*ADJUSTED, "miettinen_nurminen"]
    assert (found["replicates"] == REPLICATES).all()
    assert (found["refused"] == 0).all()


@pytest.mark.parametrize("method", ADJUSTED)
def test_adjusted_method_finds_the_stated_difference(found: pd.DataFrame, method: str):
    row = found.loc[method]
    assert abs(row["bias"]) < 4 * row["bias_mcse"]  # once in 16,000 by chance


@pytest.mark.parametrize("method", ADJUSTED)
def test_intervals_of_an_adjusted_method_hold_the_truth_as_often_as_they_say(found: pd.DataFrame, method: str):
    error = math.sqrt(0.95 * 0.05 / REPLICATES)  # Monte Carlo error of a coverage that is what it should be
    assert abs(found.loc[method, "coverage"] - 0.95) < 4 * error


@pytest.mark.parametrize("method", ADJUSTED)
def test_standard_errors_of_an_adjusted_method_are_as_large_as_the_spread_of_its_estimates(
    found: pd.DataFrame, method: str
):
    row = found.loc[method]
    error = 1 / math.sqrt(2 * (REPLICATES - 1))  # relative Monte Carlo error of a standard deviation
    assert abs(row["model_se"] / row["empirical_se"] - 1) < 4 * error


def test_the_difference_without_adjustment_is_visibly_another(found: pd.DataFrame):
    crude = found.loc["miettinen_nurminen"]
    assert crude["bias"] > 4 * crude["bias_mcse"]  # those who would have worked anyway more often chose the programme
