"""What a truth says of columns, statuses, amounts and scales that a protocol asks for beside spells."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Part, Text
from steget_eval.protocol.measures import Occupation
from steget_eval.protocol.outcome import Contact
from steget_eval.records.codes import UNITS
from steget_eval.simulate.hazard import Effects


class OwnColumn(Part):
    """A column of `participants` beside those that every truth has.

    Its z is (value - mean) / sd for a number, 0 or 1 for a binary, and the level's place in its order, from 0, for a
    category.

    Attributes
    ----------
    mean, sd
        Of a number before it is rounded to a whole number and cut at 0.
    share
        Of a binary: who has it.
    levels
        Of a category: level to share; they sum to 1.
    on_arm
        Added to the log odds of the treated arm per unit of z; with `on_outcome` it confounds.
    on_outcome
        Added per unit of z to the log hazard of every process, to the log odds of work at an occasion and of an
        amount above zero.
    """

    kind: Literal["number", "binary", "category"]
    label: Text
    mean: float = Field(default=10, ge=0)
    sd: float = Field(default=3, gt=0)
    share: float = Field(default=0.4, ge=0, le=1)
    levels: dict[str, float] = Field(default_factory=dict)
    on_arm: float = 0.0
    on_outcome: float = 0.0

    @model_validator(mode="after")
    def _levels_sum_to_one(self) -> OwnColumn:
        if (self.kind == "category") != bool(self.levels):
            raise ValueError("levels belong to kind category, which needs them")
        if self.levels and (min(self.levels.values()) < 0 or abs(sum(self.levels.values()) - 1) > 1e-9):
            raise ValueError("levels: shares must be at least 0 and sum to 1")
        return self


class StatusTruth(Part):
    """What people do at one occasion.

    Attributes
    ----------
    shares
        Occupation to its share, untreated, at the origin of `Effects`; they sum to 1.
    persists
        Share who do what they did at the occasion before, in the order of the truth.
    before
        The occasion lies before the index date, so the arm does not matter.
    treated, effects
        Added to the log odds of work or education, for who does not persist.
    no_support
        Occupation to the share of those in it who have no public support; where it is empty, what people live on is
        not recorded.
    extents
        Whether the extent of work and of studies is recorded, in quarters of full time.
    contacts
        How those who are reached are reached, to its share; they sum to 1. Where it is empty, it is not recorded.
    """

    shares: dict[Occupation, float]
    persists: float = Field(default=0.0, ge=0, le=1)
    before: bool = False
    treated: float = 0.0
    effects: Effects = Effects()
    no_support: dict[Occupation, float] = Field(default_factory=dict)
    extents: bool = False
    contacts: dict[Contact, float] = Field(default_factory=dict)
    label: Text | None = None

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> StatusTruth:
        if self.contacts and (min(self.contacts.values()) < 0 or abs(sum(self.contacts.values()) - 1) > 1e-9):
            raise ValueError("contacts: shares must be at least 0 and sum to 1")
        if self.no_support and not set(self.shares) <= set(self.no_support):
            raise ValueError("no_support needs a share for every occupation of shares")
        if min(self.no_support.values(), default=0) < 0 or max(self.no_support.values(), default=0) > 1:
            raise ValueError("no_support: shares lie between 0 and 1")
        if min(self.shares.values(), default=-1) < 0 or abs(sum(self.shares.values()) - 1) > 1e-9:
            raise ValueError("shares must be at least 0 and sum to 1")
        return self


class AmountTruth(Part):
    """One item at one occasion: none for some people, log-normal for the others.

    Attributes
    ----------
    unit
        The stored unit, of which `median` is a whole number.
    none
        Share without any, untreated, at the origin of `Effects`.
    median, log_sd
        Of an amount above zero.
    alike
        Correlation on the log scale between two occasions of the item.
    before
        The occasion lies before the index date, so the arm does not matter.
    treated, effects
        Added to the log odds of any amount.
    treated_log
        Added to the log of the amount.
    """

    item: str
    occasion: str
    label: Text | None = None
    unit: Literal["ore", "usd_cent", "days", "weeks", "hours"]
    none: float = Field(gt=0, lt=1)
    median: int = Field(ge=1)
    log_sd: float = Field(default=0.6, gt=0, le=1.5)
    alike: float = Field(default=0.5, ge=0, lt=1)
    before: bool = False
    treated: float = 0.0
    effects: Effects = Effects()
    treated_log: float = 0.0

    @property
    def per_shown(self) -> int:
        """How many of the stored unit make one that is shown."""
        return UNITS[self.unit].per_shown


class ScaleTruth(Part):
    """The scores of one instrument at its occasions, before and after.

    Attributes
    ----------
    low, high
        Limits of the scale: a score is rounded to whole points and cut at them.
    mean, sd
        At the first occasion.
    alike
        Correlation between two occasions of one person.
    change
        Occasion to the change in mean since the first, untreated, which is there with 0.
    treated
        Occasion to what the treated arm adds.
    """

    label: Text
    low: int = 0
    high: int = 100
    mean: float
    sd: float = Field(gt=0)
    alike: float = Field(default=0.6, ge=0, lt=1)
    change: dict[str, float]
    treated: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _occasions_are_known(self) -> ScaleTruth:
        if not self.low < self.high or not self.change or set(self.treated) - set(self.change):
            raise ValueError("low must lie below high, and treated may name only occasions of change")
        return self


class Missing(Part):
    """Which share of a column of `participants` is empty; `effects` make it hang on what is known of the person."""

    share: float = Field(ge=0, lt=1)
    effects: Effects = Effects()


class NotReached(Part):
    """Which share of people nobody reaches at an occasion: of their status, and of their scores.

    Whoever has no known status has no scores either; of the others `scores` gives none.
    """

    status: float = Field(default=0.0, ge=0, lt=1)
    scores: float = Field(default=0.0, ge=0, lt=1)


class Clustering(Part):
    """How people of one cluster are alike.

    Attributes
    ----------
    column
        ``site`` or one of the truth's own categories.
    on_outcome, on_arm
        Standard deviation between clusters of the log hazards (and log odds at an occasion) and of the log odds of the
        treated arm. The clusters are a sample: the true value is of all those that could have been.
    arms
        Whether each person gets an arm, or each cluster.
    """

    column: str = "site"
    on_outcome: float = Field(default=0.0, ge=0)
    on_arm: float = Field(default=0.0, ge=0)
    arms: Literal["by_person", "by_cluster"] = "by_person"
