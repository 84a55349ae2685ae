"""Turns a drawn figure into SVG that can stand inside a page."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from steget_eval.reporting.figures.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def inline_svg(figure: Figure, prefix: str) -> str:
    """Return the figure as an ``<svg>`` element: no address, no date, ids that begin with `prefix`.

    The same figure gives the same text. It carries no name of its own: the page's ``<figure>`` names it.
    """
    target = io.StringIO()
    with styled():
        figure.savefig(target, format="svg", metadata=_METADATA)
    text = target.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:xlink)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\b(id|href)="(#?)', rf'\1="\2{prefix}-', text)
    text = text.replace("url(#", f"url(#{prefix}-")
    text = re.sub(r"<defs>\s*</defs>\s*", "", text)
    head, rest = text.split(">", 1)
    view = re.search(r'viewBox="[^"]*"', head)
    if view is None:
        raise ValueError("matplotlib wrote an SVG without viewBox")
    width = figure.get_size_inches()[0]
    return (
        f'<svg {view[0]} style="max-width:{width:.1f}in" aria-hidden="true" focusable="false">'
        + re.sub(r"\n\s*", "\n", rest)
    ).strip()
