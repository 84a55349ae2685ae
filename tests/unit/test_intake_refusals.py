"""Every refusal of intake is one sentence with file, column, rows and what is allowed, without a cell in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import check_records, read_records
from steget_eval.intake.rules import CELL_RULES, MISSING_CELL, ROW_RULES, RULES

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
baseline:
  weeks_before: {type: integer, label: {sv: veckor före, en: weeks before}}
  schooling: {type: code, label: {sv: skolgång, en: schooling}, codes: {short: {sv: kort, en: short}}}
items: {pay: {sv: lön, en: pay}}
instruments: {scale_a: {sv: skala A, en: scale A}}
"""
FILES = {
    "records.yaml": CARD,
    "participants.csv": """\
participant_id,arm,enrolled_on,followed_until,follow_up_ended_by,discharged_on,site,sex,birth_year,weeks_before,schooling
qx-1,ips,2024-01-01,2026-01-01,study_end,2024-12-01,zebra,woman,1990,12,short
qx-2,usual,2024-02-01,2025-02-01,death,,zebra,man,1991,,short
""",
    "spells.csv": """\
participant_id,state,started_on,ended_on,extent_percent,hours_per_week,subsidised,monthly_pay_sek
qx-1,competitive_employment,2024-03-01,2024-09-01,50,20.5,false,31234
qx-1,education,2024-10-01,,,,,
""",
    "statuses.csv": """\
participant_id,occasion,observed_on,occupation,income_sources
qx-1,month_12,2025-01-01,employed,pay|benefit
""",
    "assessments.csv": """\
participant_id,assessed_on,occasion,instrument,score
qx-2,2024-02-02,start,scale_a,7.5
""",
    "amounts.csv": """\
participant_id,occasion,item,value,unit
qx-1,month_6,pay,-987654,ore
qx-2,month_6,pay,987655,ore
""",
    "services.csv": """\
participant_id,delivered_on,service,quantity,cost_sek
qx-1,2024-02-01,meeting,1.5,650
""",
    "counts.csv": """\
period,category,sex,n
2024,employed,woman,14
""",
}


def _write(folder: Path, **changes: str | None) -> Path:
    for name, text in (FILES | changes).items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def _refused(folder: Path) -> list[str]:
    with pytest.raises(RecordsError) as refusal:
        read_records(folder)
    return str(refusal.value).split("\n")


def test_the_sample_folder_is_read_whole_and_without_findings(tmp_path: Path):
    records = read_records(_write(tmp_path))
    assert records.counts() == {
        "participants": 2, "spells": 2, "statuses": 1, "assessments": 1, "amounts": 2, "services": 1, "counts": 1,
    }  # fmt: skip
    assert len(check_records(tmp_path)) == 0


# file | text that is replaced | by | the sentence
ONE_FAULT = [
    ("participants.csv", "arm,", "amr,",
     "participants.csv, column 2: not a known column (counted from the left); did you mean arm?"),
    ("participants.csv", ",arm,enrolled", ",enrolled",
     "participants.csv, rows 2, 3: the row has not as many cells as the header; allowed: 10"),
    ("participants.csv", "2026-01-01", "2026-02-30",
     "participants.csv, column followed_until, row 2: not a date; allowed: a day written YYYY-MM-DD"),
    ("participants.csv", "2026-01-01", "1/2/2026",
     "participants.csv, column followed_until, row 2: not a date; allowed: a day written YYYY-MM-DD"),
    ("participants.csv", "2026-01-01", "9999-12-31",
     "participants.csv, column followed_until, row 2: a day outside what is read; allowed: 1900-01-01 to 2100-12-31 "
     "(empty = ongoing or unknown)"),
    ("participants.csv", "study_end", "Study end",
     "participants.csv, column follow_up_ended_by, row 2: an unknown code; allowed: study_end, death, emigration, "
     "withdrawn, lost"),
    ("participants.csv", "12,short", "12,shrt",
     "participants.csv, column schooling, row 2: an unknown code; allowed: short"),
    ("participants.csv", "qx-2,", "qx-1,",
     "participants.csv, rows 2, 3: the same key on several rows; allowed: one row for each participant_id"),
    ("participants.csv", "2024-01-01,", "2026-01-02,",
     "participants.csv, column enrolled_on, row 2: after followed_until; allowed: that day at the latest"),
    ("participants.csv", "2024-12-01", "2023-12-31",
     "participants.csv, column discharged_on, row 2: before enrolled_on; allowed: that day at the earliest"),
    ("participants.csv", "qx-2,usual", "qx-2,",
     "participants.csv, column arm, row 3: an empty cell; the column must be filled"),
    ("participants.csv", "1991", "1991.5",
     "participants.csv, column birth_year, row 3: no whole number; allowed: digits without spaces or decimals"),
    ("participants.csv", ",12,", ",٣,",
     "participants.csv, column weeks_before, row 2: no whole number; allowed: digits without spaces or decimals"),
    ("participants.csv", ",12,", ",9223372036854775808,",
     "participants.csv, column weeks_before, row 2: the number is too large; allowed: what fits in 64 bits"),
    ("participants.csv", "usual", " usual",
     "participants.csv, column arm, row 3: the cell begins or ends with space"),
    ("participants.csv", "zebra,man", "=A1,man",
     "participants.csv, column site, row 3: a formula or its error; allowed: a value"),
    ("participants.csv", "zebra,man", "191212121212,man",
     "participants.csv, column site, row 3: identity numbers; replace them by pseudonyms before the records are read"),
    ("spells.csv", "2024-09-01", "2024-02-01",
     "spells.csv, column ended_on, row 2: the end is before the start; allowed: a day after started_on, or empty "
     "(ongoing)"),
    ("spells.csv", "2024-09-01", "2024-03-01",
     "spells.csv, column ended_on, row 2: a spell of no days; ended_on is the day after the last"),
    ("spells.csv", "2024-10-01", "2026-01-02",
     "spells.csv, column started_on, row 3: after the person's followed_until; allowed: that day at the latest"),
    ("spells.csv", ",20.5,", ",20h,",
     "spells.csv, column hours_per_week, row 2: not a number; allowed: digits with one decimal sign in the whole "
     "column, such as 12.5"),
    ("spells.csv", ",20.5,", ",1e999,",
     "spells.csv, column hours_per_week, row 2: the number is too large; allowed: what fits in 64 bits"),
    ("spells.csv", ",50,", ",150,",
     "spells.csv, column extent_percent, row 2: above a hundred per cent; allowed: 0 to 100"),
    ("spells.csv", "false", "nope",
     "spells.csv, column subsidised, row 2: neither true nor false; allowed: true, false, 1, 0"),
    ("statuses.csv", "2025-01-01", "2026-01-02",
     "statuses.csv, column observed_on, row 2: after the person's followed_until; allowed: that day at the latest"),
    ("statuses.csv", "pay|benefit", "pay|",
     "statuses.csv, column income_sources, row 2: an unknown code; allowed: a-z, 0-9, _"),
    ("assessments.csv", "2024-02-02", "2025-02-02",
     "assessments.csv, column assessed_on, row 2: after the person's followed_until; allowed: that day at the latest"),
    ("assessments.csv", "scale_a", "scale_b",
     "assessments.csv, column instrument, row 2: an unknown code; allowed: scale_a"),
    ("amounts.csv", "987655,ore", "987655,days",
     "amounts.csv, column unit, rows 2, 3: the item has several units; allowed: one unit for each item"),
    ("amounts.csv", "qx-2", "qx-9", "amounts.csv, column participant_id, row 3: the person is not in participants"),
    ("services.csv", "2024-02-01", "2026-02-01",
     "services.csv, column delivered_on, row 2: after the person's followed_until; allowed: that day at the latest"),
    ("counts.csv", "14", "-14", "counts.csv, column n, row 2: below zero; allowed: zero or more"),
    ("amounts.csv", "participant_id,occasion,item,value,unit\n", "",
     "amounts.csv, row 1: the first row is no header; it should name columns such as participant_id, occasion, item"),
    ("counts.csv", "2024,employed,woman,14\n", "", "counts.csv: there is a header but no row below it"),
    ("counts.csv", "woman,14", "woman,14,15",
     "counts.csv, row 2: the row has not as many cells as the header; allowed: 4"),
    ("counts.csv", "category", "period", "counts.csv, column period: the column stands twice"),
    ("counts.csv", "employed,", '"employed,', "counts.csv, row 2: the file is damaged and cannot be read as csv"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), ONE_FAULT)
def test_a_fault_is_told_in_one_sentence(tmp_path: Path, file: str, old: str, new: str, sentence: str):
    text = FILES[file]
    assert old in text
    assert sentence in _refused(_write(tmp_path, **{file: text.replace(old, new, 1)}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"records.yaml": None},
         "records.yaml: the file is missing; it says where the records come from (title, origin, source, licence)"),
        ({"records.yaml": CARD.replace("licence", "license")},
         "records.yaml: license is not a known key; did you mean licence?"),
        ({"records.yaml": CARD.replace("weeks_before: {type", "weeks_before: {typ")},
         "records.yaml: baseline.weeks_before.typ is not a known key; did you mean type?"),
        ({"records.yaml": CARD.replace("weeks_before:", "sex:")},
         "records.yaml: baseline.sex is a column of participants already"),
        ({"records.yaml": CARD + "licence: MIT\n"}, "records.yaml: line 11: this is not YAML: the key 'licence' "
                                                    "stands twice"),
        ({"records.yaml": CARD + "citation: 191212121212\n"},
         "records.yaml: 1 identity numbers; the card is no place for them"),
        ({"records.yaml": CARD + "citation: 'a 19121212-1212'\n"},
         "records.yaml: 1 identity numbers; the card is no place for them"),
        ({"participants.csv": None, "counts.csv": None},
         "spells.csv: the table is about persons but participants is missing"),
        ({"participant.csv": "a,b\n1,2\n"},
         "participant.csv: none of the tables; allowed: participants.csv, .tsv, .txt, .xlsx, .parquet, .dta, .sav, "
         ".zsav, .sas7bdat, .xpt, .duckdb"),
        ({"counts.csv": ""}, "counts.csv: the file is empty"),
        ({"counts.csv": "\n\n \n"}, "counts.csv: the file is empty"),
        ({"counts.csv": "PK\x03\x04"}, "counts.csv: the file is not what its suffix says; the content looks like xlsx"),
        ({"counts.csv": "a\x00b,c\n"},
         "counts.csv: the file is not what its suffix says; the content looks like bytes that are no text"),
        ({"counts.csv": None, "counts.xlsx": "period,category\n"},
         "counts.xlsx: the file is not what its suffix says; the content looks like text"),
        ({"counts.parquet": "period,category\n"},
         "counts.csv: the table stands in several files; keep one of them: counts.csv, counts.parquet"),
        ({"counts.csv": "period,category,n\n2024,employed,1\n"}, "counts.csv, column sex: the column is missing"),
        ({"counts.csv": "period,category,sex,n,\n2024,employed,woman,1,x\n"},
         "counts.csv, column 5, row 2: the column has cells but no name"),
    ],
)  # fmt: skip
def test_a_faulty_folder_is_told_in_one_sentence(tmp_path: Path, changes: dict[str, str | None], sentence: str):
    assert sentence in _refused(_write(tmp_path, **changes))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    assert _refused(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: there is no such folder"]


def test_a_folder_with_a_card_alone_is_refused(tmp_path: Path):
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    (sentence,) = _refused(tmp_path)
    assert sentence.endswith(
        "neither participants nor counts is there; "
        "allowed: participants.csv, .tsv, .txt, .xlsx, .parquet, .dta, .sav, .zsav, .sas7bdat, .xpt, .duckdb"
    )  # fmt: skip


def test_text_that_is_neither_utf8_nor_windows_1252_is_told_by_its_line(tmp_path: Path):
    _write(tmp_path)
    (tmp_path / "counts.csv").write_bytes(b"period,category,sex,n\n2024,p\xe5h\x81ttad,woman,3\n")
    assert _refused(tmp_path) == [
        "counts.csv, row 2: the text is neither UTF-8 nor Windows-1252; save it as “CSV UTF-8”"
    ]


def test_all_faults_of_a_folder_are_told_together(tmp_path: Path):
    _write(
        tmp_path,
        **{
            "participants.csv": FILES["participants.csv"].replace("2026-01-01", "soon").replace("man,1991", "men,x"),
            "counts.csv": FILES["counts.csv"].replace("14", "many"),
            "services.csv": "",
        },
    )
    findings = check_records(tmp_path)
    assert [(finding.rule, finding.file, finding.column, finding.rows) for finding in findings] == [
        ("not_a_date", "participants.csv", "followed_until", (2,)),
        ("unknown_code", "participants.csv", "sex", (3,)),
        ("not_whole", "participants.csv", "birth_year", (3,)),
        ("empty_file", "services.csv", "", ()),
        ("not_whole", "counts.csv", "n", (2,)),
        ("end_without_reason", "participants.csv", "follow_up_ended_by", (2,)),
    ]
    assert len(_refused(tmp_path)) == len(findings.errors) == 5


def test_ten_rows_are_named_and_the_rest_counted(tmp_path: Path):
    lines = "".join(f"2024,kind_{number},woman,?\n" for number in range(12))
    _write(tmp_path, **{"counts.csv": "period,category,sex,n\n" + lines})
    assert _refused(tmp_path) == [
        "counts.csv, column n, rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (12 rows in all): no whole number; "
        "allowed: digits without spaces or decimals"
    ]


def test_a_finding_speaks_swedish_too(tmp_path: Path):
    _write(tmp_path, **{"counts.csv": FILES["counts.csv"].replace("14", "x")})
    assert check_records(tmp_path).sentences("sv") == (
        "counts.csv, kolumn n, rad 2: inget heltal; tillåtet: siffror utan mellanrum och decimaler",
    )


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (",study_end", ",", "end_without_reason"),
        ("2024-02-01,2025-02-01", "2025-02-01,2025-02-01", "not_followed"),
        ("2024-12-01", "2026-12-01", "discharged_after_follow_up"),
    ],
)
def test_a_warning_does_not_refuse(tmp_path: Path, old: str, new: str, rule: str):
    _write(tmp_path, **{"participants.csv": FILES["participants.csv"].replace(old, new, 1)})
    assert [finding.rule for finding in check_records(tmp_path).warnings] == [rule]
    assert read_records(tmp_path).counts()["participants"] == 2


@pytest.mark.parametrize("rule", [*RULES.values(), *CELL_RULES, MISSING_CELL, *ROW_RULES], ids=lambda rule: rule.id)
def test_every_rule_has_words_in_both_languages(rule):
    assert rule.sv != rule.en or rule.id == "wrong_card"
    assert ("{allowed}" in rule.sv) == ("{allowed}" in rule.en)


def test_findings_become_a_frame_of_one_row_each(tmp_path: Path):
    _write(tmp_path, **{"counts.csv": FILES["counts.csv"].replace("14", "x")})
    frame = check_records(tmp_path).to_frame()
    assert list(frame.columns) == ["rule", "severity", "table", "file", "column", "count", "rows", "sv", "en"]
    assert frame.loc[0, ["rule", "count", "rows"]].tolist() == ["not_whole", 1, "2"]
