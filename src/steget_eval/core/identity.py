"""Recognises Swedish identity numbers, so that none passes through the house."""

from __future__ import annotations

import re
from calendar import monthrange

# A whole token: neither part of a longer number, a decimal, a hash nor a word.
_TOKEN = re.compile(
    r"(?<![\w.,\-+])(?P<year>(?:18|19|20)?\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<sign>[-+]?)"
    r"(?P<end>\d{4}|[Tt][Ff]\d{2})(?![\w\-+]|[.,]\d)"
)


def is_identity_number(text: str) -> bool:
    """Tell whether the whole text is a personnummer, a samordningsnummer or a protected ``TFnn`` number."""
    match = _TOKEN.fullmatch(text.strip())
    return match is not None and _is_valid(match)


def count_identity_numbers(text: str) -> int:
    """Return how many identity numbers stand in a text as whole tokens; the numbers themselves never leave.

    A ten-digit number without a separator counts only where date and check digit are right: a time stamp in seconds
    has no valid month more often than not, and one in a hundred that has fails the check digit nine times in ten.
    """
    return sum(_is_valid(match) for match in _TOKEN.finditer(text))


def _is_valid(match: re.Match[str]) -> bool:
    day = int(match["day"])
    day -= 60 if day > 60 else 0  # samordningsnummer: day + 60
    month = int(match["month"])
    year = int(match["year"])
    if not 1 <= month <= 12:
        return False
    leap_safe_year = year if year > 99 else 2000 + year
    if not 1 <= day <= monthrange(leap_safe_year, month)[1]:
        return False
    if match["end"][0] in "Tt":
        return True
    return _has_check_digit(match["year"][-2:] + match["month"] + match["day"] + match["end"])


def _has_check_digit(ten: str) -> bool:
    total = 0
    for position, digit in enumerate(int(character) for character in ten):
        product = digit * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return total % 10 == 0
