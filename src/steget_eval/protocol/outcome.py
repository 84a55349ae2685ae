"""What counts as the outcome: event sources, intercurrent events, follow-up, window and minimum dose."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from steget_eval.core.catalogue import Kind
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.counted import Counts
from steget_eval.protocol.measures import (
    COUNTED,
    FROM_EXIT,
    JOINED,
    BeforeAfter,
    IncomeSource,
    Measure,
    MinimumDose,
    Occupation,
    Scores,
    State,
    Step,
)  # fmt: skip
from steget_eval.protocol.panel import PanelCounts
from steget_eval.records.codes import CONTACTS, FOLLOW_UP_ENDS, OCCUPATIONS

if TYPE_CHECKING:  # a type checker cannot read a computed Literal
    FollowUpEnd = str
    Contact = str
else:
    FollowUpEnd = Literal[tuple(FOLLOW_UP_ENDS)]
    Contact = Literal[tuple(CONTACTS)]


class StatusSource(Part):
    """An occupation seen at an occasion, what the person lived on then, how the person was reached, or all together.

    With `increased_since` it counts only where it has begun since that earlier occasion, or has a larger extent.
    """

    occasion: str
    occupations: tuple[Occupation, ...] = ()
    income_sources: tuple[IncomeSource, ...] = ()
    contacts: tuple[Contact, ...] = ()
    increased_since: str | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> StatusSource:
        if not self.occupations and not self.income_sources and not self.contacts:
            raise ValueError("a status needs occupations, income_sources or contacts, or several of them")
        if self.increased_since is not None and (self.income_sources or self.contacts):
            raise ValueError("increased_since belongs to occupations alone")
        return self


class AmountSource(Part):
    """An amount at an occasion; for an event, one strictly above a bound in the stored unit."""

    item: str
    occasion: str
    above: int = 0


class EventSource(Part):
    """One source of an event: exactly one of `spells`, `status`, `amount` or `follow_up_ended_by`.

    Attributes
    ----------
    entry
        Only spells that begin inside the window count; otherwise a spell that is under way on the index date counts
        from day 0.
    completed
        Only spells that the records call completed count, on their last day.
    subsidised
        Only spells whose column `subsidised` says so count; a spell that does not say is neither.
    """

    spells: tuple[State, ...] = ()
    entry: bool = False
    completed: bool = False
    subsidised: bool | None = None
    status: StatusSource | None = None
    amount: AmountSource | None = None
    follow_up_ended_by: tuple[FollowUpEnd, ...] = ()

    @model_validator(mode="after")
    def _is_one_source(self) -> EventSource:
        given = [bool(self.spells), self.status is not None, self.amount is not None, bool(self.follow_up_ended_by)]
        if sum(given) != 1:
            raise ValueError("an event source is exactly one of spells, status, amount or follow_up_ended_by")
        if (self.entry or self.completed or self.subsidised is not None) and not self.spells:
            raise ValueError("entry, completed and subsidised belong to spells")
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


class Outcome(Part):
    """One outcome.

    Attributes
    ----------
    kind
        The same word in the protocol, in `cohort`, in `methods` and in the docs.
    measure
        What is asked of the days; docs/reference/outcomes.md has them all. For ``binary``: ``ever`` in the window,
        ``at_horizon`` (its last day), ``last_month``, ``at_exit`` or ``since_exit`` (counted from discharge),
        ``increased_at_horizon`` or ``increased_at_exit`` (begun, or a larger extent than on the day before the index
        date). For ``amount``: ``days_in_state``, ``weeks_in_state``, ``hours_in_state``, ``pay_in_state``,
        ``first_tenure``, or ``as_recorded``.
    none
        The outcome is that the events' states do *not* hold, as for no public support.
    months_after_exit
        How many months after discharge ``at_exit`` looks, or ``since_exit`` reaches.
    until
        For ``binary`` from spells: the last day of the calendar that counts, the same for everybody, where it lies
        inside the person's own window. Whoever came later has no part in the question.
    bridge_days
        Gaps of at most so many days between qualifying spells are joined, and count as days of the stretch.
    ladder
        For ``transition``: the steps from the lowest to the highest. The order is an assumption of the protocol.
    before_after
        For ``transition``: which two looks at a person.
    scores
        For ``longitudinal``: which instrument at which occasions.
    mirror
        For ``longitudinal``, instead of scores: the window after the index date against as long a time before it, in
        ``days`` in the states of `events` or in spells that began (``starts``).
    counts
        For ``binary`` in an aggregate design, instead of events: the two numbers that are known.
    counted
        In a panel, instead of events: what was counted of each unit in each period.
    part_of
        The id of an outcome whose people these are a part of, so that the gate knows that they add up.
    censoring
        The reasons for the end of follow-up that leave the outcome unknown. A reason that stands neither here nor
        among the intercurrent events refuses the records, so that nobody is censored by accident.
    """

    id: Id
    kind: Kind
    label: Text
    definition: Text
    definition_id: str | None = None
    events: tuple[EventSource, ...] = ()
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    censoring: tuple[FollowUpEnd, ...] = ("study_end", "withdrawn", "lost")
    minimum_dose: MinimumDose | None = None
    bridge_days: int = Field(default=0, ge=0, le=366)
    measure: Measure = "ever"
    none: bool = False
    months_after_exit: int = Field(default=0, ge=0, le=60)
    until: date | None = None
    ladder: tuple[Step, ...] = ()
    before_after: BeforeAfter | None = None
    scores: Scores | None = None
    mirror: Literal["days", "starts"] | None = None
    counts: Counts | None = None
    counted: PanelCounts | None = None
    part_of: Id | None = None
    higher_is_better: bool = True

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Outcome:
        self._has_its_sources()
        dated = all(source.dated for source in self.events)
        if self.kind in {"time_to_event", "competing"} and (not dated or self.measure != "ever"):
            raise ValueError(f"kind {self.kind} needs events with a day (spells, follow_up_ended_by) and measure ever")
        if self.kind == "competing" and not self.intercurrent_events:
            raise ValueError("kind competing needs at least one of intercurrent_events")
        if self.kind == "amount" and self.counted is None:
            self._is_an_amount()
        self._measure_fits()
        ids = [event.id for event in self.intercurrent_events]
        if len(set(ids)) < len(ids):
            raise ValueError("each of intercurrent_events needs an id of its own")
        return self

    def _has_its_sources(self) -> None:
        two_looks = self.kind in {"transition", "longitudinal"} and self.mirror is None
        if self.counts is not None or self.counted is not None:
            self._is_counted()
            return
        if two_looks == bool(self.events):
            raise ValueError(
                "kind transition takes before_after and kind longitudinal scores or mirror; all others need events"
            )
        if (self.kind == "transition") != (self.before_after is not None):
            raise ValueError("before_after belongs to kind transition, which needs it")
        if (self.kind == "longitudinal") != (self.scores is not None or self.mirror is not None):
            raise ValueError("scores, or mirror, belongs to kind longitudinal, which needs one of them")
        if self.mirror is not None:
            self._is_mirrored()
        events = self.intercurrent_events and not self.looks_at_spells
        if two_looks and (events or self.minimum_dose or self.measure != "ever"):
            raise ValueError(
                f"kind {self.kind} takes neither minimum_dose nor measure, and intercurrent_events only from spells"
            )
        if self.ladder:
            self._is_a_ladder()

    def _is_mirrored(self) -> None:
        plain = all(not (one.entry or one.completed or one.subsidised is not None) for one in self.events)
        if self.scores is not None or not self._is_of_spells or not plain or self.minimum_dose or self.bridge_days:
            raise ValueError("mirror counts spells of whole states, alone: no scores, entry, completed, dose or bridge")

    def _is_counted(self) -> None:
        others = self.events or self.intercurrent_events or self.minimum_dose or self.before_after or self.scores
        if self.counted is not None and self.counts is None:
            kind = "amount" if self.counted.of is None else "binary"
        else:
            kind = "" if self.counted is not None else "binary"
        if self.kind != kind or others or self.measure != "ever" or self.none:
            raise ValueError(
                "counts belong to kind binary, as does counted with of (without it: amount), and stand alone: what was "
                "counted cannot be counted again"
            )

    def _is_a_ladder(self) -> None:
        if self.before_after is None:
            raise ValueError("ladder belongs to kind transition")
        if self.before_after.statuses is not None:
            named = [one for step in self.ladder for one in step.occupations]
            known = [one for one in OCCUPATIONS if one != "unknown"]
            if sorted(named) != sorted(known) or any(step.states or step.without for step in self.ladder):
                raise ValueError(f"the steps of a ladder of statuses share out each of {', '.join(known)}, each once")
            return
        if any(step.occupations for step in self.ladder):
            raise ValueError("occupations belong to the ladder of statuses")
        if self.ladder[0].states or not all(step.states for step in self.ladder[1:]):
            raise ValueError("the lowest step of ladder has no states, and every other has some")

    def _is_an_amount(self) -> None:
        recorded = self.measure == "as_recorded" and len(self.events) == 1 and self.events[0].amount is not None
        counted = self.measure in COUNTED and self._is_of_spells
        if not (recorded or counted):
            raise ValueError(
                f"kind amount is one amount with measure as_recorded, or spells with {', '.join(sorted(COUNTED))}"
            )

    def _measure_fits(self) -> None:
        joined = self.measure in JOINED
        if self.minimum_dose is not None and not (self._is_of_spells and (joined or self.kind == "amount")):
            raise ValueError("minimum_dose belongs to spells, and to no measure of a month or of discharge")
        if self.bridge_days and not (self._is_of_spells and joined):
            raise ValueError(f"bridge_days belongs to spells with one of {', '.join(sorted(JOINED))}")
        if self.measure not in {"ever", "at_horizon", "as_recorded"} and not self._is_of_spells:
            raise ValueError(f"measure {self.measure} needs events of spells")
        if self.none and not (self.kind == "binary" and self._is_of_spells and not self.minimum_dose):
            raise ValueError("none belongs to kind binary from spells without minimum_dose")
        if self.none and self.measure.startswith("increased"):
            raise ValueError("none says that no state holds; an extent that did not increase is the outcome's no")
        looks_at_exit = self.before_after is not None and self.before_after.after == "exit"
        if self.months_after_exit and not (self.measure in FROM_EXIT or looks_at_exit):
            raise ValueError("months_after_exit belongs to at_exit, since_exit, increased_at_exit or after: exit")
        if self.until is not None and not (self.kind == "binary" and self.measure == "ever" and self._is_of_spells):
            raise ValueError("until belongs to kind binary from spells, with measure ever")
        if self.measure == "since_exit" and not self.months_after_exit:
            raise ValueError("measure since_exit needs months_after_exit")
        if any(source.completed for source in self.events) and (self.measure != "ever" or self.minimum_dose):
            raise ValueError("completed is one day: it goes with measure ever and without minimum_dose")

    @property
    def needs_clock(self) -> bool:
        """Whether the outcome is counted in a person's own days."""
        return any(source.dated for source in self.events) or self.looks_at_spells

    @property
    def looks_at_spells(self) -> bool:
        """Whether the outcome compares the states of two days."""
        return self.before_after is not None and self.before_after.statuses is None

    @property
    def asks_exit(self) -> bool:
        """Whether the outcome counts from discharge."""
        return self.measure in FROM_EXIT or (self.looks_at_spells and self.before_after.after == "exit")  # type: ignore[union-attr]

    @property
    def _is_of_spells(self) -> bool:
        return bool(self.events) and all(source.spells for source in self.events)
