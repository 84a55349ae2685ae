"""Cells, sentences and labels said in one language."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steget_eval.reporting.text import numbers
from steget_eval.reporting.text.cell import Cell, Language
from steget_eval.reporting.text.phrases import label_text, phrase
from steget_eval.reporting.text.plural import is_one


@dataclass(frozen=True, slots=True)
class Sentence:
    """A keyed statement: a phrase with raw numbers and words, true in both languages alike."""

    key: str
    values: Mapping[str, Cell]

    def to_json(self) -> dict[str, Any]:
        """Return the sentence as strict JSON."""
        return {"key": self.key, "values": {name: cell.to_json() for name, cell in self.values.items()}}


def render(sentence: Sentence | Mapping[str, Any], language: Language) -> str:
    """Return a sentence, or the JSON of one, as text that begins with a capital letter."""
    if not isinstance(sentence, Sentence):
        cells = {name: Cell.from_json(told) for name, told in sentence.get("values", {}).items()}
        sentence = Sentence(sentence["key"], cells)
    values = {name: render_cell(cell, language) for name, cell in sentence.values.items()}
    text = phrase(sentence.key, language, **values)
    return capital(text)


def render_cell(cell: Cell | Mapping[str, Any], language: Language) -> str:
    """Return a cell, or the JSON of one, as text; a suppressed one says that it is."""
    one = cell if isinstance(cell, Cell) else Cell.from_json(cell)
    if one.state != "value":
        return phrase(f"cell.{one.state}", language)
    text, told = _value(one, language), limits_text(one, language)
    text = f"{text} ({told})" if text and told else text or told
    return text if one.note is None else f"{text}, {label_text(one.note, language)}"


def limits_text(cell: Cell | Mapping[str, Any], language: Language) -> str:
    """Return a cell's limits with their level; empty where it has none."""
    one = cell if isinstance(cell, Cell) else Cell.from_json(cell)
    if one.low is None or one.high is None or one.state != "value":
        return ""
    if one.interval_kind == "one_sided":
        return _one_sided(one, one.low, one.high, language)
    scale = 100 if one.format in {"percent", "points", "per_hundred"} else 1
    return numbers.interval(
        scale * one.low, scale * one.high, language, one.decimals,
        level=0.95 if one.level is None else one.level, kind=one.interval_kind,
    )  # fmt: skip


def value_text(cell: Cell | Mapping[str, Any], language: Language) -> str:
    """Return a cell's value alone, without limits and note; empty where it has none."""
    one = cell if isinstance(cell, Cell) else Cell.from_json(cell)
    return _value(one, language) if one.state == "value" else ""


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _one_sided(cell: Cell, low: float, high: float, language: Language) -> str:
    """Limits of a share of which one may say nothing: 0 and 1 hold of every share."""
    level = 0.95 if cell.level is None else cell.level
    if low > 0 and high < 1:
        stated = numbers.number(50 * (1 + level), language, 0)
        both = numbers.limits(100 * low, 100 * high, language, cell.decimals)
        return phrase("cell.one_sided_both", language, limits=both, level=stated)
    stated = numbers.number(100 * level, language, 0)
    key, limit = ("cell.one_sided_low", low) if low > 0 or high >= 1 else ("cell.one_sided_high", high)
    return phrase(key, language, limit=_number(cell, limit, language), level=stated)


def _value(cell: Cell, language: Language) -> str:
    if cell.format == "text":
        return "" if cell.label is None else label_text(cell.label, language)
    if cell.value is None:
        return ""
    if cell.format == "date":
        return numbers.date(datetime.date.fromisoformat(str(cell.value)), language)
    return _number(cell, float(cell.value), language)


def _number(cell: Cell, value: float, language: Language) -> str:
    if cell.format == "percent":
        return numbers.percent(value, language, cell.decimals)
    if cell.format == "points":
        return numbers.points(value, language, cell.decimals)
    if cell.format == "per_hundred":
        return numbers.number(100 * value, language, cell.decimals)
    if cell.format == "p":
        return numbers.p_value(value, language)
    text = numbers.number(value, language, 0 if cell.format == "count" else cell.decimals)
    if cell.spread is not None:
        text = f"{text} ({numbers.number(cell.spread, language, cell.decimals)})"
    if cell.of:
        share = numbers.percent(value / cell.of, language, cell.decimals)
        text = phrase("cell.of", language, count=text, of=numbers.count(cell.of, language), percent=share)
    family = "unit_one" if is_one(text) else "unit"
    return f"{text} {phrase(f'{family}.{cell.unit}', language)}" if cell.unit else text
