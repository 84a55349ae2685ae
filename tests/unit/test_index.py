"""The index: every job with its state, in both languages, whole without its script."""

import re
from pathlib import Path
from typing import Any

import pytest

from steget_eval.core.errors import DisclosureError
from steget_eval.reporting.index import write_index


@pytest.fixture
def entries() -> list[dict[str, Any]]:
    both = {"sv": "på svenska", "en": "in English"}
    told = {
        "title": {"sv": "Titel A", "en": "Title A"}, "programme": both, "design": both, "origin": "synthetic",
        "internal": False, "protocol": "a", "headline": {"sv": "46 av 100", "en": "46 of 100"},
    }  # fmt: skip
    return [
        {"batch": "b", "job": "a", "site": "Malmö", "state": "done", "reason": {}, "folder": "b/a", "headline": told,
         "languages": ["sv", "en"], "finished": "2026-11-22T10:00:00+00:00", "files": [], "seconds": 3.2},
        {"batch": "b", "job": "tarp", "state": "skipped", "reason": {"sv": "saknas", "en": "is absent"},
         "folder": None, "headline": {}},
        {"batch": "b", "job": "bad", "state": "refused", "reason": "rows 3 & 7: <no date>", "folder": None,
         "headline": None},
        {"batch": "b", "job": "broken", "state": "failed", "reason": "it stopped", "folder": None, "headline": {},
         "files": ["b/broken.failed.ipynb"]},
    ]  # fmt: skip


def test_every_job_is_listed_with_its_state_and_reason(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    assert re.findall(r'class="job job-(\w+)"', page) == ["done", "skipped", "refused", "failed"]
    for words in ("Titel A", "Title A", "46 av 100", "46 of 100", "saknas", "is absent", "Synthetic data"):
        assert words in page
    assert "rows 3 &amp; 7: &lt;no date&gt;" in page
    assert "1 av 4 rapporter" in page


def test_links_lead_into_the_jobs_folder_and_nowhere_else(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    names = {"report.sv.html", "report.en.html", "estimates.csv", "report.ipynb", "manifest.json"}
    expected = {f"b/a/{name}" for name in names} | {"b/broken.failed.ipynb", "data:,"}
    assert set(re.findall(r'href="([^"]*)"', page)) == expected
    assert not re.search(r"https?:|src=|import |fetch|XMLHttp", page)


def test_an_empty_batch_has_an_index_too(tmp_path: Path) -> None:
    assert "0 of 0 reports" in write_index(tmp_path, []).read_text(encoding="utf-8")


def test_an_identity_number_in_a_reason_is_refused(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    entries[1]["reason"] = "-".join(("19121212", "1212"))
    with pytest.raises(DisclosureError, match="nothing was written"):
        write_index(tmp_path, entries)
    assert not (tmp_path / "index.html").exists()


def test_every_format_that_was_written_is_linked(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    entries[0]["files"] = ["report.sv.pdf", "report.en.docx", "report.sv.html", "report.ipynb", "estimates.csv"]
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    assert 'href="b/a/report.sv.pdf"' in page
    assert 'href="b/a/report.en.docx"' in page


def test_what_is_searched_is_every_word_of_the_line_in_both_languages(
    tmp_path: Path, entries: list[dict[str, Any]]
) -> None:
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    (first, *_) = re.findall(r'data-text="([^"]*)"', page)
    assert first == "b a malmö done titel a title a på svenska in english på svenska in english 46 av 100 46 of 100"
    assert '<div class="tools" id="tools" hidden>' in page  # what needs the script shows only with it


def test_the_page_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    write_index(tmp_path, entries)
    write_index(tmp_path, entries[:1])
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_message_without_swedish_is_told_as_english_on_the_swedish_page(
    tmp_path: Path, entries: list[dict[str, Any]]
) -> None:
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    assert 'lang="sv">Beskedet finns bara på engelska: <span lang="en">it stopped</span></span>' in page
    assert 'class="l-en" lang="en">it stopped</span>' in page
    assert 'engelska: <span lang="en">is absent' not in page  # this one has both


def test_the_site_stands_beside_the_programme(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    page = write_index(tmp_path, entries).read_text(encoding="utf-8")
    assert '<span class="site">Malmö</span> · b/a' in page
