"""Reads published trials from CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from pydantic import ValidationError

from steget_eval.core.errors import RecordsError
from steget_eval.records.trials import PublishedTrial, Trials


def read_trials(path: Path) -> Trials:
    """Return the published comparisons in a CSV file, or in every CSV file of a folder by name.

    An empty cell is not printed. Columns may stand in any order.

    Raises
    ------
    RecordsError
        With file, row and column where a row is not as it should be, a column is unknown or a line comes twice.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise RecordsError(f"{path}: the folder has no CSV file")
    seen: dict[str, str] = {}
    rows = []
    for file in files:
        for number, row in _rows(file):
            trial = _trial(file, number, row)
            place = f"{file}, row {number}"
            if trial.key in seen:
                raise RecordsError(f"{place}, column line: {trial.key} is already at {seen[trial.key]}")
            seen[trial.key] = place
            rows.append(trial)
    return Trials(tuple(rows))


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            unknown = [name for name in reader.fieldnames or () if name not in PublishedTrial.model_fields]
            if unknown:
                allowed = ", ".join(PublishedTrial.model_fields)
                raise RecordsError(f"{path}, row 1: no such column: {', '.join(unknown)}; allowed: {allowed}")
            return [(reader.line_num, _cells(path, reader.line_num, row)) for row in reader]
    except OSError as error:
        raise RecordsError(f"{path}: the file cannot be opened") from error
    except (UnicodeDecodeError, csv.Error):
        raise RecordsError(f"{path}: the file cannot be read as CSV in UTF-8") from None


def _cells(path: Path, number: int, row: dict[str | None, str | None]) -> dict[str, str]:
    if None in row:
        raise RecordsError(f"{path}, row {number}: more cells than columns")
    return {str(name): value.strip() for name, value in row.items() if value is not None and value.strip() != ""}


def _trial(path: Path, number: int, row: dict[str, str]) -> PublishedTrial:
    try:
        return PublishedTrial.model_validate(row)
    except ValidationError as error:
        faults = "; ".join(sorted({_fault(detail["loc"], detail["msg"]) for detail in error.errors()}))
        raise RecordsError(f"{path}, row {number}, {faults}") from None


def _fault(place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"column {place[0]}: {said[0].lower()}{said[1:]}" if place else said
