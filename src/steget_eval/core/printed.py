"""A number as it was printed: its value, its decimals and whether it is only a bound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_NUMBER = re.compile(r"([<>]?)\s*(-?\d*\.?\d+)")

#: Room for the last bit of a double, so that a half that is printed either way fits.
_LAST_BIT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed number, which stands for every value that rounds to it.

    Attributes
    ----------
    value
        The number itself.
    decimals
        Decimals it was printed with. A half may have been rounded up or down: both ends belong.
    relation
        ``=`` for a number, ``<`` or ``>`` where only a bound was printed, as in p < .001.
    """

    value: float
    decimals: int
    relation: Literal["=", "<", ">"] = "="

    @property
    def low(self) -> float:
        """The least value that is printed so."""
        return self.value - 0.5 * 10.0**-self.decimals

    @property
    def high(self) -> float:
        """The greatest value that is printed so."""
        return self.value + 0.5 * 10.0**-self.decimals

    def holds(self, value: float) -> bool:
        """Whether a value would be printed so, or keeps to the bound; NaN never does."""
        if self.relation == "<":
            return value < self.value
        if self.relation == ">":
            return value > self.value
        return self.low - _LAST_BIT <= value <= self.high + _LAST_BIT

    def meets(self, low: float, high: float) -> bool:
        """Whether some value between two others would be printed so; the bound is not for relations."""
        return low - _LAST_BIT <= self.high and self.low <= high + _LAST_BIT

    def __str__(self) -> str:
        sign = "" if self.relation == "=" else self.relation
        return f"{sign}{self.value:.{self.decimals}f}"


def as_printed(text: str, *, decimals: int = 0) -> Printed:
    """Return the number a text shows.

    Parameters
    ----------
    text
        Digits as printed, ``10.60``, ``.05``, ``-5.0`` or ``<.001``.
    decimals
        The least number of decimals, for a text that lost its last zeros in a spreadsheet.

    Raises
    ------
    ValueError
        Where the text is not a number.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a number as printed")
    relation: Literal["=", "<", ">"] = "<" if found[1] == "<" else ">" if found[1] == ">" else "="
    shown = len(found[2].partition(".")[2])
    return Printed(value=float(found[2]), decimals=max(shown, decimals), relation=relation)
