"""A sensitivity analysis has its functions, a witness, a recovery case and a place in the documentation."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from steget_eval.methods import sensitivity
from steget_eval.methods.catalogue_sensitivity import SENSITIVITY

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "methods" / "sensitivity.md"


@pytest.mark.parametrize("line", SENSITIVITY, ids=lambda line: line.name)
def test_line_has_functions_witness_recovery_and_page(line):
    names = [one.__name__ for one in line.resolve()]
    witness = (ROOT / line.witness).read_text(encoding="utf-8")
    recovery = (ROOT / line.recovery).read_text(encoding="utf-8")
    assert all(re.search(rf"\b{name}\b", witness + _told(line)) for name in names)
    calls = [node.func for node in ast.walk(ast.parse(recovery)) if isinstance(node, ast.Call)]
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    assert called & set(names), f"{line.recovery} never calls {names}"
    assert f"`{line.name}`" in PAGE.read_text(encoding="utf-8")


def _told(line) -> str:
    """The numbers of an R twin are read by the test beside it."""
    if not line.witness.endswith(".R"):
        return ""
    assert (ROOT / line.witness).with_suffix(".txt").is_file(), f"{line.witness} was never run"
    return (ROOT / line.witness).with_name("test_sensitivity.py").read_text(encoding="utf-8")


def test_every_module_of_the_package_stands_in_the_catalogue():
    folder = Path(sensitivity.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {one.split(":")[0].rsplit(".", 1)[1] for line in SENSITIVITY for one in line.functions}


def test_an_r_twin_holds_forty_numbers_or_more():
    lines = (ROOT / "tests" / "reference" / "sensitivity.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 40
