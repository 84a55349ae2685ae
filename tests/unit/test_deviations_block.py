"""Every report tells whether the lock came first, and every deviation by itself, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from steget_eval import blocks, disclose, evaluate, load_protocol, read_records, tables
from steget_eval.core.shipped import shipped
from steget_eval.face import lock_protocol
from steget_eval.reporting.html import block_html
from steget_eval.reporting.release import Release

PROGRAMME = shipped("data", "programmes", "ips_sydnarke")


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme of one's own, on an account that has read nothing."""
    monkeypatch.setenv("STEGET_EVAL_STATE", str(tmp_path / "state"))
    return Path(shutil.copytree(PROGRAMME, tmp_path / "mine"))


def released(folder: Path) -> Release:
    return disclose(evaluate(load_protocol(folder / "protocol.yaml"), read_records(folder / "records")))


def test_a_lock_that_came_first_is_told_with_its_day(programme: Path) -> None:
    lock_protocol(programme / "protocol.yaml")
    block = blocks.deviations(released(programme))
    assert "Locked before this package first read outcomes: " in block_html(block, "en")
    assert "Låst innan detta paket först läste utfallen: " in block_html(block, "sv")
    assert "Nothing has been changed since." in block_html(block, "en")
    assert [child.kind for child in block.children] == ["paragraph"]


def test_without_a_lock_the_order_is_unknown_and_nothing_more_is_said(programme: Path) -> None:
    block = blocks.deviations(released(programme))
    assert "Order unknown: " in block_html(block, "en")
    assert "Ordningen är okänd: " in block_html(block, "sv")
    assert "changed since" not in block_html(block, "en")


def test_a_change_stands_in_the_table_with_what_from_to_and_when(programme: Path) -> None:
    file = programme / "protocol.yaml"
    lock_protocol(file)
    for old, new in (("minimum_cell: 5", "minimum_cell: 6"), ("minimum_cell: 6", "minimum_cell: 7")):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        if new.endswith("6"):
            lock_protocol(file)
    release = released(programme)
    rows = tables.deviations(release).body()["rows"]
    assert [[cell["label"]["en"] for cell in row[:3]] for row in rows] == [
        ["disclosure.minimum_cell", "5", "6"],
        ["disclosure.minimum_cell", "6", "7"],
    ]
    page = {language: block_html(blocks.deviations(release), language) for language in ("sv", "en")}
    assert "locked as an amendment" in page["en"]
    assert "not locked; first opened then" in page["en"]
    assert "låst som ändring" in page["sv"]
    assert "inte låst; öppnades först då" in page["sv"]
