"""Reads a DuckDB file table by table, as text cells."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake.readers.apart import opened_stream, parsed_apart
from steget_eval.intake.readers.parquet_file import MOST_ROWS, sheet_from_arrow
from steget_eval.intake.sheet import Sheet, UnreadableError

_PARSER = "duckdb_parse"


def duckdb_table_names(path: Path) -> tuple[str, ...]:
    """Return the names of the tables and views in the file's main schema, in the order of the alphabet."""
    _refuse_other(path)
    stream = parsed_apart(_PARSER, path, path.stem, "names", kind="duckdb")
    return tuple(opened_stream(stream, kind="duckdb")["name"].to_pylist())


def read_duckdb_sheet(path: Path, name: str = "") -> Sheet:
    """Return a table of a DuckDB file: the one of that name, or of the file's name, or its only one.

    Rows are numbered as they lie, the header as row 1. A view that asks for anything outside the file is refused. What
    is larger than memory stays in its engine: `intake.database` checks it there.
    """
    _refuse_other(path)
    most = f"{MOST_ROWS // 10**6} × 10⁶"
    stream = parsed_apart(_PARSER, path, path.stem, "table", name, kind="duckdb", allowed=most)
    return sheet_from_arrow(opened_stream(stream, kind="duckdb"), kind="duckdb")


def _refuse_other(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        raise UnreadableError("unreadable") from None
    if not start:
        raise UnreadableError("empty_file")
    if start[8:12] != b"DUCK":
        raise UnreadableError("damaged", allowed="duckdb")
