"""The recovery study, small and seeded: no line falls far short of what it promises, and a wrong one is found out."""

from __future__ import annotations

import math

import pytest

from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.study.operating import LOW, Operating, operating_characteristics, summarise, tasks, work
from steget_eval.study.operating_lines import cases, elsewhere

pytestmark = pytest.mark.slow
REPLICATES, NESTED, PEOPLE = 60, 20, 300
SCENARIOS = ("base", "confounding", "reservoir", "censoring", "exits", "sites", "missing")
#: Where there is nothing to find: tests alone are judged by that, below.
WHERE_TESTED = {True: ("null",), False: ()}
#: Four Monte Carlo standard errors of a coverage of 94 %; among some 270 rows one in a hundred such studies strays.
ALLOWED = 4 * math.sqrt(0.06 * 0.94 / REPLICATES)


@pytest.fixture(scope="module")
def found() -> tuple[Operating, ...]:
    return operating_characteristics(SCENARIOS, (PEOPLE,), replicates=REPLICATES, nested=NESTED, seed=11)


def test_every_judged_line_answers_and_covers(found: tuple[Operating, ...]) -> None:
    judged = [row for row in found if row.judged]
    assert len(judged) > 150
    assert [row.case for row in judged if row.refused > 0.05 * (row.replicates + row.refused)] == []
    short = [row for row in judged if row.coverage < LOW - 4 * math.sqrt(0.06 * 0.94 / row.replicates)]
    assert [(row.case, row.scenario, row.coverage) for row in short] == []


def test_a_line_whose_assumption_fails_is_found_out(found: tuple[Operating, ...]) -> None:
    one = {(row.case, row.scenario): row for row in found}
    crude = one["binary/risk_difference/miettinen_nurminen", "confounding"]
    adjusted = one["binary/risk_difference/aipw", "confounding"]
    assert crude.bias > 4 * crude.bias_mcse
    assert abs(adjusted.bias) < 4 * adjusted.bias_mcse
    assert one["amount/mean_difference/welch", "sites"].coverage < LOW - ALLOWED
    seen = one["binary/risk_difference/complete_case", "missing"]
    assert seen.bias > 4 * seen.bias_mcse
    for line, holds in (("mmrm", True), ("gee_independence", False), ("ancova", False)):
        row = one[f"longitudinal/mean_change_difference/{line}", "missing"]
        assert (abs(row.bias) < 4 * row.bias_mcse, row.judged) == (holds, holds)


def test_tests_find_nothing_where_nothing_is_as_often_as_they_say() -> None:
    names = {case.id for case in cases() if case.line.is_test}
    (task,) = tasks(("null",), (PEOPLE,), replicates=50, nested=10, seed=11)
    rows = summarise([(task | {"only": names}, work(task | {"only": names}))])
    assert {row.case for row in rows} == names
    # Of fifty more than eight would be found by one correct test in a thousand.
    assert [(row.case, row.rejected) for row in rows if row.refused or row.rejected > 8 / 50] == []
    assert all(row.judged for row in rows)


def test_how_the_work_is_spread_changes_nothing() -> None:
    todo = tasks(("missing",), (PEOPLE,), replicates=60, nested=10, seed=3)
    assert len(todo) == 2
    back = {task["first"]: work(task) for task in reversed(todo)}
    one = summarise([(task, back[task["first"]]) for task in todo])
    again = operating_characteristics(("missing",), (PEOPLE,), replicates=60, nested=10, seed=3)
    assert repr(one) == repr(again)  # what is missing equals nothing, itself included
    assert {row.replicates for row in one if row.line == "imputed"} == {10}


def test_every_line_is_drawn_here_or_elsewhere_by_name() -> None:
    drawn = {(case.line.name, case.line.contrasts) for case in cases()}
    others = {(line.name, line.contrasts) for line in elsewhere()}
    assert not drawn & others
    assert drawn | others >= {(line.name, line.contrasts) for line in CATALOGUE}
