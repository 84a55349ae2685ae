"""Lays records out as tables of an engine that Ibis speaks to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.expr.operations import DatabaseTable

from steget_eval.core.errors import CohortError
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """Records in an engine.

    Attributes
    ----------
    engine
        The Ibis backend; expressions of this room use only what DuckDB, PostgreSQL, SQL Server and Spark all say.
    tables
        The tables of the records that are there.
    prefix
        What the names of kept tables begin with, so that two builds in one engine do not meet.
    kept
        The names of the tables that were kept, in order.
    """

    engine: Any
    tables: dict[str, ir.Table]
    records: str
    prefix: str = "steget_kept"
    kept: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether the records have the table, with or without rows."""
        return name in self.tables

    def table(self, name: str, needed_by: str) -> ir.Table:
        """Return a table of the records; refuses, naming what needs it, where they lack it."""
        if name not in self.tables:
            raise CohortError(f"{self.records}: there is no table {name}, which {needed_by} needs")
        return self.tables[name]

    def keep(self, name: str, content: Any) -> ir.Table:
        """Compute an expression once, or lay a frame or an Arrow table out, under a name of its own."""
        own = f"{self.prefix}_{len(self.kept)}_{name}"
        self.kept.append(own)
        # A server's temporary table needs no right to write, and is gone with the connection.
        temporary = {"temp": True} if self.engine.name in {"postgres", "mssql"} else {}
        table: ir.Table = self.engine.create_table(own, content, **temporary)
        return table

    def settle(self, name: str, table: ir.Table) -> ir.Table:
        """Compute a table once unless it is kept already."""
        return table if isinstance(table.op(), DatabaseTable) else self.keep(name, table)

    def drop(self) -> None:
        """Forget every kept table."""
        for name in reversed(self.kept):
            self.engine.drop_table(name, force=True)
        self.kept.clear()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fact:
    """A table with at most one row a person, named by `key`."""

    table: ir.Table
    key: str = "person"


#: How many tables are joined in one statement.
_AT_ONCE = 8


@contextmanager
def lay_out(records: Records | StoredRecords) -> Iterator[Laid]:
    """Open the tables of the records in their engine, and leave nothing behind.

    Records in memory get an engine of their own with one thread: what a job computes must not depend on how rows were
    shared out.
    """
    if isinstance(records, StoredRecords):
        laid = Laid(engine=records.engine, tables=dict(records.tables), records=records.name)
        try:
            yield laid
        finally:
            laid.drop()
        return
    engine = ibis.duckdb.connect(threads=1)
    try:
        tables = {name: engine.create_table(name, table) for name, table in records.tables.items()}
        yield Laid(engine=engine, tables=tables, records=records.name)
    finally:
        engine.disconnect()


def attach(people: ir.Table, facts: ir.Table, key: str = "participant_id") -> ir.Table:
    """Give each person the facts of a table with at most one row a person; nulls where it has none."""
    renamed = facts.rename({"key_of_facts": key})
    joined: ir.Table = people.left_join(renamed, people[key] == renamed.key_of_facts).drop("key_of_facts")
    return joined


def attach_all(laid: Laid, people: ir.Table, facts: Sequence[Fact]) -> ir.Table:
    """Give each person the facts of many tables, a few at a time: an engine plans no statement of forty joins."""
    for start in range(0, len(facts), _AT_ONCE):
        if start:
            people = laid.keep("beside", people)
        few = facts[start : start + _AT_ONCE]
        joined, columns = people, list(people.columns)
        for number, fact in enumerate(few):
            renamed = fact.table.rename({f"key_{number}": fact.key})
            joined = joined.left_join(renamed, people[fact.key] == renamed[f"key_{number}"])
            columns += [name for name in renamed.columns if name != f"key_{number}"]
        people = joined.select(*columns)
    return people


def fetch(table: ir.Table, *order: str) -> pd.DataFrame:
    """Return a table's rows in the order of the named columns, whatever an engine's own order of texts."""
    frame: pd.DataFrame = table.to_pandas()
    return frame.sort_values(list(order), ignore_index=True)
