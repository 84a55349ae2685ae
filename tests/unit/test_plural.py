"""One person and two people, in both languages, wherever a number stands before its word."""

from __future__ import annotations

import re
import string

import pytest

from steget_eval.reporting.html import marked
from steget_eval.reporting.text import (
    LANGUAGES,
    Cell,
    Language,
    Sentence,
    numbers,
    phrase,
    phrases,
    render,
    render_cell,
)

#: Nouns that a count may stand before, as they are in the plural; none of them is its own singular.
PLURALS = {
    "sv": ("personer", "siffror", "rader", "uppgifter", "punkter", "studier", "månader", "dagar", "veckor", "timmar",
           "skattningar", "källor", "funktioner", "vägar", "aktörer", "tabeller", "startmånader", "rapporter",
           "frihetsgrader", "procentenheter", "deltagare som", "kronor", "bedömningar", "frågor", "rutiner"),
    "en": ("people", "persons", "figures", "rows", "items", "months", "days", "weeks", "hours", "years", "points",
           "steps", "estimates", "instruments", "sources", "functions", "ways", "actors", "counts", "tables", "reports",
           "degrees", "trials", "participants", "questions", "routines", "assessments"),
}  # fmt: skip
#: A number is followed by at most two other words before its noun: *lottade studier*, *months of start*.
BARE = {
    language: re.compile(rf"\{{\w+\}}(?: (?!from\b)\w+)? (?:{'|'.join(words)})\b")
    for language, words in PLURALS.items()
}
#: Where the place before the noun is no count but words, a share or a name.
WORDS = {
    "ledger_reason.no_count",
    "ledger_reason.off_centre_none",
    "sensitivity.shown_below",
    "occupation.within_other",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_puts_a_plural_after_a_number_that_may_be_one(language: Language) -> None:
    bare = {key: text for key, text in phrases(language).items() if BARE[language].search(text) and key not in WORDS}
    assert bare == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_s_word_has_two_forms(language: Language) -> None:
    for key, text in phrases(language).items():
        for _, name, spec, _ in string.Formatter().parse(text):
            if name and spec:
                forms = spec.removeprefix("~").split("|")
                assert [bool(form) for form in forms] == [True, True], (key, spec)


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [(0, "0 personer", "0 people"), (1, "1 person", "1 person"), (2, "2 personer", "2 people"),
     (21, "21 personer", "21 people"), (101, "101 personer", "101 people")],
)  # fmt: skip
def test_one_is_singular_and_nothing_else_is(value: int, sv: str, en: str) -> None:
    cell = Cell(format="count", value=value)
    assert phrase("costs.people", "sv", n=render_cell(cell, "sv")) == sv
    assert phrase("costs.people", "en", n=render_cell(cell, "en")) == en


def test_what_is_hidden_or_has_decimals_is_plural() -> None:
    assert phrase(
        "notice.horizon_months", "sv", n=render_cell(Cell(format="count", state="suppressed"), "sv")
    ).endswith(" månader")
    assert phrase("notice.horizon_months", "en", n=numbers.number(1.0, "en")) == "1.0 months"


def test_a_word_may_follow_the_number_of_another_place() -> None:
    values = {"answered": "1", "all": "9", "open": "1"}
    assert phrase("checklist.count", "sv", **values) == "1 av 9 punkter besvaras i rapporten; 1 är öppen."
    assert phrase("checklist.count", "en", **values) == "1 of 9 items is answered in the report; 1 is open."


def test_a_marked_number_takes_the_same_word_as_a_plain_one() -> None:
    one = Sentence("notice.suppressed_cells", {"cells": Cell(format="count", value=1)})
    assert render(one, "sv") == "1 uppgift doldes."
    shown = str(marked(one.to_json(), "block/0", "en"))
    assert shown.endswith("</span> figure was hidden.")
    assert shown.startswith("<span data-cell=")


@pytest.mark.parametrize(
    ("cell", "sv", "en"),
    [
        (Cell(format="number", value=1, decimals=0, unit="months"), "1 månad", "1 month"),
        (Cell(format="number", value=2, decimals=0, unit="months"), "2 månader", "2 months"),
        (Cell(format="number", value=1, decimals=0, unit="sek"), "1 krona", "1 krona"),
        (Cell(format="points", value=0.01, decimals=0), "1\u00a0procentenhet", "1 percentage point"),
    ],
)
def test_a_unit_agrees_with_its_number(cell: Cell, sv: str, en: str) -> None:
    assert (render_cell(cell, "sv"), render_cell(cell, "en")) == (sv, en)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_has_both_forms(language: Language) -> None:
    held = phrases(language)
    units = {key.split(".")[1] for key in held if key.startswith("unit.")}
    assert units == {key.split(".")[1] for key in held if key.startswith("unit_one.")}
