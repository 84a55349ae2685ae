"""A sheet: what a file holds, as text cells under a header, whatever kind of file it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


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
    """

    header: tuple[str, ...]
    columns: tuple[np.ndarray, ...]
    rows: np.ndarray


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


def text_array(cells: Sequence[str]) -> np.ndarray:
    """Return cells as an array of objects, so that a long one does not widen them all."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array
