"""Derives whether something happened, or held, from days and from what was seen at occasions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.recorded import recorded_amount, recorded_status
from steget_eval.cohort.strategies import is_met_by, meet_events
from steget_eval.cohort.tables import Laid, attach
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import EventSource, Outcome


def derive_binary(laid: Laid, dated: ir.Table, outcome: Outcome, estimand: Estimand) -> ir.Table:
    """Return `participant_id`, `role` and `y`: 1, 0 or null where it is unknown.

    One source that says yes is enough; no needs all of them. Days say yes or no only of who was followed through the
    own window, or met an event that settles the answer: whoever is lost after the event is as unknown as whoever is
    lost before it, since keeping the first and not the second would make the event look commoner than it is. Without
    yes, an intercurrent event met by composite makes it no, and one met by the hypothetical strategy leaves it unknown.
    """
    met = meet_events(dated, outcome, estimand)
    met, seen = _with_seen(laid, met, outcome)
    if any(source.dated for source in outcome.events):
        seen = [_in_days(met, outcome, estimand), *seen]
    y = ibis.cases(
        *((one == 1, 1) for one in seen),
        (is_met_by(met, outcome, estimand, "composite"), 0),
        (is_met_by(met, outcome, estimand, "hypothetical"), ibis.null("int64")),
        *((one.isnull(), ibis.null("int64")) for one in seen),
        else_=0,
    )
    return met.select("participant_id", "role", y=y.cast("float64"))


def _in_days(met: ir.Table, outcome: Outcome, estimand: Estimand) -> ir.Value:
    settled = (met.follow_days >= met.window_days) | is_met_by(met, outcome, estimand, "composite")
    is_end_of_follow_up = (met.event_first == 1) & (met.event_day == met.follow_days)
    return ibis.cases(
        (is_met_by(met, outcome, estimand, "hypothetical"), ibis.null("int64")),
        (is_end_of_follow_up, 1),
        (settled, met.event_first),
        else_=ibis.null("int64"),
    ).cast("int64")


def _with_seen(laid: Laid, met: ir.Table, outcome: Outcome) -> tuple[ir.Table, Sequence[ir.Value]]:
    names = []
    for number, source in enumerate(one for one in outcome.events if not one.dated):
        names.append(f"seen_{number}")
        met = attach(met, _seen(laid, source, f"outcomes.{outcome.id}").rename({names[-1]: "seen"}))
    return met, [met[name] for name in names]


def _seen(laid: Laid, source: EventSource, needed_by: str) -> ir.Table:
    if source.status is not None:
        return recorded_status(laid, source.status, needed_by)
    assert source.amount is not None
    values = recorded_amount(laid, source.amount.item, source.amount.occasion, needed_by).values
    above = ibis.cases((values.amount > source.amount.above, 1), (values.amount.notnull(), 0), else_=ibis.null("int64"))
    return values.select("participant_id", seen=above.cast("int64"))
