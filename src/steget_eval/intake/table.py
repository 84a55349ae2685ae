"""Checks one sheet cell by cell against its schema and makes it a typed Arrow table."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.findings import ROWS_NAMED, Finding
from steget_eval.intake.predicates import TRUE
from steget_eval.intake.rules import CELL_RULES, MISSING_CELL, RULES, CellRule, Rule
from steget_eval.intake.sheet import Sheet
from steget_eval.records.tables import Column, ColumnType

_ARROW: dict[ColumnType, Any] = {
    "text": pa.string(), "code": pa.string(), "codes": pa.string(), "date": pa.date32(), "integer": pa.int64(),
    "number": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
_PYTHON: dict[ColumnType, Callable[[str], object]] = {
    "text": str, "code": str, "codes": str, "date": date.fromisoformat, "integer": int, "number": float,
    "boolean": TRUE.__contains__,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedTable:
    """A typed table, null where a cell is empty or refused, and what was found in it; None where there is no header."""

    table: pa.Table | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which table a sheet is, and in which file it lies."""

    table: str
    file: str

    def finding(self, rule: Rule, column: str, rows: np.ndarray, *, allowed: str = "") -> Finding:
        """Return the finding that a rule is broken on these rows of a column."""
        named = tuple(int(row) for row in rows[:ROWS_NAMED])
        return rule.finding(
            table=self.table, file=self.file, column=column, count=len(rows), rows=named, allowed=allowed
        )


def check_table(sheet: Sheet, columns: Sequence[Column], place: Place, *, is_closed: bool = True) -> CheckedTable:
    """Return a sheet as a typed table with every column of its schema.

    Parameters
    ----------
    is_closed
        Whether a column that is not among `columns` is refused; without a card nobody knows.
    """
    known = {column.name for column in columns}
    if not known & set(sheet.header):
        names = ", ".join(column.name for column in columns[:3])
        return _refused(
            RULES["no_header"].finding(table=place.table, file=place.file, rows=(1,), count=1, allowed=names)
        )
    findings = _header_findings(sheet, columns, place, is_closed)
    cells = {name: sheet.columns[position] for position, name in reversed([*enumerate(sheet.header)])}
    arrays: dict[str, Any] = {}
    for column in columns:
        if column.name not in cells:
            arrays[column.name] = pa.nulls(len(sheet.rows), _ARROW[column.type])
            continue
        checked = _check_column(cells[column.name], column, sheet.rows, place)
        arrays[column.name] = checked.array
        findings += checked.findings
    arrays["source_file"] = pa.array([place.file] * len(sheet.rows), pa.string())
    arrays["source_row"] = pa.array(sheet.rows)
    return CheckedTable(table=pa.table(arrays), findings=tuple(findings))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _CheckedColumn:
    array: Any
    findings: list[Finding]


def _check_column(cells: np.ndarray, column: Column, rows: np.ndarray, place: Place) -> _CheckedColumn:
    # Each different cell is asked once, however many rows hold it.
    codes, texts = pd.factorize(cells)
    rules = [rule for rule in CELL_RULES if rule.types is None or column.type in rule.types]
    broken = np.array([_first_broken(text, column, rules) for text in texts], dtype=np.int64)
    to_python = _PYTHON[column.type]
    values = [to_python(text) if text and wrong < 0 else None for text, wrong in zip(texts, broken, strict=True)]
    findings = [
        place.finding(
            rules[number], column.name, rows[broken[codes] == number], allowed=_allowed(rules[number], column)
        )
        for number in np.unique(broken[broken >= 0])
    ]
    empty = rows[cells == ""]
    if column.filled and len(empty):
        findings.append(place.finding(MISSING_CELL, column.name, empty))
    return _CheckedColumn(array=pa.array(values, _ARROW[column.type]).take(pa.array(codes)), findings=findings)


def _first_broken(text: str, column: Column, rules: Sequence[CellRule]) -> int:
    if not text:
        return -1
    return next((number for number, rule in enumerate(rules) if rule.predicate(text, column)), -1)


def _allowed(rule: Rule, column: Column) -> str:
    if rule.id != "unknown_code":
        return ""
    return ", ".join(column.codes or ()) if column.codes is not None else "a-z, 0-9, _"


def _header_findings(sheet: Sheet, columns: Sequence[Column], place: Place, is_closed: bool) -> list[Finding]:
    names = [column.name for column in columns]
    findings = []
    for position, name in enumerate(sheet.header):
        at = str(position + 1)
        if name in names:
            if name in sheet.header[:position]:
                findings.append(_header_finding("column_twice", place, name))
        elif name == "":
            filled = sheet.rows[sheet.columns[position] != ""]
            findings += [place.finding(RULES["unnamed_column"], at, filled)] if len(filled) else []
        else:
            findings += _stray_findings(sheet, position, names, place, is_closed)
    missing = [column.name for column in columns if column.required and column.name not in sheet.header]
    return findings + [_header_finding("missing_column", place, name) for name in missing]


def _stray_findings(sheet: Sheet, position: int, names: Sequence[str], place: Place, is_closed: bool) -> list[Finding]:
    # An unknown name is told by its place: in a broken file it may be a cell of somebody's row.
    at = str(position + 1)
    cells = (sheet.header[position], *sheet.columns[position])
    numbers = np.concatenate([[1], sheet.rows])
    identities = numbers[[count_identity_numbers(cell) > 0 for cell in cells]]
    findings = [place.finding(CELL_RULES[0], at, identities)] if len(identities) else []
    if is_closed:
        near = difflib.get_close_matches(sheet.header[position].strip().lower(), names, n=1)
        hint = f"{near[0]}?" if near else ", ".join(names)
        findings.append(_header_finding("unknown_column_near" if near else "unknown_column", place, at, hint))
    return findings


def _header_finding(rule: str, place: Place, column: str, allowed: str = "") -> Finding:
    return RULES[rule].finding(table=place.table, file=place.file, column=column, allowed=allowed)


def _refused(finding: Finding) -> CheckedTable:
    return CheckedTable(table=None, findings=(finding,))
