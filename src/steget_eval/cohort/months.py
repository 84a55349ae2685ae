"""Tells in which state each person is at each month point."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.records.codes import STATES

#: The state of whoever is followed but in no spell.
NO_STATE = "none"

#: The state of whoever was followed, but not as far as the point.
NOT_FOLLOWED = "not_followed"


def state_points(points: ir.Table, clipped: ir.Table) -> ir.Table:
    """Return `participant_id`, `arm`, `month`, `state`: one row per person and point at which a person is followed.

    Where spells overlap, the state that comes first in `records.codes.STATES` wins.
    """
    joined = points.inner_join(clipped.select("participant_id", "state", "lo", "hi"), "participant_id")
    there = joined.filter((joined.lo <= joined.day) & (joined.day < joined.hi))
    ranked = there.mutate(
        rank=ibis.cases(*((there.state == state, rank) for rank, state in enumerate(STATES)), else_=99)
    )
    first = ranked.group_by("participant_id", "month").agg(rank=ranked["rank"].min())
    named = points.left_join(first, ["participant_id", "month"])
    state = ibis.cases(*((named["rank"] == rank, state) for rank, state in enumerate(STATES)), else_=NO_STATE)
    return named.select("participant_id", "arm", "month", state=state)


def people_by_state(states: ir.Table, people: ir.Table, points: ir.Table) -> ir.Table:
    """Return `arm`, `month`, `state`, `n`: people by arm and month point, one row per state that somebody is in.

    Whoever is followed no longer counts as ``not_followed``, so that an arm adds up to the same people every month.
    """
    here = states.group_by("arm", "month", "state").agg(n=states.count())
    joined = people.inner_join(points, "index_on")
    ended = joined.filter(joined.day >= joined.follow_days).mutate(state=ibis.literal(NOT_FOLLOWED))
    gone = ended.group_by("arm", "month", "state").agg(n=ended.count())
    return here.union(gone)


def months_by_state(states: ir.Table, last: int) -> ir.Table:
    """Return `participant_id`, `arm`, `state`, `months`: points before the last at which a person was in the state."""
    inside = states.filter((states.month < last) & (states.state != NO_STATE))
    return inside.group_by("participant_id", "arm", "state").agg(months=inside.count())
