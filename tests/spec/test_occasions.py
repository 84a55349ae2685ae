"""What statuses and amounts at an occasion make of an outcome or a covariate."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import CohortError

NO_CLOCK = {"index": "none"}
AT_MONTH_24 = {"status": {"occasion": "month_24", "occupations": ["employed", "employed_and_studying"]}}
WORDS = {"sv": "ord", "en": "words"}
PEOPLE = """
    participant_id | enrolled_on
    ---------------+------------
    a              |
    b              |
    c              |
    d              |
"""
STATUSES = """
    participant_id | occasion | occupation
    ---------------+----------+----------------------
    a              | month_24 | employed_and_studying
    b              | month_24 | other
    c              | month_24 | unknown
    c              | month_12 | employed
"""
AMOUNTS = """
    participant_id | occasion | item     | value   | unit
    ---------------+----------+----------+---------+-----
    a              | month_24 | earnings | 1234550 | ore
    b              | month_24 | earnings | 0       | ore
    c              | month_24 | earnings |         | ore
    a              | start    | earnings | 100     | ore
    b              | start    | earnings | 0       | ore
    c              | start    | earnings | 0       | ore
    d              | start    | earnings | 250     | ore
"""


def test_status_unknown_or_without_row_is_unknown(ask, tell):
    told = tell(ask(AT_MONTH_24, clock=NO_CLOCK), participants=PEOPLE, statuses=STATUSES)
    assert told.y == {"a": 1, "b": 0, "c": None, "d": None}


def test_amount_strictly_above_the_bound_is_the_event(ask, tell):
    def asked(above: int):
        return ask({"amount": {"item": "earnings", "occasion": "month_24", "above": above}}, clock=NO_CLOCK)

    tables = {"participants": PEOPLE, "amounts": AMOUNTS}
    assert tell(asked(0), **tables).y == {"a": 1, "b": 0, "c": None, "d": None}
    assert tell(asked(1234549), **tables).y["a"] == 1
    assert tell(asked(1234550), **tables).y["a"] == 0


def test_one_source_that_says_yes_is_enough_and_no_needs_all(ask, tell):
    paid = {"amount": {"item": "earnings", "occasion": "start", "above": 0}}
    told = tell(ask(AT_MONTH_24, paid, clock=NO_CLOCK), participants=PEOPLE, statuses=STATUSES, amounts=AMOUNTS)
    assert told.y == {"a": 1, "b": 0, "c": None, "d": 1}


def test_amount_as_recorded_stands_in_shown_units(ask, tell):
    recorded = {"amount": {"item": "earnings", "occasion": "month_24"}}
    asked = ask(recorded, kind="amount", outcome={"measure": "as_recorded"}, clock=NO_CLOCK)
    told = tell(asked, participants=PEOPLE, amounts=AMOUNTS)
    assert told.y == {"a": 12345.5, "b": 0, "c": None, "d": None}
    assert told.cohort.outcomes["question"].unit == "sek"


def test_who_died_without_a_status_has_no_by_composite(ask, tell):
    asked = ask(AT_MONTH_24, met={"death": {"follow_up_ended_by": ["death"]}}, strategies={"death": "composite"})
    told = tell(asked, statuses=STATUSES, participants="""
        participant_id | enrolled_on | followed_until | follow_up_ended_by
        ---------------+-------------+----------------+-------------------
        a              | 2024-03-01  | 2024-03-05     | death
        c              | 2024-03-01  | 2024-03-05     | death
        d              | 2024-03-01  |  2024-03-05    | lost
    """)  # fmt: skip
    assert told.y == {"a": 1, "c": 0, "d": None}


def test_status_is_not_set_against_an_event_that_leaves_follow_up_running(ask, tell):
    asked = ask(AT_MONTH_24, met={"custody": {"spells": ["custody"]}}, strategies={"custody": "composite"})
    with pytest.raises(CohortError, match=r"outcomes\.outcome.*allowed: follow_up_ended_by"):
        tell(asked, participants="participant_id | enrolled_on\n a | 2024-03-01", statuses=STATUSES,
             spells="participant_id | state | started_on | ended_on")  # fmt: skip


def test_occasion_that_is_not_there_is_refused(ask, tell):
    with pytest.raises(CohortError, match="no occasion month_24"):
        tell(ask(AT_MONTH_24, clock=NO_CLOCK), participants=PEOPLE,
             statuses="participant_id | occasion | occupation\n a | month_12 | employed")  # fmt: skip


def test_item_that_is_not_there_is_refused(ask, tell):
    asked = ask({"amount": {"item": "pay", "occasion": "month_24"}}, clock=NO_CLOCK)
    with pytest.raises(CohortError, match="no pay at occasion month_24"):
        tell(asked, participants=PEOPLE, amounts=AMOUNTS)


def test_item_in_two_units_is_refused(ask, tell):
    asked = ask({"amount": {"item": "earnings", "occasion": "month_24"}}, clock=NO_CLOCK)
    mixed = AMOUNTS + "    d              | month_24 | earnings | 7 | usd_cent\n"
    with pytest.raises(CohortError, match="stands in ore, usd_cent"):
        tell(asked, participants=PEOPLE, amounts=mixed)


def _covariate(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"id": name, "label": WORDS, "kind": kind, **more}


def test_covariates_are_numbers_or_text(ask, tell):
    earnings = {"item": "earnings", "occasion": "start"}
    asked = ask(AT_MONTH_24, clock={"index": "enrolled_on", "horizon": 10, "unit": "days"}, covariates=[
        _covariate("age", "number", column="age"), _covariate("sex", "category", column="sex"),
        _covariate("worked", "binary", column="worked"), _covariate("parole", "binary", column="parole"),
        _covariate("earnings", "number", amount=earnings),
        _covariate("no_earnings", "binary", amount=earnings, zero=True),
    ])  # fmt: skip
    told = tell(asked, statuses=STATUSES, amounts=AMOUNTS, own={"worked": "boolean", "parole": "integer"},
                participants="""
        participant_id | enrolled_on | birth_year | sex   | worked | parole
        ---------------+-------------+------------+-------+--------+-------
        b              | 2024-12-31  | 1990       | man   | false  | 1
        a              | 2024-01-01  | 1990       | woman | true   | 0
    """)  # fmt: skip
    covariates = told.cohort.covariates
    assert covariates.to_dict("list") == {
        "age": [34, 34], "sex": ["woman", "man"], "worked": [1, 0], "parole": [0, 1],
        "earnings": [1, 0], "no_earnings": [0, 1],
    }  # fmt: skip
    assert covariates.dtypes["worked"] == np.float64


def test_age_is_a_declared_column_where_there_is_no_index_date(ask, tell):
    asked = ask(AT_MONTH_24, clock=NO_CLOCK, covariates=[_covariate("age", "number", column="age")])
    told = tell(asked, participants="participant_id | age\n a | 41", statuses=STATUSES, own={"age": "integer"})
    assert told.cohort.covariates["age"].tolist() == [41]
    with pytest.raises(CohortError, match=r"participants\.csv: there is no column age"):
        tell(asked, participants="participant_id | birth_year\n a | 1983", statuses=STATUSES)


def test_age_is_the_declared_column_where_no_year_of_birth_is_known(ask, tell):
    asked = ask(AT_MONTH_24, covariates=[_covariate("age", "number", column="age")])
    people = "participant_id | enrolled_on | birth_year | age\n a | 2024-03-01 | {year} | 41"
    for year, age in (("", 41), ("1990", 34)):
        told = tell(asked, participants=people.format(year=year), statuses=STATUSES, own={"age": "integer"})
        assert told.cohort.covariates["age"].tolist() == [age]


def test_covariate_without_its_column_is_refused(ask, tell):
    asked = ask(AT_MONTH_24, clock=NO_CLOCK, covariates=[_covariate("motivation", "number", column="motivation")])
    with pytest.raises(CohortError, match=r"participants\.csv: there is no column motivation, which covariates\."):
        tell(asked, participants=PEOPLE, statuses=STATUSES)


def test_binary_covariate_of_other_numbers_is_refused_by_row(ask, tell):
    asked = ask(AT_MONTH_24, clock=NO_CLOCK, covariates=[_covariate("parole", "binary", column="parole")])
    with pytest.raises(CohortError, match=r"participants\.csv, column parole, row 3: .* allowed: 0, 1"):
        tell(
            asked, participants="participant_id | parole\n a | 1\n b | 17", statuses=STATUSES, own={"parole": "integer"}
        )


def test_missing_value_removes_only_where_it_is_adjusted_for(ask, tell):
    people = "participant_id | sex\n a | woman\n b |"
    told = tell(ask(AT_MONTH_24, clock=NO_CLOCK, covariates=[_covariate("sex", "category", column="sex")]),
                participants=people, statuses=STATUSES)  # fmt: skip
    assert told.ids == ["a"]
    assert told.flow == {"records": 2, "covariate_missing": 1, "included": 1, "known": 1}
    shown = _covariate("sex", "category", column="sex", adjust=False)
    told = tell(ask(AT_MONTH_24, clock=NO_CLOCK, covariates=[shown]), participants=people, statuses=STATUSES)
    assert told.ids == ["a", "b"]
    assert told.flow == {"records": 2, "included": 2, "known": 2}
