"""Reads Excel workbooks: one sheet as a table, every cell as text."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from steget_eval.intake.readers.archive import refuse_unfit_archive
from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import Note, Sheet, UnreadableError, sheet_from_rows, text_array

#: What Excel holds in rows, and what is read of a sheet in cells, those left empty before a filled one among them.
MOST_ROWS, MOST_CELLS = 2**20, 50 * 10**6

# What openpyxl raises where the parts of a workbook do not fit each other; it has no error of its own for it.
_UNFIT = (
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    OSError,
)
_PLAIN = (str, int, float, Decimal, time, timedelta)
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']\$?[A-Z]{1,3}\$?([0-9]{1,7}):\$?[A-Z]{1,3}\$?([0-9]{1,7})"
)


def workbook_sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets in their order."""
    with warnings.catch_warnings(action="ignore"):
        return tuple(_open(_checked(path), is_cached=False).sheetnames)


def read_workbook_sheet(path: Path, name: str = "") -> Sheet:
    """Return the sheet of that name, or of the file's name, or the first.

    A formula becomes the value that was saved with it, which is told; where none was saved it stays a text that begins
    with ``=``. Merged cells and hidden sheets are told.
    """
    content = _checked(path)
    with warnings.catch_warnings(action="ignore"):  # openpyxl's may quote a cell
        return _sheet(content, name, path.stem)


def _sheet(content: bytes, name: str, stem: str) -> Sheet:
    workbook = _open(content, is_cached=False)
    title = name or (stem if stem in workbook.sheetnames else workbook.sheetnames[0])
    if title not in workbook.sheetnames:
        raise UnreadableError("no_such_sheet")
    sheet = sheet_from_rows(_rows(workbook, title), ragged=True)
    notes = _merged_notes(content, workbook[title], sheet)
    hidden = sum(one.sheet_state != "visible" for one in workbook.worksheets)
    if hidden:
        notes.append(Note(rule="hidden_sheet", count=hidden))
    if any(cell.startswith("=") for column in sheet.columns for cell in column):
        sheet, told = _with_saved(sheet, _rows(_open(content, is_cached=True), title))
        notes += told
    return replace(sheet, notes=tuple(notes))


def _checked(path: Path) -> bytes:
    content = content_of(path, "xlsx")
    refuse_unfit_archive(content)
    return content


def _open(content: bytes, *, is_cached: bool) -> Any:
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=is_cached, keep_links=False)
    except _UNFIT:
        raise UnreadableError("damaged", allowed="xlsx") from None
    if not workbook.worksheets:
        raise UnreadableError("empty_file")
    return workbook


def _rows(workbook: Any, title: str) -> list[list[str]]:
    try:
        worksheet = workbook[title]
        if not hasattr(worksheet, "reset_dimensions"):  # a sheet that is a chart
            raise UnreadableError("empty_file")
        worksheet.reset_dimensions()  # some programs write a wrong extent
        return list(_text_rows(worksheet))
    except _UNFIT:
        raise UnreadableError("damaged", allowed="xlsx") from None


def _text_rows(worksheet: Any) -> Iterator[list[str]]:
    number, read = 0, 0
    for cells in worksheet.iter_rows():
        if not cells:  # a row that the file leaves out
            number += 1
            if number > MOST_ROWS:
                raise UnreadableError("damaged", allowed="xlsx")
            yield []
            continue
        read += len(cells)
        row = next((cell.row for cell in cells if hasattr(cell, "row") and cell.row is not None), number + 1)
        if read > MOST_CELLS or row > MOST_ROWS:
            raise UnreadableError("too_large", allowed=f"{MOST_CELLS // 10**6} × 10⁶")
        yield from ([] for _ in range(row - number - 1))
        number = row
        yield _trimmed([_text(cell.value) for cell in cells])


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value) if isinstance(value, _PLAIN) else "="  # the rest are kinds of formula


def _merged_notes(content: bytes, worksheet: Any, sheet: Sheet) -> list[Note]:
    # A sheet that is read row by row knows nothing of merged cells; its part of the archive does.
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read(worksheet._worksheet_path)
    spans = [(int(first), int(last)) for first, last in _MERGED.findall(part, max(part.rfind(b"sheetData"), 0))]
    kept = np.concatenate([[1], sheet.rows])
    within = np.zeros(len(kept), dtype=bool)
    for first, last in spans[:10_000]:
        within |= (kept >= first) & (kept <= last)
    rows = tuple(int(row) for row in kept[within])
    return [Note(rule="merged_cells", count=len(rows), rows=rows)] if rows else []


def _with_saved(sheet: Sheet, saved: Sequence[Sequence[str]]) -> tuple[Sheet, list[Note]]:
    columns, notes = [], []
    for at, (name, column) in enumerate(zip(sheet.header, sheet.columns, strict=True)):
        cells = [_saved(saved, row, at) or cell if cell.startswith("=") else cell
                 for row, cell in zip(sheet.rows, column, strict=True)]  # fmt: skip
        columns.append(text_array(cells))
        rows = tuple(int(row) for row in sheet.rows[columns[-1] != column])
        if rows:
            notes.append(Note(rule="cached_formula", column=name, count=len(rows), rows=rows))
    return replace(sheet, columns=tuple(columns)), notes


def _saved(rows: Sequence[Sequence[str]], number: int, at: int) -> str:
    row = rows[number - 1] if number <= len(rows) else ()
    return row[at] if at < len(row) else ""
