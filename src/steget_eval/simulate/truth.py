"""The stated truth behind synthetic records: who comes, who gets which arm, how fast things happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Part, Text
from steget_eval.protocol.measures import State
from steget_eval.records.card import Code
from steget_eval.simulate.hazard import Effects, Process, Rate
from steget_eval.simulate.measured import (
    AmountTruth,
    Clustering,
    Missing,
    NotReached,
    OwnColumn,
    ScaleTruth,
    StatusTruth,
)


class Baseline(Part):
    """Who comes; every share is between 0 and 1.

    Attributes
    ----------
    women
        Share of women; the others are men.
    age_mean, age_sd
        Years, normal before truncation to [18, 64].
    education_level
        Shares of ``compulsory``, ``upper_secondary`` and ``tertiary``; they sum to 1.
    site
        Municipality to its share; they sum to 1.
    worked_last_year
        Share who worked in the year before enrolment.
    support_shape_worked, support_shape_not
        Months on support M in the two years before, 0–24, follow P(M <= m) = ((m + 1) / 25) ** shape, with one shape
        for those who worked in the last year and one for those who did not; a larger shape means more months.
    motivation_mean, motivation_sd
        Points 0–10, normal before rounding, truncated to the scale.
    """

    women: float = Field(ge=0, le=1)
    age_mean: float = Field(ge=18, le=64)
    age_sd: float = Field(gt=0)
    education_level: dict[Literal["compulsory", "upper_secondary", "tertiary"], float]
    site: dict[str, float]
    worked_last_year: float = Field(ge=0, le=1)
    support_shape_worked: float = Field(gt=0)
    support_shape_not: float = Field(gt=0)
    motivation_mean: float = Field(ge=0, le=10)
    motivation_sd: float = Field(gt=0)

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Baseline:
        _check_shares("education_level", self.education_level)
        _check_shares("site", self.site)
        return self


class Assignment(Part):
    """Who gets the treated arm, person by person; a single arm treats everyone.

    Attributes
    ----------
    log_odds
        Log odds of the treated arm for the person at the origin of `Effects`; 0 is one in two.
    effects
        What each feature adds to the log odds: the confounding; all 0 is a randomised study.
    """

    log_odds: float = 0.0
    effects: Effects = Effects()


class Support(Part):
    """Public support before and between jobs.

    Attributes
    ----------
    kinds
        Shares of people by the kind of support they live on; they sum to 1. Whoever has 0 months on support has none.
    job_seeking
        Share of them registered as job seeking beside it.
    part_time
        Share whose sickness benefit is partial: 75, 50 or 25 per cent.
    """

    kinds: dict[
        Literal["sickness_benefit", "disability_benefit", "social_assistance", "activity_support",
                "unemployment_benefit"], float
    ]  # fmt: skip
    job_seeking: float = Field(ge=0, le=1)
    part_time: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Support:
        _check_shares("kinds", self.kinds)
        return self


class Discharge(Part):
    """When people leave the programme, alive and at the place; nobody stays longer than `latest_month`."""

    rate: Rate
    latest_month: int = Field(default=18, ge=1, le=120)


class Truth(Part):
    """What generates synthetic records, and so what an estimator should find.

    Time is in whole days from enrolment (day 0); rates are per calendar month of 30.436875 days. No event falls on
    day 0, so that nobody is in a job on the index date. A first event is drawn for each person directly from its own
    piecewise exponential hazard, given the features and the arm; death, emigration and drop-out are drawn beside it
    and what comes after the earliest of them is not seen.

    Attributes
    ----------
    title
        What the records are called in reports; must say that they are synthetic.
    people
        Number of people enrolled, all arms together.
    enrolment
        First and last day of enrolment, both included; days are equally likely.
    data_cut
        Follow-up ends before this day (`followed_until` is at most it), with the reason ``study_end``.
    baseline, assignment, support
        Who comes, who gets the treated arm, and what they live on.
    processes
        State to its process: when the first spell starts, how fast it ends, and how fast the next follows.
        Competitive employment takes precedence over subsidised employment, and both over work practice: the lesser
        spell is cut off, or does not come about. Education runs beside them.
    earlier, earlier_months
        State to its process in so many months before day 0, which it begins anew; the spells are over by day 0.
    death, emigration
        They compete with every event.
    withdrawn, lost
        They censor.
    discharge
        When people leave; None where nobody's discharge is recorded.
    columns
        Columns of `participants` that the protocol asks for beside those of `baseline`.
    statuses, amounts, scales
        What is recorded at occasions; a status in the order of its occasions.
    clustering
        How people of one place are alike.
    starts
        Site to the day on which it starts: there, whoever is enrolled from that day on is treated and nobody before.
    trend_per_year
        Added to the log hazard of every process, and to the log odds at an occasion, per year since the first
        possible day of enrolment.
    missing
        Column of `participants` to the share of it that is empty.
    not_reached
        Occasion to the share of people whose status or scores nobody records then.
    benchmark_people
        How many people are randomised to the comparison that a protocol's `benchmark` names; they are as those who
        get the treated arm.
    """

    schema_version: Literal[1]
    title: Text
    people: int = Field(ge=1, le=1_000_000)
    enrolment: tuple[date, date]
    data_cut: date
    baseline: Baseline
    assignment: Assignment = Assignment()
    processes: dict[State, Process]
    earlier: dict[State, Process] = Field(default_factory=dict)
    earlier_months: int = Field(default=24, ge=1, le=120)
    death: Rate
    emigration: Rate
    withdrawn: Rate
    lost: Rate
    support: Support
    discharge: Discharge | None = None
    columns: dict[Code, OwnColumn] = Field(default_factory=dict)
    statuses: dict[Code, StatusTruth] = Field(default_factory=dict)
    amounts: tuple[AmountTruth, ...] = ()
    scales: dict[Code, ScaleTruth] = Field(default_factory=dict)
    clustering: Clustering = Clustering()
    starts: dict[str, date] = Field(default_factory=dict)
    trend_per_year: float = 0.0
    missing: dict[str, Missing] = Field(default_factory=dict)
    not_reached: dict[Code, NotReached] = Field(default_factory=dict)
    benchmark_people: int = Field(default=0, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _names_exist(self) -> Truth:
        categories = {"site", *(name for name, own in self.columns.items() if own.kind == "category")}
        if self.clustering.column not in categories:
            raise ValueError(f"clustering.column must be one of {', '.join(sorted(categories))}")
        if self.starts and set(self.starts) != set(self.baseline.site):
            raise ValueError("starts must name exactly the sites of baseline.site")
        pairs = [(one.item, one.occasion) for one in self.amounts]
        if len(set(pairs)) < len(pairs):
            raise ValueError("amounts: each item may stand once for each occasion")
        return self

    @model_validator(mode="after")
    def _holds_together(self) -> Truth:
        first, last = self.enrolment
        if not first <= last < self.data_cut:
            raise ValueError("enrolment must begin before it ends, and end before data_cut")
        if "synt" not in self.title.sv.lower() or "synthetic" not in self.title.en.lower():
            raise ValueError("title must say synthetic in both languages (sv: syntetisk)")
        both = sorted(set(self.processes) & set(self.support.kinds) | set(self.processes) & {"job_seeking"})
        if both:
            raise ValueError(f"processes.{both[0]}: that state is made from support, not from a process")
        return self


def _check_shares(name: str, shares: Mapping[Any, float]) -> None:
    if any(share < 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"{name}: shares must be at least 0 and sum to 1")
