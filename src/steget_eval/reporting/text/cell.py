"""A cell: one raw value with what is needed to say it in either language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["sv", "en"]
Format = Literal["count", "percent", "points", "per_hundred", "number", "p", "text", "date"]
State = Literal["value", "suppressed", "not_applicable"]

#: Words: either both languages, or a phrase's key with the words it takes.
Label = Mapping[str, Any]

LANGUAGES: tuple[Language, ...] = ("sv", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value of a table or a sentence, not yet said in any language.

    Attributes
    ----------
    format
        ``percent``, ``points`` (percentage points) and ``per_hundred`` (of 100 people) take a proportion; ``text``
        takes `label`; ``date`` an ISO date.
    value
        The raw number; None where `state` is not ``value`` and for words.
    of
        For a count: what it is a share of, told beside it with the percentage.
    spread
        For a mean: the standard deviation, told in brackets.
    low, high, level, interval_kind
        Limits told after the value, in its own format; may be infinite.
        ``one_sided`` limits are told as such: *at least*, with the level that each of them holds.
    unit
        Code of the unit (``usd``, ``days`` …), told after a number.
    note
        Words told beneath the value: the people behind it, whom it speaks of.
    ref
        Which row of the table of estimates the value is, where it is one: see `answers.estimate_ref`.
    """

    format: Format
    value: float | str | None = None
    state: State = "value"
    label: Label | None = None
    of: float | None = None
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    interval_kind: str = "confidence"
    decimals: int = 1
    unit: str = ""
    note: Label | None = None
    ref: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the cell as strict JSON; an infinite limit is the text ``inf`` or ``-inf``."""
        told: dict[str, Any] = {"value": _strict(self.value), "state": self.state, "format": self.format}
        told["label"] = None if self.label is None else dict(self.label)
        told |= {name: getattr(self, name) for name in ("of", "spread") if getattr(self, name) is not None}
        if self.low is not None and self.high is not None:
            told |= {"low": _strict(self.low), "high": _strict(self.high), "level": self.level}
            told["interval_kind"] = self.interval_kind
        if self.format != "text":
            told["decimals"] = self.decimals
        told |= {name: getattr(self, name) for name in ("unit", "ref") if getattr(self, name)}
        if self.note is not None:
            told["note"] = dict(self.note)
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Cell:
        """Return the cell that `to_json` told of."""
        values = dict(told)
        for name in ("value", "low", "high"):
            if values.get(name) in {"inf", "-inf"}:
                values[name] = float(values[name])
        return cls(**values)


def words(sv: str, en: str) -> Cell:
    """Return a cell of words in both languages."""
    return Cell(format="text", label={"sv": sv, "en": en})


def keyed(key: str, **values: Label) -> Cell:
    """Return a cell whose words are a phrase, with the words it takes."""
    return Cell(format="text", label=key_label(key, **values))


def key_label(key: str, **values: Label) -> dict[str, Any]:
    """Return the label that names a phrase."""
    return {"key": key, "values": {name: dict(value) for name, value in values.items()}}


def _strict(value: float | str | None) -> float | str | None:
    if isinstance(value, float):
        if math.isnan(value):
            raise ValueError("a cell without a value has a state that says why, not NaN")
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
    return value
