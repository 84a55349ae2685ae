"""The way of each person through the states, in order."""

from __future__ import annotations

WORK = {"spells": ["competitive_employment"]}
QUARTER = {"index": "enrolled_on", "horizon": 3, "unit": "months"}


def _paths(told) -> list[list[str]]:
    names = [*told.cohort.paths.states, "gone"]
    return [[names[code] for code in row] for row in told.cohort.paths.code]


def test_each_person_has_a_path_of_their_own_in_order(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-01-01  | 2024-06-01     | study_end
        b              | 2024-01-01  | 2024-02-15     | lost
        c              | 2024-01-01  | 2024-06-01     | study_end
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | job_seeking            | 2024-01-01 | 2024-03-01
        a              | competitive_employment | 2024-02-01 | 2024-02-20
        b              | job_seeking            | 2024-01-01 |
    """)  # fmt: skip
    assert _paths(told) == [
        ["job_seeking", "competitive_employment", "none", "none"],
        ["job_seeking", "job_seeking", "gone", "gone"],
        ["none"] * 4,
    ]
    assert list(told.cohort.paths.ended_by) == ["", "lost", ""]


def test_the_paths_add_up_to_the_people_in_each_state(ask, tell):
    told = tell(ask(WORK, clock=QUARTER), participants="""
        participant_id | enrolled_on
        ---------------+------------
        a              | 2024-01-31
        b              | 2024-02-29
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        a              | competitive_employment | 2024-02-29 | 2024-03-31
        b              | education              | 2024-03-29 |
    """)  # fmt: skip
    mine = told.cohort.paths.to_frame().sort_values(["month", "state"]).to_numpy().tolist()
    assert mine == told.cohort.states[["month", "state", "n"]].sort_values(["month", "state"]).to_numpy().tolist()
