"""Opens records where they lie, so that they are never as a whole in memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steget_eval.core.errors import RecordsError
from steget_eval.intake.card import read_card
from steget_eval.intake.database import answered, connect
from steget_eval.intake.stored_consent import CONSENTED, WITHDRAWN, lists_of_folder, only_consenting
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
    Whoever stands in a table ``withdrawn``, or not in a table ``consented``, is left out before anything else and
    counted in the card's accounting; in a folder the lists are ``withdrawn.csv`` and ``consented.csv``.

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
        with answered(engine.name):
            left = only_consenting(_tables(engine, name, source), _lists(engine, source), name)
    except BaseException:
        engine.disconnect()
        _forget(scratch)
        raise
    accounted = own.model_copy(update={"accounting": (*own.accounting, *left.accounting)}) if left.accounting else own
    return StoredRecords(engine=engine, tables=left.tables, card=accounted, name=name, scratch=scratch)


def is_stored(source: str) -> bool:
    """Tell whether a text names records that stay where they lie: a database's address or a DuckDB file."""
    return "://" in source or source.endswith(".duckdb")


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


def _lists(engine: Any, source: str | Path | Any) -> dict[str, ir.Table]:
    if isinstance(source, str | Path) and Path(source).is_dir():
        return lists_of_folder(engine, Path(source))
    return _named(engine, source, (CONSENTED, WITHDRAWN))


def _found(engine: Any, source: str | Path | Any) -> dict[str, ir.Table]:
    if isinstance(source, str | Path) and "://" not in str(source):
        path = Path(source)
        if path.is_dir():
            files = {file.stem: file for file in sorted(path.glob("*.parquet")) if file.stem in TABLES}
            return {table: engine.read_parquet(file, table_name=f"source_{table}") for table, file in files.items()}
        engine.attach(path, name="source", read_only=True)
    return _named(engine, source, tuple(TABLES))


def _named(engine: Any, source: str | Path | Any, wanted: tuple[str, ...]) -> dict[str, ir.Table]:
    is_file = isinstance(source, str | Path) and "://" not in str(source)
    inside = {"database": ("source", "main")} if is_file else {}
    return {table: engine.table(table, **inside) for table in engine.list_tables(**inside) if table in wanted}


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
    more: dict[str, ir.Value] = {
        column.name: table[column.name].cast(_TYPES.get(column.type, "string"))
        for column in schema.columns
        if column.name in table.columns and table[column.name].type().is_null()
    }
    if "source_file" not in table.columns:
        more["source_file"] = ibis.literal(schema.name)
    if "source_row" not in table.columns:
        more["source_row"] = ibis.null("int64")
    return table.mutate(**more) if more else table


_TYPES: dict[ColumnType, str] = {"date": "date", "integer": "int64", "number": "float64", "boolean": "boolean"}


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
