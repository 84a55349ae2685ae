"""Reads a table of a DuckDB file, or the names of its tables, in a process of its own."""

from __future__ import annotations

import sys
from typing import Any

import duckdb
import pyarrow as pa

from steget_eval.intake.readers.apart import run_parser
from steget_eval.intake.readers.parquet_file import MOST_ROWS
from steget_eval.intake.sheet import UnreadableError

# Nothing outside the file is read, and nothing in it can change that.
_CLOSED: dict[str, Any] = {"enable_external_access": "false", "autoload_known_extensions": "false", "threads": "1",
                           "lock_configuration": "true", "memory_limit": "4GB"}  # fmt: skip
_UNFIT = (duckdb.Error, ValueError, OverflowError, RuntimeError, MemoryError, pa.ArrowException)


def parse(path: str, stem: str, what: str, name: str = "") -> Any:
    """Return a table, where `what` is ``table``, or else a table of the names of tables and views, in their order.

    The table is the one of the name, or without a name that of the file's stem, or the only one.
    """
    with duckdb.connect(path, read_only=True, config=_CLOSED) as engine:
        found = engine.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
        ).fetchall()
        names = [str(one) for (one,) in found]
        if what == "names":
            return pa.table({"name": pa.array(names, pa.string())})
        chosen = name or (stem if stem in names else names[0] if len(names) == 1 else "")
        if chosen not in names:
            raise UnreadableError("no_such_sheet")
        quoted = '"' + chosen.replace('"', '""') + '"'
        table = engine.execute(f"SELECT * FROM main.{quoted} LIMIT {MOST_ROWS + 1}").to_arrow_table()  # noqa: S608
    if table.num_rows > MOST_ROWS:
        raise UnreadableError("too_large")
    return table


def main() -> int:
    """Parse the file that the arguments name and print it."""
    return run_parser(parse, _UNFIT)


if __name__ == "__main__":
    sys.exit(main())
