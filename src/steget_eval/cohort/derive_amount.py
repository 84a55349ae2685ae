"""Derives an amount: one that was recorded, or days spent in a state."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.event_days import Dated
from steget_eval.cohort.recorded import recorded_amount
from steget_eval.cohort.strategies import is_met_by, meet_events
from steget_eval.cohort.tables import Laid, attach
from steget_eval.cohort.windows import larger, smaller
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DerivedAmount:
    """`participant_id`, `role` and `y` in units of `unit`, null where unknown."""

    values: ir.Table
    unit: str


def derive_amount(laid: Laid, dated: Dated, outcome: Outcome, estimand: Estimand) -> DerivedAmount:
    """Return the amount of each person, in shown units.

    Days in a state count while followed in the window, and are unknown of who was not followed through it, unless an
    intercurrent event met by while-alive or composite came first: then the days up to and with its day are all there
    are. They are none where a minimum dose was never full. An amount that was not recorded is unknown, or zero after
    an intercurrent event met by composite.
    """
    met = meet_events(dated.people, outcome, estimand)
    if outcome.measure == "days_in_state":
        assert dated.stretches is not None
        return DerivedAmount(values=_days(met, dated.stretches, outcome, estimand), unit="days")
    source = outcome.events[0].amount
    assert source is not None
    recorded = recorded_amount(laid, source.item, source.occasion, f"outcomes.{outcome.id}")
    known = attach(met, recorded.values)
    y = ibis.cases(
        (known.amount.notnull(), known.amount.cast("float64") / recorded.per_shown),
        (is_met_by(known, outcome, estimand, "composite"), ibis.literal(0).cast("float64")),
        else_=ibis.null("float64"),
    )
    return DerivedAmount(values=known.select("participant_id", "role", y=y.cast("float64")), unit=recorded.shown)


def _days(met: ir.Table, stretches: ir.Table, outcome: Outcome, estimand: Estimand) -> ir.Table:
    lived = attach(met, _days_until(met, stretches))
    days = ibis.ifelse(lived.event_first == 1, lived.days.fill_null(0), 0).cast("float64")
    y = ibis.cases(
        (is_met_by(lived, outcome, estimand, "hypothetical"), ibis.null("float64")),
        (lived.met_by.notnull() | (lived.follow_days >= lived.window_days), days),
        else_=ibis.null("float64"),
    )
    return lived.select("participant_id", "role", y=y)


def _days_until(met: ir.Table, stretches: ir.Table) -> ir.Table:
    """Days of the stretches, up to and with the day of the intercurrent event."""
    until = met.select("participant_id", until=(met.met_day + 1).fill_null(met.observed_days))
    joined = stretches.inner_join(until, "participant_id")
    each = joined.mutate(days=larger(smaller(joined.hi, joined.until) - joined.lo, ibis.literal(0)))
    return each.group_by("participant_id").agg(days=each.days.sum().cast("int64"))
