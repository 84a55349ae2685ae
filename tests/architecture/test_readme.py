"""What README.md shows a newcomer is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _python() -> str:
    return re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)[1]


def test_python_of_the_readme_runs_and_prints_what_it_says():
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _python()], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert f"It prints `{printed}`" in README


def test_python_of_the_readme_is_short():
    lines = [line for line in _python().splitlines() if line.strip()]
    assert len(lines) <= 12


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_commands_of_the_readme_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in set(re.findall(r"\bmake ([a-z]+)", README)):
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE), command


def test_every_bundled_protocol_is_in_the_table():
    bundled = {path.parent.name for path in (ROOT / "data" / "programmes").glob("*/protocol.yaml")}
    assert bundled == set(re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE))
