"""One reader per kind of file; each returns a sheet of text cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from steget_eval.intake.readers.csv_file import read_csv_sheet
from steget_eval.intake.readers.duckdb_file import duckdb_table_names, read_duckdb_sheet
from steget_eval.intake.readers.parquet_file import read_parquet_sheet
from steget_eval.intake.readers.statistical import statistical_reader
from steget_eval.intake.readers.workbook import read_workbook_sheet, workbook_sheet_names
from steget_eval.intake.sheet import Sheet, UnreadableError

#: Suffix to reader, which takes the file and, where it holds several tables, the name of one: what a file says it is.
READERS: dict[str, Callable[..., Sheet]] = {
    ".csv": read_csv_sheet,
    ".tsv": read_csv_sheet,
    ".txt": read_csv_sheet,
    ".xlsx": read_workbook_sheet,
    ".parquet": read_parquet_sheet,
    ".dta": statistical_reader("dta"),
    ".sav": statistical_reader("sav"),
    ".zsav": statistical_reader("sav"),
    ".sas7bdat": statistical_reader("sas7bdat"),
    ".xpt": statistical_reader("xpt"),
    ".duckdb": read_duckdb_sheet,
}
#: Suffix to what lists the tables of a file that may hold several.
CONTAINERS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    ".xlsx": workbook_sheet_names,
    ".duckdb": duckdb_table_names,
}


def read_sheet(path: Path, name: str = "") -> Sheet:
    """Return one table of a file as text cells; a suffix that nobody reads raises `UnreadableError`.

    Parameters
    ----------
    name
        Which sheet of a workbook or table of a DuckDB file; empty for the one of the file's name, or its first or only
        one.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableError("unknown_kind", allowed=", ".join(READERS))
    return reader(path, name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the tables in a workbook or a DuckDB file; nothing for a file that is one table."""
    lists = CONTAINERS.get(path.suffix.lower())
    return lists(path) if lists is not None else ()


__all__ = ["CONTAINERS", "READERS", "read_sheet", "sheet_names"]
