"""Where somebody stood before and after: states, steps of a ladder, occupations, extents and scores."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from steget_eval.core.errors import CohortError

WORDS = {"sv": "ord", "en": "words"}
MONTHS = {"clock": {"index": "enrolled_on", "horizon": 3, "unit": "months"}}
PEOPLE = """
    participant_id | enrolled_on | discharged_on | followed_until | follow_up_ended_by
    ---------------+-------------+---------------+----------------+-------------------
    a              | 2024-01-15  | 2024-03-01    | 2024-04-15     | study_end
    b              | 2024-01-15  | 2024-03-01    | 2024-04-15     | study_end
    c              | 2024-01-15  |               | 2024-04-14     | lost
"""
SPELLS = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+-----------
    a              | social_assistance      | 2023-01-01 | 2024-01-15
    a              | competitive_employment | 2024-01-15 | 2024-04-14
    a              | education              | 2024-04-01 |
    b              | job_seeking            | 2024-01-14 | 2024-04-14
    b              | competitive_employment | 2024-03-01 | 2024-04-15
    b              | social_assistance      | 2024-03-02 |
    c              | competitive_employment | 2023-01-01 |
"""
LADDER = [
    {"id": "nothing", "label": WORDS},
    {"id": "seeks", "label": WORDS, "states": ["job_seeking"]},
    {"id": "studies", "label": WORDS, "states": ["education"]},
    {"id": "works", "label": WORDS, "states": ["competitive_employment"]},
    {"id": "supports_itself", "label": WORDS, "states": ["competitive_employment"], "without": ["social_assistance"]},
]


def moves(told) -> dict[str, tuple[str | None, str | None]]:
    """Where each person stood before and after."""
    frame = told.cohort.outcomes["question"].to_frame()
    return dict(zip(told.ids, zip(frame["before"], frame["after"], strict=True), strict=True))


def test_states_are_read_on_the_day_before_the_index_date_and_the_last_of_the_window(ask, tell):
    protocol = ask(kind="transition", outcome={"before_after": {}}, **MONTHS)
    told = tell(protocol, participants=PEOPLE, spells=SPELLS)
    assert moves(told) == {
        "a": ("social_assistance", "education"), "b": ("job_seeking", "competitive_employment"),
        "c": ("competitive_employment", None),
    }  # fmt: skip
    assert list(told.cohort.outcomes["question"].known) == [True, True, False]


def test_a_ladder_takes_the_highest_step_that_holds(ask, tell):
    protocol = ask(kind="transition", outcome={"before_after": {}, "ladder": LADDER}, **MONTHS)
    told = tell(protocol, participants=PEOPLE, spells=SPELLS)
    assert moves(told) == {"a": ("nothing", "studies"), "b": ("seeks", "works"), "c": ("supports_itself", None)}


def test_the_order_of_the_ladder_decides(ask, tell):
    upside_down = [LADDER[0], *LADDER[:0:-1]]
    protocol = ask(kind="transition", outcome={"before_after": {}, "ladder": upside_down}, **MONTHS)
    told = tell(protocol, participants=PEOPLE, spells=SPELLS)
    assert moves(told)["b"] == ("seeks", "works")
    assert told.cohort.outcomes["question"].levels == ("nothing", "supports_itself", "works", "studies", "seeks")


def test_after_can_be_the_day_of_discharge(ask, tell):
    protocol = ask(kind="transition", outcome={"before_after": {"after": "exit"}, "ladder": LADDER}, **MONTHS)
    told = tell(protocol, participants=PEOPLE, spells=SPELLS)
    assert moves(told) == {"a": ("nothing", "supports_itself"), "b": ("seeks", "supports_itself"),
                           "c": ("supports_itself", None)}  # fmt: skip


STATUSES = """
    participant_id | occasion | occupation            | work_extent_percent | study_extent_percent
    ---------------+----------+-----------------------+---------------------+---------------------
    a              | start    | other                 |                     |
    a              | exit     | employed              |                     |
    b              | start    | employed              | 50                  |
    b              | exit     | employed_and_studying | 50                  | 25
    c              | start    | employed              | 50                  |
    c              | exit     | employed              | 75                  |
    d              | start    | employed              |                     |
    d              | exit     | employed              | 75                  |
    e              | start    | unknown               |                     |
    e              | exit     | studying              |                     | 100
"""
FIVE = "participant_id | enrolled_on\n" + "".join(f"{letter} | 2024-01-15\n" for letter in "abcde")


def test_occupations_are_told_from_statuses_with_the_unknown_unknown(ask, tell):
    protocol = ask(kind="transition", outcome={"before_after": {"statuses": ["start", "exit"]}})
    told = tell(protocol, participants=FIVE, statuses=STATUSES)
    assert moves(told)["a"] == ("other", "employed")
    assert moves(told)["e"] == (None, "studying")


@pytest.mark.parametrize(("occupations", "found"), [
    (["employed", "employed_and_studying"], {"a": 1, "b": 0, "c": 1, "d": None, "e": 0}),
    (["employed", "studying", "employed_and_studying"], {"a": 1, "b": 1, "c": 1, "d": None, "e": None}),
])  # fmt: skip
def test_begun_or_increased_from_statuses(ask, tell, occupations, found):
    source = {"status": {"occasion": "exit", "occupations": occupations, "increased_since": "start"}}
    assert tell(ask(source), participants=FIVE, statuses=STATUSES).y == found


def test_scores_are_told_by_occasion_with_their_change(ask, tell):
    scores = {"instrument": "eq_vas", "occasions": ["start", "month_6", "exit"]}
    told = tell(ask(kind="longitudinal", outcome={"scores": scores}), participants=FIVE, assessments="""
        participant_id | occasion | instrument | score
        ---------------+----------+------------+------
        a              | start    | eq_vas     | 40
        a              | month_6  | eq_vas     | 50.5
        a              | exit     | eq_vas     | 35
        b              | start    | eq_vas     | 40
        c              | exit     | eq_vas     | 70
        c              | start    | who5       | 10
        d              | start    | eq_vas     | 60
        d              | month_6  | eq_vas     |
        d              | exit     | eq_vas     | 80
    """)  # fmt: skip
    values = told.cohort.outcomes["question"]
    assert values.scores[0].tolist() == [40, 50.5, 35]
    assert values.change[0].tolist() == [10.5, -5]
    assert math.isnan(values.scores[2, 0])
    assert list(values.known) == [True, False, False, True, False]


def test_an_instrument_that_nobody_answered_is_refused(ask, tell):
    scores = {"instrument": "eq_vas", "occasions": ["start", "exit"]}
    with pytest.raises(CohortError, match="eq_vas at occasion exit"):
        tell(ask(kind="longitudinal", outcome={"scores": scores}), participants=FIVE, assessments="""
            participant_id | occasion | instrument | score
            ---------------+----------+------------+------
            a              | start    | eq_vas     | 40
        """)  # fmt: skip


@pytest.mark.parametrize("outcome", [
    {"kind": "transition"}, {"kind": "longitudinal"}, {"kind": "binary"},
    {"kind": "transition", "before_after": {}, "ladder": LADDER[1:]},
    {"kind": "transition", "before_after": {"statuses": ["start", "exit"]}, "ladder": LADDER},
    {"kind": "longitudinal", "scores": {"instrument": "eq_vas", "occasions": ["start", "start"]}},
])  # fmt: skip
def test_kinds_without_what_they_compare_are_refused(ask, outcome):
    with pytest.raises(ValidationError):
        ask(kind=outcome["kind"], outcome=outcome)
