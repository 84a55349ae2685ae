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
from steget_eval.intake.expressions import CELL_EXPRESSIONS, ROW_EXPRESSIONS, SPACES, may_be_identity_number
from steget_eval.intake.rules import CELL_RULES, ROW_RULES
from steget_eval.records.tables import TABLES, Column

DAYS = st.one_of(st.none(), st.sampled_from([date(2021, 1, 1), date(2021, 6, 1), date(2022, 1, 1), date(2023, 5, 5)]))
IDS = st.sampled_from(["a", "b", "c", "d", None])
CODES = Column(name="x", type="code", sv="x", en="x", codes=("aa", "b", "b_b"))
COLUMNS = (
    CODES,
    Column(name="x", type="codes", sv="x", en="x", codes=("aa", "b", "b_b")),
    Column(name="x", type="code", sv="x", en="x"),
    Column(name="x", type="codes", sv="x", en="x"),
)
ROW_CASES = [(rule, name) for rule in ROW_RULES for name in rule.tables]


def _rows(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    choices: dict[str, st.SearchStrategy[Any]] = {"participant_id": IDS}
    for column in TABLES[name].columns:
        if column.type == "date":
            choices[column.name] = DAYS
        elif column.name != "participant_id":
            choices[column.name] = st.sampled_from(["one", "two", None])
    return st.lists(st.fixed_dictionaries(choices), max_size=8)


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    fields = [(column.name, pa.date32() if column.type == "date" else pa.string()) for column in TABLES[name].columns]
    numbered = [row | {"source_row": number} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=pa.schema([*fields, ("source_row", pa.int64())]))


@pytest.fixture(scope="module")
def engine():
    connection = ibis.duckdb.connect(threads=1)
    yield connection
    connection.disconnect()


@pytest.mark.parametrize(("rule", "name"), ROW_CASES, ids=[f"{rule.id}-{name}" for rule, name in ROW_CASES])
def test_a_rule_about_rows_breaks_on_the_same_rows(engine, rule, name):
    @settings(max_examples=8, deadline=None)
    @given(_rows(name), st.lists(st.tuples(IDS, DAYS), max_size=5, unique_by=lambda row: row[0]))
    def law(rows: list[dict[str, Any]], people: list[tuple[str | None, date | None]]):
        table = _arrow(name, rows)
        persons = _arrow("participants", [{"participant_id": one, "followed_until": until} for one, until in people])
        frames = [one.to_pandas(date_as_object=False) for one in (table, persons)]
        for frame in frames:
            for column in frame.select_dtypes("object").columns:
                frame[column] = frame[column].where(frame[column].notna(), None)
        expected = set(frames[0]["source_row"][rule.predicate(frames[0], frames[1], TABLES[name])])
        laid = engine.create_table("rows", table, overwrite=True)
        beside = engine.create_table("people", persons, overwrite=True)
        broken = ROW_EXPRESSIONS[rule.id](laid, beside, TABLES[name], rule.column).to_pandas()["source_row"]
        assert sorted(broken) == sorted(expected)

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
    days = [None, *(date(2021, month, 1) for month in range(1, 5))]
    people = _arrow("participants", [{"participant_id": one, "followed_until": rng.choice(days)} for one in "abc"])
    beside = server.create_table("people", people)
    for number, (rule, name) in enumerate(ROW_CASES):
        rows = [{column.name: rng.choice(days if column.type == "date" else ["a", "b", "d", "e", "f", None])
                 for column in TABLES[name].columns} for _ in range(60)]  # fmt: skip
        table = _arrow(name, rows)
        frames = [one.to_pandas(date_as_object=False) for one in (table, people)]
        laid = server.create_table(f"rows_{number}", table)
        broken = ROW_EXPRESSIONS[rule.id](laid, beside, TABLES[name], rule.column).to_pandas()["source_row"]
        assert sorted(broken) == list(frames[0]["source_row"][rule.predicate(*frames, TABLES[name])]), rule.id
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
        name: ibis.table({c.name: types.get(c.type, "string") for c in schema.columns}, name=name)
        for name, schema in TABLES.items()
    }
    for rule, name in ROW_CASES:
        rows = ROW_EXPRESSIONS[rule.id](laid[name], laid["participants"], TABLES[name], rule.column)
        assert name in str(ibis.to_sql(rows, dialect=dialect))
    for rule_id, expression in CELL_EXPRESSIONS.items():
        day = laid["spells"].started_on if rule_id == "far_date" else laid["spells"].state
        number = laid["spells"].extent_percent if rule_id in {"negative", "above_hundred"} else day
        for column in COLUMNS:
            assert str(ibis.to_sql(laid["spells"].filter(expression(number, column, dialect)), dialect=dialect))
    assert str(
        ibis.to_sql(laid["spells"].filter(may_be_identity_number(laid["spells"].state, dialect)), dialect=dialect)
    )
