"""Numbers as text, the Swedish way or the British way."""

from __future__ import annotations

import datetime
import math
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from steget_eval.reporting.text.cell import Language
from steget_eval.reporting.text.plural import is_one

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}
MISSING = "–"
_NBSP = "\u00a0"
#: Between thousands in Swedish: thin, and never at the end of a line.
_THIN = "\u202f"
_POINTS = {"sv": ("procentenhet", "procentenheter"), "en": ("percentage point", "percentage points")}


def number(value: float | None, language: Language, decimals: int = 1) -> str:
    """Return a number with that many decimals: ``1 234,5`` (thin spaces) or ``1,234.5``, with a true minus sign.

    Missing is a dash, infinite is ∞. Halves are rounded away from zero, and what rounds to zero has no sign.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(abs(rounded), format=pattern, locale=_LOCALES[language]).replace(_NBSP, _THIN)
    return f"−{text}" if rounded < 0 else text


def count(value: float | None, language: Language) -> str:
    """Return a whole number of people or things."""
    return number(value, language, 0)


def percent(share: float | None, language: Language, decimals: int = 1) -> str:
    """Return a proportion as a percentage: ``18,5 %`` or ``18.5%``."""
    text = number(None if share is None else 100 * share, language, decimals)
    return text if text == MISSING else text + _sign(language)


def points(share: float | None, language: Language, decimals: int = 1) -> str:
    """Return a difference between proportions in percentage points."""
    text = number(None if share is None else 100 * share, language, decimals)
    if text == MISSING:
        return text
    unit = _POINTS[language][0 if is_one(text) else 1]
    return f"{text}{_NBSP}{unit}" if language == "sv" else f"{text} {unit}"


def limits(
    low: float | None, high: float | None, language: Language, decimals: int = 1, *, disjoint: bool = False
) -> str:
    """Return two limits: ``13,2–25,5``, ``−3,2 till 8,1`` where a minus would meet the dash, or two rays."""
    below, above = number(low, language, decimals), number(high, language, decimals)
    if disjoint and language == "sv":
        return f"{below} eller lägre, eller {above} eller högre"
    if disjoint:
        return f"{below} or lower, or {above} or higher"
    if "−" in below + above:
        return f"{below} till {above}" if language == "sv" else f"{below} to {above}"
    return f"{below}–{above}"


def interval(
    low: float | None, high: float | None, language: Language, decimals: int = 1,
    *, level: float = 0.95, kind: str = "confidence",
) -> str:  # fmt: skip
    """Return limits with their level: ``95 % KI 13,2–25,5`` or ``95% CI 13.2–25.5``."""
    names = _INTERVALS[language]
    name = names.get(kind, names["confidence"])
    stated = percent(level, language, 0 if math.isclose(100 * level, round(100 * level)) else 1)
    told = limits(low, high, language, decimals, disjoint=kind == "disjoint")
    return f"{name} {told}" if kind == "bounds" else f"{stated} {name} {told}"


def p_value(value: float | None, language: Language) -> str:
    """Return a p-value: ``p = 0,03``, three decimals below 0.01, ``p < 0,001`` below that, ``p > 0,99`` above."""
    if value is None or math.isnan(value):
        return MISSING
    if value < 0.001:
        return f"p < {number(0.001, language, 3)}"
    if value > 0.99:
        return f"p > {number(0.99, language, 2)}"
    decimals = 3 if value < 0.01 else 2
    return f"p = {number(value, language, decimals)}"


def date(value: datetime.date, language: Language) -> str:
    """Return a day: ``2026-11-22`` in Swedish, ``22 November 2026`` in English."""
    if language == "sv":
        return value.isoformat()
    return str(format_date(value, format="d MMMM y", locale=_LOCALES[language]))


def _sign(language: Language) -> str:
    return f"{_NBSP}%" if language == "sv" else "%"


_INTERVALS = {
    "sv": {"confidence": "KI", "credible": "trovärdighetsintervall", "prediction": "prediktionsintervall",
           "bounds": "gränser", "disjoint": "KI"},
    "en": {"confidence": "CI", "credible": "credible interval", "prediction": "prediction interval",
           "bounds": "bounds", "disjoint": "CI"},
}  # fmt: skip
