"""Draws the figures of a cell's output while the notebook still runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from steget_eval.reporting.block import BLOCK_MIME, Block
from steget_eval.reporting.figures.picture import Picture, from_body
from steget_eval.reporting.text import LANGUAGES, Language


def draw_ahead(output: Mapping[str, Any], *, languages: Sequence[Language] = LANGUAGES) -> None:
    """Draw what the pages will show of an output, for the run to keep; nothing where it is no block or no figure."""
    told = output.get("data", {}).get(BLOCK_MIME)
    if told is None:
        return
    for block in _figures(Block.from_json(told)):
        picture = Picture(name=block.body["figure"], frame=from_body(block.body["frame"]))
        for language in languages:
            picture.svg(language, f"{block.id}-w", narrow=False)
            picture.svg(language, f"{block.id}-n", narrow=True)


def _figures(block: Block) -> Iterator[Block]:
    if "figure" in block.body:
        yield block
    for child in block.children:
        yield from _figures(child)
