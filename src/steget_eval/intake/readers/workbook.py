"""Reads Excel workbooks: the sheet of the table's name or the first, every cell as text."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import Sheet, UnreadableError, sheet_from_rows

#: More than this unpacked is no sheet of a programme.
UNPACKED_BYTES = 2 * 10**9

# What openpyxl raises where the parts of a workbook do not fit each other; it has no error of its own for it.
_UNFIT = (InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError)
_PLAIN = (str, int, float, Decimal, time, timedelta)
_UNPACKED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


def read_workbook_sheet(path: Path) -> Sheet:
    """Return the sheet of the table's name, or the first; a formula stays text that begins with ``=``."""
    content = content_of(path, "xlsx")
    if not _is_whole_archive(content):
        raise UnreadableError("damaged", allowed="xlsx")
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        name = path.stem if path.stem in workbook.sheetnames else workbook.sheetnames[0]
        worksheet = workbook[name]
        worksheet.reset_dimensions()  # some programs write a wrong extent
        rows = list(_text_rows(worksheet))
    except _UNFIT:
        raise UnreadableError("damaged", allowed="xlsx") from None
    return sheet_from_rows(rows, ragged=True)


def _is_whole_archive(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            return unpacked <= UNPACKED_BYTES and archive.testzip() is None
    except _UNPACKED:
        return False


def _text_rows(worksheet: Any) -> Iterator[list[str]]:
    number = 0
    for cells in worksheet.iter_rows():
        row = next((cell.row for cell in cells if hasattr(cell, "row") and cell.row is not None), number + 1)
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
