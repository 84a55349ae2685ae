"""Derives the time to an event, with the end of follow-up as censoring."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays


def derive_time_to_event(days: PersonDays, horizon_days: int) -> dict[str, ir.Value]:
    """Return the columns `t` (days from the index date) and `d` (1 the event, 0 without).

    Without event: who was followed through the own window, or met an event by composite, has t = `horizon_days`;
    who met one by the hypothetical strategy is censored on its day; everyone else on the day follow-up ended. A
    competing event is taken as the end of follow-up.
    """
    horizon = ibis.literal(horizon_days, "int64")
    t = ibis.cases(
        (days.event_first == 1, days.event_day),
        (days.is_met_by("composite"), horizon),
        (days.met_by.notnull(), days.met_day),
        (days.is_followed, horizon),
        else_=days.table.follow_days,
    )
    return {"t": t.cast("int64"), "d": days.event_first.cast("int64")}
