"""Reads published trials, and tables that somebody has typed in, from CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from steget_eval.core.errors import RecordsError
from steget_eval.records.printed_table import TypedRow
from steget_eval.records.trials import PublishedTrial, Trials

Row = TypeVar("Row", bound=BaseModel)


def read_trials(path: str | Path) -> Trials:
    """Return the published comparisons in a CSV file, or in every CSV file of a folder by name.

    An empty cell is not printed. Columns may stand in any order.

    Raises
    ------
    RecordsError
        With file, row and column where a row is not as it should be, a column is unknown or a line comes twice.
    """
    path = Path(path)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise RecordsError(f"{path}: the folder has no CSV file")
    seen: dict[str, str] = {}
    rows = []
    for file in files:
        for number, trial in _rows(file, PublishedTrial):
            place = f"{file}, row {number}"
            if trial.key in seen:
                raise RecordsError(f"{place}, column line: {trial.key} is already at {seen[trial.key]}")
            seen[trial.key] = place
            rows.append(trial)
    return Trials(tuple(rows))


def read_printed_table(path: Path) -> tuple[TypedRow, ...]:
    """Return the rows of a published table that was typed into a CSV file.

    Raises
    ------
    RecordsError
        With file, row and column where a row is not as it should be, a label comes twice or names no whole.
    """
    found = _rows(path, TypedRow)
    seen: dict[str, int] = {}
    for number, row in found:
        if row.row in seen:
            raise RecordsError(f"{path}, row {number}, column row: the label is already at row {seen[row.row]}")
        seen[row.row] = number
    for number, row in found:
        if row.part_of and (row.part_of not in seen or row.part_of == row.row):
            raise RecordsError(f"{path}, row {number}, column part_of: no other row has that label")
    return tuple(row for _, row in found)


def _rows(path: Path, model: type[Row]) -> list[tuple[int, Row]]:
    """The rows of a file with their numbers."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            unknown = [name for name in reader.fieldnames or () if name not in model.model_fields]
            if unknown:
                allowed = ", ".join(model.model_fields)
                raise RecordsError(f"{path}, row 1: no such column: {', '.join(unknown)}; allowed: {allowed}")
            cells = [(reader.line_num, _cells(path, reader.line_num, row)) for row in reader]
    except OSError as error:
        raise RecordsError(f"{path}: the file cannot be opened") from error
    except (UnicodeDecodeError, csv.Error):
        raise RecordsError(f"{path}: the file cannot be read as CSV in UTF-8") from None
    return [(number, _validated(path, number, row, model)) for number, row in cells]


def _cells(path: Path, number: int, row: dict[str | None, str | None]) -> dict[str, str]:
    if None in row:
        raise RecordsError(f"{path}, row {number}: more cells than columns")
    return {str(name): value.strip() for name, value in row.items() if value is not None and value.strip() != ""}


def _validated(path: Path, number: int, row: dict[str, str], model: type[Row]) -> Row:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        faults = "; ".join(sorted({_fault(detail["loc"], detail["msg"]) for detail in error.errors()}))
        raise RecordsError(f"{path}, row {number}, {faults}") from None


def _fault(place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"column {place[0]}: {said[0].lower()}{said[1:]}" if place else said
