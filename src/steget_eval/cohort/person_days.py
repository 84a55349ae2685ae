"""The columns of one estimand beside each person, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.measures import COUNTED
from steget_eval.protocol.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonDays:
    """What happened to each person, as one outcome counts it and one estimand meets it.

    Attributes
    ----------
    table
        One row per person: `person`, `participant_id`, `arm`, `role`, `window_days`, `follow_days`, `observed_days`,
        and numbered columns of every outcome and estimand.
    outcome_number, estimand_number
        Their places among those that are asked of.
    """

    table: ir.Table
    outcome: Outcome
    estimand: Estimand
    outcome_number: int
    estimand_number: int

    def on(self, table: ir.Table) -> PersonDays:
        """Return the same estimand beside a table with more columns."""
        return replace(self, table=table)

    def fact(self, name: str) -> ir.Value:
        """A column of the outcome: ``event``, ``met_0``, ``total``, …"""
        return self.table[f"{name}_{self.outcome_number}"]

    @property
    def event_day(self) -> ir.Value:
        """The day of the event, null without one."""
        return self.fact("event")

    @property
    def met_day(self) -> ir.Value:
        """The day of the first intercurrent event that is not met by treatment policy, null without one."""
        return self.table[f"met_day_{self.estimand_number}"]

    @property
    def met_by(self) -> ir.Value:
        """The number of that event in the outcome's order, which also decides between two on the same day."""
        return self.table[f"met_by_{self.estimand_number}"]

    @property
    def event_first(self) -> ir.Value:
        """1 where the event itself comes before it or on the same day."""
        return self.table[f"event_first_{self.estimand_number}"]

    @property
    def needed_days(self) -> ir.Value:
        """How many days must have been followed for a no to be known; null where the question is not the person's."""
        asks_a_day = self.outcome.asks_exit or self.outcome.until is not None
        return self.fact("asked") + 1 if asks_a_day else self.table.window_days

    @property
    def is_cut(self) -> bool:
        """Whether an intercurrent event that leaves follow-up running ends what an amount counts."""
        return self.outcome.measure in COUNTED and any(
            source.spells
            for event in self.outcome.intercurrent_events
            if self.estimand.strategies[event.id] != "treatment_policy"
            for source in event.sources
        )

    def counted(self, name: str) -> ir.Value:
        """The total of an amount, or how many pieces of it lack a weight, as far as this estimand counts."""
        column = self.table[f"{name}_cut_{self.estimand_number}"] if self.is_cut else self.fact(name)
        return column.fill_null(0)

    @property
    def is_followed(self) -> ir.Value:
        """Whether the person was followed as far as the question reaches."""
        return self.table.follow_days >= self.needed_days

    def is_met_by(self, *strategies: str) -> ir.BooleanValue:
        """Tell of each person whether the first intercurrent event is met by one of the strategies."""
        numbers = [
            number for number, event in enumerate(self.outcome.intercurrent_events)
            if self.estimand.strategies[event.id] in strategies
        ]  # fmt: skip
        return self.met_by.isin(numbers) if numbers else ibis.literal(1) == ibis.literal(0)
