"""Meets the intercurrent events of an outcome as an estimand says."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.protocol.estimand import Estimand, Strategy
from steget_eval.protocol.outcome import Outcome


def meet_events(dated: ir.Table, outcome: Outcome, estimand: Estimand) -> ir.Table:
    """Add `met_day`, `met_by` and `event_first`.

    `met_day` is the day of the first intercurrent event that is not met by treatment policy, null without one;
    `met_by` its number in the outcome's order, which also decides between two on the same day. `event_first` is 1
    where the event itself comes before it or on the same day.
    """
    heeded = [
        (number, dated[f"met_{number}"])
        for number, event in enumerate(outcome.intercurrent_events)
        if estimand.strategies[event.id] != "treatment_policy"
    ]
    if not heeded:
        met = dated.mutate(met_day=ibis.null("int64"), met_by=ibis.null("int64"))
    else:
        met = dated.mutate(met_day=_earliest([day for _, day in heeded]))
        met = met.mutate(
            met_by=ibis.cases(
                *((met[f"met_{number}"] == met.met_day, number) for number, _ in heeded), else_=ibis.null("int64")
            ).cast("int64")
        )
    first = met.event_day.notnull() & (met.met_day.isnull() | (met.event_day <= met.met_day))
    return met.mutate(event_first=ibis.ifelse(first, 1, 0))


def is_met_by(met: ir.Table, outcome: Outcome, estimand: Estimand, *strategies: Strategy) -> ir.BooleanValue:
    """Tell of each person whether the first intercurrent event is met by one of the strategies."""
    numbers = [
        number for number, event in enumerate(outcome.intercurrent_events)
        if estimand.strategies[event.id] in strategies
    ]  # fmt: skip
    return met.met_by.isin(numbers or [-1])


def competing_events(outcome: Outcome, estimand: Estimand) -> tuple[tuple[int, str], ...]:
    """Return number and id of the intercurrent events that compete, in the outcome's order."""
    return tuple(
        (number, event.id)
        for number, event in enumerate(outcome.intercurrent_events)
        if estimand.strategies[event.id] == "while_alive"
    )


def _earliest(days: Sequence[ir.Value]) -> ir.Value:
    """The smallest of several columns, nulls passed over."""
    earliest = days[0]
    for day in days[1:]:
        sooner = earliest.isnull() | (day < earliest)
        earliest = ibis.ifelse(day.notnull() & sooner, day, earliest)
    return earliest
