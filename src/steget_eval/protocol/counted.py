"""What is asked of numbers that others have counted: shares, reports, reach and money."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text


class CountedSite(Part):
    """A sub-project or a municipality with counts of its own; its words, and its two categories of `counts`."""

    id: Id
    label: Text
    category: str = Field(min_length=1)
    of: str = Field(min_length=1)


class Counts(Part):
    """An outcome that is known as a number only.

    Attributes
    ----------
    category, of
        Numerator and denominator: categories of the table `counts`. The first must be a part of the second.
    period
        The calendar period of the table, as it is written there.
    sex
        The numerator is those of this sex alone, of everyone in `of`.
    sites
        The same two numbers for each sub-project; together they are everyone.
    """

    category: str = Field(min_length=1)
    of: str = Field(min_length=1)
    period: str = Field(min_length=1)
    sex: Literal["woman", "man"] | None = None
    sites: tuple[CountedSite, ...] = ()

    @model_validator(mode="after")
    def _is_a_share(self) -> Counts:
        if self.category == self.of and self.sex is None:
            raise ValueError("category and of are the same: everyone of everyone is no share")
        if len({site.id for site in self.sites}) < len(self.sites):
            raise ValueError("each of sites needs an id of its own")
        return self


class CountedEvents(Part):
    """A number of reports or other events in a calendar period; no number of people.

    Attributes
    ----------
    category, period
        Where `counts` holds the number.
    per
        ``person`` is refused: a number of participants is no time at risk.
    """

    id: Id
    label: Text
    category: str = Field(min_length=1)
    period: str = Field(min_length=1)
    period_label: Text
    per: Literal["period", "person"] = "period"
    note: Text | None = None

    @model_validator(mode="after")
    def _is_no_rate(self) -> CountedEvents:
        if self.per == "person":
            raise ValueError(
                "per: a rate per person needs the time that each was at risk, and a number of participants is none; "
                "allowed: period"
            )
        return self


class Reach(Part):
    """How many were reached of those who are thought to need it; neither number is estimated here.

    Attributes
    ----------
    estimand
        Whose people were reached.
    need
        How many are thought to need it, by `source`; told as a round number, never as an estimate with an interval.
    """

    id: Id
    label: Text
    estimand: Id
    need: int = Field(gt=0)
    source: Text


class Account(Part):
    """An amount of money, the period it is for, and what it is divided by.

    Attributes
    ----------
    per
        ``people`` divides by everyone whom the estimand counts, ``success`` by those with the outcome; both need
        `estimand`. None divides by nothing.
    share_of
        Another account of which this is a share.
    assumption
        Under what the division has a meaning; printed beside its result, and needed wherever one is made.
    """

    id: Id
    label: Text
    amount_sek: int = Field(ge=0)
    period: Text
    estimand: Id | None = None
    per: tuple[Literal["people", "success"], ...] = ()
    share_of: Id | None = None
    assumption: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _says_what_it_supposes(self) -> Account:
        if (self.estimand is None) == bool(self.per):
            raise ValueError("an account that is divided has both estimand and per; one that is not has neither")
        if self.per and self.assumption is None:
            raise ValueError("an account that is divided states its assumption in both languages")
        return self


class Recommendation(Part):
    """What an assessment advised against what happened later.

    Attributes
    ----------
    advised
        Id of a binary covariate: 1 where the person was found able to go on.
    expected
        Id of a covariate with the assessed chance in per cent, or None; needed for calibration.
    estimand
        The later outcome, binary.
    """

    id: Id
    label: Text
    advised: Id
    expected: Id | None = None
    estimand: Id
