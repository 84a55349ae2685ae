"""Pages in a real browser: they open without a network, fit a phone, and complain of nothing."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from steget_eval import evaluate, load_evidence, load_protocol, read_records, read_trials, review
from steget_eval.core.shipped import shipped
from steget_eval.reporting import blocks
from steget_eval.reporting.block import BLOCK_MIME
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.index import write_index
from steget_eval.reporting.write import headline, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--allow-file-access-from-files", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr", "--virtual-time-budget=20000",
)  # fmt: skip
#: An iframe is the only way to a window as narrow as a phone: headless Chromium's own is never below 500 pixels.
FRAME = """<!DOCTYPE html><iframe id="f" src="{page}" style="width:{width}px;height:800px;border:0"></iframe>
<script>document.getElementById("f").onload = function () {{
  var d = this.contentDocument, w = this.contentWindow;
  var shown = function (s) {{ return Array.from(d.querySelectorAll(s)).filter(e => e.offsetParent !== null).length; }};
  document.body.dataset.told = JSON.stringify({{scroll: d.scrollingElement.scrollWidth, inner: w.innerWidth,
    wide: shown(".wide"), narrow: shown(".narrow"), sections: shown("main > section"), sv: shown(".l-sv"),
    en: shown(".l-en"), lang: d.documentElement.lang, title: d.title}});
}};</script>"""


def _released(name: str) -> tuple[Any, Any]:
    if name == "evidence":
        question = load_evidence(shipped("data", "programmes", name, "ips_employment.yaml"))
        return blocks.evidence, disclose(review(question, read_trials(shipped("data", "trials"))))
    place = shipped("data", "programmes", name)
    return blocks, disclose(evaluate(load_protocol(place / "protocol.yaml"), read_records(place / "records")))


@pytest.fixture(scope="module", params=["ips_sydnarke", "ips_sydnarke_comparison", "evidence"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on synthetic records, or on published trials, beside an index that lists it."""
    pieces, release = _released(request.param)
    folder = tmp_path_factory.mktemp("out") / "b" / "a"
    folder.mkdir(parents=True)
    made = [getattr(pieces, name)(release) for name in ("title", *sorted(set(pieces.__all__) - {"title"}))]
    outputs = [new_output("display_data", data={BLOCK_MIME: block.to_json()}) for block in made]
    nbformat.write(new_notebook(cells=[new_code_cell("", outputs=outputs)]), folder / "report.ipynb")
    write_report(folder / "report.ipynb", folder)
    entry = {"batch": "b", "job": "a", "state": "done", "reason": {}, "folder": "b/a", "headline": headline(folder)}
    failed = {"batch": "b", "job": "c", "state": "failed", "reason": "x" * 300, "folder": None, "headline": {}}
    write_index(folder.parents[1], [entry, failed])
    return folder


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_report_fits_a_phone_without_sideways_scrolling(report: Path, language: str, tmp_path: Path) -> None:
    told, _ = _measure(report / f"report.{language}.html", 360, tmp_path)
    assert told["inner"] == 360
    assert told["scroll"] <= told["inner"]
    assert told["lang"] == language
    assert told["narrow"] > 0
    assert told["wide"] == 0


def test_a_report_on_a_desk_shows_the_wide_pictures_and_complains_of_nothing(report: Path, tmp_path: Path) -> None:
    told, log = _measure(report / "report.sv.html", 1280, tmp_path)
    assert told["scroll"] <= told["inner"]
    assert told["wide"] > 0
    assert told["narrow"] == 0
    assert told["sections"] >= 8
    assert not re.search(r"CONSOLE|ERR_", log)


def test_the_index_fits_a_phone_and_shows_one_language_at_a_time(report: Path, tmp_path: Path) -> None:
    told, log = _measure(report.parents[1] / "index.html", 360, tmp_path)
    assert told["scroll"] <= told["inner"]
    assert told["sv"] > 0
    assert told["en"] == 0
    assert not re.search(r"CONSOLE|ERR_", log)


def _measure(page: Path, width: int, folder: Path) -> tuple[dict[str, Any], str]:
    """Return what a frame of that width measured, and what the browser logged."""
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(page=page.as_uri(), width=width), encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'data-told="([^"]*)"', done.stdout)
    assert found, "the page did not load"
    return json.loads(unescape(found[1])), done.stderr
