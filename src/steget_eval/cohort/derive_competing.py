"""Derives the time to an event or to whatever comes before it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.derive_time_to_event import derive_time_to_event
from steget_eval.cohort.person_days import PersonDays
from steget_eval.cohort.strategies import competing_events


def derive_competing(days: PersonDays, horizon_days: int) -> dict[str, ir.Value]:
    """Return the columns `t` and `d`: 1 the event, 2 and more the competing events in order, 0 neither.

    On the same day the event itself wins, and among competing events the one the outcome names first.
    """
    timed = derive_time_to_event(days, horizon_days)
    causes = competing_events(days.outcome, days.estimand)
    branches = ((days.met_by == number, 2 + place) for place, (number, _) in enumerate(causes))
    d = ibis.cases((timed["d"] == 1, 1), *branches, else_=0)
    return {"t": timed["t"], "d": d.cast("int64")}
