"""The findings of `steget-eval check`: printed in either language and written in both."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from steget_eval.cli.app import app
from steget_eval.core.shipped import shipped

PLACE = shipped("data") / "programmes" / "ips_sydnarke_comparison"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """The bundled records with a spell of half a per cent."""
    shutil.copytree(PLACE / "records", tmp_path / "records")
    with (tmp_path / "records" / "spells.csv").open("a", encoding="utf-8") as file:
        file.write("syn-001,education,2015-01-01,2015-01-31,0.5,,,\n")
    return tmp_path / "records"


@pytest.mark.parametrize(("language", "words"), [("sv", "högst en procent"), ("en", "at most one per cent")])
def test_findings_are_printed_in_the_language_asked_for_and_written_in_both(
    language: str, words: str, records: Path, tmp_path: Path
) -> None:
    out = tmp_path / "findings.csv"
    got = CliRunner().invoke(
        app, ["check", str(PLACE / "protocol.yaml"), str(records), "--out", str(out), "--language", language]
    )
    assert got.exit_code == 0, got.output
    assert words in got.output
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["rule"], row["severity"], row["table"], row["column"], row["count"]) == (
        "share_for_percent", "warning", "spells", "extent_percent", "1",
    )  # fmt: skip
    assert "högst en procent" in row["sv"]
    assert "at most one per cent" in row["en"]


def test_findings_that_refuse_are_written_all_the_same(records: Path, tmp_path: Path) -> None:
    (records / "participants.csv").unlink()
    out = tmp_path / "findings.csv"
    got = CliRunner().invoke(app, ["check", str(PLACE / "protocol.yaml"), str(records), "--out", str(out)])
    assert got.exit_code == 1
    assert "no_table" in out.read_text(encoding="utf-8")
