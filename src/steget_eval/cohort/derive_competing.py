"""Derives the time to an event or to whatever comes before it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.derive_time_to_event import censored_times
from steget_eval.cohort.strategies import competing_events, meet_events
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


def derive_competing(dated: ir.Table, outcome: Outcome, estimand: Estimand, horizon_days: int) -> ir.Table:
    """Return `participant_id`, `role`, `t` and `d`: 1 the event, 2 and more the competing events in order, 0 neither.

    On the same day the event itself wins, and among competing events the one the outcome names first.
    """
    met = meet_events(dated, outcome, estimand)
    t, event = censored_times(met, outcome, estimand, horizon_days)
    causes = competing_events(outcome, estimand)
    branches = ((met.met_by == number, 2 + place) for place, (number, _) in enumerate(causes))
    d = ibis.cases((event == 1, 1), *branches, else_=0)
    return met.select("participant_id", "role", t=t, d=d.cast("int64"))
