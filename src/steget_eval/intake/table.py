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
from steget_eval.intake.sheet import Sheet, text_array
from steget_eval.records.card import AccountingLine
from steget_eval.records.tables import Column, ColumnType

_ARROW: dict[ColumnType, Any] = {
    "text": pa.string(), "code": pa.string(), "codes": pa.string(), "date": pa.date32(), "integer": pa.int64(),
    "number": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
_PYTHON: dict[ColumnType, Callable[[str], object]] = {
    "text": str, "code": str, "codes": str, "date": date.fromisoformat, "integer": int, "number": float,
    "boolean": TRUE.__contains__,
}  # fmt: skip
#: How many unknown columns are told one by one; the rest are counted.
STRAYS_NAMED = 20

# A longer name is no slip of the finger.
_LONGEST_NAME = 64
_SIGNS_CHANGED = str.maketrans({",": ".", ".": ","})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedTable:
    """A typed table, null where a cell is empty or refused, and what was found in it; None where there is no header.

    Attributes
    ----------
    accounting
        Rows kept and dropped by the lists of consent; empty where there is no such list.
    """

    table: pa.Table | None
    findings: tuple[Finding, ...]
    accounting: tuple[AccountingLine, ...] = ()


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
    findings = _note_findings(sheet, known, place) + _header_findings(sheet, columns, place, is_closed)
    cells = {name: sheet.columns[position] for position, name in reversed([*enumerate(sheet.header)])}
    arrays: dict[str, Any] = {}
    for column in columns:
        if column.name not in cells:
            arrays[column.name] = pa.nulls(len(sheet.rows), _ARROW[column.type])
            continue
        texts = cells[column.name]
        if sheet.decimal == "," and column.type == "number":
            texts = _with_point(texts)
        checked = _check_column(texts, column, sheet.rows, place)
        arrays[column.name] = checked.array
        findings += checked.findings
    if not {"source_file", "source_row"} <= set(cells) & known:  # an import has told already where a row came from
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


def _with_point(cells: np.ndarray) -> np.ndarray:
    """Return cells with a decimal point for a comma; where a column has commas, a point is no decimal sign."""
    if not any("," in cell for cell in cells):
        return cells
    return text_array([cell.translate(_SIGNS_CHANGED) for cell in cells])


def _note_findings(sheet: Sheet, known: set[str], place: Place) -> list[Finding]:
    # The name of a column that nobody knows may be a cell of somebody's row.
    return [
        RULES[note.rule].finding(
            table=place.table, file=place.file, column=note.column if note.column in known else "",
            count=note.count, rows=note.rows[:ROWS_NAMED], allowed=note.allowed,
        )
        for note in sheet.notes
    ]  # fmt: skip


def _header_findings(sheet: Sheet, columns: Sequence[Column], place: Place, is_closed: bool) -> list[Finding]:
    names = [column.name for column in columns]
    findings, strays = [], 0
    for position, name in enumerate(sheet.header):
        at = str(position + 1)
        if name in names:
            if name in sheet.header[:position]:
                findings.append(_header_finding("column_twice", place, name))
        elif name == "":
            filled = sheet.rows[sheet.columns[position] != ""]
            findings += [place.finding(RULES["unnamed_column"], at, filled)] if len(filled) else []
        else:
            strays += 1
            findings += _identity_findings(sheet, position, place)
            findings += [_stray_finding(name, at, names, place)] if is_closed and strays <= STRAYS_NAMED else []
    if is_closed and strays > STRAYS_NAMED:
        findings.append(_header_finding("more_unknown_columns", place, "", str(strays - STRAYS_NAMED)))
    missing = [column.name for column in columns if column.required and column.name not in sheet.header]
    return findings + [_header_finding("missing_column", place, name) for name in missing]


def _identity_findings(sheet: Sheet, position: int, place: Place) -> list[Finding]:
    cells = (sheet.header[position], *sheet.columns[position])
    numbers = np.concatenate([[1], sheet.rows])
    identities = numbers[[count_identity_numbers(cell) > 0 for cell in cells]]
    return [place.finding(CELL_RULES[0], str(position + 1), identities)] if len(identities) else []


def _stray_finding(name: str, at: str, names: Sequence[str], place: Place) -> Finding:
    # An unknown name is told by its place: in a broken file it may be a cell of somebody's row.
    near = difflib.get_close_matches(name.strip().lower(), names, n=1) if len(name) <= _LONGEST_NAME else []
    hint = f"{near[0]}?" if near else ", ".join(names)
    return _header_finding("unknown_column_near" if near else "unknown_column", place, at, hint)


def _header_finding(rule: str, place: Place, column: str, allowed: str = "") -> Finding:
    return RULES[rule].finding(table=place.table, file=place.file, column=column, allowed=allowed)


def _refused(finding: Finding) -> CheckedTable:
    return CheckedTable(table=None, findings=(finding,))
