"""A line of the catalogue has a function, a witness and a place in the documentation."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from steget_eval.methods.catalogue import CATALOGUE, find_method

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("build_methods", ROOT / "docs" / "reference" / "build_methods.py")
BUILD = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(BUILD)


@pytest.mark.parametrize("line", CATALOGUE, ids=lambda line: f"{line.name}-{'-'.join(line.contrasts)}-{line.kinds[0]}")
def test_line_has_function_witness_and_page(line):
    assert callable(line.resolve())
    assert (ROOT / line.witness).is_file(), f"{line.name}: no witness at {line.witness}"
    assert (ROOT / line.witness).with_suffix(".txt").is_file(), f"{line.witness} was never run"
    assert line.recovery, f"{line.name}: no recovery case"
    assert (ROOT / line.recovery).is_file(), f"{line.name}: no recovery case at {line.recovery}"
    page = (ROOT / "docs" / "reference" / "methods" / f"{BUILD.page_of(line)}.md").read_text(encoding="utf-8")
    assert re.search(r"\$[^$]+\$", page), f"{line.name}: its page has no formula"
    assert re.search(r"\(?(19|20)\d\d", page), f"{line.name}: its page names no source"


def test_the_page_of_all_lines_is_up_to_date():
    assert BUILD.PAGE.read_text(encoding="utf-8") == BUILD.page(), "run docs/reference/build_methods.py"


def _readers(witness: str) -> str:
    """Return the text of the witness with that of the tests that read its numbers."""
    stem = Path(witness).stem
    tests = [one.read_text(encoding="utf-8") for one in (ROOT / "tests" / "reference").glob("test_*.py")]
    mine = [text for text in tests if re.search(rf"\b{stem}(\.txt|\.csv|\.R|\b)", text)]
    return "\n".join([(ROOT / witness).read_text(encoding="utf-8"), *mine])


@pytest.mark.parametrize("line", CATALOGUE, ids=lambda line: f"{line.name}-{'-'.join(line.contrasts)}-{line.kinds[0]}")
def test_witness_speaks_of_the_line_that_names_it(line):
    told = _readers(line.witness)
    module, function = line.function.split(":")
    assert re.search(rf"\b{function}\b", told), f"{line.name}: {line.witness} and its tests never call {function}"
    for _, option in line.options:
        assert re.search(rf"\b{option}\b", told), f"{line.name}: {line.witness} and its tests never name {option}"
    assert module.rsplit(".", 1)[1] in told


def test_a_witness_of_something_else_is_caught():
    assert "number_needed" not in _readers("tests/reference/amount.R")


def test_a_name_answers_a_kind_and_contrast_once():
    seen = [(line.name, kind, contrast) for line in CATALOGUE for kind in line.kinds for contrast in line.contrasts]
    assert len(set(seen)) == len(seen)
    assert find_method("binary", "risk_difference", "newcombe") is not None
    assert find_method("competing", "risk_difference", "kaplan_meier") is None
