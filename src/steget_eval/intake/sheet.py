"""A sheet: what a file holds, as text cells under a header, whatever kind of file it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

#: Wider than this is no table of a programme; what Excel holds.
MOST_COLUMNS = 16_384


class UnreadableError(Exception):
    """A file cannot become a sheet; it never leaves intake, where it becomes a finding.

    Attributes
    ----------
    rule
        The id of the file rule that is broken.
    """

    def __init__(self, rule: str, *, allowed: str = "", rows: Sequence[int] = ()) -> None:
        super().__init__(rule)
        self.rule = rule
        self.allowed = allowed
        self.rows = tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a reader has to tell of a file that it could read.

    Attributes
    ----------
    rule
        The id of the file rule whose words tell it.
    column
        The header's name of a column, empty where it is about the whole file.
    count
        How many rows, or sheets, it is about; `rows` names those that have numbers.
    allowed
        What the rule's words are filled with: for cells that are marked as missing the reason, in the file's words.
    """

    rule: str
    column: str = ""
    count: int = 0
    rows: tuple[int, ...] = ()
    allowed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Cells of one column that their file marks as missing for one reason; in the sheet they are empty.

    Attributes
    ----------
    code, reason
        The file's code and its label there; without a label the reason is the code.
    rows
        Numbers of the rows.
    """

    column: str
    code: str
    reason: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """Text cells under a header.

    Attributes
    ----------
    header
        The first row.
    columns
        One array of text per column of the header; an empty cell is an empty text.
    rows
        The number of each row as a person sees it: the header is row 1. A row whose cells are all empty is no row.
    decimal
        The decimal sign that the file may use in columns of numbers; a comma only where it does not part cells.
    labels, value_labels
        What the file calls its columns, and the codes in them, where it says.
    missing
        Cells that the file marks as missing, by reason.
    notes
        What else its reader has to tell.
    """

    header: tuple[str, ...]
    columns: tuple[np.ndarray, ...]
    rows: np.ndarray
    decimal: Literal[".", ","] = "."
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    notes: tuple[Note, ...] = ()


def sheet_from_rows(rows: Iterable[Sequence[str]], *, ragged: bool) -> Sheet:
    """Return the sheet of rows of text, the first of which is the header.

    Parameters
    ----------
    ragged
        Whether a row may have fewer or more cells than the header as long as what exceeds it is empty, as in a
        workbook, where nobody sees where a row ends.
    """
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        raise UnreadableError("empty_file")
    (first, header), body = numbered[0], numbered[1:]
    if len(header) > MOST_COLUMNS:
        raise UnreadableError("too_wide", allowed=str(MOST_COLUMNS))
    if first > 1:
        raise UnreadableError("no_header", rows=(1,))
    if not body:
        raise UnreadableError("no_rows")
    width = len(header)
    uneven = [number for number, row in body if len(row) != width and (not ragged or any(row[width:]))]
    if uneven:
        raise UnreadableError("ragged_row", allowed=str(width), rows=uneven)
    even = [tuple(row[:width]) + ("",) * (width - len(row)) for _, row in body] if ragged else [row for _, row in body]
    return Sheet(
        header=tuple(header),
        columns=tuple(text_array(column) for column in zip(*even, strict=True)),
        rows=np.fromiter((number for number, _ in body), dtype=np.int64, count=len(body)),
    )


def labelled(sheet: Sheet) -> Sheet:
    """Return a sheet whose codes are replaced by the labels that its file gives them; a code without one stays."""
    columns = tuple(
        text_array([labels.get(text, text) for text in column]) if labels else column
        for column, labels in ((column, sheet.value_labels.get(name)) for name, column in zip(
            sheet.header, sheet.columns, strict=True
        ))
    )  # fmt: skip
    return replace(sheet, columns=columns)


def text_array(cells: Sequence[str]) -> np.ndarray:
    """Return cells as an array of objects, so that a long one does not widen them all."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array
