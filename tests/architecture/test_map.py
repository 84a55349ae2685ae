"""ARCHITECTURE.md says what the code is."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return MAP.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def _rows(title: str) -> list[list[str]]:
    lines = [line for line in _section(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_floors_are_those_that_import_linter_keeps():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract for contract in contracts if contract["name"] == "Imports only go down")["layers"]
    kept = [sorted(room.strip() for room in layer.split("|")) for layer in layers]
    drawn = [sorted(re.findall(r"`(\w+)`", rooms)) for _, rooms in _rows("Floors")]
    assert drawn == kept


def test_rooms_are_the_packages_that_exist():
    package = ROOT / "src" / "steget_eval"
    exist = {path.stem for path in package.iterdir() if (path / "__init__.py").is_file()}
    exist |= {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert {re.findall(r"`(\w+)`", row[0])[0] for row in _rows("Rooms")} == exist


def test_nouns_exist_in_their_rooms():
    for names, room, _ in _rows("Nouns"):
        found = re.findall(r"`(\w+)`", room)[0]
        sources = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/steget_eval" / found).rglob("*.py"))
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^class {name}\b", sources, flags=re.MULTILINE), f"{name} is not in {found}"


def test_functions_of_the_path_exist():
    found = [one for one in re.findall(r"`([a-z]+(?:\.[a-z_]+)+)`", _section("The path of one number"))
             if not one.endswith((".yaml", ".csv", ".ipynb", ".html", ".json"))]  # fmt: skip
    assert found
    missing = [dotted for dotted in found if not _exists(dotted)]
    assert missing == []


def test_a_function_or_module_that_is_not_there_is_missed():
    assert _exists("study.analyse")
    assert not _exists("study.analyze")
    assert not _exists("stody.analyse")


def _exists(dotted: str) -> bool:
    """Tell whether ``room.name`` is a module of a room or a name in one."""
    *parents, name = dotted.split(".")
    if find_spec(f"steget_eval.{parents[0]}") is None:
        return False
    try:
        module = import_module("steget_eval." + ".".join(parents))
    except ModuleNotFoundError:
        return False
    is_module = hasattr(module, "__path__") and find_spec(f"steget_eval.{dotted}") is not None
    return is_module or hasattr(module, name)


def test_top_level_folders_are_the_given_ones():
    given = {"notebooks", "src", "data", "reports", "tests", "benchmarks", "docs"}
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {line.split("/")[0] for line in tracked.splitlines() if "/" in line and not line.startswith(".")}
    assert folders <= given


def test_no_source_file_is_longer_than_the_house_allows():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "src").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
