"""Who is evaluated: the programme, whether it is IPS, and its arms."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text

Design = Literal[
    "randomised", "comparison", "before_after", "single_arm", "aggregate", "staggered", "interrupted", "prestudy",
]  # fmt: skip


class Fidelity(Part):
    """A fidelity review: the scale, its score and when it was made."""

    scale: Literal["IPS-25", "IPS-15"]
    score: int = Field(ge=15, le=125)
    reviewed_on: date


class Calendar(Part):
    """When the programme ran, and when people can be looked at after it.

    Attributes
    ----------
    project
        First and last day of the project, both included.
    stay_months
        How long people are expected to stay.
    follow_up_months
        How long after their discharge they are looked at.
    """

    project: tuple[date, date]
    stay_months: int = Field(ge=1, le=120)
    follow_up_months: int = Field(ge=0, le=60)

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Calendar:
        if not self.project[0] < self.project[1]:
            raise ValueError("project must begin before it ends")
        return self


class Programme(Part):
    """The programme; it is called IPS in a report only when `is_ips` says so, with its fidelity beside.

    `calendar` is told where follow-up may fall after the project's end.
    """

    id: Id
    name: Text
    is_ips: bool
    fidelity: Fidelity | None = None
    fidelity_missing_because: Text | None = None
    description: Text
    calendar: Calendar | None = None

    @model_validator(mode="after")
    def _fidelity_is_told(self) -> Programme:
        if self.is_ips and self.fidelity is None and self.fidelity_missing_because is None:
            raise ValueError("an IPS programme needs a fidelity score, or fidelity_missing_because in both languages")
        return self


class Arm(Part):
    """An arm: its code in the records and its words."""

    id: str = Field(min_length=1)
    label: Text


class Arms(Part):
    """The arms compared, and those that the records hold but this question leaves aside.

    A person whose arm stands in none of the three is refused, never dropped in silence.
    """

    treated: Arm
    comparison: Arm | None = None
    outside: tuple[Arm, ...] = ()

    @model_validator(mode="after")
    def _are_distinct(self) -> Arms:
        codes = [arm.id for arm in self.all()]
        if len(set(codes)) < len(codes):
            raise ValueError("each arm may stand once among treated, comparison and outside")
        return self

    def all(self) -> tuple[Arm, ...]:
        """Return every arm the protocol knows."""
        return (*self.compared(), *self.outside)

    def compared(self) -> tuple[Arm, ...]:
        """Return the arms of the question: treated first."""
        return (self.treated,) if self.comparison is None else (self.treated, self.comparison)
