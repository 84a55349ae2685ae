"""When time begins for each person and how far the question reaches."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.core.dates import Unit, nominal_days
from steget_eval.protocol.base import Part


class Clock(Part):
    """The clock of the question.

    Attributes
    ----------
    index
        ``enrolled_on`` is the start clock, ``discharged_on`` the exit clock (which conditions on having left), and
        ``none`` a study whose outcomes are tied to an occasion, not to a person's days.
    horizon
        How many `unit` after the index date the window ends; the window is [index, index + horizon).
    observed_from
        The day from which people were followed, where some had their index date before it, as in a register that
        begins then: they are at risk from the day after, and whoever had the event or left by then is not counted.
    """

    index: Literal["enrolled_on", "discharged_on", "none"]
    horizon: int | None = Field(default=None, ge=1, le=3660)
    unit: Unit | None = None
    observed_from: date | None = None

    @model_validator(mode="after")
    def _has_a_horizon_or_no_index(self) -> Clock:
        if (self.index == "none") != (self.horizon is None) or (self.horizon is None) != (self.unit is None):
            raise ValueError("a clock with an index date needs horizon and unit; index: none takes neither")
        if self.index == "none" and self.observed_from is not None:
            raise ValueError("observed_from needs an index date, and index is none")
        return self

    @property
    def horizon_days(self) -> int:
        """The longest the window can last, in days: 24 months are 731."""
        if self.horizon is None or self.unit is None:
            raise ValueError("a clock without index date has no horizon")
        return nominal_days(self.horizon, self.unit)
