"""Looks for identity numbers in everything that a folder holds, each kind of file by its own parts."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from steget_eval.core.identity import count_identity_numbers

# Outlines of letters are coordinates; what they say stands as text beside them.
_OUTLINE = re.compile(r"\s(?:d|points|transform|viewBox)=\"[^\"]*\"")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
#: Parts of an office document, and how large one may be unpacked.
_PARTS, _MOST_BYTES = (".xml", ".rels", ".json", ".html", ".csv", ".txt"), 1 << 28


def find_identity_numbers(folder: Path, *, only: Collection[str] = ()) -> dict[str, int]:
    """Return how many identity numbers stand in each file of a folder, or in its name; files without are left out.

    A page's text and attributes, a table's cells, a notebook's and a record's keys and values, the parts of an office
    document, the texts of a picture's or a PDF's metadata: whatever is none of these is read as text.

    Parameters
    ----------
    only
        Names of the files to look into; all of them without.
    """
    found = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and (not only or one.name in only)):
        count = count_in_file(path) + count_identity_numbers(path.relative_to(folder).as_posix())
        if count:
            found[path.relative_to(folder).as_posix()] = count
    return found


def count_in_file(path: Path) -> int:
    """Return how many identity numbers stand in a file."""
    return count_in_bytes(path.read_bytes(), path.suffix.lower())


def count_in_bytes(content: bytes, suffix: str) -> int:
    """Return how many identity numbers stand in the content of a file with that suffix."""
    if suffix in {".docx", ".xlsx", ".zip"}:
        return _count_in_archive(content)
    if suffix == ".pdf":
        return sum(count_identity_numbers(text) for text in _pdf_texts(content))
    text = content.decode("utf-8", errors="replace")
    if suffix == ".csv":
        return sum(count_identity_numbers(cell) for row in csv.reader(io.StringIO(text)) for cell in row)
    if suffix in {".json", ".ipynb"}:
        return _count_in_json(text)
    if suffix in {".html", ".svg", ".xml", ".rels"}:
        return _count_in_page(text)
    return count_identity_numbers(text)


def _count_in_page(text: str) -> int:
    plain = _OUTLINE.sub(" ", text)
    return count_identity_numbers(html.unescape(plain) if "&" in plain else plain)


def _count_in_json(text: str) -> int:
    try:
        said = json.loads(text)
    except ValueError:
        return count_identity_numbers(text)
    return sum(_count_in_page(one) if "<" in one else count_identity_numbers(one) for one in _texts(said))


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for name, value in said.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(said, list):
        # A notebook tells a text line by line.
        if said and all(isinstance(one, str) for one in said):
            yield "".join(said)
        for one in said:
            yield from _texts(one)
    elif isinstance(said, str | int) and not isinstance(said, bool):
        yield str(said)


def _count_in_archive(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [one for one in archive.infolist() if one.filename.lower().endswith(_PARTS)]
            if sum(one.file_size for one in parts) > _MOST_BYTES:
                raise ValueError("an archive is too large to be looked through")
            return sum(count_in_bytes(archive.read(one), Path(one.filename).suffix.lower()) for one in parts)
    except zipfile.BadZipFile:
        return count_identity_numbers(content.decode("latin-1"))


def _pdf_texts(content: bytes) -> Iterator[str]:
    yield _STREAM.sub(b" ", content).decode("latin-1")
    for stream in _STREAM.findall(content):
        try:
            yield zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue  # a picture or a font, packed otherwise
