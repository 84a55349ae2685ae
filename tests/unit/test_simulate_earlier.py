"""What lies before day 0, and who is still there at a later month, in simulated records."""

from __future__ import annotations

import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.protocol import load_protocol
from steget_eval.simulate import load_truth, simulate_records

PROGRAMME = shipped("data", "programmes", "ips_sydnarke")


@pytest.fixture(scope="module")
def records():
    truth = load_truth(PROGRAMME / "truth.yaml").model_copy(update={"people": 2_000})
    return simulate_records(load_protocol(PROGRAMME / "protocol.yaml"), truth, seed=5)


def test_earlier_spells_are_over_by_the_index_date_and_begin_in_the_months_before_it(records):
    people = records.frame("participants")[["participant_id", "enrolled_on"]]
    care = records.frame("spells").merge(people, on="participant_id")
    care = care[care["state"] == "inpatient_care"]
    before = care[care["started_on"] < care["enrolled_on"]]
    assert len(before) > 500
    assert (before["ended_on"] <= before["enrolled_on"]).all()
    assert (before["enrolled_on"] - before["started_on"] <= pd.Timedelta(days=731)).all()
    # The truth has more admissions in the half-year before than earlier: people come when things are at their worst.
    late = before["enrolled_on"] - before["started_on"] <= pd.Timedelta(days=183)
    assert late.mean() > 0.3


def test_nobody_is_asked_at_a_month_after_follow_up_ended(records):
    people = records.frame("participants").set_index("participant_id")
    asked = records.frame("assessments")
    late = asked[asked["occasion"] == "month_24"]["participant_id"].unique()
    followed = people.loc[late, "followed_until"] - people.loc[late, "enrolled_on"]
    assert len(late) > 500
    assert (followed >= pd.Timedelta(days=730)).all()
