"""What counts as the outcome: event sources, intercurrent events, follow-up, window and minimum dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from steget_eval.core.catalogue import Kind
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.records.codes import FOLLOW_UP_ENDS, OCCUPATIONS, STATES

if TYPE_CHECKING:  # a type checker cannot read a computed Literal
    State = str
    FollowUpEnd = str
    Occupation = str
else:
    State = Literal[tuple(STATES)]
    FollowUpEnd = Literal[tuple(FOLLOW_UP_ENDS)]
    Occupation = Literal[tuple(OCCUPATIONS)]


class StatusSource(Part):
    """An occupation seen at an occasion."""

    occasion: str
    occupations: tuple[Occupation, ...] = Field(min_length=1)


class AmountSource(Part):
    """An amount at an occasion; for an event, one strictly above a bound in the stored unit."""

    item: str
    occasion: str
    above: int = 0


class EventSource(Part):
    """One source of an event: exactly one of `spells`, `status`, `amount` or `follow_up_ended_by`.

    `entry` counts only spells that begin inside the window; otherwise a spell that is under way on the index date
    counts from day 0.
    """

    spells: tuple[State, ...] = ()
    entry: bool = False
    status: StatusSource | None = None
    amount: AmountSource | None = None
    follow_up_ended_by: tuple[FollowUpEnd, ...] = ()

    @model_validator(mode="after")
    def _is_one_source(self) -> EventSource:
        given = [bool(self.spells), self.status is not None, self.amount is not None, bool(self.follow_up_ended_by)]
        if sum(given) != 1:
            raise ValueError("an event source is exactly one of spells, status, amount or follow_up_ended_by")
        if self.entry and not self.spells:
            raise ValueError("entry belongs to spells")
        return self

    @property
    def dated(self) -> bool:
        """Whether the source knows the day of the event."""
        return bool(self.spells) or bool(self.follow_up_ended_by)


class IntercurrentEvent(Part):
    """Something that happens on the way and changes what the outcome means; each estimand says how it is met."""

    id: Id
    label: Text
    sources: tuple[EventSource, ...] = Field(min_length=1)


class MinimumDose(Part):
    """How much is needed before it counts.

    `days` and `weeks` are cumulative days in the window in which at least one qualifying spell runs; the event's day
    is the day on which the dose is full. `hours_per_week` is a property of each spell, and a spell whose hours are
    unknown does not qualify.
    """

    days: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=1)
    hours_per_week: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _is_one_length(self) -> MinimumDose:
        if self.days is not None and self.weeks is not None:
            raise ValueError("a minimum dose is given in days or in weeks, not in both")
        return self

    @property
    def dose_days(self) -> int:
        """The dose in whole days; one where only hours are given."""
        return self.days if self.days is not None else 7 * self.weeks if self.weeks is not None else 1


class Outcome(Part):
    """One outcome.

    Attributes
    ----------
    kind
        The same word in the protocol, in `cohort`, in `methods` and in the docs.
    measure
        For ``binary`` from spells: ``ever`` in the window or in the state ``at_horizon`` (the last day of the
        window). For ``amount`` from spells: ``days_in_state``. Otherwise ``as_recorded``.
    censoring
        The reasons for the end of follow-up that leave the outcome unknown. A reason that stands neither here nor
        among the intercurrent events refuses the records, so that nobody is censored by accident.
    """

    id: Id
    kind: Kind
    label: Text
    definition: Text
    definition_id: str | None = None
    events: tuple[EventSource, ...] = Field(min_length=1)
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    censoring: tuple[FollowUpEnd, ...] = ("study_end", "withdrawn", "lost")
    minimum_dose: MinimumDose | None = None
    measure: Literal["ever", "at_horizon", "days_in_state", "as_recorded"] = "ever"
    higher_is_better: bool = True

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Outcome:
        dated = all(source.dated for source in self.events)
        if self.kind in {"time_to_event", "competing"} and (not dated or self.measure != "ever"):
            raise ValueError(f"kind {self.kind} needs events with a day (spells, follow_up_ended_by) and measure ever")
        if self.kind == "competing" and not self.intercurrent_events:
            raise ValueError("kind competing needs at least one of intercurrent_events")
        if self.kind == "amount":
            self._is_an_amount()
        if self.minimum_dose is not None and not all(source.spells for source in self.events):
            raise ValueError("minimum_dose belongs to spells")
        ids = [event.id for event in self.intercurrent_events]
        if len(set(ids)) < len(ids):
            raise ValueError("each of intercurrent_events needs an id of its own")
        return self

    def _is_an_amount(self) -> None:
        recorded = self.measure == "as_recorded" and len(self.events) == 1 and self.events[0].amount is not None
        counted = self.measure == "days_in_state" and all(source.spells for source in self.events)
        if not (recorded or counted):
            raise ValueError("kind amount is one amount with measure as_recorded, or spells with days_in_state")

    @property
    def needs_clock(self) -> bool:
        """Whether the outcome is counted in a person's own days."""
        return any(source.dated for source in self.events)
