"""A written report: self-contained, the same numbers in both languages, refused where it is no report."""

import math
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from steget_eval.core.errors import DisclosureError, InputError, RunError
from steget_eval.reporting import blocks
from steget_eval.reporting.block import BLOCK_MIME, Block
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.notebook import check_notebook, collect_blocks
from steget_eval.reporting.release import Release
from steget_eval.reporting.write import CSV_COLUMNS, headline, write_report
from steget_eval.study.results import Results

PARTS = (
    "title", "summary", "protocol", "origin", "flow", "unknown", "table_one", "balance", "targets", "effects",
    "curves", "states", "benchmark", "limits", "suppressed", "reproducibility", "estimates",
)  # fmt: skip
#: Blocks with days in them, which the languages write in different order.
DATED = {"title", "protocol-terms", "reproducibility-terms"}


def block_output(block: Block) -> Any:
    data = {BLOCK_MIME: block.to_json(), "text/html": "", "text/plain": ""}
    return new_output("execute_result", data=data, execution_count=1)


def write_notebook(path: Path, outputs: list[Any], promises: tuple[str, ...] = ()) -> Path:
    notebook = new_notebook(cells=[new_code_cell("made", outputs=[output]) for output in outputs])
    notebook.metadata["steget"] = {"promises": list(promises)}
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def release(results_two_arms: Results) -> Release:
    return disclose(results_two_arms)


@pytest.fixture(scope="module")
def report(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    outputs = [block_output(getattr(blocks, name)(release)) for name in PARTS]
    notebook = write_notebook(folder / "report.ipynb", outputs, ("title", "summary", "estimates"))
    write_report(notebook, folder, made_on=date(2026, 11, 22))
    return folder


@pytest.fixture
def executed(tmp_path: Path) -> Callable[..., Path]:
    return lambda *outputs, promises=(): write_notebook(tmp_path / "executed.ipynb", list(outputs), promises)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_page_opens_without_a_network(report: Path, language: str) -> None:
    page = (report / f"report.{language}.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    assert not re.search(r"https?:|//www|<script|<link[^>]+stylesheet|@import|url\((?!#)", page)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    near = {"data:,", "estimates.csv", "manifest.json", "report.ipynb", "report.sv.html", "report.en.html"}
    assert {one for one in sources if not one.startswith("#")} <= near


def test_both_languages_tell_the_same_numbers_block_by_block(report: Path) -> None:
    told = {language: _numbers(report / f"report.{language}.html", language) for language in ("sv", "en")}
    assert told["sv"].keys() == told["en"].keys()
    assert sum(len(numbers) for numbers in told["sv"].values()) > 200
    for id_ in told["sv"].keys() - DATED:
        assert told["sv"][id_] == told["en"][id_], id_


def test_every_contents_link_leads_to_a_part_and_no_id_stands_twice(report: Path) -> None:
    page = (report / "report.sv.html").read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_page_says_synthetic_and_the_day_of_the_run(report: Path) -> None:
    page = (report / "report.en.html").read_text(encoding="utf-8")
    assert page.count("Synthetic data") >= 3
    assert "22 November 2026" in page


def test_estimates_csv_gives_back_every_number_to_the_last_bit(report: Path, release: Release) -> None:
    text = (report / "estimates.csv").read_bytes().decode("utf-8")
    assert "\r" not in text
    read = pd.read_csv(report / "estimates.csv", float_precision="round_trip")
    assert tuple(read.columns) == CSV_COLUMNS
    for name in ("estimate", "conf_low", "conf_high", "std_error", "p_value"):
        expected = release.estimates[name].to_numpy(dtype=float)
        assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(read[name], expected, strict=True))
    assert (
        read.loc[read["suppressed"], ["estimate", "conf_low", "conf_high", "events_1", "events_0"]].isna().all().all()
    )


def test_the_same_notebook_gives_the_same_bytes(report: Path, tmp_path: Path) -> None:
    write_report(report / "report.ipynb", tmp_path, made_on=date(2026, 11, 22))
    for name in ("report.sv.html", "report.en.html", "estimates.csv"):
        assert (tmp_path / name).read_bytes() == (report / name).read_bytes()


def test_the_headline_is_told_in_both_languages(report: Path) -> None:
    told = headline(report)
    assert told == headline(report / "report.ipynb")
    assert told["origin"] == "synthetic"
    assert told["headline"]["sv"] != told["headline"]["en"]
    assert "100" in told["headline"]["en"]


def test_an_internal_view_carries_a_watermark(results_two_arms: Results, executed: Callable[..., Path]) -> None:
    internal = disclose(results_two_arms, internal=True)
    outputs = [block_output(getattr(blocks, name)(internal)) for name in ("title", "summary", "estimates")]
    path = executed(*outputs)
    write_report(path, path.parent, languages=("en",))
    page = (path.parent / "report.en.html").read_text(encoding="utf-8")
    assert 'class="watermark"' in page
    assert "report.sv.html" not in page
    assert not (path.parent / "report.sv.html").exists()


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (new_output("stream", name="stdout", text="hello"), "text on stdout"),
        (new_output("error", ename="ValueError", evalue="secret", traceback=[]), "the error ValueError"),
        (new_output("execute_result", data={"text/plain": "secret"}, execution_count=1), "a result"),
    ],
)
def test_an_output_that_is_no_block_is_refused_without_its_contents(
    executed: Callable[..., Path], output: Any, fault: str
) -> None:
    block = Block(kind="paragraph", id="one", body={"style": "", "text": []})
    path = executed(block_output(block), output)
    with pytest.raises(RunError, match=f"cell 2 gives {fault}, not a block") as refused:
        check_notebook(path)
    assert "secret" not in str(refused.value)
    assert [one.id for one in collect_blocks(path)] == ["one"]


def test_an_id_given_twice_and_a_promise_not_kept_are_refused(executed: Callable[..., Path]) -> None:
    child = Block(kind="paragraph", id="one", body={"style": "", "text": []})
    outer = Block(kind="section", id="two", body={"title": {"sv": "a", "en": "a"}}, children=(child,))
    path = executed(block_output(child), block_output(outer), promises=("three",))
    with pytest.raises(RunError, match=r"'one' stands 2 times.*'three' is missing"):
        check_notebook(path)


def test_an_identity_number_in_a_text_is_refused_and_nothing_is_written(
    release: Release, executed: Callable[..., Path]
) -> None:
    number = "-".join(("19121212", "1212"))  # the tax agency's example of a made-up person
    note = Block(kind="paragraph", id="note", body={"style": "", "text": [{"sv": number, "en": "none"}]})
    path = executed(*(block_output(one) for one in (blocks.title(release), note, blocks.estimates(release))))
    with pytest.raises(DisclosureError, match=r"report\.sv\.html: 1 identity numbers"):
        write_report(path, path.parent / "out")
    assert not (path.parent / "out").exists()


def test_a_language_that_does_not_exist_is_refused(report: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allowed: sv, en"):
        write_report(report / "report.ipynb", tmp_path, languages=("fi",))  # type: ignore[arg-type]


class _Reader(HTMLParser):
    """Gathers the text inside each innermost element that names its block."""

    VOID = frozenset({"meta", "link", "br", "input", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str | None] = []
        self.text: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(dict(attrs).get("data-block"))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        inside = next((one for one in reversed(self.open) if one), None)
        if inside:
            self.text.setdefault(inside, []).append(data)


def _numbers(page: Path, language: str) -> dict[str, list[str]]:
    """Return the numbers of each block in order of size, written the same way whatever the language."""
    reader = _Reader()
    text = re.sub(r"<svg.*?</svg>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    reader.feed(text)
    found = {}
    for id_, parts in reader.text.items():
        words = " ".join(parts)
        if language == "sv":
            words = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", words)
            words = re.sub(r"(?<=\d),(?=\d)", ".", words)
        else:
            words = re.sub(r"(?<=\d),(?=\d{3})", "", words)
        found[id_] = sorted(re.findall(r"\d+(?:\.\d+)?", words))
    return found
