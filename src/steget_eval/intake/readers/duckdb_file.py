"""Reads a DuckDB file table by table, as text cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from steget_eval.intake.readers.parquet_file import MOST_ROWS, sheet_from_arrow
from steget_eval.intake.sheet import Sheet, UnreadableError

# Nothing outside the file is read, and nothing in it can change that.
_CLOSED: dict[str, Any] = {"enable_external_access": "false", "autoload_known_extensions": "false", "threads": "1",
           "lock_configuration": "true", "memory_limit": "4GB"}  # fmt: skip
_UNFIT = (duckdb.Error, ValueError, OverflowError, RuntimeError, MemoryError)


def duckdb_table_names(path: Path) -> tuple[str, ...]:
    """Return the names of the tables and views in the file's main schema, in the order of the alphabet."""
    with _opened(path) as engine:
        rows = engine.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
        ).fetchall()
        return tuple(name for (name,) in rows)


def read_duckdb_sheet(path: Path, name: str = "") -> Sheet:
    """Return a table of a DuckDB file: the one of that name, or of the file's name, or its only one.

    Rows are numbered as they lie, the header as row 1. What is larger than memory stays in its engine:
    `intake.database` checks it there.
    """
    names = duckdb_table_names(path)
    chosen = name or (path.stem if path.stem in names else names[0] if len(names) == 1 else "")
    if chosen not in names:
        raise UnreadableError("no_such_sheet")
    quoted = '"' + chosen.replace('"', '""') + '"'
    with _opened(path) as engine:
        table = engine.execute(f"SELECT * FROM main.{quoted} LIMIT {MOST_ROWS + 1}").to_arrow_table()  # noqa: S608
    if table.num_rows > MOST_ROWS:
        raise UnreadableError("too_large", allowed=f"{MOST_ROWS // 10**6} × 10⁶")
    return sheet_from_arrow(table, kind="duckdb")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        raise UnreadableError("unreadable") from None
    if not start:
        raise UnreadableError("empty_file")
    if start[8:12] != b"DUCK":
        raise UnreadableError("damaged", allowed="duckdb")
    try:
        with duckdb.connect(str(path), read_only=True, config=_CLOSED) as engine:
            yield engine
    except _UNFIT:
        raise UnreadableError("damaged", allowed="duckdb") from None
