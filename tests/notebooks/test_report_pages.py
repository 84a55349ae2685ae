"""What every report must have, read on the pages of every bundled programme in both languages."""

from __future__ import annotations

import re

import nbformat
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.reporting.block import Block
from steget_eval.reporting.checklists import checklists_of
from steget_eval.reporting.text import LANGUAGES, phrase, phrases

pytestmark = pytest.mark.slow
both = pytest.mark.parametrize("language", LANGUAGES)

#: The order of the parts, the same in every notebook; a notebook may lack some.
ORDER = (
    "title", "summary", "protocol", "intervention", "deviations", "origin", "files", "unknown", "flow", "table_one",
    "balance", "effects", "subgroups", "fidelity", "scales", "groups", "advice", "events", "reach", "status",
    "change", "moves", "calendar", "curves", "states", "benchmark", "readings", "targets", "joint", "costs", "alone",
    "limits", "checklist", "suppressed", "reproducibility", "estimates",
)  # fmt: skip
#: How a page tells of how many people a share is.
DENOMINATOR = re.compile(
    r"\d (?:av|of) (?:ungefär |about )?\d|\d (?:personer|people|följda|followed|bedömda|assessed|kronor)"
    r"|(?:av|of) \d[\d ,]* (?:personer|people)"
)
#: A share of simulated series or panels, which stands with how long they were or how many were followed.
OF_SERIES = re.compile(r"simulerade (?:serier|paneler) .* av försöken|simulated (?:series|panels) .* of the trials")
#: Percentages that are no share of people: the level of an interval or a limit.
LEVEL = re.compile(
    r"\d+(?:[.,]\d+)? ?% (?:KI|CI|prediktion\w*|prediction|trovärdighets\w*|credible)|\d+-procentsgräns\w*|"
    r"one-sided \d+(?: per cent|%)[- ]\w+|\d+(?:\.\d+)?% (?:one-sided )?limits?"
)


@pytest.mark.parametrize("notebook", ["effect_evaluation", "programme_follow_up"])
def test_the_parts_stand_in_one_order(notebook) -> None:
    cells = nbformat.read(shipped("notebooks", f"{notebook}.ipynb"), as_version=4).cells
    told = re.findall(r"blocks\.(\w+)\(", "\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    known = [name for name in told if name in ORDER]
    assert known == sorted(known, key=ORDER.index)
    must = {"title", "summary", "protocol", "intervention", "deviations", "origin", "unknown", "flow", "table_one",
            "effects", "readings", "targets", "limits", "checklist", "reproducibility", "estimates"}  # fmt: skip
    assert must <= set(told)


@both
def test_the_answer_begins_with_people_of_a_hundred_and_a_picture_of_them(report, language) -> None:
    lead = _block(report, "summary-lead")
    if lead is None or not any("per_hundred" in str(item) for item in lead.body["text"]):
        return
    assert "per_hundred" in str(lead.body["text"][0])
    picture = _block(report, "summary-hundred")
    assert picture is not None
    assert phrase("picture.hundred_alt", language) in " ".join(report.pages[language].labels)


@both
def test_every_share_of_people_stands_with_how_many_they_are(report, language) -> None:
    if report.protocol.design == "prestudy":
        return  # planning values: nobody has been counted
    bare = []
    for piece in report.pages[language].pieces:
        told = LEVEL.sub(" ", " ".join(piece.numbers.values()).replace("\u00a0", " "))
        if OF_SERIES.search(piece.text):
            continue
        if "%" in told and not DENOMINATOR.search(piece.text) and "procentenheter" not in piece.text:
            bare.append(piece.text)
    assert bare == []


@both
def test_a_report_without_a_comparison_says_that_no_cause_can_be_established(report, language) -> None:
    if report.protocol.design not in {"single_arm", "aggregate"}:
        return
    text = report.text(language)
    formula = {"sv": "går det inte att fastställa", "en": "cannot be established"}[language]
    assert formula in text or formula.replace("går det inte", "det går inte") in text


@both
def test_the_clock_and_the_id_of_every_definition_are_named(report, language) -> None:
    protocol, text = report.protocol, report.text(language)
    if protocol.design == "prestudy":
        return
    clock = {
        "enrolled_on": {"sv": "Tiden räknas från inskrivningen", "en": "Time runs from enrolment"},
        "discharged_on": {"sv": "Tiden räknas från utskrivningen", "en": "Time runs from discharge"},
    }
    if protocol.clock.index in clock:
        assert clock[protocol.clock.index][language] in text
    for outcome in protocol.outcomes:
        if outcome.definition_id is not None:
            assert f"({outcome.definition_id})" in text


@both
def test_reached_and_shown_to_be_reached_are_both_told_of_every_goal(report, language) -> None:
    verdicts = [block for block in report.each() if block.kind == "verdict"]
    assert len(verdicts) == len(report.protocol.targets)
    for verdict in verdicts:
        keys = [item["key"] for item in verdict.body["text"]]
        if keys == ["verdict.suppressed"]:
            continue
        assert keys[0] in {"verdict.at_least_reached", "verdict.at_least_not_reached", "verdict.band_below",
                           "verdict.band_within", "verdict.band_above"}  # fmt: skip
        shown = {"verdict.shown", "verdict.not_shown", "verdict.band_shown", "verdict.band_not_shown"}
        assert len(shown & set(keys)) == 1


def test_both_pages_carry_the_same_places_with_the_same_values(report) -> None:
    sv, en = (report.pages[language].values for language in LANGUAGES)
    assert sv == en
    assert sum(any(values) for values in sv.values()) > 5
    assert report.pages["sv"].blocks == report.pages["en"].blocks


def test_the_same_digits_stand_at_the_same_places(report) -> None:
    numbers = {
        language: {place: text for piece in report.pages[language].pieces for place, text in piece.numbers.items()}
        for language in LANGUAGES
    }
    assert set(numbers["sv"]) == set(numbers["en"])
    for place, english in numbers["en"].items():
        swedish = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)", "", numbers["sv"][place]).replace(",", ".")
        if not re.search(r"\d{4}-\d\d-\d\d", swedish):  # a day is written in words in English
            assert re.findall(r"[−\d.]*\d", swedish) == re.findall(r"[−\d.]*\d", english.replace(",", "")), place


def test_no_english_sentence_stands_in_a_swedish_report(report) -> None:
    page = " ".join(report.text("sv").split())
    english, swedish = phrases("en"), phrases("sv")
    pieces = {
        part.strip(" .,:;()")
        for key, text in english.items()
        for part in re.split(r"\{\w+\}", text)
        if text != swedish[key]
    }
    swedish_words = " ".join(swedish.values())
    assert [one for one in pieces if len(one) > 11 and " " in one and one not in swedish_words and one in page] == []


def test_numbers_are_written_the_swedish_way_on_a_swedish_page(report) -> None:
    told = " ".join(" ".join(piece.numbers.values()) for piece in report.pages["sv"].pieces)
    assert re.findall(r"\d\.\d", told) == []
    assert re.findall(r"\d%", told) == []
    assert "CI" not in told


@both
def test_every_link_within_the_page_leads_somewhere_and_no_id_stands_twice(report, language) -> None:
    page = report.pages[language]
    assert set(page.links) <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_every_item_of_the_designs_checklists_is_answered_or_told_to_be_open(report) -> None:
    rows = {block.id: block.body["rows"] for block in report.each() if block.kind == "checklist"}
    for one in checklists_of(report.protocol.design):
        told = rows[f"checklist-{one.id}-items"]
        assert [row["id"] for row in told] == [item.id for item in one.items]
        assert any(row["where"] for row in told) or one.id == "tidier"


def _block(report, name: str) -> Block | None:
    return next((block for block in report.each() if block.id == name), None)
