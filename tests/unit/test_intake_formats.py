"""The same table read from CSV, Excel and Parquet is the same records."""

from __future__ import annotations

import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import read_records, write_records
from steget_eval.records import Records

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
baseline:
  months_before: {type: number, label: {sv: månader före, en: months before}}
  worked: {type: boolean, label: {sv: har arbetat, en: has worked}}
"""
HEADER = ["participant_id", "arm", "enrolled_on", "followed_until", "follow_up_ended_by", "birth_year",
          "months_before", "worked"]  # fmt: skip
TEXT = [
    ["q1", "ips, söder", "2024-01-01", "2026-01-01", "study_end", "1990", "12.5", "true"],
    ["q2", "usual", "2024-02-01", "", "", "", "3", "false"],
]
TYPED: list[list[Any]] = [
    ["q1", "ips, söder", date(2024, 1, 1), date(2026, 1, 1), "study_end", 1990, 12.5, True],
    ["q2", "usual", date(2024, 2, 1), None, None, None, 3.0, False],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    return tmp_path


def _csv(folder: Path, *, delimiter: str = ",", start: str = "", end: str = "\n") -> Records:
    quoted = ((f'"{cell}"' if "," in cell else cell for cell in row) for row in [HEADER, *TEXT])
    text = start + "".join(delimiter.join(row) + end for row in quoted)
    (folder / "participants.csv").write_bytes(text.encode())
    return read_records(folder)


def _workbook(folder: Path, rows: list[list[Any]], title: str = "Blad1") -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    workbook.save(folder / "participants.xlsx")
    return folder


def _only_refusal(folder: Path) -> str:
    with pytest.raises(RecordsError) as refusal:
        read_records(folder)
    return str(refusal.value)


def test_columns_are_typed_and_rows_numbered_as_a_person_sees_them(folder: Path):
    table = _csv(folder).tables["participants"]
    kinds = {name: str(table.schema.field(name).type) for name in [*HEADER, "source_file", "source_row"]}
    assert kinds == dict(zip(
        [*HEADER, "source_file", "source_row"],
        ["string", "string", "date32[day]", "date32[day]", "string", "int64", "double", "bool", "string", "int64"],
        strict=True,
    ))  # fmt: skip
    rows = [list(row.values()) for row in table.select([*HEADER, "source_file", "source_row"]).to_pylist()]
    assert rows == [[*row, "participants.csv", number] for number, row in enumerate(TYPED, start=2)]


@pytest.mark.parametrize("manner", [{"delimiter": ";"}, {"start": "\ufeff"}, {"end": "\r\n"}, {"end": "\n\n"}], ids=str)
def test_manners_of_csv_say_the_same(folder: Path, manner: dict[str, str]):
    assert _csv(folder, **manner).fingerprint == _csv(folder).fingerprint


def test_a_blank_line_counts_as_a_row_but_is_none(folder: Path):
    assert _csv(folder, end="\n\n").tables["participants"]["source_row"].to_pylist() == [3, 5]


@pytest.mark.parametrize("rows", [TEXT, TYPED], ids=["text", "typed"])
def test_a_workbook_says_the_same_as_csv(folder: Path, rows: list[list[Any]]):
    expected = _csv(folder).fingerprint
    (folder / "participants.csv").unlink()
    assert read_records(_workbook(folder, [HEADER, *rows])).fingerprint == expected


def test_a_date_cell_with_midnight_is_a_day_and_with_a_time_is_none(folder: Path):
    row = [*TYPED[0]]
    row[2] = datetime(2024, 1, 1)
    assert read_records(_workbook(folder, [HEADER, row])).tables["participants"]["enrolled_on"].to_pylist() == [
        date(2024, 1, 1)
    ]
    row[2] = datetime(2024, 1, 1, 12)
    assert "column enrolled_on, row 2: not a date" in _only_refusal(_workbook(folder, [HEADER, row]))


def test_the_sheet_of_the_tables_name_is_read_before_the_first(folder: Path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["something", "else"])
    sheet = workbook.create_sheet("participants")
    for row in [HEADER, *TEXT]:
        sheet.append(row)
    workbook.save(folder / "participants.xlsx")
    assert read_records(folder).counts() == {"participants": 2}


def test_empty_rows_of_a_workbook_keep_the_numbers_of_the_others(folder: Path):
    records = read_records(_workbook(folder, [HEADER, TEXT[0], [None] * 8, TEXT[1], [None] * 8]))
    assert records.tables["participants"]["source_row"].to_pylist() == [2, 4]


def test_a_formula_is_refused_with_its_row(folder: Path):
    row = [*TEXT[1]]
    row[5] = "=1900+90"
    assert _only_refusal(_workbook(folder, [HEADER, TEXT[0], row])) == (
        "participants.xlsx, column birth_year, row 3: a formula or its error; allowed: a value"
    )


def test_a_workbook_cut_short_is_refused_as_damaged(folder: Path):
    file = _workbook(folder, [HEADER, *TEXT]) / "participants.xlsx"
    file.write_bytes(file.read_bytes()[:-200])
    assert _only_refusal(folder) == "participants.xlsx: the file is damaged and cannot be read as xlsx"


@pytest.mark.parametrize("kind", ["arrow", "pandas", "text", "dictionary"])
def test_parquet_says_the_same_as_csv(folder: Path, kind: str):
    expected = _csv(folder).fingerprint
    (folder / "participants.csv").unlink()
    frame = pd.DataFrame(TYPED, columns=HEADER)
    if kind == "pandas":  # days as moments, whole numbers with gaps as floats
        frame["enrolled_on"] = pd.to_datetime(frame["enrolled_on"])
        frame["birth_year"] = frame["birth_year"].astype(float)
    table = pa.Table.from_pandas(frame if kind != "text" else pd.DataFrame(TEXT, columns=HEADER))
    if kind == "dictionary":
        table = table.set_column(1, "arm", table["arm"].dictionary_encode())
    pq.write_table(table, folder / "participants.parquet")
    assert read_records(folder).fingerprint == expected


def test_parquet_of_lists_is_refused_as_damaged(folder: Path):
    pq.write_table(pa.table({"participant_id": [["a"]]}), folder / "participants.parquet")
    assert _only_refusal(folder) == "participants.parquet: the file is damaged and cannot be read as parquet"


def test_parquet_under_the_name_of_a_workbook_is_refused(folder: Path):
    pq.write_table(pa.table({"participant_id": ["a"]}), folder / "participants.xlsx")
    assert _only_refusal(folder) == (
        "participants.xlsx: the file is not what its suffix says; the content looks like parquet"
    )


def test_written_records_are_the_records_read_and_the_same_bytes_again(folder: Path):
    records = _csv(folder)
    write_records(records, folder / "once")
    again = read_records(folder / "once")
    assert again.fingerprint == records.fingerprint
    assert again.card == records.card
    write_records(again, folder / "twice")
    for name in ("records.yaml", "participants.csv"):
        assert (folder / "once" / name).read_bytes() == (folder / "twice" / name).read_bytes()
    assert (folder / "once" / "participants.csv").read_bytes().startswith(
        b"participant_id,arm,enrolled_on,followed_until,follow_up_ended_by,birth_year,months_before,worked\nq1,"
    )  # fmt: skip


def test_records_without_optional_columns_survive_the_round_trip(folder: Path):
    card = _csv(folder).card.model_copy(update={"baseline": {}})
    bare = Records(card=card, tables={"participants": pa.table({"participant_id": ["b", "a"], "arm": ["x", "y"]})})
    write_records(bare, folder / "bare")
    assert read_records(folder / "bare").fingerprint == bare.fingerprint


def test_records_that_cannot_be_written_are_refused(folder: Path):
    (folder / "taken").write_text("a file, no folder")
    with pytest.raises(RecordsError, match="the records cannot be written there"):
        write_records(_csv(folder), folder / "taken")


def test_a_folder_in_place_of_a_file_is_refused(folder: Path):
    (folder / "participants.csv").mkdir()
    assert stat.S_ISDIR((folder / "participants.csv").stat().st_mode)
    assert _only_refusal(folder) == "participants.csv: the file cannot be opened"
