"""A folder damaged in any way ends in records or in a refusal that tells nothing about a person."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import RecordsError
from steget_eval.intake import check_records, read_records, write_records

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
baseline:
  weeks_before: {type: integer, label: {sv: veckor före, en: weeks before}}
items: {pay: {sv: lön, en: pay}}
"""
PARTICIPANTS = """\
participant_id,arm,enrolled_on,followed_until,follow_up_ended_by,site,sex,birth_year,weeks_before
qx-77401,arm-ips,2021-03-07,2023-03-07,study_end,zebra-house,woman,1987,987654
qx-77402,arm-usual,2021-04-08,2022-04-08,death,tapir-house,man,1979,
qx-77403,arm-usual,2021-04-09,2023-04-09,study_end,tapir-house,unknown,,876543
"""
SPELLS = """\
participant_id,state,started_on,ended_on,hours_per_week
qx-77401,competitive_employment,2021-06-11,2021-11-23,20.25
qx-77401,education,2022-01-13,,
qx-77402,employment,2021-05-14,2021-07-16,17.75
"""
AMOUNTS = """\
participant_id,occasion,item,value,unit
qx-77401,month_6,pay,7654321,ore
qx-77403,month_6,pay,-765432,ore
"""
#: What must never stand in a refusal: everything that a row says about a person, but for codes and short numbers.
SECRETS = frozenset(
    cell
    for text in (PARTICIPANTS, SPELLS, AMOUNTS)
    for line in text.splitlines()[1:]
    for cell in line.split(",")
    if any(character.isdigit() for character in cell) and len(cell) >= 4 and not cell.startswith("month")
) | {"zebra-house", "tapir-house", "arm-ips", "arm-usual"}


def _workbook(text: str) -> bytes:
    workbook = openpyxl.Workbook()
    for line in text.splitlines():
        workbook.active.append([cell or None for cell in line.split(",")])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _parquet(text: str) -> bytes:
    file = io.BytesIO()
    pd.read_csv(io.StringIO(text), dtype=str).to_parquet(file)
    return file.getvalue()


FOLDERS = (
    {"records.yaml": CARD.encode(), "participants.csv": PARTICIPANTS.encode(), "spells.csv": SPELLS.encode(),
     "amounts.csv": AMOUNTS.encode()},
    {"records.yaml": CARD.encode(), "participants.xlsx": _workbook(PARTICIPANTS), "spells.parquet": _parquet(SPELLS),
     "amounts.csv": AMOUNTS.encode()},
)  # fmt: skip


@st.composite
def damaged_folders(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw a valid folder with one file damaged in one way."""
    folder = dict(draw(st.sampled_from(FOLDERS)))
    name = draw(st.sampled_from(sorted(folder)))
    harm = draw(st.sampled_from(["bytes", "cut", "drop", "swap", "rename", "line", "cell", "anything"]))
    content = folder[name]
    if harm == "bytes":
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 12))
        folder[name] = content[:at] + draw(st.binary(max_size=12)) + content[at + length :]
    elif harm == "cut":
        folder[name] = content[: draw(st.integers(0, len(content)))]
    elif harm == "drop":
        del folder[name]
    elif harm == "swap":
        other = draw(st.sampled_from(sorted(folder)))
        folder[name], folder[other] = folder[other], content
    elif harm == "rename":
        del folder[name]
        suffix = draw(st.sampled_from([".csv", ".xlsx", ".parquet", ".xls", ""]))
        folder[draw(st.sampled_from(["participants", "spells", "counts", "people"])) + suffix] = content
    elif harm == "anything":
        folder[name] = draw(st.binary(max_size=200))
    else:
        folder[name] = _harm_text(draw, content, harm)
    return folder


def _harm_text(draw: st.DrawFn, content: bytes, harm: str) -> bytes:
    lines = content.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    if harm == "line":
        lines[at : at + 1] = draw(st.sampled_from([[], [lines[at]] * 2, [lines[at] + draw(st.sampled_from(lines))]]))
        return b"\n".join(lines)
    cells = lines[at].split(b",")
    other = draw(st.sampled_from(lines)).split(b",")
    new = draw(
        st.one_of(st.sampled_from(other), st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace")))
    )
    cells[draw(st.integers(0, len(cells) - 1))] = new
    lines[at] = b",".join(cells)
    return b"\n".join(lines)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damaged_folders())
def test_a_damaged_folder_ends_in_records_or_in_a_refusal_without_a_cell(files: dict[str, bytes]):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        findings = check_records(folder)
        try:
            records = read_records(folder)
        except RecordsError as refusal:
            assert len(findings.errors) > 0
            said = [str(refusal), *findings.sentences("sv"), repr(findings), findings.to_frame().to_csv()]
            assert not [secret for secret in SECRETS if any(secret in text for text in said)]
        else:
            assert len(findings.errors) == 0
            assert repr(records).startswith("<Records ")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_rows_in_are_rows_kept_and_survive_writing(rows: list[tuple[str, int | None]]):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "records.yaml").write_text(CARD, encoding="utf-8")
        # A site that begins or ends with space, or is a formula, is refused; quotes, commas and the rest are kept.
        with (folder / "participants.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(PARTICIPANTS.split("\n")[0].split(","))
            for number, (site, weeks) in enumerate(rows):
                writer.writerow([f"p{number}", "ips", "", "", "", f"x{site}x", "", "", weeks])
        records = read_records(folder)
        assert records.counts() == {"participants": len(rows)}
        assert records.tables["participants"]["weeks_before"].to_pylist() == [value for _, value in rows]
        write_records(records, folder / "again")
        assert read_records(folder / "again").fingerprint == records.fingerprint
