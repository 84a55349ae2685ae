"""Piecewise exponential hazards: how fast something happens, to whom, in which arm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from pydantic import Field, model_validator

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.protocol.base import Part

#: A day that no window reaches: whatever falls on it never happens.
NEVER = 1_000_000


class Effects(Part):
    """What each feature adds to a log hazard or to log odds; the origin is a person for whom every feature is 0.

    Attributes
    ----------
    age_decades
        Per ten years of age at enrolment above 40.
    woman
        Women against men.
    upper_secondary, tertiary
        Against compulsory school.
    worked_last_year
        Worked in the year before against not.
    support_years
        Per twelve months on public support above 12.
    motivation
        Per point above 6.
    """

    age_decades: float = 0.0
    woman: float = 0.0
    upper_secondary: float = 0.0
    tertiary: float = 0.0
    worked_last_year: float = 0.0
    support_years: float = 0.0
    motivation: float = 0.0

    def linear(self, features: np.ndarray) -> np.ndarray:
        """Return what they add up to for each person, shape (n,); `features` has shape (n, 7) in the order above."""
        total: np.ndarray = features @ np.array([getattr(self, name) for name in type(self).model_fields])
        return total


class Piece(Part):
    """From this month on, this many events per person-month."""

    from_month: float = Field(ge=0)
    per_month: float = Field(ge=0)


class Rate(Part):
    """A piecewise exponential hazard.

    Attributes
    ----------
    pieces
        In order; the first from month 0, the last without end.
    treated
        Log hazard ratio of the treated arm against the other.
    effects
        Log hazard ratios of the features.
    """

    pieces: tuple[Piece, ...] = Field(min_length=1)
    treated: float = 0.0
    effects: Effects = Effects()

    @model_validator(mode="after")
    def _begins_at_zero(self) -> Rate:
        months = [piece.from_month for piece in self.pieces]
        if months[0] != 0 or any(later <= earlier for earlier, later in pairwise(months)):
            raise ValueError("pieces must begin at from_month 0 and be in order")
        return self

    def days(self, features: np.ndarray, a: np.ndarray, u: np.ndarray, push: np.ndarray | float = 0.0) -> np.ndarray:
        """Return the whole days until the event, at least 1 and `NEVER` at most, from one uniform draw a person.

        `push` is what clusters, own columns and the calendar add to the log hazard.
        """
        ratio = np.exp(self.effects.linear(features) + self.treated * a + push)
        from_day = np.array([piece.from_month for piece in self.pieces]) * DAYS_PER_MONTH
        per_day = np.array([piece.per_month for piece in self.pieces]) / DAYS_PER_MONTH
        reached = np.concatenate([[0.0], np.cumsum(per_day[:-1] * np.diff(from_day))])
        needed = -np.log1p(-u) / ratio
        piece = np.searchsorted(reached, needed, side="right") - 1
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            wait = from_day[piece] + (needed - reached[piece]) / per_day[piece]
        wait = np.where(per_day[piece] > 0, wait, np.inf)
        days: np.ndarray = np.minimum(1 + np.floor(np.minimum(wait, NEVER)), NEVER).astype(np.int64)
        return days


class Process(Part):
    """Spells in one state.

    Attributes
    ----------
    start
        From enrolment to the first spell.
    end
        From the start of a spell to its end; the tenure of a job.
    again
        From the end of a spell to the start of the next; None lets nobody come back.
    most
        The most spells a person can have.
    """

    start: Rate
    end: Rate
    again: Rate | None = None
    most: int = Field(default=4, ge=1, le=12)
