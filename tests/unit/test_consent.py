"""The lists of consent: applied before anything else, counted, and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import check_records, read_records, write_records
from steget_eval.intake.consent import read_lists
from steget_eval.intake.pseudonyms import Pseudonymiser, write_key

CARD = "schema_version: 1\ntitle: {sv: Prov, en: Sample}\norigin: real\nsource: {sv: x, en: x}\nlicence: MIT\n"
PEOPLE = (
    "participant_id,arm,enrolled_on,followed_until,follow_up_ended_by\n"
    "a,ips,2021-03-07,2023-03-07,study_end\nb,ips,2021-03-07,2023-03-07,study_end\n"
    "c,ips,2021-03-07,2023-03-07,study_end\n"
)
SPELLS = (
    "participant_id,state,started_on,ended_on\na,education,2021-04-01,\nb,education,2021-04-01,\nb,wrong,2021-99-01,\n"
)
LEAFLET, COORDINATION = "640823-3234", "701063-2391"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Records of three people, one of whom has a row that would be refused."""
    place = tmp_path / "records"
    place.mkdir()
    for name, text in {"records.yaml": CARD, "participants.csv": PEOPLE, "spells.csv": SPELLS}.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def _fates(folder: Path) -> list[tuple[str, str, str, int]]:
    lines = read_records(folder).card.accounting
    return [(line.file, line.fate, line.reason.en if line.reason else "", line.rows) for line in lines]


def test_rows_of_who_withdrew_are_dropped_and_counted_before_anything_is_asked_of_them(folder: Path) -> None:
    with pytest.raises(RecordsError, match=r"spells\.csv"):
        read_records(folder)
    (folder / "withdrawn.csv").write_text("participant_id\nb\nnobody\n", encoding="utf-8")
    records = read_records(folder)
    assert records.tables["participants"]["participant_id"].to_pylist() == ["a", "c"]
    assert records.tables["participants"]["source_row"].to_pylist() == [2, 4]
    assert records.counts() == {"participants": 2, "spells": 1}
    assert _fates(folder) == [
        ("participants.csv", "kept", "", 2), ("participants.csv", "dropped", "withdrawn consent", 1),
        ("spells.csv", "kept", "", 1), ("spells.csv", "dropped", "withdrawn consent", 2),
    ]  # fmt: skip


def test_only_who_consented_stays_and_a_withdrawal_wins(folder: Path) -> None:
    (folder / "consented.csv").write_text("﻿a\nb\n", encoding="utf-8")
    (folder / "withdrawn.csv").write_text("b\n", encoding="utf-8")
    assert read_records(folder).counts() == {"participants": 1, "spells": 1}
    assert [line for line in _fates(folder) if line[1] == "dropped"] == [
        ("participants.csv", "dropped", "withdrawn consent", 1), ("participants.csv", "dropped", "no consent", 1),
        ("spells.csv", "dropped", "withdrawn consent", 2),
    ]  # fmt: skip


def test_what_is_written_again_holds_nobody_who_withdrew(folder: Path, tmp_path: Path) -> None:
    (folder / "withdrawn.csv").write_text("b\n", encoding="utf-8")
    records = read_records(folder)
    write_records(records, tmp_path / "again")
    assert read_records(tmp_path / "again").fingerprint == records.fingerprint


def test_a_withdrawal_changes_the_fingerprint_so_that_reports_are_made_again(folder: Path) -> None:
    (folder / "withdrawn.csv").write_text("b\n", encoding="utf-8")
    before = read_records(folder).fingerprint
    (folder / "withdrawn.csv").write_text("b\nc\n", encoding="utf-8")
    assert read_records(folder).fingerprint != before


def test_where_everybody_withdrew_no_row_is_left_and_nothing_breaks(folder: Path) -> None:
    (folder / "withdrawn.csv").write_text("a\nb\nc\n", encoding="utf-8")
    assert read_records(folder).counts() == {}


@pytest.mark.parametrize("text", [f"a\n{LEAFLET}\n", "a,b\nc;d\n", b"\xff\xfe\x00a"])
def test_a_list_of_identity_numbers_or_no_list_is_refused_without_a_word_of_it(text: str | bytes, folder: Path) -> None:
    (folder / "withdrawn.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RecordsError, match=r"withdrawn\.csv") as refusal:
        read_records(folder)
    assert LEAFLET not in str(refusal.value)
    assert "wrong_list" in {finding.rule for finding in check_records(folder)}


def test_a_list_is_hashed_by_the_key_that_hashed_the_ids(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    made = Pseudonymiser(write_key(tmp_path / "k.key", project=tmp_path / "project"), project=tmp_path / "project")
    (tmp_path / "out.csv").write_text(f"personnummer\n19{LEAFLET}\n{made.pseudonym(COORDINATION)}\nA17\n")
    lists = read_lists(withdrawn=tmp_path / "out.csv", pseudonymise=made.pseudonym)
    ids = [made.pseudonym(one) for one in (LEAFLET.replace("-", ""), COORDINATION, "A17", "A18", "")]
    assert lists.fates(ids).tolist() == [1, 1, 1, 0, 0]
    assert sum(line.rows for line in lists.applied(ids, file="x").lines) == len(ids)
    assert LEAFLET not in repr(lists)


def test_without_lists_everybody_stays(tmp_path: Path) -> None:
    lists = read_lists()
    assert not lists
    assert lists.fates(["a", "b"]).tolist() == [0, 0]
    with pytest.raises(RecordsError, match="no such list"):
        read_lists(consented=tmp_path / "nowhere.csv")
