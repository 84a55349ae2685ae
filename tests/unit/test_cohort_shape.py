"""The cohort's shape: sorted, typed, labelled with where it came from."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import load_protocol
from steget_eval.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records"))


@pytest.fixture(scope="module")
def cohort(records) -> Cohort:
    protocol = shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml")
    return build_cohort(load_protocol(protocol), records)


def test_people_are_sorted_and_every_part_has_their_order(cohort):
    ids = list(cohort.persons["participant_id"])
    assert ids == sorted(ids)
    assert len(cohort.covariates) == len(ids) == len(cohort.a)
    assert {len(values.to_frame()) for values in cohort.outcomes.values()} == {len(ids)}


def test_arm_one_is_the_treated(cohort):
    assert cohort.arms == ("ips", "usual")
    assert set(cohort.persons.loc[cohort.a == 1, "arm"]) == {"ips"}
    assert set(cohort.persons.loc[cohort.a == 0, "arm"]) == {"usual"}


def test_times_stay_inside_the_window_and_values_inside_their_kind(cohort):
    for values in cohort.outcomes.values():
        assert values.horizon_days == 731
        if values.t.size:
            assert values.t.dtype == values.d.dtype == np.int64
            assert values.t.min() >= 0
            assert values.t.max() <= 731
            assert values.d.max() <= 1 + len(values.causes)
            assert (values.t[values.d > 0] < 731).all()
        if values.kind == "binary":
            assert set(values.y[values.known]) <= {0.0, 1.0}


def test_states_of_every_month_add_up_to_the_people_of_the_arm(cohort):
    people = cohort.persons.groupby("arm").size()
    by_month = cohort.states.groupby(["arm", "month"])["n"].sum()
    for arm, n in people.items():
        assert set(by_month[arm]) == {n}
    assert (cohort.states["n"] > 0).all()
    assert cohort.states["month"].max() == 24


def test_cohort_says_where_it_came_from(cohort, records):
    assert cohort.records_fingerprint == records.fingerprint
    assert cohort.origin == "synthetic"
    assert cohort.source["title_sv"] == records.card.title.sv


def test_records_are_left_as_they_were(cohort, records):
    again = read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records"))
    assert again.fingerprint == records.fingerprint
