"""Records that stay in their engine: a DuckDB file, a database, Spark."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.records.account import DataAccount, Found
from steget_eval.records.card import RecordsCard
from steget_eval.records.records import SOURCE_COLUMNS
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StoredRecords:
    """Tables that are read where they lie, and never as a whole into memory.

    Attributes
    ----------
    engine
        The Ibis backend that they are read through; `close` lets go of it.
    tables
        Table name to the engine's table, with the schema's names and types.
    card
        Origin, licence and the records' own columns and codes.
    scratch
        The folder that holds what is computed on the way; gone with `close`.
    """

    engine: Any
    tables: Mapping[str, ir.Table]
    card: RecordsCard
    name: str = "records"
    first_read: datetime | None = None
    found: tuple[Found, ...] = ()

    @property
    def account(self) -> DataAccount:
        """What the reader of a report is told of the files behind these records."""
        return DataAccount.of(self.card, self.found)

    scratch: Path | None = None

    def has(self, name: str) -> bool:
        """Tell whether the table is there and has rows."""
        return name in self.tables and self.counts()[name] > 0

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has, in the schema's order."""
        return {name: int(self.tables[name].count().execute()) for name in TABLES if name in self.tables}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of sums over every column, taken where the rows lie.

        Weaker than the fingerprint of records in memory: rows and filled cells of every column, and the sums of whole
        numbers and of days, change nearly always where something was changed, but two rows that change places between
        two people need not.
        """
        return fingerprint_json({name: _sums(table) for name, table in sorted(self.tables.items())})

    def close(self) -> None:
        """Let go of the engine's connection and of what was computed on the way."""
        self.engine.disconnect()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> StoredRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<StoredRecords {self.name}: {', '.join(self.tables)}>"


def _sums(table: ir.Table) -> dict[str, int]:
    import ibis

    epoch = ibis.date("1970-01-01")
    sums: dict[str, Any] = {"rows": table.count()}
    for name in sorted(set(table.columns) - set(SOURCE_COLUMNS)):
        column = table[name]
        sums[f"{name}__filled"] = column.count()
        if column.type().is_date():
            sums[f"{name}__sum"] = column.delta(epoch, unit="day").cast("int64").sum()
        elif column.type().is_integer():
            sums[f"{name}__sum"] = column.cast("int64").sum()
        elif column.type().is_string():
            sums[f"{name}__sum"] = column.length().cast("int64").sum()
    row = table.aggregate(**sums).to_pandas().iloc[0]
    return {name: 0 if row[name] is None or row[name] != row[name] else int(row[name]) for name in sums}
