"""Counts the same states in as many days before the index date as after it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.spells import RANKS, join_spells
from steget_eval.cohort.tables import Laid
from steget_eval.cohort.windows import larger, smaller
from steget_eval.protocol.outcome import Outcome


def mirrored(laid: Laid, people: ir.Table, outcome: Outcome) -> list[ir.Table]:
    """Return `person` and `score` before and after: the days in the states, or the spells that began.

    Before is [index − window, index), after [index, index + window): each person's own two years and two years. A day
    in two of the states is one day; an empty `ended_on` is a spell that goes on until follow-up ends. Who has no spell
    there has no row.
    """
    spells = laid.table("spells", f"outcomes.{outcome.id}")
    states = sorted({state for source in outcome.events for state in source.spells}, key=RANKS.__getitem__)
    mine = spells.filter(spells.state.isin(states)).select("participant_id", "started_on", "ended_on")
    facts = people.select("participant_id", "person", "index_on", "window_days", "observed_days")
    joined = mine.inner_join(facts, "participant_id")
    zero = ibis.literal(0, "int64")
    days = joined.mutate(
        start_day=joined.started_on.delta(joined.index_on, unit="day").cast("int64") + joined.window_days,
        end_day=joined.ended_on.delta(joined.index_on, unit="day").cast("int64") + joined.window_days,
    )
    # Both windows are counted from the first day of the one before, so that every day is zero or more.
    found = []
    for first, last in ((zero, days.window_days), (days.window_days, days.window_days + days.observed_days)):
        if outcome.mirror == "starts":
            inside = days.filter((days.start_day >= first) & (days.start_day < last))
            found.append(inside.group_by("person").agg(score=inside.count().cast("int64")))
            continue
        end = ibis.ifelse(days.end_day.isnull(), last, smaller(days.end_day, last))
        clipped = days.mutate(lo=larger(days.start_day, first), hi=end)
        stretches = join_spells(clipped.filter(clipped.lo < clipped.hi))
        found.append(stretches.group_by("person").agg(score=(stretches.hi - stretches.lo).sum().cast("int64")))
    return found
