"""Each kind of file becomes the same sheet of text, and what cannot is refused by a rule."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import check_records, read_records
from steget_eval.intake.readers import archive, read_sheet, sheet_names
from steget_eval.intake.readers.encoding import decode
from steget_eval.intake.sheet import Missing, Note, Sheet, UnreadableError

FILES = Path(__file__).parent / "files"
CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
"""
COUNTS = [["period", "category", "sex", "n"], ["2024", "åtgärd", "woman", "14"], ["2025", "work", "man", "3"]]


def _cells(sheet: Sheet) -> list[list[str]]:
    return [list(sheet.header), *(list(row) for row in zip(*sheet.columns, strict=True))]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _refused(path: Path, name: str = "") -> tuple[str, tuple[int, ...]]:
    with pytest.raises(UnreadableError) as refusal:
        read_sheet(path, name)
    return refusal.value.rule, refusal.value.rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_says_the_same_in_every_manner(tmp_path: Path, delimiter: str, encoding: str, end: str):
    text = end.join(delimiter.join(row) for row in COUNTS) + end
    sheet = read_sheet(_written(tmp_path / "counts.csv", text.encode(encoding)))
    assert _cells(sheet) == COUNTS
    assert sheet.notes == ((Note(rule="windows_1252"),) if encoding == "cp1252" else ())
    assert sheet.decimal == ("." if delimiter == "," else ",")


def test_a_delimiter_inside_quotes_of_the_header_does_not_part_cells(tmp_path: Path):
    sheet = read_sheet(_written(tmp_path / "a.csv", b'"a;b;c",d\n1,2\n'))
    assert _cells(sheet) == [["a;b;c", "d"], ["1", "2"]]


@pytest.mark.parametrize(
    ("content", "row"),
    [(b"a,b\nx\xe5,1\ny,\x81\n", 3), ("a,b\nå,1\n".encode() + b"\xe5,2\n", 3), (b"\xef\xbb\xbfa,b\n1,\xe5\n", 2)],
    ids=["a byte without meaning", "both", "a byte order mark and yet no UTF-8"],
)
def test_text_that_is_neither_or_both_is_refused_with_its_row(tmp_path: Path, content: bytes, row: int):
    assert _refused(_written(tmp_path / "a.csv", content)) == ("not_text", (row,))


@pytest.mark.parametrize("text", ["åäöÅÄÖé", "”citat” – 5 €", "ascii"])
def test_windows_1252_is_never_taken_for_utf8_nor_the_other_way_round(text: str):
    assert decode(text.encode("utf-8")).characters == text
    assert decode(text.encode("cp1252")).characters == text


def _spells(folder: Path, hours: tuple[str, str]) -> Path:
    (folder / "records.yaml").write_text(CARD, encoding="utf-8")
    people = "participant_id;arm;enrolled_on;followed_until;follow_up_ended_by\nq1;ips;2024-01-01;;\n"
    (folder / "participants.csv").write_text(people, encoding="utf-8")
    rows = "".join(f"q1;{state};2024-02-0{n};;{cell}\n" for n, (state, cell) in
                   enumerate(zip(("education", "employment"), hours, strict=True), start=1))  # fmt: skip
    (folder / "spells.csv").write_text("participant_id;state;started_on;ended_on;hours_per_week\n" + rows)
    return folder


def test_a_decimal_comma_is_read_where_it_does_not_part_cells(tmp_path: Path):
    records = read_records(_spells(tmp_path, ("12,5", "20")))
    assert records.tables["spells"]["hours_per_week"].to_pylist() == [12.5, 20.0]


def test_a_point_in_a_column_of_decimal_commas_is_refused_and_not_guessed(tmp_path: Path):
    with pytest.raises(RecordsError, match="hours_per_week, row 3: not a number; allowed: digits with one decimal"):
        read_records(_spells(tmp_path, ("12,5", "1.250")))


def _workbook(path: Path, sheets: dict[str, list[list[Any]]], **change: Any) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for title in change.get("hidden", ()):
        workbook[title].sheet_state = "hidden"
    for title, span in change.get("merged", {}).items():
        workbook[title].merge_cells(span)
    workbook.save(path)
    return path


def test_a_workbook_whose_sheets_are_the_tables_is_read_table_by_table(tmp_path: Path):
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    people = [["participant_id", "arm", "enrolled_on", "followed_until", "follow_up_ended_by"],
              ["q1", "ips", date(2024, 1, 1), None, None]]  # fmt: skip
    _workbook(tmp_path / "kommun.xlsx", {"Läs mig": [["hej"]], "counts": COUNTS, "participants": people})
    assert sheet_names(tmp_path / "kommun.xlsx") == ("Läs mig", "counts", "participants")
    records = read_records(tmp_path)
    assert records.counts() == {"participants": 1, "counts": 2}
    assert set(records.tables["counts"]["source_file"].to_pylist()) == {"kommun.xlsx, counts"}


def test_a_named_sheet_is_read_and_one_that_is_not_there_refused(tmp_path: Path):
    path = _workbook(tmp_path / "a.xlsx", {"one": [["a"], ["1"]], "two": [["b"], ["2"]]})
    assert _cells(read_sheet(path, "two")) == [["b"], ["2"]]
    assert _refused(path, "three") == ("no_such_sheet", ())


def test_hidden_sheets_and_merged_cells_are_told(tmp_path: Path):
    rows = [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]
    path = _workbook(tmp_path / "a.xlsx", {"one": rows, "x": [["a"]]}, hidden=["x"], merged={"one": "A2:A3"})
    notes = read_sheet(path, "one").notes
    assert notes == (Note(rule="merged_cells", count=2, rows=(2, 3)), Note(rule="hidden_sheet", count=1))


def test_merged_cells_refuse_records_and_hidden_sheets_only_warn(tmp_path: Path):
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    _workbook(tmp_path / "counts.xlsx", {"counts": COUNTS, "x": [["a"]]}, hidden=["x"], merged={"counts": "D2:D3"})
    findings = check_records(tmp_path)
    assert {(one.rule, one.severity) for one in findings} >= {("merged_cells", "error"), ("hidden_sheet", "warning")}


def test_a_formula_becomes_the_value_that_was_saved_with_it(tmp_path: Path):
    path = _workbook(tmp_path / "a.xlsx", {"one": [["a", "b"], ["1", "=1+1"], ["2", "=2+2"]]})
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():  # what Excel does when it saves: the value beside the formula, here of one of them
            new.writestr(name, old.read(name).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                         .replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>")
                         .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))  # fmt: skip
    sheet = read_sheet(_written(path, changed.getvalue()))
    assert _cells(sheet) == [["a", "b"], ["1", "2"], ["2", "=2+2"]]
    assert sheet.notes == (Note(rule="cached_formula", column="b", count=1, rows=(2,)),)


def _archive(path: Path, changes: dict[str, bytes]) -> Path:
    _workbook(path, {"one": [["a"], ["1"]]})
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(set(changes) - set(old.namelist()))]:
            new.writestr(name, changes.get(name) or old.read(name))
    return _written(path, changed.getvalue())


def test_a_zip_bomb_is_refused_by_the_size_that_it_states_and_nothing_of_it_is_expanded(tmp_path: Path, monkeypatch):
    path = _archive(tmp_path / "a.xlsx", {"xl/worksheets/big.xml": bytes(30 * 10**6)})
    assert path.stat().st_size < 100_000

    def expand(*_: object):
        raise AssertionError("a part was opened")

    monkeypatch.setattr(archive, "_has_entities", expand)
    assert _refused(path) == ("too_large", ())


def test_a_workbook_with_external_entities_is_refused(tmp_path: Path):
    secret = _written(tmp_path / "secret.txt", b"canary-77")
    entity = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()
    body = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e;</t></si></sst>'
    assert _refused(_archive(tmp_path / "a.xlsx", {"xl/sharedStrings.xml": entity + body})) == ("damaged", ())


def test_a_million_columns_are_refused_by_their_number(tmp_path: Path):
    assert _refused(_written(tmp_path / "a.csv", b"," * 10**6 + b"\n" + b"1," * 10**6 + b"\n")) == ("too_wide", ())


def test_spss_keeps_labels_and_user_missing_codes_become_reasons(tmp_path: Path):
    frame = pd.DataFrame({"id": ["q1", "q2", "q3"], "n": [1.0, 2.5, -99.0], "d": [date(2024, 1, 1), None, None]})
    said = {"column_labels": {"id": "Löpnummer", "n": "Antal", "d": "Dag"}, "missing_ranges": {"n": [-99]}}
    labels = {"n": {-99.0: "vill ej svara", 1.0: "ett"}}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=labels, **said)
    sheet = read_sheet(tmp_path / "a.sav")
    assert _cells(sheet) == [["id", "n", "d"], ["q1", "1", "2024-01-01"], ["q2", "2.5", ""], ["q3", "", ""]]
    assert sheet.missing == (Missing(column="n", code="-99", reason="vill ej svara", rows=(4,)),)
    assert sheet.notes == (Note(rule="user_missing", column="n", count=1, rows=(4,), allowed="vill ej svara"),)
    assert dict(sheet.labels) == {"id": "Löpnummer", "n": "Antal", "d": "Dag"}
    assert dict(sheet.value_labels["n"]) == {"-99": "vill ej svara", "1": "ett"}


@pytest.mark.parametrize("version", [10, 15])
def test_stata_keeps_labels_days_and_its_missing_letters(tmp_path: Path, version: int):
    frame = pd.DataFrame({"id": ["q1", "q2"], "n": [1, "a"], "d": pd.to_datetime(["2024-01-01", None])})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"n": ["a"]}, version=version,
                         variable_value_labels={"n": {1: "ett", "a": "vet ej"}})  # fmt: skip
    sheet = read_sheet(tmp_path / "a.dta")
    assert _cells(sheet) == [["id", "n", "d"], ["q1", "1", "2024-01-01"], ["q2", "", ""]]
    assert sheet.missing == (Missing(column="n", code=".a", reason="vet ej", rows=(3,)),)


def test_a_transport_file_of_sas_is_read(tmp_path: Path):
    frame = pd.DataFrame({"id": ["q1", "q2"], "n": [1.5, None], "d": [date(2024, 1, 1), None]})
    pyreadstat.write_xport(frame, tmp_path / "a.xpt", table_name="PART", file_format_version=8)
    assert _cells(read_sheet(tmp_path / "a.xpt")) == [["id", "n", "d"], ["q1", "1.5", "2024-01-01"], ["q2", "", ""]]


def test_files_of_sas_are_read(tmp_path: Path):
    for name in ("iris", "days"):
        _written(tmp_path / f"{name}.sas7bdat", gzip.decompress((FILES / f"{name}.sas7bdat.gz").read_bytes()))
    iris = read_sheet(tmp_path / "iris.sas7bdat")
    assert (len(iris.rows), _cells(iris)[1]) == (150, ["5.1", "3.5", "1.4", "0.2", "setosa"])
    days = _cells(read_sheet(tmp_path / "days.sas7bdat"))
    assert days == [["participant_id", "n", "d"], ["qx-1", "1.5", "2024-01-01"], ["qx-2", "", ""]]


def _database(path: Path) -> Path:
    with duckdb.connect(str(path)) as engine:
        engine.execute("CREATE TABLE counts (period TEXT, category TEXT, sex TEXT, n BIGINT)")
        engine.executemany("INSERT INTO counts VALUES (?, ?, ?, ?)", COUNTS[1:])
        engine.execute("CREATE TABLE other (a DATE)")
        engine.execute("INSERT INTO other VALUES ('2024-01-01')")
    return path


def test_a_duckdb_file_is_read_table_by_table(tmp_path: Path):
    path = _database(tmp_path / "register.duckdb")
    assert sheet_names(path) == ("counts", "other")
    assert _cells(read_sheet(path, "counts")) == COUNTS
    assert _cells(read_sheet(path, "other")) == [["a"], ["2024-01-01"]]
    assert _refused(path) == ("no_such_sheet", ())
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    assert read_records(tmp_path).counts() == {"counts": 2}


def test_a_view_of_a_duckdb_file_cannot_read_another_file(tmp_path: Path):
    _written(tmp_path / "secret.csv", b"a\ncanary-77\n")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as engine:
        engine.execute(f"CREATE VIEW stolen AS SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    assert _refused(tmp_path / "x.duckdb", "stolen") == ("damaged", ())


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    assert _refused(_written(tmp_path / "a.pdf", b"%PDF")) == ("unknown_kind", ())
    assert _refused(_written(tmp_path / "a.sav", b"a,b\n1,2\n")) == ("not_its_suffix", ())
