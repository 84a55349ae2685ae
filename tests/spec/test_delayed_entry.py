"""Whoever is observed from a date after the index date enters late."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from steget_eval.core.errors import SpecError
from steget_eval.study.answers import method_lines

WORK = {"spells": ["competitive_employment"]}
CLOCK = {"index": "enrolled_on", "horizon": 30, "unit": "days", "observed_from": "2024-01-11"}
PEOPLE = """
    participant_id | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------------+----------------+-------------------
    before         | 2024-01-01  | 2024-03-01     | study_end
    on_the_day     | 2024-01-11  | 2024-03-01     | study_end
    after          | 2024-01-20  | 2024-03-01     | study_end
    gone           | 2024-01-01  | 2024-01-08     | lost
    had_it         | 2024-01-01  | 2024-03-01     | study_end
    that_day       | 2024-01-01  | 2024-03-01     | study_end
    day_after      | 2024-01-01  | 2024-03-01     | study_end
"""
JOBS = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+-----------
    had_it         | competitive_employment | 2024-01-05 |
    that_day       | competitive_employment | 2024-01-11 |
    day_after      | competitive_employment | 2024-01-12 |
"""


def test_entry_is_the_day_after_which_a_person_is_at_risk(ask, tell):
    asked = ask(WORK, clock=CLOCK, kind="time_to_event")
    values = tell(asked, participants=PEOPLE, spells=JOBS).cohort.outcomes["question"]
    names = ("after", "before", "day_after", "gone", "had_it", "on_the_day", "that_day")  # by participant
    found = {name: (int(e), bool(k)) for name, e, k in zip(names, values.entry, values.known, strict=True)}
    assert found == {
        "after": (0, True), "before": (10, True), "day_after": (10, True), "gone": (10, False), "had_it": (10, False),
        "on_the_day": (0, True), "that_day": (10, False),
    }  # fmt: skip


def test_without_the_key_nobody_enters_late(ask, tell):
    clock = {name: value for name, value in CLOCK.items() if name != "observed_from"}
    values = tell(ask(WORK, clock=clock, kind="time_to_event"), participants=PEOPLE, spells=JOBS).cohort.outcomes
    assert values["question"].entry.size == 0
    assert values["question"].known.all()


def test_the_flow_counts_those_who_are_known(ask, tell):
    told = tell(ask(WORK, clock=CLOCK, kind="time_to_event"), participants=PEOPLE, spells=JOBS)
    steps = {step.kind: step.n for step in told.cohort.flow.steps}
    assert (steps["included"], steps["known"]) == (7, 4)


def test_a_share_of_people_observed_late_is_refused(ask):
    with pytest.raises(ValidationError, match="asks of a binary outcome, which is not known of who"):
        ask(WORK, clock=CLOCK)


def test_a_method_that_takes_nobody_late_is_refused(ask):
    protocol = ask(WORK, clock=CLOCK, kind="time_to_event")
    estimand = protocol.estimand("question").model_copy(update={"methods": ("censoring_weights",)})
    with pytest.raises(SpecError, match="takes nobody who is observed late"):
        method_lines(protocol, estimand)


def test_the_check_of_proportional_hazards_follows_late_entries_too(ask):
    protocol = ask(WORK, clock=CLOCK, kind="time_to_event")
    estimand = protocol.estimand("question").model_copy(
        update={"contrast": "hazard_ratio", "methods": ("cox", "log_rank")}
    )
    assert [line.name for line in method_lines(protocol, estimand)] == ["cox", "log_rank", "schoenfeld"]


def test_a_clock_without_index_date_cannot_be_late(ask):
    with pytest.raises(ValidationError, match="observed_from needs an index date"):
        ask(WORK, clock={"index": "none", "observed_from": "2024-01-11"}, kind="time_to_event")
