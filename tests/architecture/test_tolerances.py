"""How near a number must be to its witness: to 1e-6, or the reason why not stands beside it."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((ROOT / "tests" / "reference").glob("test_*.py"))
_SPEC = importlib.util.spec_from_file_location("build_methods", ROOT / "docs" / "reference" / "build_methods.py")
BUILD = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(BUILD)
#: What is iterated on both sides until it is converged below this.
ITERATED = 1e-6
_KEYWORDS = frozenset({"rel", "abs", "rtol", "atol", "rel_tol", "abs_tol", "tol", "tolerance"})


def loose(source: str) -> list[tuple[int, float]]:
    """Return line and value of tolerances beyond `ITERATED` with no comment on their line or the one above.

    A tolerance is what a keyword of that name is given, and every number written as a power of ten.
    """
    lines, found = source.splitlines(), []
    for node in ast.walk(ast.parse(source)):
        value = node.value if isinstance(node, ast.keyword) and node.arg in _KEYWORDS else node
        if isinstance(value, ast.Constant) and isinstance(value.value, float):
            powered = "e-" in (ast.get_source_segment(source, value) or "")
            beside = "".join(lines[max(value.lineno - 2, 0) : value.lineno])
            if (powered or value is not node) and ITERATED < value.value < 1 and "#" not in beside:
                found.append((value.lineno, value.value))
    return sorted(found)


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_what_is_looser_than_an_iteration_says_why(file: Path) -> None:
    assert loose(file.read_text(encoding="utf-8")) == []


def test_a_loose_number_without_a_reason_is_caught() -> None:
    assert loose("assert x == approx(y, rel=0.05)\nassert abs(x - y) < 1e-3\n") == [(1, 0.05), (2, 1e-3)]
    assert loose("CLOSED = 1e-8\nassert x == approx(y, rel=0.05)  # one of twenty\n") == []


def test_every_witness_printed_numbers_and_all_of_them_thousands() -> None:
    counted = {output.name: BUILD.numbers(output) for output in BUILD.WITNESSES.glob("*.txt")}
    assert min(counted.values()) > 0
    assert sum(counted.values()) > 300
