"""What somebody lives on at an occasion, beside what they do: in work, without public support, or both."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

STATUSES = """
    participant_id | occasion | occupation            | income_sources
    ---------------+----------+-----------------------+--------------------------
    a              | exit     | employed              | no_public_support
    b              | exit     | employed              | pay+social_assistance
    c              | exit     | other                 | no_public_support
    d              | exit     | unknown               | no_public_support
    e              | exit     | employed              |
    f              | exit     | other                 |
"""
PEOPLE = "participant_id | enrolled_on\n" + "".join(f"{letter} | 2021-04-15\n" for letter in "abcdef")
WORK = ["employed", "employed_and_studying"]


@pytest.mark.parametrize(("source", "found"), [
    ({"occupations": WORK}, {"a": 1, "b": 1, "c": 0, "d": None, "e": 1, "f": 0}),
    ({"income_sources": ["no_public_support"]}, {"a": 1, "b": 0, "c": 1, "d": 1, "e": None, "f": None}),
    ({"occupations": WORK, "income_sources": ["no_public_support"]},
     {"a": 1, "b": 0, "c": 0, "d": None, "e": None, "f": 0}),
    ({"income_sources": ["pay", "study_support"]}, {"a": 0, "b": 1, "c": 0, "d": 0, "e": None, "f": None}),
])  # fmt: skip
def test_both_must_hold_and_one_known_not_to_is_enough_for_no(ask, tell, source, found):
    protocol = ask({"status": {"occasion": "exit", **source}})
    assert tell(protocol, participants=PEOPLE, statuses=STATUSES).y == found


@pytest.mark.parametrize("source", [
    {"occasion": "exit"},
    {"occasion": "exit", "income_sources": ["pay"], "increased_since": "start"},
    {"occasion": "exit", "income_sources": ["wealth"]},
])  # fmt: skip
def test_a_status_that_asks_nothing_or_what_cannot_be_is_refused(ask, source):
    with pytest.raises(ValidationError):
        ask({"status": source})


WORDS = {"sv": "ord", "en": "words"}
STEPS = [
    {"id": "neither", "label": WORDS, "occupations": ["other"]},
    {"id": "seeks", "label": WORDS, "occupations": ["job_seeking"]},
    {"id": "studies_or_works", "label": WORDS, "occupations": ["studying", "employed", "employed_and_studying"]},
]


def test_a_ladder_shares_out_the_occupations_of_statuses(ask, tell):
    outcome = {"before_after": {"statuses": ["start", "exit"]}, "ladder": STEPS}
    told = tell(ask(kind="transition", outcome=outcome), participants=PEOPLE, statuses=f"""{STATUSES}
    a              | start    | job_seeking           |
    b              | start    | studying              |
    c              | start    | other                 |
    d              | start    | other                 |
    """)  # fmt: skip
    frame = told.cohort.outcomes["question"].to_frame()
    moves = dict(zip(told.ids, zip(frame["before"], frame["after"], strict=True), strict=True))
    assert moves["a"] == ("seeks", "studies_or_works")
    assert moves["b"] == ("studies_or_works", "studies_or_works")
    assert moves["c"] == ("neither", "neither")
    assert moves["d"] == ("neither", None)
    assert moves["e"] == (None, "studies_or_works")


@pytest.mark.parametrize("steps", [STEPS[:2], [*STEPS, STEPS[0]]])
def test_a_ladder_that_leaves_out_an_occupation_or_has_it_twice_is_refused(ask, steps):
    with pytest.raises(ValidationError, match="share out"):
        ask(kind="transition", outcome={"before_after": {"statuses": ["start", "exit"]}, "ladder": steps})


REACHED = """
    participant_id | occasion     | occupation | contact
    ---------------+--------------+------------+--------
    a              | follow_up_6m | employed   | phone
    b              | follow_up_6m | other      | letter
    c              | follow_up_6m | unknown    |
    d              | follow_up_6m | other      | phone
"""


@pytest.mark.parametrize(("source", "found"), [
    ({"contacts": ["phone"]}, {"a": 1, "b": 0, "c": None, "d": 1, "e": None, "f": None}),
    ({"contacts": ["phone", "letter"]}, {"a": 1, "b": 1, "c": None, "d": 1, "e": None, "f": None}),
    ({"contacts": ["phone"], "occupations": WORK}, {"a": 1, "b": 0, "c": None, "d": 0, "e": None, "f": None}),
])  # fmt: skip
def test_how_somebody_was_reached_is_unknown_where_nobody_reached_them(ask, tell, source, found):
    protocol = ask({"status": {"occasion": "follow_up_6m", **source}})
    assert tell(protocol, participants=PEOPLE, statuses=REACHED).y == found
