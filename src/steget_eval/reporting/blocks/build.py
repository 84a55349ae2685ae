"""Small makers of blocks: the one place that knows how each kind's body is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from steget_eval.protocol.base import Text
from steget_eval.reporting.block import Block
from steget_eval.reporting.figures.picture import FigureName, to_body
from steget_eval.reporting.tables import Table
from steget_eval.reporting.text import Cell, Label, Language, Sentence, key_label, label_text

#: What can be said in either language: a sentence, a cell, the words of a protocol, or a label.
Item = Sentence | Cell | Text | Label


def item(what: Item) -> dict[str, Any]:
    """Return what can be said as strict JSON."""
    if isinstance(what, (Sentence, Cell)):
        return what.to_json()
    if isinstance(what, Text):
        return {"sv": what.sv, "en": what.en}
    return dict(what)


def section(id_: str, title: Item, children: Iterable[Block]) -> Block:
    """Return a part of the page with a heading."""
    return Block(kind="section", id=id_, body={"title": item(title)}, children=tuple(children))


def heading(id_: str, title: Item) -> Block:
    """Return a heading inside a section."""
    return Block(kind="heading", id=id_, body={"title": item(title)})


def paragraph(id_: str, *text: Item, style: Literal["", "lead", "small"] = "") -> Block:
    """Return sentences that follow one another."""
    return Block(kind="paragraph", id=id_, body={"style": style, "text": [item(one) for one in text]})


def bullets(id_: str, entries: Iterable[Item | Sequence[Item]]) -> Block:
    """Return a list; an entry is one thing said or several that follow one another."""
    told = [[item(one) for one in _several(entry)] for entry in entries]
    return Block(kind="list", id=id_, body={"style": "bullets", "entries": told})


def terms(id_: str, entries: Iterable[tuple[Item, Item | Sequence[Item]]]) -> Block:
    """Return a list of terms, each with what belongs to it."""
    told = [[item(term), [item(one) for one in _several(what)]] for term, what in entries]
    return Block(kind="list", id=id_, body={"style": "terms", "entries": told})


def figures(id_: str, entries: Iterable[tuple[Item, Cell]]) -> Block:
    """Return key figures shown large, each with the words below it."""
    told = [[item(term), [item(cell)]] for term, cell in entries]
    return Block(kind="list", id=id_, body={"style": "figures", "entries": told})


def table(id_: str, made: Table) -> Block:
    """Return a table."""
    return Block(kind="table", id=id_, body=made.body())


def figure(id_: str, name: FigureName, frame: pd.DataFrame, caption: Item) -> Block:
    """Return a figure as its name and the frame behind it; the writer draws it in each language."""
    kind: Literal["figure", "flow"] = "flow" if name == "flow_diagram" else "figure"
    return Block(kind=kind, id=id_, body={"figure": name, "frame": to_body(frame), "caption": item(caption)})


def notice(id_: str, tone: Literal["plain", "synthetic", "internal"], *text: Item) -> Block:
    """Return something to know before reading on."""
    return Block(kind="notice", id=id_, body={"tone": tone, "text": [item(one) for one in text]})


def verdict(id_: str, tone: Literal["shown", "point", "none"], title: Item, text: Iterable[Item]) -> Block:
    """Return a verdict; `tone` says whether it is shown, held by the point estimate alone, or neither."""
    return Block(kind="verdict", id=id_, body={"tone": tone, "title": item(title), "text": [item(one) for one in text]})


def absent(id_: str, key: str, **values: Cell) -> Block:
    """Return a piece that does not apply, with the reason."""
    return Block(kind="absent", id=id_, body={"reason": Sentence(key, values).to_json()})


def sentence(key: str, **values: Cell | Label | Text) -> Sentence:
    """Return a sentence whose values may be cells, labels or a protocol's words."""
    cells = {name: value if isinstance(value, Cell) else text_cell(value) for name, value in values.items()}
    return Sentence(key, cells)


def text_cell(words: Label | Text) -> Cell:
    """Return words as a cell."""
    return Cell(format="text", label=item(words))


def same(text: str) -> Label:
    """Return words that are the same in both languages: an identifier, a version, a fingerprint."""
    return {"sv": text, "en": text}


def say_label(label: Label, language: Language) -> str:
    """Return a label's words in one language, where they are put together with others."""
    return label_text(label, language)


def heading_of(key: str, **values: Label) -> Label:
    """Return the heading of a section."""
    return key_label(f"heading.{key}", **values)


def _several(what: Item | Sequence[Item]) -> Sequence[Item]:
    if isinstance(what, (Sentence, Cell, Text, Mapping)):
        return (what,)
    return what
