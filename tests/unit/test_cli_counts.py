"""What `check` and `explain` say where a design has counts alone."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from steget_eval.cli.app import app
from steget_eval.core.shipped import shipped

FOLDER = shipped("data", "programmes", "steget_linkoping")


def test_explain_says_that_no_clock_runs_for_counts() -> None:
    told = CliRunner().invoke(app, ["explain", str(FOLDER / "protocol.yaml"), "able_to_go_on"])
    assert told.exit_code == 0
    assert "none: counted in a calendar period" in told.output
    assert "able_to_go_on of assessed, in 2010" in told.output


def test_check_passes_the_published_counts() -> None:
    told = CliRunner().invoke(app, ["check", str(FOLDER / "protocol.yaml"), str(FOLDER / "records")])
    assert told.exit_code == 0
    assert "counts 2" in told.output


def test_check_refuses_a_period_that_the_counts_lack(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    text = (FOLDER / "protocol.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace('period: "2010"}', 'period: "2011"}'), encoding="utf-8")
    told = CliRunner().invoke(app, ["check", str(path), str(FOLDER / "records")])
    assert told.exit_code != 0
