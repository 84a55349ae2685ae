"""One reader per kind of file; each returns a sheet of text cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from steget_eval.intake.readers.csv_file import read_csv_sheet
from steget_eval.intake.readers.parquet_file import read_parquet_sheet
from steget_eval.intake.readers.workbook import read_workbook_sheet
from steget_eval.intake.sheet import Sheet

#: Suffix to reader: what a file says it is.
READERS: dict[str, Callable[[Path], Sheet]] = {
    ".csv": read_csv_sheet,
    ".xlsx": read_workbook_sheet,
    ".parquet": read_parquet_sheet,
}

__all__ = ["READERS", "read_csv_sheet", "read_parquet_sheet", "read_workbook_sheet"]
