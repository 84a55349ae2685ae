"""Half-open stretches of whole days, with calendar months."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

Unit = Literal["days", "weeks", "months"]

#: Mean length of a calendar month in days (Gregorian: 365.2425 / 12).
DAYS_PER_MONTH = 30.436875


def add_months(day: date, months: int) -> date:
    """Return the same day `months` calendar months later, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_units(day: date, amount: int, unit: Unit) -> date:
    """Return the day `amount` days, weeks or calendar months after `day`."""
    if unit == "months":
        return add_months(day, amount)
    return day + timedelta(days=amount * (7 if unit == "weeks" else 1))


def nominal_days(amount: int, unit: Unit) -> int:
    """Return the longest that `amount` units can last, in days: 24 months are 731.

    Whoever was followed through the own window is given this time, so that nobody leaves the risk set a day early
    for having had a window without a leap day.
    """
    if unit != "months":
        return amount * (7 if unit == "weeks" else 1)
    starts = [date(2023 + year, month, 1) for year in range(4) for month in range(1, 13)]
    return max((add_months(start, amount) - start).days for start in starts)
