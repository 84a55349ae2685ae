"""Makes the text of one of our cells from a source cell, as the recipe says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from steget_eval.intake.recipes.cell import Cell, DateFormat
from steget_eval.intake.recipes.recipe import FileLayout
from steget_eval.records.tables import Column

#: A source text to ours; None where it is none of what the recipe allows.
Converter = Callable[[str], str | None]

_PATTERNS: dict[DateFormat, str] = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "YYYYMMDD": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    "YYYY/MM/DD": r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "DD.MM.YYYY": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "YYYY-MM": r"(?P<y>\d{4})-(?P<m>\d{1,2})",
    "YYYYMM": r"(?P<y>\d{4})(?P<m>\d{2})",
    "YYYY": r"(?P<y>\d{4})",
}
#: Every way of writing a day, the longest first.
DATE_FORMATS: tuple[DateFormat, ...] = tuple(_PATTERNS)
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_THOUSANDS = re.compile(r"[-\u2212]?[1-9]\d{0,2}(\.\d{3})+")
_NUMBER = re.compile(r"[-\u2212]?\d{1,400}(\.\d{1,400})?")


def converter(cell: Cell, column: Column, layout: FileLayout) -> Converter:
    """Return what makes a source text ours; it is asked once for each different text."""
    to_type = _typed(cell, column, layout)

    def convert(text: str) -> str | None:
        if not text:
            return cell.empty
        if cell.filled:
            return cell.filled
        return to_type(text[: cell.first] if cell.first else text)

    return convert


def number_of(text: str, decimal: str) -> Decimal | None:
    """Return the number in a text, with the source's decimal sign and perhaps spaces between thousands.

    A workbook has points whatever a person sees there, so a point is taken beside a decimal comma, but not before
    exactly three digits, where it may as well part thousands.
    """
    plain = _SPACES.sub("", text)
    if decimal == ",":
        if _THOUSANDS.fullmatch(plain):
            return None
        plain = plain if "." in plain else plain.replace(",", ".")
    if _NUMBER.fullmatch(plain) is None:
        return None
    try:
        return Decimal(plain.replace("\u2212", "-"))
    except InvalidOperation:  # beyond what a decimal holds
        return None


def day_of(text: str, formats: tuple[DateFormat, ...]) -> date | None:
    """Return the day in a text, by the first of the formats that it is written in; a month is its first day."""
    for name in formats:
        match = re.fullmatch(_PATTERNS[name], text, flags=re.ASCII)
        if match is None:
            continue
        parts = match.groupdict()
        try:
            return date(int(parts["y"]), int(parts.get("m") or 1), int(parts.get("d") or 1))
        except ValueError:
            return None
    return None


def _typed(cell: Cell, column: Column, layout: FileLayout) -> Converter:
    if cell.codes:
        return _coded(cell, layout, is_many=column.type == "codes")
    if column.type == "date":
        return lambda text: _day_text(text, cell, layout)
    if column.type in {"integer", "number"}:
        return lambda text: _number_text(text, cell, layout, is_whole=column.type == "integer")
    if column.type == "codes":
        return lambda text: "|".join(part.strip() for part in text.split(layout.separator))
    return lambda text: text


def _coded(cell: Cell, layout: FileLayout, *, is_many: bool) -> Converter:
    codes = {_parts(text, layout.separator): code for text, code in cell.codes.items()}

    def convert(text: str) -> str | None:
        whole = codes.get(_parts(text, layout.separator))
        if whole is not None or not is_many:
            return whole if whole is not None else cell.otherwise or None
        found = [codes.get((part,)) or cell.otherwise for part in _parts(text, layout.separator)]
        return "|".join(dict.fromkeys(found)) if all(found) else None

    return convert


def _parts(text: str, separator: str) -> tuple[str, ...]:
    # In the recipe several values stand with | between, whatever the source has.
    parts = re.split(rf"{re.escape(separator)}|\|", text)
    return tuple(sorted({part.strip().casefold() for part in parts if part.strip()}))


def _day_text(text: str, cell: Cell, layout: FileLayout) -> str | None:
    day = day_of(text, cell.dates or layout.dates)
    if day is None:
        return None
    months = day.year * 12 + day.month - 1 + cell.plus_months
    try:
        moved = day.replace(year=months // 12, month=months % 12 + 1) if cell.plus_months else day
        return (moved + timedelta(days=cell.plus_days)).isoformat()
    except (ValueError, OverflowError):
        return None


def _number_text(text: str, cell: Cell, layout: FileLayout, *, is_whole: bool) -> str | None:
    number = number_of(text, layout.decimal)
    if number is None:
        return None
    value = number * cell.times
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}" if value else "0"
    return None if is_whole else f"{value.normalize():f}"
