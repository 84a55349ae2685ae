"""Meets the intercurrent events of an outcome as an estimand says."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


def meet_events(days: Sequence[PersonDays]) -> list[PersonDays]:
    """Return the same with `met_day`, `met_by` and `event_first` of every estimand."""
    if not days:
        return []
    table = days[0].table
    met_days = {f"met_day_{one.estimand_number}": _earliest(_heeded(one)) for one in days}
    dated = table.mutate(**met_days)
    known = [one.on(dated) for one in days]
    met = dated.mutate(**{f"met_by_{one.estimand_number}": _first(one) for one in known},
                       **{f"event_first_{one.estimand_number}": _is_first(one) for one in known})  # fmt: skip
    return [one.on(met) for one in known]


def competing_events(outcome: Outcome, estimand: Estimand) -> tuple[tuple[int, str], ...]:
    """Return number and id of the intercurrent events that compete, in the outcome's order."""
    return tuple(
        (number, event.id)
        for number, event in enumerate(outcome.intercurrent_events)
        if estimand.strategies[event.id] == "while_alive"
    )


def earliest(days: Sequence[ir.Value]) -> ir.Value:
    """Return the smallest of several columns, nulls passed over; null without any."""
    return _earliest([(number, day) for number, day in enumerate(days)])


def _heeded(one: PersonDays) -> list[tuple[int, ir.Value]]:
    return [
        (number, one.fact(f"met_{number}"))
        for number, event in enumerate(one.outcome.intercurrent_events)
        if one.estimand.strategies[event.id] != "treatment_policy"
    ]


def _first(one: PersonDays) -> ir.Value:
    branches = [(day == one.met_day, number) for number, day in _heeded(one)]
    return (ibis.cases(*branches, else_=ibis.null("int64")) if branches else ibis.null("int64")).cast("int64")


def _is_first(one: PersonDays) -> ir.Value:
    first = one.event_day.notnull() & (one.met_day.isnull() | (one.event_day <= one.met_day))
    return ibis.ifelse(first, 1, 0).cast("int64")


def _earliest(days: Sequence[tuple[int, ir.Value]]) -> ir.Value:
    if not days:
        return ibis.null("int64")
    first = days[0][1]
    for _, day in days[1:]:
        sooner = first.isnull() | (day < first)
        first = ibis.ifelse(day.notnull() & sooner, day, first)
    return first.cast("int64")
