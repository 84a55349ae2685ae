"""Derives where each person stood before and after."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays
from steget_eval.cohort.spells import RANKS
from steget_eval.protocol.measures import Step
from steget_eval.protocol.outcome import Outcome
from steget_eval.records.codes import OCCUPATIONS, STATES

#: The level of whoever is in no spell, where no ladder says otherwise.
NO_STATE = "none"


def levels(outcome: Outcome) -> tuple[str, ...]:
    """Return the ids of what can stand before and after: steps from the lowest, states with none first, occupations."""
    assert outcome.before_after is not None
    if outcome.before_after.statuses is not None and not outcome.ladder:
        return tuple(occupation for occupation in OCCUPATIONS if occupation != "unknown")
    return tuple(step.id for step in outcome.ladder) or (NO_STATE, *STATES)


def derive_transition(days: PersonDays) -> dict[str, ir.Value]:
    """Return the columns `before` and `after`, places in `levels`, null where unknown.

    From spells the day before the index date is always known, and the later day of who was followed through it, the
    lowest level after an intercurrent event met by composite; from statuses, each occasion at which an occupation is
    known.
    """
    before, after = days.fact("before"), days.fact("after")
    if days.outcome.looks_at_spells:
        after = ibis.ifelse(days.is_followed, after.fill_null(0), ibis.null("int64"))
        before = before.fill_null(0)
        met = days.is_met_by("composite") & (days.met_day <= days.fact("asked"))
        after = ibis.ifelse(met.fill_null(False), 0, after)
    return {"before": before.cast("int64"), "after": after.cast("int64")}


def level_on_day(spells: ir.Table, ladder: Sequence[Step]) -> ir.Table:
    """Return `person` and `level` from the spells that run on a day; whoever is in none has level 0 and no row.

    Without a ladder, the state that comes first in `records.codes.STATES`; with one, the highest step of which a
    state holds and nothing of `without`.
    """
    if not ladder:
        return spells.group_by("person").agg(level=(spells["rank"].min() + 1).cast("int64"))
    flags = {}
    for number, step in enumerate(ladder):
        flags[f"has_{number}"] = _any(spells, step.states)
        flags[f"not_{number}"] = _any(spells, step.without)
    held = spells.group_by("person").agg(**flags)
    branches = [
        ((held[f"has_{number}"] == 1) & (held[f"not_{number}"] == 0), number)
        for number in range(len(ladder) - 1, 0, -1)
    ]
    level = ibis.cases(*branches, else_=0) if branches else ibis.literal(0)
    return held.select("person", level=level.cast("int64"))


def _any(spells: ir.Table, states: Sequence[str]) -> ir.Value:
    if not states:
        return ibis.ifelse(spells["rank"] < 0, 1, 0).max()
    return ibis.ifelse(spells["rank"].isin([RANKS[state] for state in states]), 1, 0).max()
