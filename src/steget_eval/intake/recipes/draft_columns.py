"""Looks at the columns of a source: what kind of cells each holds, and which texts may be listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import count_identity_numbers, is_nearly_identity_number
from steget_eval.intake.importing.cells import DATE_FORMATS, day_of, number_of
from steget_eval.intake.recipes.cell import DateFormat
from steget_eval.intake.recipes.draft_words import is_private, ours
from steget_eval.intake.sheet import Sheet

Kind = Literal["empty", "identity", "id", "date", "integer", "number", "code", "codes", "free text"]

#: Only a column of at most so many different texts has them listed in the draft.
FEW = 12
_LONGEST, _MOST_WORDS = 40, 5
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """One column of a source.

    Attributes
    ----------
    place
        Counted from the left.
    ours
        What of ours its name says it is; empty where it says nothing.
    texts
        Its different texts, only where they are few and about nobody in particular.
    together
        Texts that hold several of them with ``|`` between.
    dates
        How its days are written.
    """

    place: int
    name: str
    kind: Kind
    ours: str
    texts: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    dates: DateFormat | None = None


def look_at(sheet: Sheet) -> tuple[SourceColumn, ...]:
    """Return the columns of a sheet that have a name.

    Raises
    ------
    RecordsError
        Where the first row holds cells instead of names: it could be about somebody.
    """
    names = [name.strip() for name in sheet.header]
    like_cells = [name for name in names if _is_cell(name)]
    if like_cells or len(set(names)) < len(names):
        raise RecordsError("the first row should name the columns, each differently; some of it is a day or a number, "
                           "or stands twice")  # fmt: skip
    return tuple(_look(place, name, sheet.columns[place - 1]) for place, name in enumerate(names, start=1) if name)


def _is_cell(name: str) -> bool:
    is_number = number_of(name, ",") is not None
    return count_identity_numbers(name) > 0 or is_number or day_of(name, DATE_FORMATS) is not None


def _look(place: int, name: str, cells: np.ndarray) -> SourceColumn:
    filled = [text for text in (cell.strip() for cell in cells) if text]
    texts = tuple(sorted(set(filled)))
    kind, dates = _kind(name, filled, texts)
    listed = texts if kind == "code" else _parts(texts) if kind == "codes" else ()
    together = tuple(text for text in texts if "|" in text) if kind == "codes" else ()
    return SourceColumn(
        place=place, name=name, kind=kind, ours=ours(name), texts=listed, together=together, dates=dates
    )


def _kind(name: str, filled: list[str], texts: tuple[str, ...]) -> tuple[Kind, DateFormat | None]:
    if not texts:
        return "empty", None
    if any(count_identity_numbers(text) or is_nearly_identity_number(text) for text in texts):
        return "identity", None
    dates = next((one for one in DATE_FORMATS if all(_is_day(text, one) for text in texts)), None)
    if dates is not None and not (dates == "YYYY" or is_private(name)):
        return "date", dates
    if ours(name) == "participant_id":
        return "id", None
    if is_private(name):
        return "free text", None
    numbers = [number_of(text, ",") for text in texts]
    has_parts = all(n is not None for n in numbers) and any(
        n != n.to_integral_value() for n in numbers if n is not None
    )
    if len(texts) == len(filled) > FEW and not has_parts and not any(" " in text for text in texts):
        return "id", None
    is_coded = ours(name) in {"sex", "state"} and len(texts) <= FEW
    if not is_coded and all(number is not None for number in numbers):
        return ("integer" if all(n is not None and n == n.to_integral_value() for n in numbers) else "number"), None
    return _kind_of_texts(filled, texts), None


def _kind_of_texts(filled: list[str], texts: tuple[str, ...]) -> Kind:
    parts = _parts(texts)
    said = sum(text.count("|") + 1 for text in filled)
    is_short = all(len(part) <= _LONGEST and len(part.split()) <= _MOST_WORDS for part in parts)
    if not is_short or len(parts) > FEW or 2 * len(parts) > said + 1:
        return "free text"
    return "codes" if any("|" in text for text in texts) else "code"


def _parts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for text in texts for part in text.split("|") if part.strip()}))


def _is_day(text: str, dates: DateFormat) -> bool:
    day = day_of(text, (dates,))
    return day is not None and day.year in _YEARS
