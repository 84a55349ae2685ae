"""The index is searched and sorted in a real browser, without a network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from steget_eval.reporting.index import write_index

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
FRAME = """<!DOCTYPE html><iframe id="f" src="{page}" style="width:{width}px;height:800px;border:0"></iframe>
<script>document.getElementById("f").onload = function () {{
  var d = this.contentDocument, w = this.contentWindow, search = d.getElementById("search");
  var shown = function () {{ return Array.from(d.querySelectorAll("#jobs > li")).filter(e => e.offsetParent !== null)
    .map(e => e.id.replace("job-b-", "")); }};
  var type = function (t) {{ search.value = t; search.dispatchEvent(new w.Event("input")); return shown(); }};
  var press = function (k) {{ d.querySelector('[data-sort="' + k + '"]').click(); return shown(); }};
  var visible = function (id) {{ return d.getElementById(id).offsetParent !== null; }};
  var told = {{at_first: shown(), tools: visible("tools")}};
  told.one = type("LUND cox"); told.found = type("söder");
  told.nothing = type("zzz"); told.none = visible("none"); told.all = type("");
  told.none_again = visible("none");
  ["time", "title", "state", "design", "site", "programme", "order"].forEach(k => told[k] = press(k));
  told.pressed = Array.from(d.querySelectorAll("[aria-pressed=true]")).map(e => e.dataset.sort);
  d.getElementById("en").click(); told.title_en = press("title");
  told.scroll = d.scrollingElement.scrollWidth; told.inner = w.innerWidth;
  document.body.dataset.told = JSON.stringify(told);
}};</script>"""


SITES = {"malmo": "Söder", "lund": "Centrum", "umea": "Ålidhem"}


def entry(job: str, title: tuple[str, str], finished: str, design: str, state: str = "done") -> dict[str, Any]:
    both = {"sv": design, "en": design}
    told = {
        "title": {"sv": title[0], "en": title[1]},
        "design": both,
        "programme": both,
        "headline": {"sv": "46", "en": f"{job} cox"},
    }
    return {
        "batch": "b", "job": job, "site": SITES.get(job, ""), "state": state,
        "reason": {}, "folder": f"b/{job}" if state == "done" else None,
        "headline": told if state == "done" else {}, "languages": ["sv", "en"], "finished": finished, "files": [],
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_the_index_is_searched_and_sorted_offline_on_a_phone_and_on_a_desk(tmp_path: Path, width: int) -> None:
    entries = [
        entry("malmo", ("Österut", "Bravo"), "2026-11-20T10:00:00+00:00", "single arm"),
        entry("lund", ("Arbete", "Charlie"), "2026-11-22T10:00:00+00:00", "randomised"),
        entry("umea", ("Zebra", "Alpha"), "2026-11-21T10:00:00+00:00", "comparison"),
        entry("broken", ("", ""), "", "", "failed"),
    ]
    told, log = _drive(write_index(tmp_path, entries), width, tmp_path)
    order = ["malmo", "lund", "umea", "broken"]
    assert told["at_first"] == told["all"] == told["order"] == order
    assert told["tools"] is True
    assert told["one"] == ["lund"]
    assert told["found"] == ["malmo"]
    assert (told["nothing"], told["none"], told["none_again"]) == ([], True, False)
    assert told["time"] == ["lund", "umea", "malmo", "broken"]
    assert told["title"] == [
        "lund",
        "broken",
        "umea",
        "malmo",
    ]  # Ö comes last in Swedish; a job without a title is its id
    assert told["title_en"] == ["umea", "malmo", "broken", "lund"]
    assert told["state"] == ["malmo", "lund", "umea", "broken"]
    assert told["site"] == ["lund", "malmo", "umea", "broken"]  # Å comes after S; without a site it comes last
    assert told["programme"] == ["umea", "lund", "malmo", "broken"]
    assert told["design"] == ["umea", "lund", "malmo", "broken"]
    assert told["pressed"] == ["order"]
    assert told["scroll"] <= told["inner"] == width
    assert not re.search(r"CONSOLE|ERR_", log)


def _drive(page: Path, width: int, folder: Path) -> tuple[dict[str, Any], str]:
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(page=page.as_uri(), width=width), encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'data-told="([^"]*)"', done.stdout)
    assert found, "the page did not load"
    return json.loads(unescape(found[1])), done.stderr
