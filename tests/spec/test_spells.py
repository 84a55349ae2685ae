"""Which days of which spells count: clipped to [index, index + window), joined, counted up to a dose."""

from __future__ import annotations

WORK = {"spells": ["competitive_employment"]}
JOB_OR_STUDIES = {"spells": ["competitive_employment", "education"]}
PEOPLE = """
    participant_id | enrolled_on
    ---------------+------------
    a              | 2024-03-01
    b              | 2024-03-01
"""
DAYS = {"kind": "amount", "outcome": {"measure": "days_in_state"}}
TIME = {"kind": "time_to_event"}


def test_spell_starting_on_window_end_does_not_count(ask, tell):
    told = tell(ask(WORK), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-11 | 2024-04-01
        b              | competitive_employment | 2024-03-10 | 2024-04-01
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}


def test_spell_ending_on_index_date_does_not_count(ask, tell):
    told = tell(ask(WORK), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-01 | 2024-03-01
        b              | competitive_employment | 2024-02-01 | 2024-03-02
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}


def test_ongoing_spell_counts_to_the_window_end(ask, tell):
    told = tell(ask(WORK, **DAYS), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-03-04 |
    """)  # fmt: skip
    assert told.y == {"a": 7, "b": 0}


def test_spell_under_way_on_the_index_date_is_an_event_on_day_zero(ask, tell):
    told = tell(ask(WORK, **TIME), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2023-01-01 | 2024-03-03
        b              | competitive_employment | 2024-03-03 | 2024-03-04
    """)  # fmt: skip
    assert told.td == {"a": (0, 1), "b": (2, 1)}


def test_entry_counts_only_spells_that_begin_in_the_window(ask, tell):
    told = tell(ask({"spells": ["education"], "entry": True}, **TIME), participants=PEOPLE, spells="""
        participant_id | state     | started_on | ended_on
        ---------------+-----------+------------+-----------
        a              | education | 2024-02-29 |
        a              | education | 2024-03-06 | 2024-03-08
        b              | education | 2024-03-01 |
    """)  # fmt: skip
    assert told.td == {"a": (5, 1), "b": (0, 1)}


def test_other_states_do_not_count(ask, tell):
    told = tell(ask(WORK), participants=PEOPLE, spells="""
        participant_id | state                 | started_on | ended_on
        ---------------+-----------------------+------------+---------
        a              | subsidised_employment | 2024-03-02 |
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 0}


def test_overlapping_days_count_once(ask, tell):
    told = tell(ask(JOB_OR_STUDIES, **DAYS), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-06
        a              | education              | 2024-03-04 | 2024-03-08
        b              | competitive_employment | 2024-03-02 | 2024-03-09
        b              | education              | 2024-03-03 | 2024-03-05
        b              | competitive_employment | 2024-03-06 | 2024-03-07
    """)  # fmt: skip
    assert told.y == {"a": 6, "b": 7}


def test_two_spells_over_the_same_days_count_once(ask, tell):
    told = tell(ask(JOB_OR_STUDIES, **DAYS), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-06
        a              | education              | 2024-03-02 | 2024-03-06
    """)  # fmt: skip
    assert told.y == {"a": 4, "b": 0}


def test_adjacent_spells_make_one_unbroken_dose(ask, tell):
    dose = {"minimum_dose": {"days": 4}}
    told = tell(ask(WORK, kind="time_to_event", outcome=dose), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-04
        a              | competitive_employment | 2024-03-04 | 2024-03-06
    """)  # fmt: skip
    assert told.td == {"a": (4, 1), "b": (10, 0)}


def test_event_falls_on_the_day_the_dose_is_full(ask, tell):
    dose = {"minimum_dose": {"days": 3}}
    told = tell(ask(WORK, kind="time_to_event", outcome=dose), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-04
        a              | competitive_employment | 2024-03-07 | 2024-03-10
        b              | competitive_employment | 2024-03-05 | 2024-03-08
    """)  # fmt: skip
    assert told.td == {"a": (6, 1), "b": (6, 1)}  # the third day of work: 7 March, day 6, for both


def test_overlapping_days_fill_a_dose_once(ask, tell):
    dose = {"minimum_dose": {"days": 5}}
    told = tell(ask(JOB_OR_STUDIES, kind="time_to_event", outcome=dose), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-01 | 2024-03-05
        a              | education              | 2024-03-03 | 2024-03-07
    """)  # fmt: skip
    assert told.td["a"] == (4, 1)


def test_dose_that_is_never_full_is_no_event(ask, tell):
    told = tell(ask(WORK, outcome={"minimum_dose": {"weeks": 1}}), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-01 | 2024-03-07
        b              | competitive_employment | 2024-02-01 | 2024-03-08
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}  # six days and seven, days before the index date left out


def test_days_in_state_are_none_until_the_dose_is_full_then_all(ask, tell):
    outcome = {"measure": "days_in_state", "minimum_dose": {"days": 5}}
    told = tell(ask(WORK, kind="amount", outcome=outcome), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-03-02 | 2024-03-06
        b              | competitive_employment | 2024-03-02 | 2024-03-08
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 6}


def test_spell_of_unknown_hours_does_not_qualify(ask, tell):
    told = tell(ask(WORK, outcome={"minimum_dose": {"hours_per_week": 20}}), spells="""
        participant_id | state                  | started_on | ended_on | hours_per_week
        ---------------+------------------------+------------+----------+---------------
        a              | competitive_employment | 2024-03-02 |          |
        b              | competitive_employment | 2024-03-02 |          | 20
        c              | competitive_employment | 2024-03-02 |          | 19.5
    """, participants=PEOPLE + "    c              | 2024-03-01\n")  # fmt: skip
    assert told.y == {"a": 0, "b": 1, "c": 0}


def test_days_after_follow_up_do_not_count(ask, tell):
    told = tell(ask(WORK, kind="time_to_event"), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-05     | lost
        b              | 2024-03-01  | 2024-03-06     | lost
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-03-05 |
        b              | competitive_employment | 2024-03-05 |
    """)  # fmt: skip
    assert told.td == {"a": (4, 0), "b": (4, 1)}


def test_several_sources_of_spells_share_one_window(ask, tell):
    told = tell(ask(WORK, {"spells": ["education"], "entry": True}, **TIME), participants=PEOPLE, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | education              | 2024-02-01 |
        a              | competitive_employment | 2024-03-09 |
        b              | education              | 2024-03-03 |
        b              | competitive_employment | 2024-03-09 |
    """)  # fmt: skip
    assert told.td == {"a": (8, 1), "b": (2, 1)}


def test_person_without_spells_has_no_event(ask, tell):
    told = tell(ask(WORK), participants=PEOPLE, spells="""
        participant_id | state | started_on | ended_on
        ---------------+-------+------------+---------
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 0}
