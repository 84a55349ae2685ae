"""Takes spells to days in the window, each with what an outcome may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.windows import larger
from steget_eval.protocol.outcome import EventSource
from steget_eval.records.codes import STATES

#: The number of each state: where spells overlap, the lower wins the month.
RANKS = {state: rank for rank, state in enumerate(STATES)}
#: Hundredths of a per cent: extents are added up as whole numbers.
PER_PERCENT = 100


def clip_spells(spells: ir.Table, people: ir.Table, more: Collection[str]) -> ir.Table:
    """Return the part of each spell in [index, the end of window or follow-up), in days from the index date.

    Columns `person`, `index_on`, `rank` (of the state), `fresh` (1 where it began on the index date or later), `lo`,
    `hi`, those of `more`, and with ``completed`` also `ended` (1 where the spell's own end lies there). An empty
    `ended_on` is an ongoing spell. A spell without a day there is left out.

    Parameters
    ----------
    more
        Any of ``minutes`` (whole minutes a week), ``pay`` (kronor a month), ``completed`` and ``subsidised`` (1, 0),
        null where the records do not say.
    """
    known = spells.select("participant_id", "started_on", "ended_on", rank=_rank(spells), **own_columns(spells, more))
    facts = people.select("participant_id", "person", "index_on", observed_days=people.observed_days.cast("int32"))
    joined = known.inner_join(facts, "participant_id")
    days = joined.mutate(
        start_day=joined.started_on.delta(joined.index_on, unit="day").cast("int32"),
        end_day=joined.ended_on.delta(joined.index_on, unit="day").cast("int32"),
    )
    ends = days.mutate(
        lo=larger(days.start_day, ibis.literal(0, "int32")),
        hi=ibis.ifelse(days.end_day < days.observed_days, days.end_day, days.observed_days),
    )
    kept = ends.filter(ends.lo < ends.hi)
    ended = _one(kept.end_day.notnull() & (kept.end_day <= kept.observed_days))
    asked = {"ended": ended} if "completed" in more else {}
    return kept.select("person", "index_on", "rank", "lo", "hi", *more, fresh=_one(kept.start_day >= 0), **asked)


def spells_before(spells: ir.Table, people: ir.Table, more: Collection[str]) -> ir.Table:
    """Return the spells that run on the day before the index date: `person`, `rank`, and those of `more`."""
    known = spells.select("participant_id", "started_on", "ended_on", rank=_rank(spells), **own_columns(spells, more))
    joined = known.inner_join(people.select("participant_id", "person", "index_on"), "participant_id")
    runs = (joined.started_on < joined.index_on) & (joined.ended_on.isnull() | (joined.ended_on >= joined.index_on))
    return joined.filter(runs).select("person", "rank", *more)


def own_columns(spells: ir.Table, more: Collection[str]) -> dict[str, ir.Value]:
    """Return what else is asked of a spell as whole numbers, null where the records have no such column."""
    return {
        name: _WHOLE[name](spells[_COLUMNS[name]]).cast("int64")
        if _COLUMNS[name] in spells.columns
        else ibis.null("int64")
        for name in more
    }


def counts(clipped: ir.Table, sources: Sequence[EventSource], hours_per_week: float | None = None) -> ir.BooleanValue:
    """Tell of each spell whether at least one source counts it.

    With a minimum of hours a week, a spell whose hours are unknown does not qualify.
    """
    counted = [_counts(clipped, source) for source in sources if source.spells]
    some = counted[0]
    for another in counted[1:]:
        some = some | another
    if hours_per_week is not None:
        some = some & clipped.minutes.notnull() & (clipped.minutes >= round(hours_per_week * 60))
    return some


def qualify_spells(clipped: ir.Table, sources: Sequence[EventSource], hours_per_week: float | None = None) -> ir.Table:
    """Return the clipped spells that at least one source counts; a completed one stands for its last day alone."""
    qualifying = clipped.filter(counts(clipped, sources, hours_per_week))
    if not any(source.completed for source in sources):
        return qualifying
    is_completion = _one(counts(qualifying, [source for source in sources if source.completed]))
    others = [source for source in sources if source.spells and not source.completed]
    is_other = _one(counts(qualifying, others)) if others else ibis.literal(0)
    return qualifying.mutate(
        lo=ibis.ifelse((is_completion == 1) & (is_other == 0), qualifying.hi - 1, qualifying.lo).cast("int32")
    )


def join_spells(qualifying: ir.Table) -> ir.Table:
    """Return disjoint stretches `person`, `lo`, `hi` that cover the same days, each day once.

    A stretch begins where the running maximum of earlier ends has not yet reached.
    """
    spells = qualifying.select("person", "lo", "hi")
    reached = spells.mutate(reached=_reached(spells).fill_null(0))
    fresh = reached.mutate(lo=larger(reached.lo, reached.reached))
    return fresh.filter(fresh.lo < fresh.hi).select("person", "lo", "hi")


def bridge_spells(qualifying: ir.Table, bridge_days: int) -> ir.Table:
    """Return stretches as long as they can be: gaps of at most `bridge_days` days are joined, and count as days."""
    spells = qualifying.select("person", "lo", "hi")
    reached = spells.mutate(reached=_reached(spells))
    is_apart = reached.reached.isnull() | (reached.lo > reached.reached + bridge_days)
    marked = reached.mutate(apart=_one(is_apart))
    so_far = ibis.window(group_by="person", order_by=["lo", "hi"], rows=(None, 0))
    numbered = marked.mutate(stretch=marked.apart.sum().over(so_far))
    grouped = numbered.group_by("person", "stretch").agg(lo=numbered.lo.min(), hi=numbered.hi.max())
    return grouped.select("person", "lo", "hi")


def _reached(spells: ir.Table) -> ir.Value:
    """The day that earlier spells of the person have reached; null at the first."""
    return spells.hi.max().over(ibis.window(group_by="person", order_by=["lo", "hi"], rows=(None, -1)))


def _counts(clipped: ir.Table, source: EventSource) -> ir.BooleanValue:
    holds = clipped["rank"].isin([RANKS[state] for state in source.spells])
    if source.entry:
        holds = holds & (clipped.fresh == 1)
    if source.completed:
        holds = holds & (clipped.completed == 1) & (clipped.ended == 1)
    if source.subsidised is not None:
        holds = holds & (clipped.subsidised == int(source.subsidised))
    return holds


def _rank(spells: ir.Table) -> ir.Value:
    return ibis.cases(*((spells.state == state, rank) for state, rank in RANKS.items()), else_=len(RANKS)).cast("int16")


def _one(condition: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, 1, 0).cast("int16")


def _yes_or_no(flag: ir.Value) -> ir.Value:
    return ibis.cases((flag.isnull(), ibis.null("int64")), (flag, 1), else_=0)


#: Which column of the records says what else is asked of a spell, and how it becomes a whole number.
_COLUMNS = {"minutes": "hours_per_week", "pay": "monthly_pay_sek", "extent": "extent_percent",
            "completed": "completed", "subsidised": "subsidised"}  # fmt: skip
_WHOLE: dict[str, Callable[[ir.Value], ir.Value]] = {
    "minutes": lambda hours: (hours * 60 + 0.5).floor(),
    "pay": lambda pay: pay,
    "extent": lambda extent: (extent * PER_PERCENT + 0.5).floor(),
    "completed": _yes_or_no,
    "subsidised": _yes_or_no,
}
