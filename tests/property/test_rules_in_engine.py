"""A rule asked of an engine finds the rows that the same rule finds in memory."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.expressions import CELL_EXPRESSIONS, SPACES, may_be_identity_number
from steget_eval.intake.plausible_expressions import row_expressions
from steget_eval.intake.rule_table import row_rules
from steget_eval.intake.rules import CELL_RULES, RowRule
from steget_eval.records.card import RecordsCard
from steget_eval.records.tables import SOURCE, TABLES, Column

SOME_DAYS = [None, date(2021, 1, 1), date(2021, 6, 1), date(2022, 1, 1), date(2023, 5, 5), date(2099, 1, 1)]
DAYS = st.sampled_from(SOME_DAYS)
IDS = st.sampled_from(["a", "b", "c", "d", None])
CODES = Column(name="x", type="code", sv="x", en="x", codes=("aa", "b", "b_b"))
COLUMNS = (
    CODES,
    Column(name="x", type="codes", sv="x", en="x", codes=("aa", "b", "b_b")),
    Column(name="x", type="code", sv="x", en="x"),
    Column(name="x", type="codes", sv="x", en="x"),
)
CARD = RecordsCard.model_validate({
    "schema_version": 1, "title": {"sv": "x", "en": "x"}, "origin": "real", "source": {"sv": "x", "en": "x"},
    "licence": "MIT", "instruments": {"one": {"sv": "x", "en": "x", "low": 0, "high": 60},
                                      "two": {"sv": "x", "en": "x", "high": 1}},
})  # fmt: skip
EXPRESSIONS = row_expressions(CARD)
ROW_CASES = [(rule, name) for rule in row_rules(CARD) for name in rule.tables]
TYPES = {"date": pa.date32(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
#: On, below and above the limits of every rule about numbers, and years of birth on both sides of the days.
NUMBERS = [None, 0, 1, 2, 50, 60, 61, 168, 169, 999, 1_000, 1_925, 1_942, 2_008, 2_022, 250_001]
#: Texts that rules ask for by name.
WORDS = {
    "state": ["sickness_benefit", "competitive_employment", "job_seeking", None], "occasion": ["start", "exit", None],
    "sex": ["woman", "man", "unknown", None], "period": ["one"], "category": ["one", None],
    "income_sources": ["no_public_support", "pay", "no_public_support|pay", "pay|no_public_support|", None],
}  # fmt: skip


def _choices(name: str, ids: list[str | None], days: list[date | None]) -> dict[str, list[Any]]:
    of_type = {"date": days, "integer": NUMBERS, "number": [*NUMBERS, 0.5], "boolean": [True, False, None]}
    choices = {column.name: WORDS.get(column.name, of_type.get(column.type, ["one", "two", None]))
               for column in TABLES[name].columns}  # fmt: skip
    return choices | ({"participant_id": ids} if "participant_id" in choices else {})


def _rows(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    choices = _choices(name, ["a", "b", "c", "d", None], SOME_DAYS)
    drawn = st.fixed_dictionaries({column: st.sampled_from(cells) for column, cells in choices.items()})
    return st.lists(drawn, max_size=14)


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    fields = [(column.name, TYPES.get(column.type, pa.string())) for column in TABLES[name].columns]
    numbered = [row | {"source_row": number} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=pa.schema([*fields, ("source_row", pa.int64())]))


def _broken_in_memory(rule: RowRule, name: str, table: pa.Table, people: pa.Table) -> set[int]:
    frames = [one.to_pandas(date_as_object=False) for one in (table, people)]
    return set(frames[0]["source_row"][rule.predicate(*frames, TABLES[name])])


PEOPLE = st.lists(
    st.fixed_dictionaries({"participant_id": IDS, "followed_until": DAYS, "discharged_on": DAYS,
                           "birth_year": st.sampled_from([None, 2021, 2022, 2100])}),
    max_size=5, unique_by=lambda row: row["participant_id"],
)  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    connection = ibis.duckdb.connect(threads=1)
    yield connection
    connection.disconnect()


@pytest.mark.parametrize(("rule", "name"), ROW_CASES, ids=[f"{rule.id}-{name}" for rule, name in ROW_CASES])
def test_a_rule_about_rows_breaks_on_the_same_rows(engine, rule, name):
    @settings(max_examples=8, deadline=None)
    @given(_rows(name), PEOPLE)
    def law(rows: list[dict[str, Any]], people: list[dict[str, Any]]):
        table = _arrow(name, rows)
        persons = table if name == "participants" else _arrow("participants", people)
        laid = engine.create_table("rows", table, overwrite=True)
        beside = engine.create_table("people", persons, overwrite=True)
        broken = EXPRESSIONS[rule.id](laid, beside, TABLES[name], rule.column).to_pandas()["source_row"]
        assert sorted(broken) == sorted(_broken_in_memory(rule, name, table, persons))

    law()


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6),
    st.text(st.sampled_from(["a", "b", "_", "|", "1", "A", " ", "=", "\n", *SPACES]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["aa", "b", "b_b", "", "c"]), max_size=4).map("|".join),
    st.sampled_from(["#N/A", "#REF!", "=1", "#N/A ", "b_b|aa", "bb", "aa|"]),
)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.type} {column.codes}")
@pytest.mark.parametrize("rule_id", ["outer_spaces", "formula", "unknown_code"])
def test_a_rule_about_texts_breaks_on_the_same_cells(engine, column, rule_id):
    rule = next(rule for rule in CELL_RULES if rule.id == rule_id)

    @settings(max_examples=25, deadline=None)
    @given(st.lists(TEXTS.filter(bool), min_size=1, max_size=30))
    def law(texts: list[str]):
        laid = engine.create_table("cells", pa.table({"x": texts, "at": range(len(texts))}), overwrite=True)
        broken = laid.filter(CELL_EXPRESSIONS[rule_id](laid.x, column, "duckdb")).to_pandas()["at"]
        assert sorted(broken) == [at for at, text in enumerate(texts) if rule.predicate(text, column)]

    law()


@pytest.mark.parametrize(
    ("rule_id", "name", "type_", "values"),
    [("negative", "n", "int64", [-1, 0, 1, None]), ("negative", "score", "float64", [-1.5, 0.0, None]),
     ("above_hundred", "extent_percent", "float64", [100.0, 100.5, None]),
     ("far_date", "d", "date32", [date(1899, 12, 31), date(1900, 1, 1), date(2100, 12, 31), date(2101, 1, 1), None])],
)  # fmt: skip
def test_a_rule_about_values_breaks_on_the_same_cells(engine, rule_id, name, type_, values):
    rule = next(rule for rule in CELL_RULES if rule.id == rule_id)
    column = Column(name=name, type="number", sv="x", en="x")
    laid = engine.create_table("v", pa.table({"x": pa.array(values, getattr(pa, type_)()), "at": range(len(values))}),
                               overwrite=True)  # fmt: skip
    broken = laid.filter(CELL_EXPRESSIONS[rule_id](laid.x, column, "duckdb")).to_pandas()["at"]
    expected = [at for at, value in enumerate(values) if value is not None and rule.predicate(str(value), column)]
    assert sorted(broken) == expected


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from(["191212121212", "121212+1212", "1212"]),
                          st.text(max_size=3)).map("".join), min_size=1, max_size=30))  # fmt: skip
def test_no_cell_with_an_identity_number_is_passed_over_by_the_engine(cells: list[str]):
    cells = [*(cell.replace("\x00", "").encode("utf-8", "ignore").decode() for cell in cells), "qx-77401", "p0123456a"]
    server = ibis.duckdb.connect(threads=1)
    laid = server.create_table("ids", pa.table({"x": cells, "at": range(len(cells))}))
    narrowed = set(laid.filter(may_be_identity_number(laid.x, "duckdb")).to_pandas()["at"])
    server.disconnect()
    assert {at for at, cell in enumerate(cells) if count_identity_numbers(cell)} <= narrowed <= {*range(len(cells) - 2)}


@pytest.mark.extra_postgres
def test_postgresql_breaks_on_the_same_rows_and_cells(postgres_database: str):
    from steget_eval.intake.database import connect

    rng, server = random.Random("rules"), connect(postgres_database)
    days = [None, *(date(2021, month, 1) for month in range(1, 5)), date(2099, 1, 1)]
    people = _arrow(
        "participants",
        [
            {"participant_id": one, "followed_until": days[number], "birth_year": year, "discharged_on": days[number]}
            for number, (one, year) in enumerate(zip("abd", [2020, None, 2022], strict=True))
        ],
    )
    beside = server.create_table("people", people)
    for number, (rule, name) in enumerate(ROW_CASES):
        choices = _choices(name, [*"abdef", None], days)
        rows = [{column: rng.choice(cells) for column, cells in choices.items()} for _ in range(90)]
        if name == "participants":  # of a person who stands there twice nothing is known
            rows = [row | {"participant_id": f"p{number}"} | ({} if number % 4 else {"birth_year": None})
                    for number, row in enumerate(rows)]  # fmt: skip
        table = _arrow(name, [*rows, *rows[:9]])
        laid = server.create_table(f"rows_{number}", table)
        persons, there = (table, laid) if name == "participants" else (people, beside)
        broken = EXPRESSIONS[rule.id](laid, there, TABLES[name], rule.column).to_pandas()["source_row"]
        assert sorted(broken) == sorted(_broken_in_memory(rule, name, table, persons)), rule.id
        assert len(broken) or rule.id == "duplicate_key", f"{rule.id} was never broken, so that nothing was compared"
    texts = ["".join(rng.choices(["aa", "b", "_", "|", " ", "=", "\n", "A", "1", "\u00a0"], k=rng.randint(1, 5)))
             for _ in range(200)]  # fmt: skip
    cells = server.create_table("cells", pa.table({"x": texts, "at": range(len(texts))}))
    for rule in CELL_RULES:
        for column in COLUMNS if rule.id in {"outer_spaces", "formula", "unknown_code"} else ():
            broken = cells.filter(CELL_EXPRESSIONS[rule.id](cells.x, column, "postgres")).to_pandas()["at"]
            assert sorted(broken) == [at for at, text in enumerate(texts) if rule.predicate(text, column)], rule.id
    server.disconnect()


@pytest.mark.parametrize("dialect", ["postgres", "mssql", "duckdb"])
def test_every_rule_compiles_for_the_engines_where_registers_lie(dialect):
    types = {"date": "date", "integer": "int64", "number": "float64", "boolean": "boolean"}
    laid = {
        name: ibis.table({c.name: types.get(c.type, "string") for c in (*schema.columns, *SOURCE)}, name=name)
        for name, schema in TABLES.items()
    }
    for rule, name in ROW_CASES:
        rows = EXPRESSIONS[rule.id](laid[name], laid["participants"], TABLES[name], rule.column)
        assert name in str(ibis.to_sql(rows, dialect=dialect))
    for rule_id, expression in CELL_EXPRESSIONS.items():
        day = laid["spells"].started_on if rule_id == "far_date" else laid["spells"].state
        number = laid["spells"].extent_percent if rule_id in {"negative", "above_hundred"} else day
        for column in COLUMNS:
            assert str(ibis.to_sql(laid["spells"].filter(expression(number, column, dialect)), dialect=dialect))
    assert str(
        ibis.to_sql(laid["spells"].filter(may_be_identity_number(laid["spells"].state, dialect)), dialect=dialect)
    )
