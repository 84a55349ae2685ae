"""What is followed over periods: units such as municipalities, when each started, and what stands beside them."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text

PeriodLength = Literal["month", "quarter", "half_year", "year"]

#: Months in a period, and periods in a year.
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
#: Contrasts of a panel, by the design that asks them.
PANEL_CONTRASTS: dict[str, tuple[str, ...]] = {
    "staggered": ("att",),
    "interrupted": ("level_change", "slope_change", "trend_difference"),
}


class PanelUnit(Part):
    """A unit: its code in the records and its words.

    Attributes
    ----------
    started_on
        The day on which the programme began there, or None where it never did. The whole period that holds the day
        counts as one with the programme.
    covariates
        What is known of the unit from the beginning, such as unemployment in per cent.
    """

    id: str = Field(min_length=1)
    label: Text
    started_on: date | None = None
    covariates: dict[Id, float] = Field(default_factory=dict)


class PanelCounts(Part):
    """An outcome of units that others have counted, in the table `counts`.

    Attributes
    ----------
    category, of
        Numerator and denominator; ``{unit}`` stands for the unit's code. Without `of` the number itself is the
        outcome, of kind amount. The table's `period` is written ``2021-04``, ``2021-Q2``, ``2021-H1`` or ``2021``.
    """

    category: str = Field(min_length=1)
    of: str | None = None

    @model_validator(mode="after")
    def _names_the_unit(self) -> PanelCounts:
        for name in ("category", "of"):
            words = getattr(self, name)
            if words is not None and "{unit}" not in words:
                raise ValueError(f"{name} must hold {{unit}}, which stands for the unit's code")
        return self


class Panel(Part):
    """Units over periods.

    Attributes
    ----------
    unit
        What a unit is called: municipality, office.
    first, last
        The first day of the first period, and the last day of the last.
    control
        For a staggered design: ``never_treated``, or ``not_yet_treated`` as well.
    anticipation
        How many periods before a start may already be affected.
    weights
        ``units`` lets each unit count alike; ``people`` by its people in an average period.
    adjust
        Ids of covariates of the units that the methods which adjust take.
    season, harmonics
        For an interrupted design: a level for each place in the year (``months``), pairs of sine and cosine, or
        neither.
    lag
        For an interrupted design: how many periods apart residuals may be alike; None takes the rule of thumb.
    """

    unit: Text
    period: PeriodLength
    first: date
    last: date
    units: tuple[PanelUnit, ...] = Field(min_length=1)
    control: Literal["never_treated", "not_yet_treated"] = "never_treated"
    anticipation: int = Field(default=0, ge=0, le=12)
    weights: Literal["units", "people"] = "units"
    adjust: tuple[Id, ...] = ()
    season: Literal["none", "months", "harmonic"] = "none"
    harmonics: int = Field(default=2, ge=1, le=5)
    lag: int | None = Field(default=None, ge=0, le=60)

    @model_validator(mode="after")
    def _holds_together(self) -> Panel:
        codes = [unit.id for unit in self.units]
        if len(set(codes)) < len(codes):
            raise ValueError("each of units needs an id of its own")
        if self.first.day != 1 or (self.first.month - 1) % MONTHS[self.period]:
            raise ValueError(f"first is {self.first.isoformat()}, which is no first day of a {self.period}")
        if self.last <= self.first or self.period_of(self.last) == self.period_of(_next_day(self.last)):
            raise ValueError(f"last is {self.last.isoformat()}, which is no last day of a later {self.period}")
        for unit in self.units:
            missing = sorted(set(self.adjust) - set(unit.covariates))
            if missing:
                raise ValueError(f"units.{unit.id}.covariates lacks {', '.join(missing)}, which adjust names")
            if unit.started_on is not None and self.period_of(unit.started_on) < 1:
                raise ValueError(
                    f"units.{unit.id}.started_on lies in or before the first period, so nothing is known of it before; "
                    "leave the unit out, or begin earlier"
                )
        return self

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every period in order, as `counts` writes it."""
        return tuple(_label(self.first, number, self.period) for number in range(self.period_of(self.last) + 1))

    @property
    def cycle(self) -> int:
        """How many periods make a year."""
        return 12 // MONTHS[self.period]

    def period_of(self, day: date) -> int:
        """Return the number of the period that holds a day, from 0; below 0 before the first."""
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        return months // MONTHS[self.period]

    def start_of(self, unit: PanelUnit) -> int:
        """Return the period in which a unit starts; -1 where it does not within the periods."""
        if unit.started_on is None or unit.started_on > self.last:
            return -1
        return self.period_of(unit.started_on)


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _label(first: date, number: int, period: PeriodLength) -> str:
    months = first.year * 12 + first.month - 1 + number * MONTHS[period]
    year, month = divmod(months, 12)
    return {"month": f"{year}-{month + 1:02d}", "quarter": f"{year}-Q{month // 3 + 1}",
            "half_year": f"{year}-H{month // 6 + 1}", "year": f"{year}"}[period]  # fmt: skip
