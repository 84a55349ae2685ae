"""Derives whether something happened, or held, from days and from what was seen at occasions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays


def derive_binary(days: PersonDays) -> dict[str, ir.Value]:
    """Return the column `y`: 1, 0 or null where it is unknown.

    One source that says yes is enough; no needs all of them. Days say yes or no only of who was followed as far as the
    question reaches (through the own window; to the day asked, where it counts from discharge), or met an event that
    settles the answer: whoever is lost after the event is as unknown as whoever is lost before it, since keeping the
    first and not the second would make the event look commoner than it is. Without yes, an intercurrent event met by
    composite makes it no, and one met by the hypothetical strategy leaves it unknown.
    """
    outcome = days.outcome
    undated = [source for source in outcome.events if not source.dated]
    seen = [days.fact(f"seen_{number}") for number, _ in enumerate(undated)]
    if any(source.dated for source in outcome.events):
        seen = [_none_of_days(days) if outcome.none else _in_days(days), *seen]
    y = ibis.cases(
        *((one == 1, 1) for one in seen),
        (days.is_met_by("composite") & _is_asked(days), 0),
        (days.is_met_by("hypothetical"), ibis.null("int64")),
        *((one.isnull(), ibis.null("int64")) for one in seen),
        else_=0,
    )
    return {"y": y.cast("float64")}


def _in_days(days: PersonDays) -> ir.Value:
    settled = days.is_followed | days.is_met_by("composite")
    is_end_of_follow_up = (days.event_first == 1) & (days.event_day == days.table.follow_days)
    return ibis.cases(
        (~_is_asked(days), ibis.null("int64")),
        (days.is_met_by("hypothetical"), ibis.null("int64")),
        (is_end_of_follow_up, 1),
        (days.fact("unsure") == 1, ibis.null("int64")),
        (settled, days.event_first),
        else_=ibis.null("int64"),
    ).cast("int64")


def _none_of_days(days: PersonDays) -> ir.Value:
    """1 where no state held and nothing came between: the opposite of yes, with the same people unknown."""
    return ibis.cases(
        (~_is_asked(days), ibis.null("int64")),
        (days.is_met_by("hypothetical"), ibis.null("int64")),
        (days.is_met_by("composite"), 0),
        (days.is_followed, ibis.ifelse(days.event_day.isnull(), 1, 0)),
        else_=ibis.null("int64"),
    ).cast("int64")


def _is_asked(days: PersonDays) -> ir.BooleanValue:
    """Whether the question is this person's: one from discharge, or until a day, is nobody's who came too late."""
    if days.outcome.asks_exit or days.outcome.until is not None:
        asked: ir.BooleanValue = days.fact("asked").notnull()
        return asked
    return ibis.literal(1) == ibis.literal(1)
