"""Reads CSV: UTF-8 or Windows-1252; comma, semicolon, tab or pipe; every cell as text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from steget_eval.intake.readers.encoding import decode
from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import Note, Sheet, UnreadableError, sheet_from_rows

#: What may part cells, in the order in which a tie is settled.
DELIMITERS = ",;\t|"

_QUOTED = re.compile(r'"[^"]*"?')


def read_csv_sheet(path: Path, name: str = "") -> Sheet:
    """Return the sheet in a CSV file; a row with more or fewer cells than the header is refused.

    Cells are parted by whichever of comma, semicolon, tab and pipe stands most often in the header outside quotes;
    where it is not the comma, the comma may be the decimal sign of the columns of numbers. A file has one table,
    whatever `name` says.
    """
    text = decode(content_of(path, "csv"))
    delimiter = _delimiter(text.characters)
    reader = csv.reader(io.StringIO(text.characters, newline=""), delimiter=delimiter, strict=True)
    try:
        sheet = sheet_from_rows(reader, ragged=False)
    except csv.Error:  # its words may quote a cell
        raise UnreadableError("damaged", allowed="csv", rows=(reader.line_num,)) from None
    notes = (Note(rule="windows_1252"),) if text.is_windows_1252 else ()
    return replace(sheet, decimal="." if delimiter == "," else ",", notes=notes)


def _delimiter(text: str) -> str:
    header = _QUOTED.sub("", re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0])
    return max(DELIMITERS, key=header.count)
