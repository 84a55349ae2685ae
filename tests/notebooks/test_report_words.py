"""Whole reports of every bundled protocol, read as text: one language a page, and only words its design may use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from steget_eval.reporting.block import Block
from steget_eval.reporting.text import LANGUAGES, forbidden_words
from steget_eval.reporting.write import estimates_csv

pytestmark = pytest.mark.slow

#: Common English words that are no Swedish ones.
ENGLISH = (
    "the", "of", "and", "with", "without", "people", "outcome", "estimate", "estimates", "adjusted", "unadjusted",
    "share", "hidden", "month", "months", "week", "weeks", "days", "followed", "excluded", "nobody", "everyone",
    "which", "this", "that", "was", "were", "is", "are", "by", "from", "not", "no", "none", "both", "study",
    "comparison", "difference", "method", "number", "shown", "reached", "goal", "at", "least", "limit", "suppressed",
)  # fmt: skip
#: And Swedish ones that are no English words.
SWEDISH = (
    "och", "av", "med", "som", "inte", "är", "personer", "utfallet", "justerad", "ojusterad", "andel", "dolt",
    "månad", "månader", "veckor", "dagar", "följd", "uteslöts", "alla", "gäller", "vid", "eller", "minst", "gräns",
)  # fmt: skip

#: People, places, programmes, instruments and software, whose names are the same in both languages.
NAMES = """
    aalen johansen activa benchimol bejerholm brant bradley cohen everitt miettinen nurminen hoffmann hiemstra gamble
    fleiss levin paik rosenberg heller hisingen hallsberg askersund kumla lekeberg linköping kinda åtvidaberg
    östergötland
    småland gotland sydnärke örebro vårdanstalter dino utökat aktiv inkluderande rehabilitering steget till arbete
    samordningsförbundet centrala svenska rådet slutredovisning kolada lisa midas redo mansa madrs
    duckdb ibis framework lifelines matplotlib networkx numpy pandas python scipy statsmodels
    jama strobe record tidier consort target cox wald harbord mantel haenszel
    callaway sant anna newey west kenward roger durbin watson
"""
#: Words that both languages spell alike.
LOANS = """
    april august september november december arms band budget data diagram full gamma information instrument intercept
    kappa kronor manifest minus motivation odds partner period person personal plan precision region regional regression
    ring robust social standard start text total trend under version video
"""


def _words(text: str) -> set[str]:
    """The words of a page, without fingerprints, ids and names of files."""
    text = re.sub(r"own definition, \w+|egen definition, \w+", " ", text)
    text = re.sub(r"\w*_\w*|\b[0-9a-f]{8,}\b|\w+\.(?:csv|ipynb|json)", " ", text)
    return set(re.findall(r"\b[a-zåäöé]{4,}\b", text.lower()))


@pytest.mark.parametrize(("language", "other"), [("sv", ENGLISH), ("en", SWEDISH)])
def test_a_report_speaks_one_language(report, language: str, other: tuple[str, ...]) -> None:
    # Names of files, and instruments called by their capitals, are words of no language.
    text = re.sub(r"definition, \w+|\w+\.(?:csv|ipynb|json)|\b[A-ZÅÄÖ]{2,}\b", " ", report.text(language))
    words = re.findall(r"\w+", text.lower())
    assert len(words) > 500
    assert sorted(set(words) & set(other)) == []


def test_what_stands_alike_on_both_pages_is_a_name_or_a_word_of_both_languages(report) -> None:
    if report.job.startswith(("nsw", "tarp")):
        return  # their sources are cited in the language in which they were written
    alike = set.intersection(*(_words(report.text(language)) for language in LANGUAGES))
    assert sorted(alike - set((NAMES + LOANS).split())) == []


def test_no_word_is_in_the_plural_after_a_one(report) -> None:
    plurals = {
        "sv": "personer|deltagare som|månader|veckor|dagar|timmar|punkter|uppgifter|rader|funktioner|vägar|studier",
        "en": "people|persons|months|weeks|days|hours|items|figures|rows|functions|ways|studies|trials|reports",
    }
    for language in LANGUAGES:
        found = re.findall(rf"(?<![\d.,\u00a0\u202f–−])1 (?:{plurals[language]})\b", report.text(language))
        assert found == []


def test_swedish_numbers_have_decimal_commas_and_thin_spaces(report) -> None:
    # A doi, a version and a number of a paragraph hold points that are no decimal signs.
    text = re.sub(r"doi\S*\s?\S+|10\.\d{4,}/\S+|\d+(?:\.\d+){2,}|(?:RECORD|ekvation|mål|programområde)\s\S+", " ",
                  report.text("sv"))  # fmt: skip
    numbers = [cell for piece in report.pages["sv"].pieces for cell in piece.numbers.values()]
    assert [said for said in numbers if re.search(r"\d\.\d", said)] == []
    assert re.findall(r"\d(?:\u00a0|,)\d{3}(?:\u00a0|,)?\d*(?= (?:kronor|personer))", text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_claims_no_more_than_its_design_carries(report, language: Any) -> None:
    programme = report.protocol.programme
    names = (programme.name.model_dump()[language], report.protocol.title.model_dump()[language])
    found = forbidden_words(
        report.text(language),
        report.protocol.design,
        language,
        names=names,
        # A prestudy may name the support that the planned study is of.
        is_ips=programme.is_ips or report.protocol.design == "prestudy",
    )
    assert found == ()


def test_a_comparison_without_adjustment_is_never_called_an_estimated_effect(report) -> None:
    if report.protocol.design != "comparison":
        assert "unadjusted: the arms are compared" not in report.text("en").lower()
        return
    # Months in states say what they are beneath their own table.
    rows = [row for row in _rows(report) if row["estimand"] != "occupation"]
    bare = {row["estimand"] for row in rows} - {
        row["estimand"] for row in rows if row["population"] not in {"unadjusted", "arm"}
    }
    assert report.text("en").count("Unadjusted: the arms are compared as they are.") == len(bare)
    assert len(re.findall("estimated effect", report.text("en"))) <= 1


def test_every_estimate_stands_in_both_languages_with_the_value_of_the_table(report) -> None:
    if report.protocol.design == "prestudy":
        return  # planning values have tables of their own
    rows = {_ref(row): row for row in _rows(report)}
    # A goal's one-sided limit stands beside its goal; bounds within a group need not be printed.
    told = {ref for ref in rows if "one_sided" not in ref}
    bounds = {
        ref for ref in told if rows[ref]["interval_kind"] == "bounds" and re.match("[a-z]+=", rows[ref]["subgroup"])
    } - {ref for ref in told if rows[ref]["subgroup"].startswith("unknown=")}  # fmt: skip
    for language in LANGUAGES:
        assert told - bounds <= set(report.pages[language].refs) <= told
    cells = list(_cells(report.blocks))
    assert told - bounds <= {cell["ref"] for cell in cells} <= told
    for cell in cells:
        row = rows[cell["ref"]]
        assert (cell["state"] == "suppressed") == (row["suppressed"] == "true")
        for name, column in (("value", "estimate"), ("low", "conf_low"), ("high", "conf_high")):
            if cell["state"] == "value" and cell.get(name) is not None:
                assert float(cell[name]) == float(row[column])


def test_both_languages_tell_the_same_digits_in_the_same_cells(report) -> None:
    said = {language: report.pages[language].refs for language in LANGUAGES}
    for ref, text in said["en"].items():
        swedish = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)", "", said["sv"][ref]).replace(",", ".")
        assert re.findall(r"[−\d.]+\d", swedish) == re.findall(r"[−\d.]+\d", text.replace(",", ""))


def _rows(report) -> list[dict[str, str]]:
    block = next(block for block in report.blocks if block.id == "estimates")
    return list(csv.DictReader(io.StringIO(estimates_csv(block))))


def _ref(row: dict[str, str]) -> str:
    return "/".join(row[name] for name in ("estimand", "subgroup", "contrast", "method", "population"))


def _cells(told: Any) -> Iterator[dict[str, Any]]:
    """Yield every cell that names a row of the table of estimates, wherever it stands."""
    if isinstance(told, Block):
        told = {"body": told.body, "children": told.children}
    if isinstance(told, Mapping):
        if told.get("ref") and "format" in told:
            yield dict(told)
        told = list(told.values())
    for one in told if isinstance(told, (list, tuple)) else ():
        yield from _cells(one)
