"""Laws at the door: no number gets in by any column, lists of consent lose no row, pseudonyms keep persons apart."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import count_identity_numbers, is_identity_number, read_identity_number
from steget_eval.intake import check_records, read_records
from steget_eval.intake.consent import ConsentLists
from steget_eval.intake.pseudonyms import Pseudonymiser, write_key
from steget_eval.records import TABLES

CARD = "schema_version: 1\ntitle: {sv: Prov, en: Sample}\norigin: real\nsource: {sv: x, en: x}\nlicence: MIT\n"
#: The examples of the tax agency's leaflets SKV 704 and SKV 707, and forms of them.
NUMBERS = ("640823-3234", "6408233234", "19640823-3234", "196408233234", "640823+3234", "701063-2391",
           "19640823TF29", "19640823-AB12", "640823-3235")  # fmt: skip
COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table}.{column}" for table, column in COLUMNS])
def test_a_number_in_any_column_refuses_and_is_not_repeated(table: str, column: str, tmp_path: Path) -> None:
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    for name in {"participants", table}:
        names = [one.name for one in TABLES[name].columns]
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerow(["a" if one == "participant_id" else "x" if one == "arm" else "" for one in names])
            if name == table:
                for number in NUMBERS:
                    said = number if column in {"participant_id", "arm", "site"} else f"see {number}"
                    writer.writerow([said if one == column else "" for one in names])
    found = {finding.rule: finding for finding in check_records(tmp_path)}
    assert found["identity_number"].count == len(NUMBERS)
    with pytest.raises(RecordsError) as refusal:
        read_records(tmp_path)
    told = str(refusal.value)
    assert not any(number in told for number in NUMBERS)
    assert count_identity_numbers(told) == 0


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", "", " a "]), max_size=30),
    st.one_of(st.none(), st.frozensets(st.sampled_from("abcd"))),
    st.frozensets(st.sampled_from("abcd")),
)
def test_every_row_is_kept_or_dropped_once_and_a_withdrawal_always_wins(
    ids: list[str], consented: frozenset[str] | None, withdrawn: frozenset[str]
) -> None:
    lists = ConsentLists(consented=consented, withdrawn=withdrawn)
    applied = lists.applied(ids, file="x")
    assert sum(line.rows for line in applied.lines) == len(ids)
    kept = [one.strip() for one, stays in zip(ids, applied.stays, strict=True) if stays]
    assert not withdrawn & set(kept)
    assert consented is None or set(kept) <= consented | {""}
    assert bool(lists) or applied.stays.all()


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a number of twelve digits with the right check digit."""
    day = draw(st.dates(min_value=np.datetime64("1850-01-01").item(), max_value=np.datetime64("2019-12-31").item()))
    first = f"{day:%Y%m%d}{draw(st.integers(1, 999)):03d}"
    return next(f"{first}{digit}" for digit in range(10) if is_identity_number(f"{first}{digit}"))


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers(), min_size=2, max_size=6, unique=True))
def test_forms_of_one_number_share_a_pseudonym_and_numbers_do_not(drawn: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        project.mkdir()
        made = Pseudonymiser(write_key(f"{place}/k", project=project), project=project, this_year=2026)
        for number in drawn:
            read = read_identity_number(number)
            assert read is not None
            age = 2026 - int(number[:4])
            forms = {number, f"{number[:8]}-{number[8:]}"}
            if age < 100:
                forms |= {number[2:], f"{number[2:8]}-{number[8:]}"}
            elif age < 200:
                forms |= {f"{number[2:8]}+{number[8:]}"}
            assert len({made.pseudonym(form) for form in forms}) == 1
            assert made.year_of_birth(number) == int(number[:4])
        assert len({made.pseudonym(number) for number in drawn}) == len(drawn)
