"""Takes spells to days in the window: clipped, qualified, joined where they overlap, counted up to a dose."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.windows import larger, smaller
from steget_eval.protocol.outcome import EventSource, MinimumDose


def clip_spells(spells: ir.Table, people: ir.Table) -> ir.Table:
    """Return the part of each spell in [index, the end of window or follow-up), in days from the index date.

    Columns `participant_id`, `state`, `start_day` (negative where the spell was under way on the index date), `lo`,
    `hi` and `hours_per_week`. An empty `ended_on` is an ongoing spell. A spell without a day there is left out.
    """
    hours = spells.hours_per_week if "hours_per_week" in spells.columns else ibis.null("float64")
    known = spells.select("participant_id", "state", "started_on", "ended_on", hours_per_week=hours.cast("float64"))
    joined = known.inner_join(people.select("participant_id", "index_on", "observed_days"), "participant_id")
    days = joined.mutate(
        start_day=joined.started_on.delta(joined.index_on, unit="day").cast("int64"),
        end_day=joined.ended_on.delta(joined.index_on, unit="day").cast("int64"),
    )
    ends = days.mutate(end_day=days.end_day.fill_null(days.observed_days))
    clipped = ends.mutate(lo=larger(ends.start_day, ibis.literal(0)), hi=smaller(ends.end_day, ends.observed_days))
    return clipped.filter(clipped.lo < clipped.hi).select(
        "participant_id", "state", "start_day", "lo", "hi", "hours_per_week"
    )


def qualify_spells(clipped: ir.Table, sources: Sequence[EventSource], dose: MinimumDose | None = None) -> ir.Table:
    """Return the clipped spells that at least one source counts; no rows where no source is of spells.

    `entry` takes spells that begin on the index date or later. With a minimum of hours a week, a spell whose hours
    are unknown does not qualify.
    """
    counted = [_counts(clipped, source) for source in sources if source.spells]
    if not counted:
        return clipped.filter(ibis.literal(1) == ibis.literal(0))
    some = counted[0]
    for another in counted[1:]:
        some = some | another
    if dose is not None and dose.hours_per_week is not None:
        some = some & clipped.hours_per_week.notnull() & (clipped.hours_per_week >= dose.hours_per_week)
    return clipped.filter(some)


def join_spells(qualifying: ir.Table) -> ir.Table:
    """Return disjoint stretches `participant_id`, `lo`, `hi` that cover the same days, each day once.

    A stretch begins where the running maximum of earlier ends has not yet reached.
    """
    spells = qualifying.select("participant_id", "lo", "hi")
    earlier = ibis.window(group_by="participant_id", order_by=["lo", "hi"], rows=(None, -1))
    reached = spells.mutate(reached=spells.hi.max().over(earlier).fill_null(0))
    fresh = reached.mutate(lo=larger(reached.lo, reached.reached))
    return fresh.filter(fresh.lo < fresh.hi).select("participant_id", "lo", "hi")


def day_of_dose(stretches: ir.Table, dose_days: int) -> ir.Table:
    """Return `participant_id` and `day`, on which the last day of the dose runs; nobody whose dose is never full."""
    if dose_days == 1:
        return stretches.group_by("participant_id").agg(day=stretches.lo.min())
    running = ibis.window(group_by="participant_id", order_by="lo", rows=(None, 0))
    lived = stretches.mutate(days=stretches.hi - stretches.lo)
    summed = lived.mutate(total=lived.days.sum().over(running).cast("int64"))
    full = summed.filter(summed.total >= dose_days)
    # A later stretch places the day later, by every gap before it: the first with a full dose has the earliest.
    placed = full.mutate(day=full.hi - 1 - (full.total - dose_days))
    return placed.group_by("participant_id").agg(day=placed.day.min())


def _counts(clipped: ir.Table, source: EventSource) -> ir.BooleanValue:
    in_state = clipped.state.isin(source.spells)
    return in_state & (clipped.start_day >= 0) if source.entry else in_state
