"""Blocks as HTML, and a report as one page that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from steget_eval.reporting.block import Block
from steget_eval.reporting.text import (
    LANGUAGES,
    Language,
    Said,
    capital,
    label_text,
    limits_text,
    numbers,
    phrase,
    phrases,
    render,
    render_cell,
    value_text,
)

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

#: Limits of so many characters are not broken between two lines; longer ones could be wider than a phone.
_ONE_LINE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page tells beside its blocks.

    Attributes
    ----------
    made_on
        The day of the run.
    languages
        The languages the report is written in; the others are linked.
    """

    made_on: date
    languages: tuple[Language, ...] = LANGUAGES


def block_html(block: Block, language: Language = "en") -> str:
    """Return a block as HTML, as a notebook shows it."""
    return template("notebook.html.j2").render(block=block, **_tools(language))


def page_html(blocks: tuple[Block, ...], language: Language, page: Page) -> str:
    """Return a whole report in one language: styles and pictures inside, no script, no address outside the folder."""
    title = next(block for block in blocks if block.id == "title")
    shown = [block for block in blocks if block.kind not in {"data", "absent"} and block is not title]
    others = [one for one in page.languages if one != language]
    return template("report.html.j2").render(title=title, blocks=shown, others=others, page=page, **_tools(language))


def say(item: Mapping[str, Any], language: Language) -> str:
    """Return a cell, a sentence or a label of a block's body as text."""
    if "format" in item:
        return render_cell(item, language)
    values = item.get("values", {})
    if values and all("format" in value for value in values.values()):
        return render(item, language)
    return label_text(item, language)


def marked(item: Mapping[str, Any], where: str, language: Language) -> Markup:
    """Return the same as HTML in which every number carries the id of its place and its raw value."""
    from markupsafe import Markup, escape

    if "format" in item:
        return Markup("<span{}>{}</span>").format(attributes(item, where), _kept_together(item, language))
    values = item.get("values", {})
    if not values or not all("format" in value for value in values.values()):
        return escape(say(item, language))
    told = {
        name: Said(say(value, language), _value(value, f"{where}/{name}", language)) for name, value in values.items()
    }
    return Markup(capital(escape(phrases(language)[item["key"]]).format_map(told)))  # noqa: S704 - every part is escaped


def _kept_together(cell: Mapping[str, Any], language: Language) -> Markup | str:
    """Return a cell as text whose short limits are never broken between two lines."""
    from markupsafe import Markup

    text, limits = say(cell, language), f"({limits_text(cell, language)})"
    before, found, after = text.partition(limits)
    if not found or len(limits) > _ONE_LINE:
        return text
    return Markup('{}<span class="range">{}</span>{}').format(before, limits, after)


def attributes(cell: Mapping[str, Any], where: str) -> Markup:
    """Return the attributes that name a cell's place and, where it holds a number, the number as it is."""
    from markupsafe import Markup

    raw = {"value": cell.get("value"), "of": cell.get("of"), "low": cell.get("low"), "high": cell.get("high")}
    told = [("cell", where), ("estimate", cell.get("ref") or None), *raw.items()]
    given = [(name, value) for name, value in told if value is not None]
    return Markup("").join(Markup(' data-{}="{}"').format(name, value) for name, value in given)


def template(name: str) -> Template:
    """Return a template of this room; every value it shows is escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("steget_eval.reporting"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _tools(language: Language) -> dict[str, Any]:
    """Return what the templates call, bound to one language."""
    return {
        "language": language,
        "say": lambda item: say(item, language),
        "mark": lambda item, where: marked(item, where, language),
        "attributes": attributes,
        "words": lambda key, **values: phrase(key, language, **values),
        "words_in": lambda other, key: phrase(key, other),
        "parts": lambda cell: _parts(cell, language),
        "picture": lambda block: _picture(block, language),
        "capital": capital,
        "heading": lambda column: _heading(column, language),
        "day": lambda value: numbers.date(value, language),
    }


def _value(cell: Mapping[str, Any], where: str, language: Language) -> Markup:
    """Return a sentence's value; words stand as they are."""
    from markupsafe import escape

    return escape(say(cell, language)) if cell.get("value") is None else marked(cell, where, language)


def _heading(column: Mapping[str, Any], language: Language) -> str:
    """Return a column's heading, with a capital letter; the p of a p-value is a symbol."""
    text = say(column["heading"], language)
    return text if column["key"] == "p_value" else capital(text)


def _parts(cell: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Return a cell's value, its limits and the words beneath; a hidden one is a dash, what does not apply empty."""
    if cell["state"] != "value":
        return {"value": numbers.MISSING if cell["state"] == "suppressed" else "", "limits": "", "note": ""}
    note = "" if cell.get("note") is None else label_text(cell["note"], language)
    return {"value": value_text(cell, language), "limits": limits_text(cell, language), "note": note}


def _picture(block: Block, language: Language) -> dict[str, Any]:
    from markupsafe import Markup

    from steget_eval.reporting.figures.picture import Picture, from_body

    picture = Picture(name=block.body["figure"], frame=from_body(block.body["frame"]))
    headings, rows = picture.table(language)
    hidden = phrase("cell.suppressed", language)
    # The SVG is drawn here from a frame; matplotlib escapes nothing because it writes text as outlines.
    return {
        "wide": Markup(picture.svg(language, f"{block.id}-w", narrow=False)),  # noqa: S704
        "narrow": Markup(picture.svg(language, f"{block.id}-n", narrow=True)),  # noqa: S704
        "alternative": picture.alternative(language),
        "headings": headings,
        "rows": [[numbers.MISSING if text == hidden else text for text in row] for row in rows],
        "hidden": any(hidden in row for row in rows),
    }
