"""Opens records where they lie, so that they are never as a whole in memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steget_eval.core.errors import RecordsError
from steget_eval.intake.card import read_card
from steget_eval.intake.database import connect
from steget_eval.records.card import RecordsCard
from steget_eval.records.stored import StoredRecords
from steget_eval.records.tables import TABLES, ColumnType, TableSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


def open_records(
    source: str | Path | Any, *, card: RecordsCard | str | Path, threads: int = 2, memory: str = "4GB",
) -> StoredRecords:  # fmt: skip
    """Return records that stay in their engine; close them, or use them in a ``with``.

    Tables and columns have the schema's names and types; nothing is read through here, so let `check` look first.

    Parameters
    ----------
    source
        A ``.duckdb`` file, a folder of Parquet files, an address such as ``postgresql://user@host/base`` (the password
        comes from the environment), or an engine that Ibis has already opened, such as Spark's.
    card
        The records' card, or the folder in which `records.yaml` lies.
    threads, memory
        For a file or a folder: what DuckDB may use. Beyond `memory` it writes to a temporary folder.

    Raises
    ------
    RecordsError
        There is no such file, no table of records, or a table lacks a column or has one of another type.
    """
    own = card if isinstance(card, RecordsCard) else read_card(Path(card))
    engine, name, scratch = _opened(source, threads, memory)
    try:
        tables = _tables(engine, name, source)
    except BaseException:
        engine.disconnect()
        _forget(scratch)
        raise
    return StoredRecords(engine=engine, tables=tables, card=own, name=name, scratch=scratch)


def _opened(source: str | Path | Any, threads: int, memory: str) -> tuple[Any, str, Path | None]:
    import ibis

    if not isinstance(source, str | Path):
        return source, source.name, None
    if "://" in str(source):
        return connect(str(source)), "database", None
    path = Path(source)
    if not path.exists():
        raise RecordsError(f"{path}: there is no such file or folder")
    # What is computed on the way lies in memory as far as there is room, and beyond it in a folder that is forgotten: a
    # file of its own would be compressed and logged, which takes a third more time.
    scratch = Path(tempfile.mkdtemp(prefix="steget-eval-"))
    engine = ibis.duckdb.connect(
        ":memory:", threads=threads, memory_limit=memory, temp_directory=str(scratch / "spill"),
        preserve_insertion_order=False,
    )  # fmt: skip
    return engine, path.stem, scratch


def _tables(engine: Any, name: str, source: str | Path | Any) -> dict[str, ir.Table]:
    found = _found(engine, source)
    if not {"participants", "counts"} & set(found):
        raise RecordsError(f"{name}: there is no table participants; allowed: {', '.join(TABLES)}")
    return {table: _checked(found[table], TABLES[table], name) for table in TABLES if table in found}


def _found(engine: Any, source: str | Path | Any) -> dict[str, ir.Table]:
    if not isinstance(source, str | Path) or "://" in str(source):
        return {table: engine.table(table) for table in engine.list_tables() if table in TABLES}
    path = Path(source)
    if path.is_dir():
        files = {file.stem: file for file in sorted(path.glob("*.parquet")) if file.stem in TABLES}
        return {table: engine.read_parquet(file, table_name=f"source_{table}") for table, file in files.items()}
    engine.attach(path, name="source", read_only=True)
    names = engine.list_tables(database=("source", "main"))
    return {table: engine.table(table, database=("source", "main")) for table in names if table in TABLES}


def _checked(table: ir.Table, schema: TableSchema, name: str) -> ir.Table:
    """The table, with where its rows came from: the table's own name where they do not say."""
    import ibis

    at = f"{name}, table {schema.name}"
    missing = [column.name for column in schema.columns if column.required and column.name not in table.columns]
    if missing:
        raise RecordsError(f"{at}: there is no column {', '.join(missing)}")
    for column in schema.columns:
        if column.name in table.columns and not _has_type(table[column.name], column.type):
            raise RecordsError(f"{at}, column {column.name}: holds {table[column.name].type()}; allowed: {column.type}")
    more: dict[str, ir.Value] = {}
    if "source_file" not in table.columns:
        more["source_file"] = ibis.literal(schema.name)
    if "source_row" not in table.columns:
        more["source_row"] = ibis.null("int64")
    return table.mutate(**more) if more else table


def _has_type(column: ir.Value, kind: ColumnType) -> bool:
    held = column.type()
    if held.is_null():
        return True
    if kind == "date":
        return bool(held.is_date())
    if kind == "integer":
        return bool(held.is_integer())
    if kind == "number":
        return bool(held.is_numeric())
    if kind == "boolean":
        return bool(held.is_boolean())
    return bool(held.is_string())


def _forget(scratch: Path | None) -> None:
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
