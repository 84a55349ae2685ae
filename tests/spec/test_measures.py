"""What is asked of the days: the last month, discharge, the opposite, more than before, hours, pay and tenure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import CohortError

WORK = {"spells": ["competitive_employment"]}
AID = {"spells": ["social_assistance", "sickness_benefit"]}
MONTHS = {"clock": {"index": "enrolled_on", "horizon": 3, "unit": "months"}}
FOUR = """
    participant_id | enrolled_on
    ---------------+------------
    a              | 2024-01-15
    b              | 2024-01-15
    c              | 2024-01-15
    d              | 2024-01-15
"""


def test_the_last_month_begins_on_its_own_day_and_ends_with_the_window(ask, tell):
    told = tell(ask(AID, outcome={"measure": "last_month"}, **MONTHS), participants=FOUR, spells="""
        participant_id | state             | started_on | ended_on
        ---------------+-------------------+------------+-----------
        a              | social_assistance | 2024-02-01 | 2024-03-15
        b              | social_assistance | 2024-02-01 | 2024-03-16
        c              | sickness_benefit  | 2024-04-14 |
        d              | sickness_benefit  | 2024-04-15 |
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1, "c": 1, "d": 0}  # 15 March to 14 April


def test_no_public_support_is_the_opposite_with_the_same_people_unknown(ask, tell):
    outcome = {"measure": "last_month", "none": True}
    told = tell(ask(AID, outcome=outcome, **MONTHS), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-01-15  | 2024-04-15     | study_end
        b              | 2024-01-15  | 2024-04-15     | study_end
        c              | 2024-01-15  | 2024-04-14     | lost
        d              | 2024-01-15  | 2024-04-14     | lost
    """, spells="""
        participant_id | state             | started_on | ended_on
        ---------------+-------------------+------------+-----------
        a              | social_assistance | 2024-01-01 | 2024-03-15
        b              | social_assistance | 2024-01-01 | 2024-03-16
        d              | social_assistance | 2024-01-01 |
    """)  # fmt: skip
    assert told.y == {"a": 1, "b": 0, "c": None, "d": None}


def test_whoever_died_did_not_come_off_support(ask, tell):
    met = {"death": {"follow_up_ended_by": ["death"]}}
    outcome = {"measure": "at_horizon", "none": True}
    protocol = ask(AID, met=met, strategies={"death": "composite"}, outcome=outcome, **MONTHS)
    told = tell(protocol, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-01-15  | 2024-02-15     | death
        b              | 2024-01-15  | 2024-04-15     | study_end
    """, spells="""
        participant_id | state | started_on | ended_on
        ---------------+-------+------------+---------
    """)  # fmt: skip
    assert told.y == {"a": 0, "b": 1}


LEFT = """
    participant_id | enrolled_on | discharged_on | followed_until | follow_up_ended_by
    ---------------+-------------+---------------+----------------+-------------------
    a              | 2024-01-15  | 2024-02-20    | 2024-05-01     | study_end
    b              | 2024-01-15  | 2024-02-20    | 2024-05-01     | study_end
    c              | 2024-01-15  |               | 2024-05-01     | study_end
    d              | 2024-01-15  | 2024-02-20    | 2024-02-20     | lost
    e              | 2024-01-15  | 2024-02-20    | 2024-02-21     | lost
    f              | 2024-01-15  | 2024-04-15    | 2024-05-01     | study_end
"""


def test_at_exit_is_the_day_of_discharge_known_of_who_left_and_was_followed(ask, tell):
    told = tell(ask(WORK, outcome={"measure": "at_exit"}, **MONTHS), participants=LEFT, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-20 | 2024-02-21
        b              | competitive_employment | 2024-01-20 | 2024-02-20
        b              | competitive_employment | 2024-02-21 |
        c              | competitive_employment | 2024-01-20 |
        d              | competitive_employment | 2024-01-20 |
        e              | competitive_employment | 2024-01-20 |
        f              | competitive_employment | 2024-01-20 |
    """)  # fmt: skip
    # c never left, d was not followed that day, f left after the window; e was followed exactly that day.
    assert told.y == {"a": 1, "b": 0, "c": None, "d": None, "e": 1, "f": None}


def test_months_after_exit_are_calendar_months(ask, tell):
    outcome = {"measure": "at_exit", "months_after_exit": 1}
    told = tell(ask(WORK, outcome=outcome, **MONTHS), participants="""
        participant_id | enrolled_on | discharged_on
        ---------------+-------------+--------------
        a              | 2024-01-15  | 2024-01-31
        b              | 2024-01-15  | 2024-01-31
        c              | 2024-01-15  | 2024-03-14
        d              | 2024-01-15  | 2024-03-15
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-29 | 2024-03-01
        b              | competitive_employment | 2024-03-01 |
        c              | competitive_employment | 2024-04-14 |
        d              | competitive_employment | 2024-04-14 |
    """)  # fmt: skip
    assert told.y == {"a": 1, "b": 0, "c": 1, "d": None}  # d is asked of 15 April, the day after the window


def test_since_exit_reaches_from_discharge_to_the_day_before_the_month_is_full(ask, tell):
    outcome = {"measure": "since_exit", "months_after_exit": 1, "none": True}
    told = tell(ask(AID, outcome=outcome, **MONTHS), participants="""
        participant_id | enrolled_on | discharged_on | followed_until | follow_up_ended_by
        ---------------+-------------+---------------+----------------+-------------------
        a              | 2024-01-15  | 2024-02-10    | 2024-05-01     | study_end
        b              | 2024-01-15  | 2024-02-10    | 2024-05-01     | study_end
        c              | 2024-01-15  | 2024-02-10    | 2024-03-10     | lost
        d              | 2024-01-15  | 2024-02-10    | 2024-03-09     | lost
    """, spells="""
        participant_id | state             | started_on | ended_on
        ---------------+-------------------+------------+-----------
        a              | social_assistance | 2024-01-01 | 2024-02-10
        a              | social_assistance | 2024-03-10 | 2024-03-20
        b              | social_assistance | 2024-03-09 | 2024-03-10
    """)  # fmt: skip
    assert told.y == {"a": 1, "b": 0, "c": 1, "d": None}


def test_discharge_is_asked_of_a_column_that_must_be_there(ask, drawn):
    records = drawn(participants=FOUR, spells="""
        participant_id | state | started_on | ended_on
        ---------------+-------+------------+---------
    """)  # fmt: skip
    people = records.tables["participants"].drop_columns("discharged_on")
    without = replace(records, tables={**records.tables, "participants": people})
    with pytest.raises(CohortError, match="discharged_on"):
        build_cohort(ask(WORK, outcome={"measure": "at_exit"}, **MONTHS), without)


def test_begun_or_increased_compares_with_the_day_before_the_index_date(ask, tell):
    told = tell(ask(WORK, outcome={"measure": "increased_at_horizon"}, **MONTHS), participants="""
        participant_id | enrolled_on
        ---------------+------------
        begun          | 2024-01-15
        halved         | 2024-01-15
        increased      | 2024-01-15
        never          | 2024-01-15
        on_the_day     | 2024-01-15
        same           | 2024-01-15
        unsaid         | 2024-01-15
        unsaid_begun   | 2024-01-15
    """, spells="""
        participant_id | state                  | started_on | ended_on   | extent_percent
        ---------------+------------------------+------------+------------+---------------
        begun          | competitive_employment | 2024-04-14 |            | 25
        halved         | competitive_employment | 2023-01-01 | 2024-03-01 | 100
        halved         | competitive_employment | 2024-03-01 |            | 50
        increased      | competitive_employment | 2023-01-01 |            | 50
        increased      | competitive_employment | 2024-02-01 |            | 12.5
        on_the_day     | competitive_employment | 2024-01-15 |            | 25
        same           | competitive_employment | 2023-01-01 | 2024-01-15 | 75
        same           | competitive_employment | 2024-01-15 |            | 75
        unsaid         | competitive_employment | 2023-01-01 |            |
        unsaid_begun   | competitive_employment | 2024-02-01 |            |
    """)  # fmt: skip
    assert told.y == {"begun": 1, "halved": 0, "increased": 1, "never": 0, "on_the_day": 1, "same": 0, "unsaid": None,
                      "unsaid_begun": 1}  # fmt: skip


def test_weeks_hours_and_pay_are_counted_by_days(ask, tell):
    spells = """
        participant_id | state                  | started_on | ended_on   | hours_per_week | monthly_pay_sek
        ---------------+------------------------+------------+------------+----------------+----------------
        a              | competitive_employment | 2024-01-15 | 2024-01-29 | 37.5           | 30000
        a              | competitive_employment | 2024-01-22 | 2024-01-29 | 4              | 2000
        b              | competitive_employment | 2024-04-08 |            | 10.25          | 12345
        c              | competitive_employment | 2024-02-01 | 2024-02-02 |                |
    """

    def asked(measure: str) -> dict[str, float | None]:
        protocol = ask(WORK, kind="amount", outcome={"measure": measure}, **MONTHS)
        return tell(protocol, participants=FOUR, spells=spells).y

    assert asked("weeks_in_state") == {"a": 2, "b": 1, "c": 1 / 7, "d": 0}  # overlapping days once, the window's end
    assert asked("hours_in_state") == {"a": 79, "b": 10.25, "c": None, "d": 0}  # two jobs give both their hours
    # A mean month has 30.436875 days: 14 × 30 000 + 7 × 2 000 = 434 000 krona-days are 14 259.02 kronor; 7 × 12 345
    # are 2 839.15.
    assert asked("pay_in_state") == {"a": 14259.02, "b": 2839.15, "c": None, "d": 0}


def test_tenure_is_of_the_first_stretch_clipped_to_the_window(ask, tell):
    outcome = {"measure": "first_tenure", "bridge_days": 3}
    told = tell(ask(WORK, kind="amount", outcome=outcome, **MONTHS), participants=FOUR, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-01 | 2024-02-05
        a              | competitive_employment | 2024-02-08 | 2024-02-10
        a              | competitive_employment | 2024-02-14 | 2024-04-01
        b              | competitive_employment | 2024-04-10 |
        c              | competitive_employment | 2023-12-01 | 2024-01-20
    """)  # fmt: skip
    assert told.y == {"a": 9, "b": 5, "c": 5, "d": 0}


def test_hours_stop_on_the_day_of_an_event_that_ends_counting(ask, tell):
    met = {"custody": {"spells": ["custody"]}}
    protocol = ask(WORK, kind="amount", met=met, strategies={"custody": "while_alive"},
                   outcome={"measure": "hours_in_state"}, **MONTHS)  # fmt: skip
    told = tell(protocol, participants=FOUR, spells="""
        participant_id | state                  | started_on | ended_on   | hours_per_week
        ---------------+------------------------+------------+------------+---------------
        a              | competitive_employment | 2024-02-01 | 2024-03-01 | 35
        a              | custody                | 2024-02-04 | 2024-02-20 |
        b              | competitive_employment | 2024-02-01 | 2024-02-11 | 35
    """)  # fmt: skip
    assert told.y == {"a": 20, "b": 50, "c": 0, "d": 0}  # a: 1 to 4 February, the day of the event included


def test_education_is_completed_on_the_last_day_of_a_spell_that_says_so(ask, tell):
    source = {"spells": ["education"], "completed": True}
    told = tell(ask(source, kind="time_to_event"), participants=FOUR.replace("2024-01-15", "2024-03-01"), spells="""
        participant_id | state     | started_on | ended_on   | completed
        ---------------+-----------+------------+------------+----------
        a              | education | 2024-02-01 | 2024-03-06 | true
        b              | education | 2024-02-01 | 2024-03-06 | false
        c              | education | 2024-03-02 | 2024-03-11 | true
        d              | education | 2024-03-02 | 2024-03-12 | true
    """)  # fmt: skip
    assert told.td == {"a": (4, 1), "b": (10, 0), "c": (9, 1), "d": (10, 0)}


def test_an_employment_is_unsubsidised_only_where_the_records_say_so(ask, tell):
    told = tell(ask({"spells": ["employment"], "subsidised": False}), spells="""
        participant_id | state      | started_on | ended_on | subsidised
        ---------------+------------+------------+----------+-----------
        a              | employment | 2024-03-02 |          | false
        b              | employment | 2024-03-02 |          | true
        c              | employment | 2024-03-02 |          |
    """, participants=FOUR.replace("2024-01-15", "2024-03-01"))  # fmt: skip
    assert told.y == {"a": 1, "b": 0, "c": 0, "d": 0}


@pytest.mark.parametrize("outcome", [
    {"measure": "since_exit"}, {"measure": "ever", "months_after_exit": 6}, {"measure": "first_tenure"},
    {"measure": "last_month", "minimum_dose": {"days": 2}}, {"measure": "increased_at_exit", "none": True},
    {"none": True, "minimum_dose": {"days": 2}},
])  # fmt: skip
def test_measures_that_do_not_fit_are_refused(ask, tell, outcome):
    with pytest.raises((ValidationError, CohortError)):
        tell(
            ask(WORK, outcome=outcome, **MONTHS),
            participants=FOUR,
            spells="participant_id | state | started_on | ended_on",
        )


def test_until_ends_the_question_on_the_same_day_of_the_calendar_for_everybody(ask, tell):
    protocol = ask(WORK, outcome={"until": "2024-02-29"}, **MONTHS)
    told = tell(protocol, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-01-15  | 2024-03-01     | lost
        b              | 2024-01-15  | 2024-03-01     | lost
        c              | 2024-01-15  | 2024-02-29     | lost
        d              | 2024-02-29  | 2024-06-01     | study_end
        e              | 2024-03-01  | 2024-06-01     | study_end
        f              | 2023-11-01  | 2024-06-01     | study_end
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-29 |
        b              | competitive_employment | 2024-03-01 |
        c              | competitive_employment | 2024-02-01 |
        d              | competitive_employment | 2024-02-29 | 2024-03-01
        e              | competitive_employment | 2024-03-01 |
        f              | competitive_employment | 2024-02-01 |
    """)  # fmt: skip
    # c was lost before the last day; e came after it; the window of f, 1 November to 31 January, had ended before it
    assert told.y == {"a": 1, "b": 0, "c": None, "d": 1, "e": None, "f": 0}


def test_until_is_asked_of_spells_by_yes_or_no(ask):
    with pytest.raises(ValidationError, match="until belongs to kind binary"):
        ask(WORK, outcome={"until": "2024-02-29", "measure": "at_horizon"}, **MONTHS)
