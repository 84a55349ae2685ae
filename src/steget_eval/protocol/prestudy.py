"""What a prestudy decides before it asks anybody: whom and what it maps, and which study it plans."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text


class Actor(Part):
    """Somebody who works with the target group: an authority, a clinic, an association; never a person.

    Attributes
    ----------
    short
        The name as a figure has room for it.
    """

    id: Id
    label: Text
    short: Text


class Function(Part):
    """Something that somebody must do for the target group."""

    id: Id
    label: Text


class Fact(Part):
    """A published fact of the project, in words."""

    label: Text
    value: Text


class Exclusion(Part):
    """Who is left out of the target group, and what that leaves unseen."""

    id: Id
    label: Text
    because: Text
    consequence: Text


class Step(Part):
    """A step of the prestudy with its planned first and last day."""

    id: Id
    label: Text
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Step:
        if self.ends_on < self.starts_on:
            raise ValueError(f"{self.id}: ends_on lies before starts_on")
        return self


class Grant(Part):
    """The published money of the prestudy, in whole kronor.

    Attributes
    ----------
    stated_share
        The share of the budget that the funder is said to carry, where one is stated beside the amounts.
    source
        Where the amounts are published.
    """

    budget_sek: int = Field(gt=0)
    support_sek: int = Field(ge=0)
    stated_share: float | None = Field(default=None, ge=0, le=1)
    source: Text


class Supposed(Part):
    """Two proportions that the study is planned for, with where they are from.

    Attributes
    ----------
    p_1, p_0
        Share with the outcome in the arm with the programme and in the comparison.
    """

    id: Id
    label: Text
    p_1: float = Field(gt=0, lt=1)
    p_0: float = Field(gt=0, lt=1)
    source: Text

    @model_validator(mode="after")
    def _differ(self) -> Supposed:
        if self.p_1 == self.p_0:
            raise ValueError(f"{self.id}: two equal proportions cannot be told apart by any number of people")
        return self


class AgainstTarget(Part):
    """One arm that is to be held against a target."""

    label: Text
    target: float = Field(gt=0, lt=1)
    supposed: float = Field(gt=0, lt=1)
    source: Text

    @model_validator(mode="after")
    def _can_be_passed(self) -> AgainstTarget:
        if self.supposed <= self.target:
            raise ValueError("a target can only be shown to be passed where supposed lies above it")
        return self


class StudyPlan(Part):
    """The study that is planned.

    Attributes
    ----------
    ratio
        People in the comparison for each in the arm with the programme.
    loss
        Share of those recruited whose outcome will not become known.
    cluster_size, icc
        People per cluster and intracluster correlation; 1 and 0 without clusters.
    sizes
        People per arm at which power is shown; of the one arm for a target.
    recruited_from
        The line of the mapping's target group that says how many can be asked in a year; None where nobody knows.
    """

    supposed: tuple[Supposed, ...] = Field(min_length=1)
    against: AgainstTarget | None = None
    power: float = Field(default=0.8, gt=0, lt=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    ratio: float = Field(default=1.0, gt=0)
    loss: float = Field(default=0.0, ge=0, lt=1)
    cluster_size: float = Field(default=1.0, ge=1)
    icc: float = Field(default=0.0, ge=0, le=1)
    sizes: tuple[int, ...] = Field(min_length=2)
    recruited_from: Id | None = None

    @model_validator(mode="after")
    def _sizes_rise(self) -> StudyPlan:
        if min(self.sizes) < 2 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError("sizes must rise, from two people or more")
        return self


class EthicsItem(Part):
    """A point that must be settled before anybody is asked to take part."""

    id: Id
    label: Text
    state: Literal["settled", "open", "not_applicable"]
    note: Text


class Prestudy(Part):
    """Everything a prestudy decides beforehand; what it finds is the mapping's."""

    target_group: Text
    facts: tuple[Fact, ...] = ()
    actors: tuple[Actor, ...] = Field(min_length=2)
    functions: tuple[Function, ...] = Field(min_length=1)
    exclusions: tuple[Exclusion, ...] = ()
    steps: tuple[Step, ...] = ()
    grant: Grant | None = None
    plan: StudyPlan
    ethics: tuple[EthicsItem, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Prestudy:
        parts = {name: getattr(self, name) for name in ("actors", "functions", "exclusions", "steps", "ethics")}
        for name, held in {**parts, "plan.supposed": self.plan.supposed}.items():
            ids = [one.id for one in held]
            if len(set(ids)) < len(ids):
                raise ValueError(f"{name}: an id stands more than once")
        return self
