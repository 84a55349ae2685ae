"""When enough is enough: bridged gaps, unbroken stretches, hours added up, a share of the weeks."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

WORK = {"spells": ["competitive_employment"]}
TIME = {"kind": "time_to_event"}
PEOPLE = """
    participant_id | enrolled_on
    ---------------+------------
    a              | 2024-03-01
    b              | 2024-03-01
"""
HEAD = """
    participant_id | state                  | started_on | ended_on   | hours_per_week
    ---------------+------------------------+------------+------------+---------------
"""


def work(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> str:
    """Spells of work of person, first day, day after the last, and hours a week."""
    filled = [(*row, "")[:4] for row in rows]
    return HEAD + "".join(
        f"{who} | competitive_employment | {first} | {end} | {hours}\n" for who, first, end, hours in filled
    )


def day(number: int) -> str:
    """The day so many days after the index date."""
    return f"2024-03-{1 + number:02d}"


def test_a_gap_of_the_bridge_is_joined_and_one_day_more_is_not(ask, tell):
    outcome = {"bridge_days": 2, "minimum_dose": {"days": 6, "unbroken": True}}
    told = tell(ask(WORK, **TIME, outcome=outcome), participants=PEOPLE, spells=work(
        ("a", day(0), day(2)), ("a", day(4), day(8)),
        ("b", day(0), day(2)), ("b", day(5), day(9)),
    ))  # fmt: skip
    assert told.td == {"a": (5, 1), "b": (10, 0)}  # a: days 0 to 7 are one stretch, the sixth day is day 5


def test_the_days_of_a_bridged_gap_count(ask, tell):
    amount = {"kind": "amount", "outcome": {"measure": "days_in_state", "bridge_days": 2}}
    told = tell(ask(WORK, **amount), participants=PEOPLE, spells=work(
        ("a", day(0), day(2)), ("a", day(4), day(8)), ("b", day(0), day(2)), ("b", day(5), day(9)),
    ))  # fmt: skip
    assert told.y == {"a": 8, "b": 6}


def test_no_gap_is_bridged_by_a_spell_outside_the_window(ask, tell):
    amount = {"kind": "amount", "outcome": {"measure": "days_in_state", "bridge_days": 5}}
    told = tell(ask(WORK, **amount), participants=PEOPLE, spells=work(
        ("a", "2024-02-20", "2024-02-29"), ("a", day(2), day(4)),
        ("b", day(6), day(8)), ("b", day(10), day(20)),
    ))  # fmt: skip
    assert told.y == {"a": 2, "b": 2}


def test_a_bridge_from_a_longer_spell_starts_where_the_longest_ends(ask, tell):
    amount = {"kind": "amount", "outcome": {"measure": "days_in_state", "bridge_days": 1}}
    told = tell(ask(WORK, **amount), participants=PEOPLE, spells=work(
        ("a", day(0), day(6)), ("a", day(1), day(2)), ("a", day(7), day(8)), ("b", day(9), day(10)),
    ))  # fmt: skip
    assert told.y == {"a": 8, "b": 1}


def test_an_unbroken_dose_is_not_filled_by_two_stretches(ask, tell):
    outcome = {"minimum_dose": {"days": 4, "unbroken": True}}
    told = tell(ask(WORK, **TIME, outcome=outcome), participants=PEOPLE, spells=work(
        ("a", day(0), day(3)), ("a", day(4), day(7)),
        ("b", day(0), day(3)), ("b", day(3), day(5)),
    ))  # fmt: skip
    assert told.td == {"a": (10, 0), "b": (3, 1)}  # b: adjoining spells are one stretch


def test_the_first_stretch_that_is_long_enough_dates_a_sustained_job(ask, tell):
    outcome = {"minimum_dose": {"days": 3, "unbroken": True}}
    told = tell(ask(WORK, **TIME, outcome=outcome), participants=PEOPLE, spells=work(
        ("a", day(0), day(2)), ("a", day(3), day(6)), ("a", day(7), day(10)), ("b", day(7), day(20)),
    ))  # fmt: skip
    assert told.td == {"a": (5, 1), "b": (9, 1)}


def test_hours_add_up_day_by_day(ask, tell):
    told = tell(ask(WORK, **TIME, outcome={"minimum_dose": {"hours": 20}}), participants=PEOPLE, spells=work(
        ("a", day(0), day(4), "35"), ("b", day(0), day(3), "35"), ("b", day(6), day(10), "17.5"),
    ))  # fmt: skip
    # a: five hours a day, full on the fourth day. b: 15 by day 2, then 2.5 a day: full on day 7.
    assert told.td == {"a": (3, 1), "b": (7, 1)}


def test_two_jobs_at_once_both_give_hours_and_unknown_hours_give_none(ask, tell):
    told = tell(ask(WORK, **TIME, outcome={"minimum_dose": {"hours": 20}}), participants=PEOPLE, spells=work(
        ("a", day(0), day(9), "14"), ("a", day(2), day(9), "28"), ("b", day(0), day(10), ""),
    ))  # fmt: skip
    assert told.td == {"a": (4, 1), "b": (10, 0)}  # a: 2, 4, then 6 a day: 10, 16, 22 on day 4


def test_hours_that_are_not_reached_by_the_window_end_are_no_event(ask, tell):
    told = tell(ask(WORK, outcome={"minimum_dose": {"hours": 50}}), participants=PEOPLE, spells=work(
        ("a", day(0), "2024-06-01", "35"), ("b", day(0), "2024-06-01", "34.9"),
    ))  # fmt: skip
    assert told.y == {"a": 1, "b": 0}


WEEKS = {"clock": {"index": "enrolled_on", "horizon": 4, "unit": "weeks"}}


def test_a_steady_worker_has_a_day_in_at_least_half_of_the_weeks(ask, tell):
    steady = {"minimum_dose": {"share_of_weeks": 0.5}}
    told = tell(ask(WORK, outcome=steady, **WEEKS), participants=PEOPLE, spells=work(
        ("a", day(6), day(8)), ("b", day(0), day(7)),
    ))  # fmt: skip
    assert told.y == {"a": 1, "b": 0}  # a: a day in week 0 and one in week 1, two of four; b: a whole week, one of four


def test_a_week_with_two_spells_counts_once_and_the_last_week_dates_the_dose(ask, tell):
    steady = {"minimum_dose": {"share_of_weeks": 0.5}}
    told = tell(ask(WORK, **TIME, outcome=steady, **WEEKS), participants=PEOPLE, spells=work(
        ("a", day(0), day(1)), ("a", day(3), day(4)), ("a", day(23), day(24)),
        ("b", day(5), day(20)),
    ))  # fmt: skip
    assert told.td == {"a": (23, 1), "b": (7, 1)}


def test_weeks_that_the_window_cuts_are_not_counted(ask, tell):
    steady = {"minimum_dose": {"share_of_weeks": 1.0}}
    told = tell(ask(WORK, outcome=steady), participants=PEOPLE, spells=work(
        ("a", day(0), day(1)), ("b", day(8), day(10)),
    ))  # fmt: skip
    assert told.y == {"a": 1, "b": 0}  # ten days hold one whole week


def test_seven_hundredths_of_a_hundred_weeks_are_seven_weeks(ask, tell):
    clock = {"clock": {"index": "enrolled_on", "horizon": 100, "unit": "weeks"}}
    steady = {"minimum_dose": {"share_of_weeks": 0.07}}
    told = tell(ask(WORK, outcome=steady, **clock), participants=PEOPLE, spells=work(
        ("a", "2024-03-01", "2024-04-19"), ("b", "2024-03-01", "2024-04-12"),
    ))  # fmt: skip
    assert told.y == {"a": 1, "b": 0}  # seven weeks, and six


@pytest.mark.parametrize("dose", [
    {"days": 3, "hours": 3}, {"weeks": 1, "share_of_weeks": 0.5}, {"unbroken": True}, {"hours": 4, "unbroken": True},
    {"share_of_weeks": 1.5},
])  # fmt: skip
def test_a_dose_that_says_two_things_is_refused(ask, dose):
    with pytest.raises(ValidationError):
        ask(WORK, outcome={"minimum_dose": dose})


def test_a_bridge_without_spells_or_with_a_single_day_is_refused(ask):
    for outcome in ({"bridge_days": 3, "measure": "last_month"}, {"bridge_days": -1}):
        with pytest.raises(ValidationError):
            ask(WORK, outcome=outcome)
    with pytest.raises(ValidationError, match="bridge_days"):
        ask({"follow_up_ended_by": ["death"]}, outcome={"bridge_days": 3})
