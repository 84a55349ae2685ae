"""Who is in, who is removed by which rule, and which records are refused."""

from __future__ import annotations

from datetime import date

import pytest

from steget_eval.core.errors import CohortError

WORK = {"spells": ["competitive_employment"]}
WORDS = {"sv": "ord", "en": "words"}
NO_SPELLS = "participant_id | state | started_on | ended_on"
TWO_ARMS = {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS},
            "outside": [{"id": "trial", "label": WORDS}]}  # fmt: skip


def _rule(name: str, **test: object) -> dict[str, object]:
    return {"id": name, "exclude": WORDS, **test}


def test_first_and_last_day_of_enrolment_are_included(ask, tell):
    rule = _rule("period", enrolled_between=[date(2024, 1, 1), date(2024, 6, 30)])
    told = tell(ask(WORK, eligibility=[rule]), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on
        ---------------+------------
        early          | 2023-12-31
        first          | 2024-01-01
        last           | 2024-06-30
        late           | 2024-07-01
    """)  # fmt: skip
    assert told.ids == ["first", "last"]
    assert told.flow == {"records": 4, "period": 2, "included": 2, "known": 2}


def test_age_is_counted_in_years_of_the_calendar_and_unknown_age_is_removed(ask, tell):
    told = tell(ask(WORK, eligibility=[_rule("age", age_between=[18, 64])]), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on | birth_year
        ---------------+-------------+-----------
        youngest       | 2024-01-01  | 2006
        too_young      | 2024-01-01  | 2007
        oldest         | 2024-01-01  | 1960
        too_old        | 2024-01-01  | 1959
        unknown        | 2024-01-01  |
    """)  # fmt: skip
    assert told.ids == ["oldest", "youngest"]


def test_spell_on_the_index_date_removes_and_one_that_ended_there_does_not(ask, tell):
    rule = _rule("employed", not_in_state=["competitive_employment", "employment"])
    told = tell(ask(WORK, eligibility=[rule]), participants="""
        participant_id | enrolled_on
        ---------------+------------
        ended_before   | 2024-03-01
        in_job         | 2024-03-01
        ongoing        | 2024-03-01
        starts_now     | 2024-03-01
        starts_later   | 2024-03-01
        in_practice    | 2024-03-01
    """, spells="""
        participant_id | state                  | started_on | ended_on
        ---------------+------------------------+------------+-----------
        ended_before   | competitive_employment | 2024-01-01 | 2024-03-01
        in_job         | competitive_employment | 2024-01-01 | 2024-03-02
        ongoing        | employment             | 2024-01-01 |
        starts_now     | competitive_employment | 2024-03-01 |
        starts_later   | competitive_employment | 2024-03-02 |
        in_practice    | work_practice          | 2024-01-01 |
    """)  # fmt: skip
    assert told.ids == ["ended_before", "in_practice", "starts_later"]
    assert told.flow["employed"] == 3


def test_column_keeps_its_permitted_values_and_removes_the_missing(ask, tell):
    rule = _rule("place", column="site", one_of=["hallsberg", "kumla"])
    told = tell(ask(WORK, eligibility=[rule]), spells=NO_SPELLS, participants="""
        participant_id | enrolled_on | site
        ---------------+-------------+----------
        a              | 2024-03-01  | hallsberg
        b              | 2024-03-01  | laxa
        c              | 2024-03-01  |
        d              | 2024-03-01  | kumla
    """)  # fmt: skip
    assert told.ids == ["a", "d"]


def test_person_counts_at_the_first_rule_that_removes_them(ask, tell):
    rules = [_rule("place", column="site", one_of=["hallsberg"]), _rule("age", age_between=[18, 64])]
    people = """
        participant_id | enrolled_on | site      | birth_year
        ---------------+-------------+-----------+-----------
        a              | 2024-03-01  | hallsberg | 1990
        b              | 2024-03-01  | laxa      | 2015
        c              | 2024-03-01  | hallsberg | 2015
    """
    told = tell(ask(WORK, eligibility=rules), spells=NO_SPELLS, participants=people)
    assert told.flow == {"records": 3, "place": 1, "age": 1, "included": 1, "known": 1}
    told = tell(ask(WORK, eligibility=rules[::-1]), spells=NO_SPELLS, participants=people)
    assert told.flow == {"records": 3, "age": 2, "place": 0, "included": 1, "known": 1}


ARMS = """
    participant_id | arm   | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------+-------------+----------------+-------------------
    d              | ips   | 2024-03-01  | 2024-03-04     | lost
    c              | usual | 2024-03-01  | 2025-03-01     | study_end
    b              | trial | 2024-03-01  | 2025-03-01     | study_end
    a              | ips   | 2024-03-01  | 2025-03-01     | study_end
"""
JOBS = """
    participant_id | state                  | started_on | ended_on
    ---------------+------------------------+------------+---------
    b              | competitive_employment | 2024-03-02 |
    a              | competitive_employment | 2024-03-02 |
"""


def test_arm_outside_the_question_is_counted_and_left_aside(ask, tell):
    told = tell(ask(WORK, arms=TWO_ARMS), participants=ARMS, spells=JOBS)
    assert told.ids == ["a", "c", "d"]
    assert told.cohort.arms == ("ips", "usual")
    assert told.cohort.a.tolist() == [1, 0, 1]
    steps = [(step.kind, step.id, step.n, dict(step.by_arm)) for step in told.cohort.flow.steps]
    assert steps == [
        ("records", "records", 4, {"ips": 2, "usual": 1}), ("outside", "trial", 1, {}),
        ("included", "included", 3, {"ips": 2, "usual": 1}), ("known", "known", 2, {"ips": 1, "usual": 1}),
    ]  # fmt: skip
    assert told.cohort.benchmark == {}


def test_benchmark_arm_has_its_outcomes_beside_the_question(ask, tell):
    asked = ask(WORK, arms=TWO_ARMS, benchmark={"comparison": "trial", "label": WORDS})
    told = tell(asked, participants=ARMS, spells=JOBS)
    assert told.ids == ["a", "c", "d"]
    assert told.y == {"a": 1, "c": 0, "d": None}
    assert told.cohort.benchmark["question"].y.tolist() == [1]


def test_eligibility_holds_for_the_benchmark_too(ask, tell):
    rule = _rule("employed", not_in_state=["competitive_employment"])
    clock = {"index": "enrolled_on", "horizon": 10, "unit": "days"}
    asked = ask(WORK, arms=TWO_ARMS, benchmark={"comparison": "trial", "label": WORDS}, eligibility=[rule], clock=clock)
    people = ARMS + "    e              | trial | 2024-03-05  | 2025-03-01     | study_end\n"
    people += "    f              | trial | 2024-03-01  | 2025-03-01     | study_end\n"
    jobs = JOBS + "    e              | competitive_employment | 2024-03-04 |\n"
    told = tell(asked, participants=people, spells=jobs)
    assert told.cohort.benchmark["question"].y.tolist() == [1, 0]


def test_missing_covariate_does_not_remove_from_the_benchmark(ask, tell):
    covariate = {"id": "sex", "label": WORDS, "kind": "category", "column": "sex"}
    asked = ask(WORK, arms=TWO_ARMS, benchmark={"comparison": "trial", "label": WORDS}, covariates=[covariate])
    told = tell(asked, spells=JOBS, participants="""
        participant_id | arm   | enrolled_on | sex
        ---------------+-------+-------------+------
        a              | ips   | 2024-03-01  | man
        b              | trial | 2024-03-01  |
        c              | usual | 2024-03-01  | woman
        d              | ips   | 2024-03-01  |
    """)  # fmt: skip
    assert told.ids == ["a", "c"]
    assert told.cohort.benchmark["question"].y.tolist() == [1]


def test_cluster_stands_beside_each_person(ask, tell):
    people = "participant_id | enrolled_on | site\n b | 2024-03-01 | kumla\n a | 2024-03-01 | laxa"
    told = tell(ask(WORK, cluster="site"), spells=NO_SPELLS, participants=people)
    assert told.cohort.persons["cluster"].tolist() == ["laxa", "kumla"]


def test_arm_the_protocol_does_not_know_is_refused_by_row_without_a_value(ask, tell):
    people = "participant_id | arm | enrolled_on\n" + "secret | hidden | 2024-03-01\n" * 12 + "a | ips | 2024-03-01"
    with pytest.raises(CohortError) as refusal:
        tell(ask(WORK), spells=NO_SPELLS, participants=people)
    said = str(refusal.value)
    assert said.startswith("participants.csv, column arm, rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more: ")
    assert "allowed: ips" in said
    assert "secret" not in said
    assert "hidden" not in said


def test_missing_index_date_is_refused_where_the_clock_needs_it(ask, tell):
    people = "participant_id | enrolled_on\n a | 2024-03-01\n b |"
    with pytest.raises(CohortError, match=r"^participants\.csv, column enrolled_on, row 3: the date is missing"):
        tell(ask(WORK), spells=NO_SPELLS, participants=people)


def test_missing_end_of_follow_up_is_refused_where_the_clock_needs_it(ask, tell):
    people = "participant_id | enrolled_on | followed_until\n a | 2024-03-01 | 2024-04-01\n b | 2024-03-01 |"
    with pytest.raises(CohortError, match=r"^participants\.csv, column followed_until, row 3: the date is missing"):
        tell(ask(WORK), spells=NO_SPELLS, participants=people)


def test_follow_up_that_ends_before_the_index_date_is_refused(ask, tell):
    people = "participant_id | enrolled_on | followed_until\n a | 2024-03-02 | 2024-03-01\n b | 2024-03-02 | 2024-03-02"
    with pytest.raises(
        CohortError, match=r"column followed_until, row 2: the date is before the index date"
    ) as refusal:
        tell(ask(WORK), spells=NO_SPELLS, participants=people)
    assert "2024" not in str(refusal.value)


REASONS = """
    participant_id | enrolled_on | followed_until | follow_up_ended_by
    ---------------+-------------+----------------+-------------------
    a              | 2024-03-01  | 2024-03-05     | emigration
    b              | 2024-03-01  | 2024-03-05     | lost
    c              | 2024-03-01  | 2024-03-11     | emigration
    d              | 2024-03-01  | 2024-03-05     |
"""


def test_end_of_follow_up_that_the_outcome_does_not_name_is_refused(ask, tell):
    with pytest.raises(CohortError) as refusal:
        tell(ask(WORK), spells=NO_SPELLS, participants=REASONS)
    said = str(refusal.value)
    assert said.startswith("participants.csv, column follow_up_ended_by, rows 2, 5: ")
    assert said.endswith("allowed: lost, study_end, withdrawn")


def test_end_of_follow_up_named_as_an_event_is_accepted(ask, tell):
    asked = ask(WORK, met={"moved": {"follow_up_ended_by": ["emigration"]}}, strategies={"moved": "composite"})
    told = tell(asked, spells=NO_SPELLS, participants=REASONS.replace("2024-03-05     |\n", "2024-03-05 | lost\n"))
    assert told.y == {"a": 0, "b": None, "c": 0, "d": None}


def test_table_that_the_outcome_needs_is_refused_where_it_is_not_there(ask, tell):
    with pytest.raises(CohortError, match=r"^drawn: there is no table spells"):
        tell(ask(WORK), participants="participant_id | enrolled_on\n a | 2024-03-01")


def test_nobody_eligible_in_an_arm_is_refused(ask, tell):
    people = "participant_id | enrolled_on | arm\n a | 2024-03-01 | ips"
    with pytest.raises(CohortError, match="nobody is eligible in arm usual"):
        tell(ask(WORK, arms=TWO_ARMS), participants=people, spells=NO_SPELLS)
