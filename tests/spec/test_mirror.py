"""As many days after the index date as before it: what is counted on either side, and of whom."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

CARE = {"spells": ["inpatient_care", "custody"]}
MONTH = {"clock": {"index": "enrolled_on", "horizon": 1, "unit": "months"}}
GONE = {"gone": {"follow_up_ended_by": ["death"]}}


@pytest.fixture
def asked(ask):
    def make(mirror):
        return ask(CARE, kind="longitudinal", outcome={"mirror": mirror}, met=GONE, strategies={"gone": "composite"},
                    estimands=[{"id": "question", "question": {"sv": "ord", "en": "words"}, "outcome": "outcome",
                                "population": "arm", "contrast": "mean_change", "strategies": {"gone": "composite"}}],
                    **MONTH)  # fmt: skip

    return make


def sides(told):
    scores = told.cohort.outcomes["question"].scores
    pairs = [[None if math.isnan(one) else int(one) for one in row] for row in scores]
    return dict(zip(told.ids, map(tuple, pairs), strict=True))


PEOPLE = """
    participant_id | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------------+----------------+-------------------
    a              | 2024-03-01  | 2024-04-01     | study_end
    b              | 2024-03-01  | 2024-04-01     | study_end
    c              | 2024-03-01  | 2024-03-20     | lost
    d              | 2024-03-01  | 2024-03-20     | death
    e              | 2024-03-01  | 2024-05-01     | study_end
"""
# March has 31 days, so the time before is the 31 days from 30 January.
SPELLS = """
    participant_id | state          | started_on | ended_on
    ---------------+----------------+------------+-----------
    a              | inpatient_care | 2024-01-20 | 2024-02-02
    a              | inpatient_care | 2024-02-28 | 2024-03-04
    a              | inpatient_care | 2024-03-30 | 2024-04-10
    b              | inpatient_care | 2024-02-10 | 2024-02-20
    b              | custody        | 2024-02-15 | 2024-02-25
    b              | sickness_benefit | 2024-02-01 |
    c              | inpatient_care | 2024-02-10 | 2024-02-12
    c              | inpatient_care | 2024-03-10 | 2024-03-12
    d              | inpatient_care | 2024-03-18 |
"""


def test_days_are_counted_over_as_long_a_time_before_as_after(asked, tell):
    told = tell(asked("days"), participants=PEOPLE, spells=SPELLS)
    assert sides(told) == {"a": (3 + 2, 3 + 2), "b": (15, 0), "c": (2, None), "d": (0, 2), "e": (0, 0)}


def test_starts_count_the_spells_that_began_on_either_side(asked, tell):
    told = tell(asked("starts"), participants=PEOPLE, spells=SPELLS)
    assert sides(told) == {"a": (1, 1), "b": (2, 0), "c": (1, None), "d": (0, 1), "e": (0, 0)}


def test_mirror_stands_in_for_scores_and_counts_whole_states(ask):
    with pytest.raises(ValidationError, match="kind longitudinal scores or mirror"):
        ask(CARE, kind="longitudinal", **MONTH)
    with pytest.raises(ValidationError, match="scores, or mirror, belongs to kind longitudinal"):
        ask(CARE, kind="binary", outcome={"mirror": "days"}, **MONTH)
    with pytest.raises(ValidationError, match="mirror counts spells of whole states"):
        ask(CARE | {"entry": True}, kind="longitudinal", outcome={"mirror": "days"}, **MONTH)
