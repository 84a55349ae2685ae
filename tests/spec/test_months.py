"""In which state each person is, month point by month point."""

from __future__ import annotations

WORK = {"spells": ["competitive_employment"]}
QUARTER = {"index": "enrolled_on", "horizon": 3, "unit": "months"}


def _states(told) -> dict[str, list[str]]:
    frame = told.cohort.states
    rows = zip(frame["month"], frame["state"], frame["n"], strict=True)
    found: dict[str, list[str]] = {}
    for month, state, n in rows:
        found.setdefault(str(month), []).extend([state] * n)
    return found


def test_state_is_read_on_the_same_day_of_each_month_and_on_the_last_day(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), participants="""
        participant_id | enrolled_on
        ---------------+------------
        a              | 2024-01-31
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | job_seeking            | 2024-01-31 | 2024-02-29
        a              | competitive_employment | 2024-02-29 | 2024-03-31
        a              | education              | 2024-04-29 |
    """)  # fmt: skip
    assert _states(told) == {"0": ["job_seeking"], "1": ["competitive_employment"], "2": ["none"], "3": ["education"]}


def test_person_is_in_no_state_but_no_longer_followed_once_the_follow_up_has_ended(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), spells="participant_id | state | started_on | ended_on", participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-01-01  | 2024-02-01     | lost
        b              | 2024-01-01  | 2024-02-02     | lost
        c              | 2024-01-01  | 2024-04-01     | study_end
    """)  # fmt: skip
    gone = "not_followed"
    assert _states(told) == {
        "0": ["none"] * 3, "1": ["none", "none", gone], "2": ["none", gone, gone], "3": ["none", gone, gone],
    }  # fmt: skip


def test_overlapping_state_that_comes_first_in_the_list_wins(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), participants="participant_id | enrolled_on\n a | 2024-01-01", spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | social_assistance      | 2023-01-01 |
        a              | education              | 2024-01-15 | 2024-03-15
        a              | competitive_employment | 2024-02-15 | 2024-03-15
    """)  # fmt: skip
    assert _states(told) == {
        "0": ["social_assistance"], "1": ["education"], "2": ["competitive_employment"], "3": ["social_assistance"],
    }  # fmt: skip


def test_months_in_state_leave_the_last_point_out(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), participants="participant_id | enrolled_on\n a | 2024-01-01", spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+---------
        a              | competitive_employment | 2024-02-01 |
    """)  # fmt: skip
    assert told.cohort.months_in_state.to_dict("records") == [
        {"participant_id": "a", "arm": "ips", "state": "competitive_employment", "months": 2}
    ]


def test_clock_in_weeks_has_a_point_every_fourth_week(ask, tell):
    clock = {"index": "enrolled_on", "horizon": 10, "unit": "weeks"}
    told = tell(ask(WORK, clock=clock), participants="participant_id | enrolled_on\n a | 2024-01-01", spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-01-29 | 2024-02-26
        a              | education              | 2024-03-10 |
    """)  # fmt: skip
    # Days 0, 28, 56 and the last, 69.
    assert _states(told) == {"0": ["none"], "1": ["competitive_employment"], "2": ["none"], "3": ["education"]}


def test_clock_in_days_has_no_points(ask, tell):
    told = tell(ask(WORK), participants="participant_id | enrolled_on\n a | 2024-01-01",
                spells="participant_id | state | started_on | ended_on")  # fmt: skip
    assert list(told.cohort.states.columns) == ["arm", "month", "state", "n"]
    assert len(told.cohort.states) == 0
    assert len(told.cohort.months_in_state) == 0
