"""Recognises Swedish identity numbers, so that none passes through the house."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["personal", "coordination", "protected", "reserve", "wrong_check"]
Sex = Literal["woman", "man", "unknown"]

# Hyphens of every width, since word processors put them where a person typed one.
_SIGN = r"[-+\u2010\u2011\u2012\u2013\u2212]"
_DATE = r"(?P<century>18|19|20)?(?P<year>[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-9]{2})"
# The last four of the national reserve number, and of Västra Götaland's.
_RESERVE = r"(?:[A-HJ-NPR-UX-Z]{2}[0-9]{2}|[A-HJ-NPR-UX-Z]{3}[0-9]|[KMX](?:0[6-9]|[1-8][0-9])[0-9])"
_END = rf"(?P<end>[0-9]{{4}}|[Tt][Ff][0-9]{{2}}|(?P<letters>{_RESERVE}))"
# A whole token: neither part of a word, a hash or a longer number, nor the decimals or the signed end of one. A file
# name's underscore parts words; so do a letter that no hexadecimal number has and a hyphen.
_BEFORE = r"(?<![^\W_])(?<![0-9][.,])(?<!^[-+.,])(?<![^G-Zg-z][-+])(?<![^\w)\]][.,])"
_AFTER = r"(?![^\W_]|[.,][0-9]|[-+][0-9A-Za-z])"
_TOKEN = re.compile(
    rf"{_BEFORE}(?:(?P<stockholm>99(?:18|19|20)[0-9]{{8}})|{_DATE}(?P<sign>{_SIGN}?){_END}){_AFTER}", re.MULTILINE
)
_SPACED = re.compile(rf"([0-9]{{6,8}})[ \u00a0\u202f]?({_SIGN}?)[ \u00a0\u202f]?([0-9]{{4}}|[Tt][Ff][0-9]{{2}})")
_SHORT = re.compile(r"[0-9]{7,9}")
#: What has no ten digits or signs of a number in it is not looked through token by token.
_MAY_BE = re.compile(rf"[0-9]{{6}}(?:{_SIGN}?[0-9A-Za-z]{{4}})")
_SEX_OF_PROTECTED: dict[str, Sex] = {"29": "woman", "19": "man"}
_DATA_ADDRESS = re.compile(r"data:[\w.+/-]*;base64,[A-Za-z0-9+/=\s]*")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IdentityNumber:
    """One identity number, taken apart; its repr does not tell it.

    Attributes
    ----------
    kind
        ``coordination`` is a samordningsnummer (day + 60), ``protected`` has the suffix ``TFnn`` of the European
        Social Fund's lists, ``reserve`` is a number that a region gave, ``wrong_check`` has the form and a day of the
        calendar but not the check digit.
    century
        ``18``, ``19`` or ``20`` where it was written, else empty.
    is_older
        Whether a ``+`` says that the person has turned a hundred.
    is_parted
        Whether a hyphen or a plus stands before the last four.
    """

    kind: Kind
    century: str
    date: str
    end: str
    is_older: bool
    is_parted: bool

    def year_of_birth(self, this_year: int) -> int | None:
        """Return the year of birth, of which the number tells the century or the person's age of less than 100.

        Parameters
        ----------
        this_year
            The year in which the number was written down. None for a reserve number without a date.
        """
        if not self.date:
            return None
        if self.century:
            return int(self.century + self.date[:2])
        year = this_year - this_year % 100 + int(self.date[:2])
        year -= 100 if year > this_year else 0
        return year - 100 if self.is_older else year

    @property
    def sex(self) -> Sex:
        """The sex that the number tells: the last digit but one, or the two digits of a protected number."""
        if self.kind == "protected":
            return _SEX_OF_PROTECTED.get(self.end[2:], "unknown")
        if self.kind == "reserve":
            return "unknown"
        return "man" if int(self.end[2]) % 2 else "woman"

    def canonical(self, this_year: int) -> str:
        """Return the one text of all forms in which the number may be written: century, date, last four."""
        year = self.year_of_birth(this_year)
        return self.end if year is None else f"{year:04d}{self.date[2:]}{self.end.upper()}"

    def __repr__(self) -> str:
        return f"<IdentityNumber {self.kind}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IdentityTally(Tidy):
    """How many identity numbers of each kind were met; never one of them."""

    personal: int = 0
    coordination: int = 0
    protected: int = 0
    reserve: int = 0
    wrong_check: int = 0
    other: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row per kind."""
        import pandas as pd

        rows = [(name, getattr(self, name)) for name in self.__dataclass_fields__]
        return pd.DataFrame(rows, columns=["kind", "n"])


def read_identity_number(text: str) -> IdentityNumber | None:
    """Return the identity number that the whole text is, also one with a wrong check digit; None where it is none.

    Before the last four may stand a space, since nothing but a number stands there.
    """
    match = _TOKEN.fullmatch(_SPACED.sub(r"\1\2\3", text.strip()))
    return None if match is None else _taken_apart(match)


def is_identity_number(text: str) -> bool:
    """Tell whether the whole text is an identity number whose check digit, where it has one, is right."""
    number = read_identity_number(text)
    return number is not None and number.kind != "wrong_check"


def is_nearly_identity_number(text: str) -> bool:
    """Tell whether an identity number with hyphen or plus, but a wrong check digit, stands in a text: a slip of one."""
    return any(number.kind == "wrong_check" and number.is_parted for number in _numbers(text))


def lacks_leading_zeros(text: str) -> bool:
    """Tell whether the whole text is an identity number of ten digits whose leading zeros a spreadsheet has taken.

    Of random nine digits one in 140 is, so a column is asked, not a cell.
    """
    return _SHORT.fullmatch(text.strip()) is not None and is_identity_number(text.strip().zfill(10))


def count_identity_numbers(text: str) -> int:
    """Return how many identity numbers stand in a text as whole tokens; the numbers themselves never leave.

    A text that is nothing but a number may have a space before the last four; inside a sentence that is no token, for
    two numbers may stand side by side.

    A number without a hyphen counts only where date and check digit are right, so that of random ten digits one in 140
    counts, of random twelve one in 2,000. A time stamp in seconds has a month above 12 in its third and fourth digit in
    the years 2025 and 2026; of those of 2001 to 2040 one in 130 counts.
    Embedded pictures are left out.
    """
    found = sum(number.kind != "wrong_check" for number in _numbers(text))
    return found or int(_SPACED.fullmatch(text.strip()) is not None and is_identity_number(text))


def tally_identity_numbers(texts: Iterable[str]) -> IdentityTally:
    """Return how many texts are identity numbers of each kind; ``other`` are filled and none."""
    kinds: Counter[str] = Counter()
    for text in texts:
        if text.strip():
            number = read_identity_number(text)
            kinds["other" if number is None else number.kind] += 1
    return IdentityTally(**kinds)


def _numbers(text: str) -> Iterable[IdentityNumber]:
    if _MAY_BE.search(text) is None:
        return ()
    if "base64," in text:
        text = _DATA_ADDRESS.sub(" ", text)
    found = (_taken_apart(match) for match in _TOKEN.finditer(text))
    return [number for number in found if number is not None]


def _taken_apart(match: re.Match[str]) -> IdentityNumber | None:
    if match["stockholm"]:
        return IdentityNumber(
            kind="reserve", century="", date="", end=match["stockholm"], is_older=False, is_parted=False
        )
    kind = _kind(match)
    if kind is None:
        return None
    return IdentityNumber(
        kind=kind, century=match["century"] or "", date=match["year"] + match["month"] + match["day"],
        end=match["end"], is_older=match["sign"] == "+", is_parted=bool(match["sign"]),
    )  # fmt: skip


def _kind(match: re.Match[str]) -> Kind | None:
    day = int(match["day"])
    is_coordination = day > 60
    day -= 60 if is_coordination else 0
    year = int((match["century"] or "20") + match["year"])
    if not 1 <= day <= monthrange(year, int(match["month"]))[1]:
        return None
    if match["end"][0] in "Tt" and match["letters"] is None:
        return "protected"
    if match["letters"] is not None:
        return "reserve" if match["century"] else None
    if match["end"].startswith("000") or not _has_check_digit(match):
        return "wrong_check"
    return "coordination" if is_coordination else "personal"


def _has_check_digit(match: re.Match[str]) -> bool:
    total = 0
    for position, digit in enumerate(match["year"] + match["month"] + match["day"] + match["end"]):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return total % 10 == 0
