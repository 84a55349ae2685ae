"""Every refusal of a method has a class, so that the report's words follow from it and not from the sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from steget_eval.core import errors
from steget_eval.reporting.text import phrase

SOURCE = Path(errors.__file__).parents[1]
#: Files that may raise the general class; each with its reason.
GENERAL: frozenset[str] = frozenset()
CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.MethodError)]


def test_no_refusal_is_of_the_general_class() -> None:
    bare = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        if str(path.relative_to(SOURCE)) not in GENERAL
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MethodError"
    ]
    assert bare == []


def test_every_class_has_a_code_of_its_own() -> None:
    codes = [one.code for one in CLASSES]
    assert len(set(codes)) == len(codes) > 10


@pytest.mark.parametrize("code", [*(one.code for one in CLASSES), "untold"])
def test_every_code_has_words_in_both_languages(code: str) -> None:
    swedish, english = (phrase(f"refusal.{code}", language) for language in ("sv", "en"))
    assert swedish.endswith(".")
    assert english.endswith(".")
    assert swedish != english
