"""The bundled library pooled as metafor pools the same rows."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.intake.trials import read_trials
from steget_eval.study.synthesise import synthesise, synthesise_all

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "synthesis_pool.txt").set_index("key")["value"]
WINDOWS = pd.read_csv(HERE / "synthesis_windows.txt").set_index("key")["value"]
ASKED = {str(months): {"months": months, "minimum_dose": ""} for months in (6, 12, 18, 24)}
ASKED["mixed"] = {"allow_mixed": True}
COUNTS = ["study", "events_1", "n_1", "events_0", "n_0"]


@pytest.fixture(scope="module")
def library():
    return read_trials(shipped("data/trials"))


def test_the_rows_given_to_metafor_are_the_librarys(library):
    ours = synthesise(library, "competitive_employment", months=12).studies.to_frame()
    theirs = pd.read_csv(HERE / "synthesis_library.csv")[COUNTS]
    assert sorted(ours.values.tolist()) == sorted(theirs.values.tolist())


@pytest.mark.parametrize(("measure", "short"), [("risk_ratio", "RR"), ("odds_ratio", "OR"), ("risk_difference", "RD")])
def test_the_library_within_a_year_is_pooled_as_metafor_does(library, measure, short):
    found = synthesise(library, "competitive_employment", measure=measure, months=12)
    (row,) = found.pooled.estimates
    on_scale = math.log if row.scale == "log" else float
    for value, name in ((row.estimate, "beta"), (row.conf_low, "ci.lb"), (row.conf_high, "ci.ub")):
        assert on_scale(value) == pytest.approx(REFERENCE[f"library.{short}.REML.adhoc.{name}"], abs=1e-6)  # iterated


def test_every_outcome_of_the_library_is_pooled_or_refused_with_a_reason(library):
    found = synthesise_all(library)
    assert {one.outcome for one in found.answers} | {one.estimand for one in found.refusals} == {
        line.outcome for line in library
    }
    assert all(len({*one.months}) == 1 and len({*one.minimum_dose}) == 1 for one in found.answers)
    assert all(one.reason for one in found.refusals)


@pytest.mark.parametrize("pool", ASKED)
def test_each_window_of_the_library_is_pooled_and_predicted_as_metafor_does(library, pool):
    found = synthesise(library, "competitive_employment", **ASKED[pool])
    theirs = pd.read_csv(HERE / "synthesis_windows.csv")
    theirs = theirs.loc[theirs["pool"] == pool, COUNTS]
    assert sorted(found.studies.to_frame().values.tolist()) == sorted(theirs.values.tolist())
    (row,), (common,), (further,) = found.pooled.estimates, found.common.estimates, found.prediction
    for one, name, low, high in (
        (row, "beta", "ci.lb", "ci.ub"), (common, "mh", "mh.lb", "mh.ub"), (further, "beta", "pi.lb", "pi.ub"),
    ):  # fmt: skip
        for value, key in ((one.estimate, name), (one.conf_low, low), (one.conf_high, high)):
            assert math.log(value) == pytest.approx(WINDOWS[f"{pool}.{key}"], abs=1e-6)  # iterated
    assert found.pooled.tau2 == pytest.approx(WINDOWS[f"{pool}.tau2"], abs=1e-6)


def test_a_comparison_with_ips_itself_is_in_no_pool(library):
    """Tsang 2010 and a line of Zhang 2017 compare IPS with something added against IPS."""
    found = synthesise(library, "competitive_employment", allow_mixed=True)
    assert "tsang2010" not in found.studies.labels
    told = {one.line: one.reason for one in found.left_out}
    assert told["tsang2010.1"] == told["zhang2017.3"] == "the comparison was given IPS too"
    pooled = {line.key: line for line in library if line.key not in told and line.outcome == found.outcome}
    assert not any(line.compares_with_ips for line in pooled.values())
