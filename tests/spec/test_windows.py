"""How long each person's window is, and what is known of who was not followed through it."""

from __future__ import annotations

import pytest

WORK = {"spells": ["competitive_employment"]}
TWO_YEARS = {"index": "enrolled_on", "horizon": 24, "unit": "months"}
ONE_MONTH = {"index": "enrolled_on", "horizon": 1, "unit": "months"}
NO_SPELLS = "participant_id | state | started_on | ended_on"


@pytest.mark.parametrize(("index", "days"), [("2015-03-01", 731), ("2016-03-01", 730), ("2016-02-29", 730)])
def test_two_years_are_each_persons_own_calendar(ask, tell, index, days):
    told = tell(ask(WORK, clock=TWO_YEARS), spells=NO_SPELLS, participants=f"""
        participant_id | enrolled_on
        ---------------+------------
        a              | {index}
    """)  # fmt: skip
    assert list(told.cohort.persons["observed_days"]) == [days]


def test_followed_through_the_own_window_gets_the_longest_time(ask, tell):
    told = tell(ask(WORK, kind="time_to_event", clock=TWO_YEARS), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2016-03-01  | 2018-03-01     | lost
        b              | 2015-03-01  | 2017-03-01     | lost
        c              | 2016-03-01  | 2018-02-28     | lost
    """)  # fmt: skip
    assert told.td == {"a": (731, 0), "b": (731, 0), "c": (729, 0)}


def test_month_from_the_last_day_of_january_ends_with_february(ask, tell):
    told = tell(ask(WORK, clock=ONE_MONTH), participants="""
        participant_id | enrolled_on
        ---------------+------------
        a              | 2023-01-31
        b              | 2024-01-31
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2023-02-28 | 2023-03-01
        b              | competitive_employment | 2024-02-28 | 2024-02-29
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}  # [31 Jan, 28 Feb) and [31 Jan, 29 Feb)


def test_ever_and_at_the_horizon_differ(ask, tell):
    tables = {"participants": """
        participant_id | enrolled_on
        ---------------+------------
        a              | 2024-03-01
        b              | 2024-03-01
    """, "spells": """
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-10
        b              | competitive_employment | 2024-03-10 | 2024-03-11
    """}  # fmt: skip
    assert tell(ask(WORK), **tables).y == {"a": 1, "b": 1}
    assert tell(ask(WORK, outcome={"measure": "at_horizon"}), **tables).y == {"a": 0, "b": 1}


def test_at_horizon_is_unknown_of_who_was_lost_before_it(ask, tell):
    told = tell(ask(WORK, outcome={"measure": "at_horizon"}), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-10     | lost
        b              | 2024-03-01  | 2024-03-11     | lost
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-03-02 |
        b              | competitive_employment | 2024-03-02 |
    """)  # fmt: skip
    assert told.y == {"a": None, "b": 1}


def test_at_horizon_needs_the_dose_full_by_then(ask, tell):
    outcome = {"measure": "at_horizon", "minimum_dose": {"days": 3}}
    told = tell(ask(WORK, outcome=outcome), participants="""
        participant_id | enrolled_on
        ---------------+------------
        a              | 2024-03-01
        b              | 2024-03-01
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-03-09 |
        b              | competitive_employment | 2024-03-08 |
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}


def test_ever_is_unknown_of_who_was_lost_without_event(ask, tell):
    told = tell(ask(WORK), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-10     | lost
        b              | 2024-03-01  | 2024-03-11     | lost
    """)  # fmt: skip
    assert told.y == {"a": None, "b": 0}


def test_exit_clock_counts_from_discharge(ask, tell):
    clock = {"index": "discharged_on", "horizon": 10, "unit": "days"}
    told = tell(ask(WORK, kind="time_to_event", clock=clock), participants="""
        participant_id | enrolled_on | discharged_on
        ---------------+-------------+--------------
        a              | 2024-01-01  | 2024-03-01
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-01 | 2024-02-09
        a              | competitive_employment | 2024-03-04 |
    """)  # fmt: skip
    assert told.td == {"a": (3, 1)}


def test_who_has_not_been_discharged_is_an_excluded_step_of_an_exit_clock_and_refuses_nobody_else(ask, tell):
    clock = {"index": "discharged_on", "horizon": 10, "unit": "days"}
    adult = {"id": "adult", "exclude": {"sv": "ord", "en": "words"}, "age_between": [18, 64]}
    told = tell(ask(WORK, clock=clock, eligibility=[adult]), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on | discharged_on | birth_year
        ---------------+-------------+---------------+-----------
        left           | 2024-01-01  | 2024-03-01    | 1980
        still_there    | 2024-01-01  |               | 1980
        too_young      | 2024-01-01  | 2024-03-01    | 2010
    """)  # fmt: skip
    assert told.ids == ["left"]
    assert told.flow == {"records": 3, "no_index": 1, "adult": 1, "included": 1, "known": 1}


def test_days_in_state_are_unknown_of_who_was_lost(ask, tell):
    told = tell(ask(WORK, kind="amount", outcome={"measure": "days_in_state"}), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-10     | lost
        b              | 2024-03-01  | 2024-03-11     | lost
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-03-02 |
        b              | competitive_employment | 2024-03-02 |
    """)  # fmt: skip
    assert told.y == {"a": None, "b": 9}
    assert told.cohort.outcomes["question"].unit == "days"
