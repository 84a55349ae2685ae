"""A locked protocol stays what it was, and what changed since is told by itself."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steget_eval import load_protocol, read_records
from steget_eval.core.errors import SpecError
from steget_eval.core.ledger import note_first
from steget_eval.core.shipped import shipped
from steget_eval.face import lock_protocol
from steget_eval.protocol.lock import lock_path
from steget_eval.study.deviations import Registration, find_registration
from steget_eval.study.inputs import fingerprint_inputs

PROGRAMME = shipped("data", "programmes", "ips_sydnarke")


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme of one's own, on an account that has read nothing."""
    monkeypatch.setenv("STEGET_EVAL_STATE", str(tmp_path / "state"))
    folder = tmp_path / "mine"
    shutil.copytree(PROGRAMME, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def registration(folder: Path) -> Registration:
    records = read_records(folder / "records")
    return find_registration(load_protocol(folder / "protocol.yaml"), records.first_read)


def test_a_protocol_locked_before_its_records_were_read_says_so(programme: Path) -> None:
    lock_protocol(programme / "protocol.yaml")
    found = registration(programme)
    assert found.order == "locked_first"
    assert found.locked_at is not None
    assert found.first_read is not None
    assert found.locked_at < found.first_read
    assert found.deviations == ()


def test_records_read_before_the_lock_make_the_order_unknown(programme: Path) -> None:
    read_records(programme / "records")
    lock_protocol(programme / "protocol.yaml")
    assert registration(programme).order == "unknown"


def test_a_folder_filled_anew_or_the_same_rows_elsewhere_were_read_before(programme: Path) -> None:
    read_records(programme / "records")
    lock_protocol(programme / "protocol.yaml")
    shutil.copytree(programme / "records", programme / "elsewhere")
    elsewhere = read_records(programme / "elsewhere").first_read
    assert find_registration(load_protocol(programme / "protocol.yaml"), elsewhere).order == "unknown"
    spells = programme / "records" / "spells.csv"
    lines = spells.read_text(encoding="utf-8").splitlines()
    spells.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert registration(programme).order == "unknown"


def test_without_a_lock_or_a_ledger_the_order_is_unknown(programme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert registration(programme).order == "unknown"
    lock_protocol(programme / "protocol.yaml")
    monkeypatch.setenv("STEGET_EVAL_STATE", "/proc/nowhere")
    found = registration(programme)
    assert (found.order, found.first_read) == ("unknown", None)


def test_a_later_change_appears_by_itself_with_what_from_to_and_when(programme: Path) -> None:
    file = programme / "protocol.yaml"
    before = datetime.now(UTC)
    lock_protocol(file)
    change(file, "minimum_cell: 5", "minimum_cell: 10")
    first = registration(programme)
    (found,) = first.deviations
    assert (found.what, found.before, found.after, found.amended) == ("disclosure.minimum_cell", 5, 10, False)
    assert found.at is not None
    assert before < found.at <= datetime.now(UTC)
    assert registration(programme).deviations == first.deviations  # the time of its first opening stays
    assert first.order == "locked_first"


def test_an_amendment_that_is_locked_keeps_what_was_locked_before(programme: Path) -> None:
    file = programme / "protocol.yaml"
    lock_protocol(file)
    change(file, "minimum_cell: 5", "minimum_cell: 10")
    lock_protocol(file)
    change(file, "minimum_cell: 10", "minimum_cell: 20")
    told = [(one.before, one.after, one.amended) for one in registration(programme).deviations]
    assert told == [(5, 10, True), (10, 20, False)]
    text = lock_path(file).read_text(encoding="utf-8")
    change(file, "minimum_cell: 20", "minimum_cell: 10")
    lock_protocol(file)
    assert lock_path(file).read_text(encoding="utf-8") == text


def test_parts_of_a_list_are_told_by_id_when_taken_away_or_added(programme: Path) -> None:
    file = programme / "protocol.yaml"
    decided = load_protocol(file)
    lock_protocol(file)
    target = decided.targets[0].id
    now = decided.model_copy(update={"targets": decided.targets[1:]})
    found = find_registration(now.with_standing(load_protocol(file).standing), None)
    (gone,) = found.deviations
    assert (gone.what, gone.before["id"], gone.after) == (f"targets.{target}", target, None)


def test_an_altered_lock_is_refused(programme: Path) -> None:
    file = programme / "protocol.yaml"
    lock_protocol(file)
    place = lock_path(file)
    said = json.loads(place.read_text(encoding="utf-8"))
    said["decisions"][0]["protocol"]["disclosure"]["minimum_cell"] = 1
    place.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(SpecError, match=r"decisions\[0\] is not what was locked"):
        load_protocol(file)
    place.write_text("{}", encoding="utf-8")
    with pytest.raises(SpecError, match="lock is missing"):
        load_protocol(file)


def test_a_lock_is_no_part_of_what_was_decided_and_one_of_the_reasons_to_run_again(programme: Path) -> None:
    file = programme / "protocol.yaml"
    unlocked, then = load_protocol(file), fingerprint_inputs(file, programme / "records")
    lock_protocol(file)
    now = fingerprint_inputs(file, programme / "records")
    assert load_protocol(file).fingerprint == unlocked.fingerprint
    assert {name for name in now if now[name] != then[name]} == {"lock"}


def test_a_card_that_tells_another_assumption_is_a_reason_of_its_own_to_run_again(programme: Path) -> None:
    file, card = programme / "protocol.yaml", programme / "records" / "records.yaml"
    then = fingerprint_inputs(file, programme / "records")
    told = card.read_text(encoding="utf-8") + "assumptions:\n- {sv: Ett antagande, en: An assumption}\n"
    card.write_text(told, encoding="utf-8")
    now = fingerprint_inputs(file, programme / "records")
    assert {name for name in now if now[name] != then[name]} == {"card"}


def test_what_is_noted_first_stays_and_tells_no_name(programme: Path, tmp_path: Path) -> None:
    first = note_first("a thing")
    assert note_first("a thing") == first
    assert first is not None
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=1)
    files = list((tmp_path / "state").iterdir())
    assert all(len(file.name) == 64 for file in files)
    assert not any("thing" in file.read_text(encoding="utf-8") for file in files)
