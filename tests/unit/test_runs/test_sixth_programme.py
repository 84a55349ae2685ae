"""The how-to on the sixth programme holds all that a new programme needs."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from steget_eval.cli import app

pytestmark = pytest.mark.slow
PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "add-the-sixth-programme.md"


def files_of_the_page() -> dict[str, str]:
    """Return each YAML file of the page by its name, which its first line tells."""
    blocks = re.findall(r"```yaml\n(# (\S+)\n.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {name: text for text, name in blocks}


def write_list(file: Path) -> None:
    """Write sixty made-up people, every third of whom gets a job; no such person exists."""
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target, delimiter=";")
        rows.writerow(["nr", "start", "slut", "kon", "fodd", "jobb_fran", "jobb_till"])
        for number in range(60):
            start = date(2023, 1, 9) + timedelta(days=5 * number)
            job = start + timedelta(days=40 + 3 * number) if number % 3 == 0 else None
            left = job + timedelta(days=60 if number % 2 else 400) if job else None
            rows.writerow([f"p{number:02d}", start, "2025-06-01", "KM"[number % 2], 1980 + number % 20, job or "",
                           left or ""])  # fmt: skip


def test_a_programme_of_yaml_alone_becomes_a_report_in_both_languages(tmp_path, monkeypatch) -> None:
    told = files_of_the_page()
    assert set(told) == {"recipe.yaml", "protocol.yaml", "batch.yaml"}
    for name, text in told.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_list(tmp_path / "sparet.csv")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\.venv/bin/steget-eval (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["import", "check", "lock", "batch"]
    for command in commands:
        done = CliRunner().invoke(app, command.split(), prog_name="steget-eval")
        assert done.exit_code == 0, done.output
    swedish = (tmp_path / "reports" / "sixth" / "sparet" / "report.sv.html").read_text(encoding="utf-8")
    assert "20 av 60" in swedish.replace("\u00a0", " ")
    assert "I arbete just vid ett år." in swedish
    assert (tmp_path / "reports" / "sixth" / "sparet" / "report.en.html").exists()
