"""Reads CSV: UTF-8, comma or semicolon, every cell as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import Sheet, UnreadableError, sheet_from_rows


def read_csv_sheet(path: Path) -> Sheet:
    """Return the sheet in a CSV file; a byte order mark is tolerated, a row longer than the header is not."""
    content = content_of(path, "csv")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("not_utf8", rows=(content.count(b"\n", 0, error.start) + 1,)) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return sheet_from_rows(reader, ragged=False)
    except csv.Error:  # its words may quote a cell
        raise UnreadableError("damaged", allowed="csv", rows=(reader.line_num,)) from None


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return ";" if header.count(";") > header.count(",") else ","
