"""What an intercurrent event does to the outcome under each strategy."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

WORK = {"spells": ["competitive_employment"]}
DEATH = {"death": {"follow_up_ended_by": ["death"]}}
CUSTODY = {"custody": {"spells": ["custody"]}}
BOTH = DEATH | CUSTODY
DAYS = {"measure": "days_in_state"}
DYING = """
    participant_id | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------------+----------------+-------------------
    before_job     | 2024-03-01  | 2024-03-05     | death
    after_job      | 2024-03-01  | 2024-03-05     | death
    lost           | 2024-03-01  | 2024-03-05     | lost
    survivor       | 2024-03-01  | 2024-03-11     | death
"""
ONE_JOB = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+---------
    after_job      | competitive_employment | 2024-03-03 |
"""
PEOPLE = """
    participant_id | enrolled_on
    ---------------+------------
    job_first      | 2024-03-01
    custody_first  | 2024-03-01
    same_day       | 2024-03-01
    only_custody   | 2024-03-01
    neither        | 2024-03-01
"""
BOTH_SPELLS = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+-----------
    job_first      | competitive_employment | 2024-03-02 | 2024-03-04
    job_first      | custody                | 2024-03-05 |
    custody_first  | custody                | 2024-03-03 | 2024-03-04
    custody_first  | competitive_employment | 2024-03-07 |
    same_day       | competitive_employment | 2024-03-06 |
    same_day       | custody                | 2024-03-06 |
    only_custody   | custody                | 2024-03-08 |
"""


def test_death_competes_on_the_day_follow_up_ended(ask, tell):
    asked = ask(WORK, kind="competing", met=DEATH, strategies={"death": "while_alive"})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.td == {"after_job": (2, 1), "before_job": (4, 2), "lost": (4, 0), "survivor": (10, 0)}
    assert told.cohort.outcomes["question"].causes == ("death",)


def test_death_on_the_day_after_the_window_is_no_event(ask, tell):
    asked = ask({"follow_up_ended_by": ["death"]}, kind="time_to_event")
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.td["survivor"] == (10, 0)
    assert told.td["before_job"] == (4, 1)


def test_death_by_composite_never_has_the_event(ask, tell):
    asked = ask(WORK, met=DEATH, strategies={"death": "composite"})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.y == {"after_job": 1, "before_job": 0, "lost": None, "survivor": 0}


def test_death_by_composite_stays_event_free_to_the_horizon(ask, tell):
    asked = ask(WORK, kind="time_to_event", met=DEATH, strategies={"death": "composite"})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.td == {"after_job": (2, 1), "before_job": (10, 0), "lost": (4, 0), "survivor": (10, 0)}


def test_death_by_the_hypothetical_strategy_is_censored(ask, tell):
    asked = ask(WORK, kind="time_to_event", met=DEATH, strategies={"death": "hypothetical"})
    assert tell(asked, participants=DYING, spells=ONE_JOB).td["before_job"] == (4, 0)
    asked = ask(WORK, met=DEATH, strategies={"death": "hypothetical"})
    assert tell(asked, participants=DYING, spells=ONE_JOB).y["before_job"] is None


def test_death_by_treatment_policy_ends_follow_up_like_any_loss(ask, tell):
    asked = ask(WORK, kind="time_to_event", met=DEATH, strategies={"death": "treatment_policy"})
    assert tell(asked, participants=DYING, spells=ONE_JOB).td["before_job"] == (4, 0)
    asked = ask(WORK, met=DEATH, strategies={"death": "treatment_policy"})
    assert tell(asked, participants=DYING, spells=ONE_JOB).y["before_job"] is None


def test_death_by_composite_is_no_at_the_horizon(ask, tell):
    asked = ask(WORK, met=DEATH, strategies={"death": "composite"}, outcome={"measure": "at_horizon"})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.y == {"after_job": 0, "before_job": 0, "lost": None, "survivor": 0}


def test_event_wins_on_the_same_day(ask, tell):
    asked = ask(WORK, kind="competing", met=CUSTODY, strategies={"custody": "while_alive"})
    told = tell(asked, participants=PEOPLE, spells=BOTH_SPELLS)
    assert told.td == {
        "job_first": (1, 1), "custody_first": (2, 2), "same_day": (5, 1), "only_custody": (7, 2), "neither": (10, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("strategy", "custody_first", "only_custody"), [("composite", 0, 0), ("treatment_policy", 1, 0)]
)
def test_event_after_an_intercurrent_event_counts_only_by_treatment_policy(
    ask, tell, strategy, custody_first, only_custody
):
    asked = ask(WORK, met=CUSTODY, strategies={"custody": strategy})
    told = tell(asked, participants=PEOPLE, spells=BOTH_SPELLS)
    assert told.y == {
        "job_first": 1, "same_day": 1, "neither": 0, "custody_first": custody_first, "only_custody": only_custody,
    }  # fmt: skip


def test_by_the_hypothetical_strategy_whoever_met_the_event_is_unknown_on_either_side_of_the_job(ask, tell):
    asked = ask(WORK, met=CUSTODY, strategies={"custody": "hypothetical"})
    told = tell(asked, participants=PEOPLE, spells=BOTH_SPELLS)
    assert told.y == {"job_first": None, "same_day": None, "neither": 0, "custody_first": None, "only_custody": None}


def test_whoever_is_lost_after_the_job_is_as_unknown_as_whoever_is_lost_before_it(ask, tell):
    people = """
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        lost_working   | 2024-03-01  | 2024-03-06     | lost
        lost_seeking   | 2024-03-01  | 2024-03-06     | lost
        seen_working   | 2024-03-01  | 2024-03-11     | study_end
        seen_seeking   | 2024-03-01  | 2024-03-11     | study_end
    """
    jobs = """
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        lost_working   | competitive_employment | 2024-03-02 |
        seen_working   | competitive_employment | 2024-03-02 |
    """
    told = tell(ask(WORK), participants=people, spells=jobs)
    assert told.y == {"lost_working": None, "lost_seeking": None, "seen_working": 1, "seen_seeking": 0}


def test_intercurrent_event_on_the_day_after_the_window_does_not_compete(ask, tell):
    asked = ask(WORK, kind="competing", met=CUSTODY, strategies={"custody": "while_alive"})
    told = tell(asked, participants=PEOPLE, spells="""
        participant_id | state   | started_on | ended_on
        ---------------+---------+------------+-----------
        neither        | custody | 2024-03-11 |
        only_custody   | custody | 2024-03-10 |
        same_day       | custody | 2024-03-05 | 2024-03-05
    """)  # fmt: skip
    assert told.td["neither"] == told.td["same_day"] == (10, 0)  # the second has a spell without a day
    assert told.td["only_custody"] == (9, 2)


def test_while_alive_is_refused_of_an_outcome_that_nothing_competes_with(ask):
    with pytest.raises(ValidationError, match="while_alive goes with"):
        ask(WORK, met=DEATH, strategies={"death": "while_alive"})


def test_two_competing_events_are_told_apart_in_the_order_of_the_outcome(ask, tell):
    asked = ask(WORK, kind="competing", met=BOTH, strategies={"death": "while_alive", "custody": "while_alive"})
    told = tell(asked, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        dies           | 2024-03-01  | 2024-03-05     | death
        taken          | 2024-03-01  | 2024-03-05     | death
    """, spells="""
        participant_id | state   | started_on | ended_on
        ---------------+---------+------------+---------
        taken          | custody | 2024-03-03 |
    """)  # fmt: skip
    assert told.td == {"dies": (4, 2), "taken": (2, 3)}
    assert told.cohort.outcomes["question"].causes == ("death", "custody")


def test_of_two_intercurrent_events_on_one_day_the_first_named_decides(ask, tell):
    sick = {"sick": {"spells": ["sickness_benefit"]}}
    strategies = {"custody": "while_alive", "sick": "while_alive"}
    tables = {"participants": PEOPLE, "spells": """
        participant_id | state            | started_on | ended_on
        ---------------+------------------+------------+---------
        neither        | sickness_benefit | 2024-03-03 |
        neither        | custody          | 2024-03-03 |
    """}  # fmt: skip
    one = tell(ask(WORK, kind="competing", met=CUSTODY | sick, strategies=strategies), **tables)
    other = tell(ask(WORK, kind="competing", met=sick | CUSTODY, strategies=strategies), **tables)
    assert one.td["neither"] == other.td["neither"] == (2, 2)
    assert one.cohort.outcomes["question"].causes[0] == "custody"
    assert other.cohort.outcomes["question"].causes[0] == "sick"


def test_first_intercurrent_event_decides_whatever_its_strategy(ask, tell):
    strategies = {"death": "while_alive", "custody": "composite"}
    told = tell(ask(WORK, kind="competing", met=BOTH, strategies=strategies), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-05     | death
    """, spells="""
        participant_id | state   | started_on | ended_on
        ---------------+---------+------------+---------
        a              | custody | 2024-03-03 |
    """)  # fmt: skip
    assert told.td == {"a": (10, 0)}


@pytest.mark.parametrize("strategy", ["composite", "while_alive"])
def test_days_lived_before_death_are_all_the_days(ask, tell, strategy):
    asked = ask(WORK, kind="amount", outcome=DAYS, met=DEATH, strategies={"death": strategy})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.y == {"after_job": 2, "before_job": 0, "lost": None, "survivor": 0}


def test_days_after_an_intercurrent_event_count_as_none(ask, tell):
    asked = ask(WORK, kind="amount", outcome=DAYS, met=CUSTODY, strategies={"custody": "while_alive"})
    told = tell(asked, participants=PEOPLE, spells=BOTH_SPELLS)
    # On the same day the event itself wins, so that one day of work counts.
    assert told.y == {"job_first": 2, "custody_first": 0, "same_day": 1, "only_custody": 0, "neither": 0}


def test_days_after_an_intercurrent_event_count_by_treatment_policy(ask, tell):
    asked = ask(WORK, kind="amount", outcome=DAYS, met=CUSTODY, strategies={"custody": "treatment_policy"})
    told = tell(asked, participants=PEOPLE, spells=BOTH_SPELLS)
    assert told.y == {"job_first": 2, "custody_first": 4, "same_day": 5, "only_custody": 0, "neither": 0}


def test_days_in_a_world_without_death_are_unknown_of_the_dead(ask, tell):
    asked = ask(WORK, kind="amount", outcome=DAYS, met=DEATH, strategies={"death": "hypothetical"})
    told = tell(asked, participants=DYING, spells=ONE_JOB)
    assert told.y == {"after_job": None, "before_job": None, "lost": None, "survivor": 0}
