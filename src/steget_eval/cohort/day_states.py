"""Looks at the spells of a day that is each person's own: at discharge, at the horizon, before the index date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.spells import counts, qualify_spells
from steget_eval.cohort.windows import larger
from steget_eval.protocol.outcome import Outcome


def spells_on(clipped: ir.Table, days: ir.Table) -> ir.Table:
    """Return the clipped spells that run on each person's `day`; nobody whose day is null."""
    joined = clipped.inner_join(days.select("person", "day"), "person")
    return joined.filter((joined.lo <= joined.day) & (joined.day < joined.hi))


def first_day_between(clipped: ir.Table, days: ir.Table, outcome: Outcome) -> ir.Table:
    """Return `person` and `held`: the first day from `start` to `day`, both included, on which the states hold."""
    qualifying = qualify_spells(clipped, outcome.events)
    joined = qualifying.inner_join(days.select("person", "start", "day"), "person")
    there = joined.filter((joined.lo <= joined.day) & (joined.hi > joined.start))
    began = larger(there.lo, there.start)
    return there.group_by("person").agg(held=began.min().cast("int64"))


def increased(before: ir.Table, later: ir.Table, outcome: Outcome) -> ir.Table:
    """Return `person`, `more` (1 where begun or of a larger extent) and `unsure` (1 where extents do not say).

    Begun is in none of the states before and in one later, whatever the extents; people in no state later have no row.

    Parameters
    ----------
    before, later
        Spells that run on the two days: `person`, `rank` and `extent`.
    """
    now = _extents(later, outcome)
    then = _extents(before, outcome).rename(person_before="person", sum_before="sum", lacking_before="lacking")
    joined = now.left_join(then, now.person == then.person_before)
    begun = joined.person_before.isnull()
    unsure = ~begun & (joined.lacking + joined.lacking_before > 0)
    more = begun | (~unsure & (joined["sum"] > joined.sum_before))
    return joined.select(
        "person", more=ibis.ifelse(more, 1, 0).cast("int64"), unsure=ibis.ifelse(unsure, 1, 0).cast("int64")
    )


def _extents(spells: ir.Table, outcome: Outcome) -> ir.Table:
    mine = spells.filter(counts(spells, outcome.events))
    return mine.group_by("person").agg(
        sum=mine.extent.sum().cast("int64"),
        lacking=ibis.ifelse(mine.extent.isnull(), 1, 0).sum().cast("int64"),
    )
