"""Lays records out as tables of an engine that Ibis speaks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from steget_eval.core.errors import CohortError
from steget_eval.records import Records


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """Records in an engine.

    Attributes
    ----------
    engine
        The Ibis backend; expressions of this room use only what DuckDB, PostgreSQL, SQL Server and Spark all say.
    names
        The tables of the records that are there.
    """

    engine: Any
    names: frozenset[str]
    records: str

    def has(self, name: str) -> bool:
        """Tell whether the records have the table, with or without rows."""
        return name in self.names

    def table(self, name: str, needed_by: str) -> ir.Table:
        """Return a table of the records; refuses, naming what needs it, where they lack it."""
        if name not in self.names:
            raise CohortError(f"{self.records}: there is no table {name}, which {needed_by} needs")
        table: ir.Table = self.engine.table(name)
        return table

    def keep(self, name: str, content: Any) -> ir.Table:
        """Compute an expression once, or lay a frame or an Arrow table out, under a name of its own."""
        table: ir.Table = self.engine.create_table(f"kept_{name}", content)
        return table


@contextmanager
def lay_out(records: Records) -> Iterator[Laid]:
    """Open an engine in memory with the tables of the records, and close it afterwards.

    One thread: what a job computes must not depend on how rows were shared out.
    """
    engine = ibis.duckdb.connect(threads=1)
    try:
        for name, table in records.tables.items():
            engine.create_table(name, table)
        yield Laid(engine=engine, names=frozenset(records.tables), records=records.name)
    finally:
        engine.disconnect()


def attach(people: ir.Table, facts: ir.Table) -> ir.Table:
    """Give each person the facts of a table with at most one row a person; nulls where it has none."""
    joined: ir.Table = people.left_join(facts, "participant_id").drop("participant_id_right")
    return joined


def fetch(table: ir.Table, *order: str) -> pd.DataFrame:
    """Return a table's rows in the order of the named columns."""
    frame: pd.DataFrame = table.order_by(list(order)).to_pandas()
    return frame
