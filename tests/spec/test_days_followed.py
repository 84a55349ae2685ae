"""Amounts over the days followed, and steps of whoever died: what counts, and over how long."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

WORDS = {"sv": "ord", "en": "words"}
TEN = {"clock": {"index": "enrolled_on", "horizon": 10, "unit": "days"}}
ARMS = {"arms": {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS}}}
WORK = {"spells": ["competitive_employment"]}
DEATH = {"death": {"follow_up_ended_by": ["death"]}}
PEOPLE = """
    participant_id | arm   | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------+-------------+----------------+-------------------
    whole          | ips   | 2024-01-01  | 2024-12-31     | study_end
    half           | usual | 2024-01-01  | 2024-01-06     | lost
    died           | ips   | 2024-01-01  | 2024-01-04     | death
    never          | usual | 2024-01-01  | 2024-01-01     | lost
"""
SPELLS = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+-----------
    whole          | competitive_employment | 2024-01-03 | 2024-01-07
    half           | competitive_employment | 2024-01-04 |
    died           | competitive_employment | 2024-01-02 |
"""


def question(**more: object) -> dict[str, object]:
    return {
        "id": "question", "question": WORDS, "outcome": "outcome", "population": "ATE", "contrast": "rate_ratio",
        "strategies": {"death": "while_alive"}, **more,
    }  # fmt: skip


def days(ask, **more):
    return ask(WORK, kind="amount", met=DEATH, outcome={"measure": "days_in_state"}, estimands=[question(**more)],
               **TEN, **ARMS)  # fmt: skip


def values(told) -> dict[str, tuple[float | None, float | None]]:
    found = told.cohort.outcomes["question"]
    pairs = zip(found.y.tolist(), found.exposure.tolist(), strict=True)
    return dict(zip(told.ids, [tuple(None if math.isnan(x) else x for x in pair) for pair in pairs], strict=True))


def test_over_days_followed_everybody_counts_as_long_as_they_were(ask, tell):
    told = tell(days(ask, exposure="days_followed"), participants=PEOPLE, spells=SPELLS)
    assert values(told) == {"whole": (4, 10), "half": (2, 5), "died": (2, 3), "never": (None, None)}


def test_without_exposure_whoever_was_not_followed_through_is_unknown(ask, tell):
    told = tell(days(ask), participants=PEOPLE, spells=SPELLS)
    assert told.y == {"whole": 4, "half": None, "died": 2, "never": None}
    assert told.cohort.outcomes["question"].exposure.size == 0


@pytest.mark.parametrize(("more", "what"), [
    ({"contrast": "mean_difference", "exposure": "days_followed"}, "exposure belongs to contrast rate_ratio"),
    ({"strategies": {"death": "composite"}, "exposure": "days_followed"}, "goes with the strategies"),
    ({"contrast": "win_ratio"}, "asked of an outcome of kind transition"),
])  # fmt: skip
def test_what_cannot_be_asked_of_an_amount_is_refused(ask, more, what):
    with pytest.raises(ValidationError, match=what):
        days(ask, **more)


def test_exposure_goes_with_no_minimum_dose(ask):
    with pytest.raises(ValidationError, match="no minimum_dose"):
        ask(WORK, kind="amount", met=DEATH, outcome={"measure": "days_in_state", "minimum_dose": {"days": 3}},
            estimands=[question(exposure="days_followed")], **TEN, **ARMS)  # fmt: skip


def test_among_belongs_to_an_amount_and_needs_a_reason(ask):
    among = {"only": "above_zero", "because": WORDS}
    assert days(ask, among=among).estimand("question").among.only == "above_zero"
    with pytest.raises(ValidationError, match="because"):
        days(ask, among={"only": "above_zero"})
    asked = question(contrast="risk_difference", strategies={"death": "composite"}, among=among)
    with pytest.raises(ValidationError, match="among belongs to an outcome of kind amount"):
        ask(WORK, met=DEATH, estimands=[asked], **TEN, **ARMS)


LADDER = [{"id": "nothing", "label": WORDS}, {"id": "works", "label": WORDS, "states": ["competitive_employment"]}]


def test_a_death_met_by_composite_is_the_lowest_step(ask, tell):
    told = tell(
        ask(kind="transition", met=DEATH, outcome={"before_after": {}, "ladder": LADDER},
            estimands=[question(contrast="common_odds_ratio", strategies={"death": "composite"})], **TEN, **ARMS),
        participants=PEOPLE, spells=SPELLS,
    )  # fmt: skip
    after = dict(zip(told.ids, told.cohort.outcomes["question"].to_frame()["after"], strict=True))
    assert after == {"whole": "nothing", "half": None, "died": "nothing", "never": None}


def test_steps_meet_what_comes_between_by_composite_alone(ask):
    with pytest.raises(ValidationError, match="composite alone"):
        ask(kind="transition", met=DEATH, outcome={"before_after": {}, "ladder": LADDER},
            estimands=[question(contrast="common_odds_ratio", strategies={"death": "treatment_policy"})],
            **TEN, **ARMS)  # fmt: skip
