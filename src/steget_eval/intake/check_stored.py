"""Checks records where they lie: each rule is asked of the engine, which gives a number back and no row."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.card import columns_of
from steget_eval.intake.database import answered
from steget_eval.intake.expressions import CELL_EXPRESSIONS, is_empty, may_be_identity_number
from steget_eval.intake.findings import Finding, Findings
from steget_eval.intake.plausible_expressions import NEEDED_OF_PEOPLE, row_expressions
from steget_eval.intake.rule_table import row_rules
from steget_eval.intake.rules import CELL_RULES, MISSING_CELL, RULES, CellRule, RowRule, Rule
from steget_eval.records.stored import StoredRecords
from steget_eval.records.tables import TABLES, Column

_CHUNK = 100_000
_IDENTITY = CELL_RULES[0]


def check_stored(records: StoredRecords) -> Findings:
    """Return everything that the rules find in records that stay in their engine.

    A finding names table, column, rule and count; instead of row numbers it has the names of the key's columns and the
    query that lists the keys of the rows, for whoever may run it there. The query holds what is allowed, never a cell.
    Types are the engine's own, so rules that ask whether a text is a date or a number have nothing to ask.

    Raises
    ------
    RecordsError
        The database could not answer; what it said is not repeated.
    """
    engine = records.engine.name
    with answered(engine):
        found = [finding for name in TABLES if name in records.tables for finding in _of_table(records, name, engine)]
    return Findings(tuple(found))


def _of_table(records: StoredRecords, name: str, engine: str) -> Iterator[Finding]:
    table, schema = records.tables[name], TABLES[name]
    columns = [column for column in columns_of(schema, records.card) if column.name in table.columns]
    is_about_people = schema.column("participant_id") is not None
    if is_about_people and "participants" not in records.tables:
        yield RULES["no_participants"].finding(table=name)
    for column in columns:
        for rule in _rules_of(column):
            rows = table.filter(_breaks(rule, column, table, engine))
            yield from _finding(rule, name, column.name, rows, engine, column)
        if column.filled:
            yield from _finding(MISSING_CELL, name, column.name, table.filter(is_empty(table[column.name])), engine)
        if table[column.name].type().is_string():
            yield from _identity_finding(name, column, table, engine)
    people = records.tables.get("participants")
    expressions = row_expressions(records.card)
    for row_rule in row_rules(records.card):
        if _is_asked(row_rule, name, table, people):
            beside = table if people is None else people
            rows = expressions[row_rule.id](table, beside, schema, row_rule.column)
            yield from _finding(row_rule, name, row_rule.column, rows, engine)


def _rules_of(column: Column) -> list[CellRule]:
    text_only = column.type in {"text", "code", "codes"}
    return [
        rule
        for rule in CELL_RULES
        if rule.id in CELL_EXPRESSIONS and (column.type in rule.types if rule.types is not None else text_only)
    ]


def _breaks(rule: CellRule, column: Column, table: ir.Table, engine: str) -> ir.BooleanValue:
    cells = table[column.name]
    broken = CELL_EXPRESSIONS[rule.id](cells, column, engine)
    return broken & (cells != "") if cells.type().is_string() else broken


def _is_asked(rule: RowRule, name: str, table: ir.Table, people: ir.Table | None) -> bool:
    if name not in rule.tables or (people is None and rule.asks_participants):
        return False
    needed = {"discharged_on"} if "discharged" in rule.id else {rule.column} - {""}
    of_people = {NEEDED_OF_PEOPLE[rule.id]} if rule.id in NEEDED_OF_PEOPLE else set()
    return needed <= set(table.columns) and (people is None or of_people <= set(people.columns))


def _finding(
    rule: Rule, name: str, column: str, rows: ir.Table, engine: str, about: Column | None = None
) -> list[Finding]:
    count = int(rows.count().execute())
    if not count:
        return []
    allowed = ""
    if rule.id == "duplicate_key":
        allowed = ", ".join(TABLES[name].key)
    elif rule.id == "unknown_code" and about is not None:
        allowed = ", ".join(about.codes) if about.codes is not None else "a-z, 0-9, _"
    return [rule.finding(table=name, column=column, count=count, allowed=allowed, key=TABLES[name].key,
                         query=query_of(rows, name, engine))]  # fmt: skip


def query_of(rows: ir.Table, name: str, engine: str) -> str:
    """Return the query that lists the keys of rows of a table, in the engine's own words."""
    key = TABLES[name].key or tuple(rows.columns)[:1]
    return str(ibis.to_sql(rows.select(*key), dialect=engine))


def _identity_finding(name: str, column: Column, table: ir.Table, engine: str) -> list[Finding]:
    # The engine narrows the cells down; the recogniser looks at each different one, and only its count is kept.
    cells = table[column.name]
    candidates = table.filter(may_be_identity_number(cells, engine)).group_by(cell=cells)
    counted = candidates.aggregate(rows=lambda one: one.count())
    found = 0
    for batch in counted.to_pyarrow_batches(chunk_size=_CHUNK):
        texts, rows = batch.column("cell").to_pylist(), batch.column("rows").to_pylist()
        found += sum(number for text, number in zip(texts, rows, strict=True) if count_identity_numbers(text))
    return [_IDENTITY.finding(table=name, column=column.name, count=found)] if found else []
