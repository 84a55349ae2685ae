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


@pytest.mark.parametrize(("language", "other"), [("sv", ENGLISH), ("en", SWEDISH)])
def test_a_report_speaks_one_language(report, language: str, other: tuple[str, ...]) -> None:
    # Names of files, and instruments called by their capitals, are words of no language.
    text = re.sub(r"\w+\.(?:csv|ipynb|json)|\b[A-ZÅÄÖ]{2,}\b", " ", report.text(language))
    words = re.findall(r"\w+", text.lower())
    assert len(words) > 500
    assert sorted(set(words) & set(other)) == []


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
    rows = _rows(report)
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
