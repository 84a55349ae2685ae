"""Reads published trials from CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from pydantic import ValidationError

from steget_eval.core.errors import RecordsError
from steget_eval.records.trials import PublishedTrial


def read_trials(path: Path) -> tuple[PublishedTrial, ...]:
    """Return the published comparisons in a CSV file; a wrong row is refused with its number."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_trial(path, number, row) for number, row in enumerate(csv.DictReader(file), start=2))
    except (OSError, UnicodeDecodeError):
        raise RecordsError(f"{path}: the file cannot be read as UTF-8 text") from None


def _trial(path: Path, number: int, row: dict[str, str | None]) -> PublishedTrial:
    try:
        return PublishedTrial.model_validate({name: value for name, value in row.items() if value != ""})
    except ValidationError as error:
        columns = sorted({str(detail["loc"][0]) for detail in error.errors()})
        raise RecordsError(f"{path}, row {number}: not as expected in {', '.join(columns)}") from None
