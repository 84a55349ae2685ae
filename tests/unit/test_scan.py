"""The scanner looks into every kind of file that a run writes, and takes no outline or picture for a number."""

from __future__ import annotations

import io
import json
import random
import zipfile
import zlib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from steget_eval.core.scan import count_in_bytes, find_identity_numbers

LEAFLET = "640823-3234"
PLAIN = LEAFLET.replace("-", "")


def _notebook(source: str = "", shown: str = "", said: str = "", **metadata: str) -> bytes:
    outputs = [new_output("display_data", {"text/html": shown}), new_output("stream", text=said)]
    cells = [new_markdown_cell("words"), new_code_cell(source, outputs=outputs)]
    return nbformat.writes(new_notebook(cells=cells, metadata=metadata)).encode()


def _archive(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".html", f"<p title='{LEAFLET}'>x</p>".encode()),
        (".html", f"<svg><text>{PLAIN}</text><path d=\"M1 2\"/></svg>".encode()),
        (".html", b"<p>640823&#45;3234</p>"),
        (".csv", f"a,b\n1,{PLAIN}\n".encode()),
        (".csv", f'a;b\n"x, {LEAFLET}";2\n'.encode()),
        (".json", json.dumps({"a": [1, {"b": f"x {LEAFLET}"}]}).encode()),
        (".json", json.dumps({LEAFLET: 1}).encode()),
        (".json", json.dumps([int(PLAIN)], separators=(",", ":")).encode()),
        (".json", f"{{broken {LEAFLET}".encode()),
        (".ipynb", _notebook(source=f"x = '{LEAFLET}'")),
        (".ipynb", _notebook(shown=f"<td>{PLAIN}</td>")),
        (".ipynb", _notebook(said=f"{PLAIN}\n")),
        (".ipynb", _notebook(author=LEAFLET)),
        (".docx", _archive("word/document.xml", f"<w:t>{LEAFLET}</w:t>")),
        (".xlsx", _archive("docProps/core.xml", f"<creator>{LEAFLET}</creator>")),
        (".pdf", b"%PDF\n<< /Author (" + LEAFLET.encode() + b") >>\nstream\nxx\nendstream"),
        (".pdf", b"%PDF\nstream\n" + zlib.compress(f"({LEAFLET}) Tj".encode()) + b"\nendstream"),
        (".png", b"\x89PNG tEXtAuthor\x00" + LEAFLET.encode() + b"\x00"),
        (".log", f"row of {LEAFLET}\n".encode()),
    ],
)  # fmt: skip
def test_a_number_is_found_wherever_a_file_can_hold_it(suffix: str, content: bytes) -> None:
    assert count_in_bytes(content, suffix) >= 1


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".html", f'<svg><path d="M 12 {PLAIN} L {PLAIN} 3"/></svg>'.encode()),
        (".html", f'<img src="data:image/png;base64,AA/{PLAIN}/AA==">'.encode()),
        (".json", json.dumps({"x": 0.6408233234, "sha": "f" * 20 + PLAIN + "a" * 34}).encode()),
        (".json", json.dumps({"finished": "2026-11-22T06:40:08.233234+00:00", "seconds": 1790000000}).encode()),
        (".csv", b"a,b\n0.6408233234,-1.6408233234\n"),
        (".docx", _archive("word/media/a.png", PLAIN)),
    ],
)
def test_an_outline_a_picture_a_hash_and_a_decimal_are_none(suffix: str, content: bytes) -> None:
    assert count_in_bytes(content, suffix) == 0


def test_a_folder_is_told_file_by_file_with_the_names_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(f"x\n{LEAFLET}\n{PLAIN}\n")
    (tmp_path / "fine.html").write_text("<p>2026-11-22</p>")
    (tmp_path / f"{LEAFLET}.txt").write_text("")
    assert find_identity_numbers(tmp_path) == {"in/a.csv": 2, f"{LEAFLET}.txt": 1}


def test_a_thousand_pages_of_random_numbers_as_reports_print_them_are_told_of_none() -> None:
    draw = random.Random(3)
    rows = [f"<td>{draw.uniform(-99, 9999):.6f}</td><td>{draw.randrange(10**6)}</td>" for _ in range(1000)]
    assert count_in_bytes("".join(rows).encode(), ".html") == 0
