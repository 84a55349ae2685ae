"""Lets a number in a phrase choose its word: one person, two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Said:
    """A value as a phrase takes it.

    In a phrase, ``{n}`` is the value, ``{n:person|people}`` the value with the word that goes with it, and
    ``{n:~was|were}`` that word alone. The first is for exactly 1; Swedish and English agree on that, and on the second
    for 0, for what has decimals and for what is hidden.

    Attributes
    ----------
    text
        The value in words, which says whether it is 1.
    shown
        What stands for it: the same, or with markup about it.
    """

    text: str
    shown: str

    def __format__(self, spec: str) -> str:
        word = _word(self.text, spec)
        return word.removeprefix("~") if word.startswith("~") else f"{self.shown}{word}"

    def __html_format__(self, spec: str) -> Markup:
        from markupsafe import escape

        word = _word(self.text, spec)
        return escape(word.removeprefix("~")) if word.startswith("~") else escape(self.shown) + word

    def __str__(self) -> str:
        return self.shown


def said(value: str) -> Said:
    """Return plain text as a phrase takes it."""
    return Said(value, value)


def _word(text: str, spec: str) -> str:
    """The word that a place asks for, after a space; after a tilde where it stands alone, empty where it asks none."""
    if not spec:
        return ""
    one, many = spec.removeprefix("~").split("|")
    return ("~" if spec.startswith("~") else " ") + (one if is_one(text) else many)


def is_one(text: str) -> bool:
    """Tell whether a value takes the singular."""
    return text == "1"
