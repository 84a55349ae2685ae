"""`steget-eval audit`: findings, reconstructed counts with their status, exit codes as elsewhere."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from steget_eval.cli.app import app
from steget_eval.core.shipped import shipped


def _call(path: Path):
    return CliRunner().invoke(app, ["audit", str(path)], prog_name="steget-eval")


def test_the_table_of_the_how_to_gives_what_the_how_to_says(tmp_path):
    page = shipped("docs", "how-to", "check-a-table.md").read_text(encoding="utf-8")
    table = next(part for part in page.split("```") if part.strip().startswith("row,part_of"))
    path = tmp_path / "table.csv"
    path.write_text(table.strip() + "\n", encoding="utf-8")
    got = _call(path)
    assert got.exit_code == 0
    assert "no count of 75 is printed as 18 %" in got.stdout
    assert "the parts have 36 events, the whole 35" in got.stdout
    assert "middle at 68.63, not 70.63" in got.stdout
    assert "3 findings in 4 rows" in got.stdout


def test_a_count_that_was_not_printed_comes_with_its_candidates_and_status(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("row,n_1,percent_1\nemployed,46,47.8\nmany,1000,47.8\nwide,400,48\n", encoding="utf-8")
    got = _call(path)
    assert "employed, arm 1: 47.8 % of 46 is 22  [reconstructed_unique]" in got.stdout
    assert "wide, arm 1: 48 % of 400 is 190, 191, 192, 193, 194  [reconstructed_plausible]" in got.stdout
    assert "no findings in 3 rows" in got.stdout


def test_a_broken_row_is_refused_with_file_row_and_column(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("row,n_1\nemployed,many\n", encoding="utf-8")
    got = _call(path)
    assert got.exit_code == 1
    assert "row 2, column n_1" in got.stderr
