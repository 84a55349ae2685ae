"""What was planted in synthetic records is what the checks of intake find, rule by rule and row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, write_records
from steget_eval.protocol import load_protocol
from steget_eval.simulate import Dirt, DirtLedger, simulate_records, soil_records

PROTOCOL = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
KINDS = {
    "misspelt_codes": "unknown_code", "swapped_dates": "not_a_date", "duplicate_rows": "duplicate_key",
    "decimal_commas": "not_a_number", "identity_numbers": "identity_number",
    "overlapping_spells": "overlapping_spells", "windows_1252": "windows_1252",
}  # fmt: skip


def soiled(folder: Path, dirt: Dirt, seed: int = 3) -> DirtLedger:
    write_records(simulate_records(PROTOCOL, seed=5), folder)
    return soil_records(folder, dirt, seed=seed)


@pytest.mark.parametrize(("kind", "rule"), KINDS.items())
def test_every_planted_row_is_found_by_its_rule_and_no_other(kind: str, rule: str, tmp_path):
    ledger = soiled(tmp_path, Dirt(**{kind: 4}) if kind != "windows_1252" else Dirt(windows_1252=True))
    planted = ledger.rows_of(rule)
    assert planted
    found = {(one.table, one.column): (one.count, one.rows) for one in check_records(tmp_path) if one.rule == rule}
    assert {place: tuple(sorted(rows)) for place, (_, rows) in found.items()} == planted
    assert all(count == len(rows) for count, rows in found.values())


def test_all_kinds_at_once_are_found_as_each_by_itself(tmp_path):
    ledger = soiled(tmp_path, Dirt(**dict.fromkeys(set(KINDS) - {"windows_1252"}, 3), blank_rows=3))
    findings = check_records(tmp_path)
    for rule in set(KINDS.values()) - {"windows_1252"}:
        found = {(one.table, one.column): tuple(sorted(one.rows)) for one in findings if one.rule == rule}
        assert found == ledger.rows_of(rule)


def test_blank_rows_are_no_rows(tmp_path):
    clean, dirty = tmp_path / "clean", tmp_path / "dirty"
    soiled(clean, Dirt())
    ledger = soiled(dirty, Dirt(blank_rows=5))
    assert len(ledger.lines) == 5 * 2
    assert check_records(dirty).sentences() == check_records(clean).sentences()


def test_another_kind_of_dirt_does_not_move_the_first(tmp_path):
    alone = soiled(tmp_path / "a", Dirt(misspelt_codes=4))
    beside = soiled(tmp_path / "b", Dirt(misspelt_codes=4, swapped_dates=6, duplicate_rows=2))
    assert alone.lines == tuple(line for line in beside.lines if line.kind == "misspelt_codes")


def test_real_records_are_not_soiled(tmp_path):
    write_records(simulate_records(PROTOCOL, seed=5), tmp_path)
    card = tmp_path / "records.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("synthetic\n", "real\n", 1), encoding="utf-8")
    before = (tmp_path / "participants.csv").read_bytes()
    with pytest.raises(RecordsError, match="origin: synthetic"):
        soil_records(tmp_path, Dirt(misspelt_codes=1), seed=1)
    assert (tmp_path / "participants.csv").read_bytes() == before


def test_a_person_who_stands_twice_is_one_finding_and_no_other(tmp_path):
    write_records(simulate_records(PROTOCOL, seed=5), tmp_path)
    before = {one.rule for one in check_records(tmp_path)}
    file = tmp_path / "participants.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True))
    other = first.replace(cells["followed_until"], cells["enrolled_on"])
    # The row that would make every spell of the person lie after follow-up comes first.
    file.write_text("\n".join([header, other, first, *rest]) + "\n", encoding="utf-8")
    found = {one.rule for one in check_records(tmp_path) if one.severity == "error"}
    assert found == {"duplicate_key"}
    assert "after_follow_up" not in before
