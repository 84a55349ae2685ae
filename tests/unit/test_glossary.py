"""The settled Swedish words stand where the English ones do."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from steget_eval.reporting.text import phrases

GLOSSARY: dict[str, list[str]] = yaml.safe_load(
    files("steget_eval.reporting.text").joinpath("glossary.yaml").read_text(encoding="utf-8")
)
#: Spellings and loans that the glossary has another word for.
NEVER = ("hazardkvot", "hazard ", "odds ratio", "konfidens-intervall", "konfidensintervallen är", "kontrollgruppen",
         "baseline", "outcome", "follow-up", "propensity", "bias")  # fmt: skip


@pytest.mark.parametrize("english", list(GLOSSARY))
def test_a_settled_word_is_translated_the_same_way_everywhere(english) -> None:
    en, sv = phrases("en"), phrases("sv")
    used = [key for key, text in en.items() if english in text.lower()]
    astray = [key for key in used if not any(word in sv[key].lower() for word in GLOSSARY[english])]
    assert astray == []
    assert used, "a word that no phrase uses has no place in the glossary"


@pytest.mark.parametrize("word", NEVER)
def test_a_loan_with_a_swedish_word_is_not_used(word) -> None:
    said = {key: re.sub(r"\{\w+\}", " ", text).lower() for key, text in phrases("sv").items()}
    assert [key for key, text in said.items() if word in text] == []
