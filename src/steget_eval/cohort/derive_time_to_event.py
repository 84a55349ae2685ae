"""Derives the time to an event, with the end of follow-up as censoring."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.strategies import is_met_by, meet_events
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


def derive_time_to_event(dated: ir.Table, outcome: Outcome, estimand: Estimand, horizon_days: int) -> ir.Table:
    """Return `participant_id`, `role`, `t` (days from the index date) and `d` (1 the event, 0 without).

    Without event: who was followed through the own window, or met an event by composite, has t = `horizon_days`;
    who met one by the hypothetical strategy is censored on its day; everyone else on the day follow-up ended.
    """
    met = meet_events(dated, outcome, estimand)
    t, d = censored_times(met, outcome, estimand, horizon_days)
    return met.select("participant_id", "role", t=t, d=d)


def censored_times(met: ir.Table, outcome: Outcome, estimand: Estimand, horizon_days: int) -> tuple[ir.Value, ir.Value]:
    """Return the columns of times and of 0 or 1, competing events taken as the end of follow-up."""
    horizon = ibis.literal(horizon_days, "int64")
    t = ibis.cases(
        (met.event_first == 1, met.event_day),
        (is_met_by(met, outcome, estimand, "composite"), horizon),
        (met.met_by.notnull(), met.met_day),
        (met.follow_days >= met.window_days, horizon),
        else_=met.follow_days,
    )
    return t, met.event_first.cast("int64")
