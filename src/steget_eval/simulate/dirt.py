"""Soils a folder of synthetic records as files in real life are, and says what was planted where."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from steget_eval.core.errors import RecordsError
from steget_eval.core.frames import Tidy
from steget_eval.core.streams import stream
from steget_eval.protocol.base import Part
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

#: Published by the tax agency for tests; no person has ever had them.
TEST_NUMBERS = ("201701012393", "189001019802")
#: States in which two spells at once are a slip.
_ONE_AT_A_TIME = ("job_seeking", "sickness_benefit", "social_assistance", "activity_support", "unemployment_benefit")
_SWEDISH = str.maketrans({"o": "ö", "a": "ä"})


class Dirt(Part):
    """How many of each kind to plant; a kind that finds no row left for it plants fewer.

    Attributes
    ----------
    misspelt_codes
        Two letters of a code changed places.
    swapped_dates
        Day and month changed places, where the day is above the twelfth, so that it can be seen.
    duplicate_rows
        A participant's row stands once more.
    decimal_commas
        A number with a comma among numbers with points.
    blank_rows
        Rows without any cell filled; they are no rows.
    identity_numbers
        Cells of a column that nobody asked for, filled with published test numbers.
    overlapping_spells
        A second spell in the same state, begun the day after the first.
    windows_1252
        The participants' file is saved as Windows-1252, with a Swedish letter in it.
    """

    misspelt_codes: int = Field(default=0, ge=0)
    swapped_dates: int = Field(default=0, ge=0)
    duplicate_rows: int = Field(default=0, ge=0)
    decimal_commas: int = Field(default=0, ge=0)
    blank_rows: int = Field(default=0, ge=0)
    identity_numbers: int = Field(default=0, ge=0)
    overlapping_spells: int = Field(default=0, ge=0)
    windows_1252: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One thing planted.

    Attributes
    ----------
    row
        As a person sees it, the header being row 1; 0 where it is the file or the column.
    rule
        The rule of `check_records` that tells of it; empty where it is harmless.
    """

    kind: str
    table: str
    column: str
    row: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DirtLedger(Tidy):
    """Everything planted, in the order of its kinds."""

    lines: tuple[Planted, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per thing planted."""
        import pandas as pd

        names = ["kind", "table", "column", "row", "rule"]
        return pd.DataFrame([[getattr(line, name) for name in names] for line in self.lines], columns=names)

    def rows_of(self, rule: str) -> dict[tuple[str, str], tuple[int, ...]]:
        """Return table and column to the rows that break a rule, in order; rows are none where it is the file."""
        found: dict[tuple[str, str], list[int]] = {}
        for line in self.lines:
            if line.rule == rule:
                found.setdefault((line.table, line.column), []).extend([line.row] if line.row else [])
        return {place: tuple(sorted(rows)) for place, rows in found.items()}


@dataclass(slots=True)
class _File:
    """A table as text; rows are added at its end, so that a row keeps its number."""

    name: str
    header: list[str]
    rows: list[list[str]]

    def cell(self, row: int, column: str) -> str:
        return self.rows[row][self.header.index(column)] if column in self.header else ""

    def put(self, row: int, column: str, text: str) -> None:
        self.rows[row][self.header.index(column)] = text


def soil_records(folder: str | Path, dirt: Dirt, *, seed: int) -> DirtLedger:
    """Soil the CSV files of synthetic records in place; return what was planted.

    The same seed plants the same, and a kind that is added does not move the others: each has rows of its own.

    Raises
    ------
    RecordsError
        Where the folder has no participants.csv, or its card does not say that the records are synthetic.
    """
    place = Path(folder)
    _refuse_real(place)
    files = {name: _read(place, name) for name in TABLES if (place / f"{name}.csv").is_file()}
    if "participants" not in files:
        raise RecordsError(f"{place / 'participants.csv'}: dirt is planted among participants, and there are none")
    lines: list[Planted] = []
    for name, file in files.items():
        own = _own_rows(file, seed)
        lines += _soil_cells(file, dirt, own) + _add_rows(file, dirt, own)
        if name == "participants":
            lines += _add_identities(file, own["identity_numbers"][: dirt.identity_numbers])
    if dirt.windows_1252:
        lines += _add_swedish(files["participants"])
    for name, file in files.items():
        _write(place, file, "cp1252" if dirt.windows_1252 and name == "participants" else "utf-8")
    return DirtLedger(lines=tuple(sorted(lines, key=lambda line: (line.kind, line.table, line.row))))


_KINDS = tuple(Dirt.model_fields)


def _own_rows(file: _File, seed: int) -> dict[str, list[int]]:
    """Return each kind's own rows of a file in an order of their own."""
    count = len([row for row in file.rows if any(row)])
    order = stream(seed, "dirt", file.name).permutation(count).tolist()
    return {kind: order[number :: len(_KINDS)] for number, kind in enumerate(_KINDS)}


def _soil_cells(file: _File, dirt: Dirt, own: dict[str, list[int]]) -> list[Planted]:
    columns = TABLES[file.name].columns
    codes = [one.name for one in columns if one.type == "code" and one.codes is not None and one.name in file.header]
    days = [one.name for one in columns if one.type == "date" and one.name in file.header]
    numbers = [one.name for one in columns if one.type == "number" and one.name in file.header]
    planted = _change(file, "misspelt_codes", "unknown_code", codes, own, dirt.misspelt_codes, _misspelt)
    planted += _change(file, "swapped_dates", "not_a_date", days, own, dirt.swapped_dates, _swapped)
    return planted + _change(file, "decimal_commas", "not_a_number", numbers, own, dirt.decimal_commas, _with_comma)


def _change(
    file: _File, kind: str, rule: str, columns: list[str], own: dict[str, list[int]], most: int,
    change: Callable[[str], str],
) -> list[Planted]:  # fmt: skip
    planted: list[Planted] = []
    for row in own[kind]:
        for column in columns:
            text = file.cell(row, column)
            other = change(text)
            if len(planted) < most and other != text:
                file.put(row, column, other)
                planted.append(Planted(kind=kind, table=file.name, column=column, row=row + 2, rule=rule))
                break
    return planted


def _misspelt(code: str) -> str:
    return next(
        (code[:place] + code[place + 1] + code[place] + code[place + 2 :]
         for place in range(1, len(code) - 1) if code[place] != code[place + 1]), code,
    )  # fmt: skip


def _swapped(day: str) -> str:
    if len(day) != 10 or int(day[8:]) <= 12:
        return day
    return f"{day[:5]}{day[8:]}-{day[5:7]}"


def _with_comma(number: str) -> str:
    return number.replace(".", ",")


def _add_identities(file: _File, filled: list[int]) -> list[Planted]:
    if not filled:
        return []
    file.header.append("personnummer")
    place = str(len(file.header))
    for row in file.rows:
        row.append("")
    for number, one in enumerate(filled):
        file.rows[one][-1] = TEST_NUMBERS[number % len(TEST_NUMBERS)]
    cells = [
        Planted(kind="identity_numbers", table=file.name, column=place, row=row + 2, rule="identity_number")
        for row in filled
    ]
    return [*cells, Planted(kind="identity_numbers", table=file.name, column=place, row=0, rule="unknown_column")]


def _add_rows(file: _File, dirt: Dirt, own: dict[str, list[int]]) -> list[Planted]:
    planted: list[Planted] = []
    if file.name == "participants":
        for row in own["duplicate_rows"][: dirt.duplicate_rows]:
            file.rows.append(list(file.rows[row]))
            planted += [
                Planted(kind="duplicate_rows", table=file.name, column="", row=one, rule="duplicate_key")
                for one in (row + 2, len(file.rows) + 1)
            ]
    if file.name == "spells":
        planted += _overlap(file, dirt, own["overlapping_spells"])
    for _ in range(dirt.blank_rows):
        file.rows.append([""] * len(file.header))
        planted.append(Planted(kind="blank_rows", table=file.name, column="", row=len(file.rows) + 1, rule=""))
    return planted


def _overlap(file: _File, dirt: Dirt, rows: list[int]) -> list[Planted]:
    planted: list[Planted] = []
    for row in rows:
        if len(planted) == dirt.overlapping_spells:
            break
        start, end = file.cell(row, "started_on"), file.cell(row, "ended_on")
        if file.cell(row, "state") not in _ONE_AT_A_TIME or not end:
            continue
        later = date.fromisoformat(start) + timedelta(days=1)
        if later.isoformat() >= end:
            continue
        file.rows.append(list(file.rows[row]))
        file.put(len(file.rows) - 1, "started_on", later.isoformat())
        planted.append(
            Planted(kind="overlapping_spells", table="spells", column="started_on", row=len(file.rows) + 1,
                    rule="overlapping_spells")
        )  # fmt: skip
    return planted


def _add_swedish(file: _File) -> list[Planted]:
    for row in range(len(file.rows)):
        if file.cell(row, "site"):
            file.put(row, "site", file.cell(row, "site").translate(_SWEDISH) + "å")
            break
    return [Planted(kind="windows_1252", table=file.name, column="", row=0, rule="windows_1252")]


def _refuse_real(place: Path) -> None:
    card = place / "records.yaml"
    if not card.is_file() or "origin: synthetic" not in card.read_text(encoding="utf-8").splitlines():
        raise RecordsError(f"{card}: dirt is planted in records whose card says origin: synthetic, and in no others")


def _read(place: Path, name: str) -> _File:
    with (place / f"{name}.csv").open(encoding="utf-8", newline="") as stream_:
        header, *rows = csv.reader(stream_)
    return _File(name=name, header=header, rows=rows)


def _write(place: Path, file: _File, encoding: str) -> None:
    with (place / f"{file.name}.csv").open("w", encoding=encoding, newline="") as stream_:
        writer = csv.writer(stream_, lineterminator="\n")
        writer.writerow(file.header)
        writer.writerows(file.rows)
