"""Reads who does what from a table with a row per function and a column per actor, as an interviewer fills it in."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from steget_eval.core.errors import RecordsError
from steget_eval.core.yaml import refusal
from steget_eval.protocol.base import Part, Text


class CoverageTable(Part):
    """What a mapping says of its table: ``coverage_table``.

    Attributes
    ----------
    file
        A CSV file beside the mapping, with semicolons: the first column names the function, each other an actor.
    words
        What a cell may say, to what it means; letter case is of no consequence. An empty cell: nobody asked.
    source
        Where the answers come from.
    """

    file: str
    words: dict[str, str]
    source: Text


def with_coverage(content: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return what a mapping's file holds, with ``coverage`` read from the table that it names, if it names one.

    Raises
    ------
    RecordsError
        Where both are given, the table cannot be read, or a cell says what no word stands for: row and column, and
        what is allowed.
    """
    if "coverage_table" not in content:
        return content
    if "coverage" in content:
        raise RecordsError(f"{file}: coverage and coverage_table both tell who does what; one of them is enough")
    try:
        told = CoverageTable.model_validate(content["coverage_table"])
    except ValidationError as fault:
        raise RecordsError(
            refusal(file, fault, CoverageTable).replace(f"{file}: ", f"{file}: coverage_table.")
        ) from None
    held = {name: value for name, value in content.items() if name != "coverage_table"}
    return {**held, "coverage": _lines(told, file.parent / told.file)}


def _lines(told: CoverageTable, table: Path) -> list[dict[str, Any]]:
    rows = _rows(table)
    actors = rows[0][1:]
    words = {word.casefold(): state for word, state in told.words.items()}
    lines, faults = [], []
    for place, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            faults.append(f"{table}, row {place}: {len(row)} cells where the header has {len(rows[0])}")
            continue
        for actor, cell in zip(actors, row[1:], strict=True):
            state = words.get(cell.strip().casefold())
            if state is not None:
                source = told.source.model_dump()
                lines.append({"actor": actor, "function": row[0], "state": state, "source": source})
            elif cell.strip():
                allowed = ", ".join(told.words)
                faults.append(f"{table}, row {place}, column {actor}: a cell says none of {allowed}, and is not empty")
    if faults:
        raise RecordsError("\n".join(faults))
    return lines


def _rows(table: Path) -> list[list[str]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream, delimiter=";") if any(cell.strip() for cell in row)]
    except FileNotFoundError:
        raise RecordsError(f"{table}: there is no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise RecordsError(f"{table}: the file cannot be read as CSV in UTF-8") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise RecordsError(f"{table}: a header with actors and a row per function were expected")
    return rows
