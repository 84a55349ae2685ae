"""Tells in which state each person is at each month point."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.spells import RANKS
from steget_eval.cohort.tables import fetch
from steget_eval.cohort.windows import larger

#: The state of whoever is followed but in no spell.
NO_STATE = "none"

#: The state of whoever was followed, but not as far as the point.
NOT_FOLLOWED = "not_followed"


def states_that_occur(clipped: ir.Table) -> list[str]:
    """Return the states of some spell, in the order in which one wins over another."""
    ranks = clipped.select("rank").distinct().order_by("rank").to_pandas()["rank"]
    return [list(RANKS)[rank] for rank in ranks]


def covered_points(clipped: ir.Table, states: Sequence[str], last: int) -> ir.Table:
    """Return the spells with the month points that each newly covers: the first spell at a point has it.

    For each state s but those before it in the order, `from_s` is the first point, counting spells of s and of the
    states before it, that earlier spells have not covered; the last is `until` minus one. So what the states up to s
    cover together is the sum of ``until - from_s`` where that is positive, and what s adds to the states before it is
    the difference: where spells overlap, the state that comes first in `records.codes.STATES` wins. Points are
    numbered from 0 to `last`.
    """
    spells = clipped.filter(clipped.a < clipped.b).select("person", "arm_number", "rank", "a", until=clipped.b)
    earlier = ibis.window(group_by="person", order_by=["a", "until", "rank"], rows=(None, -1))
    reached = {}
    for state in states:
        counted = ibis.ifelse(spells["rank"] <= RANKS[state], spells.until, 0).cast("int16")
        reached[f"from_{state}"] = counted.max().over(earlier).fill_null(0)
    swept = spells.mutate(**reached)
    starts = {
        name: ibis.ifelse(swept["rank"] <= RANKS[state], larger(swept.a, swept[name]), last + 1).cast("int16")
        for state, name in zip(states, reached, strict=True)
    }
    return swept.mutate(**starts)


def months_by_state(covered: ir.Table, states: Sequence[str], last: int) -> ir.Table:
    """Return `person` and `months_<state>`: points before the last at which the person was in the state."""
    until = ibis.ifelse(covered.until > last, last, covered.until)
    sums = {
        f"upto_{state}": larger(until - covered[f"from_{state}"], ibis.literal(0)).sum().cast("int64")
        for state in states
    }
    upto = covered.group_by("person").agg(**sums)
    months = {}
    for number, state in enumerate(states):
        before = upto[f"upto_{states[number - 1]}"] if number else 0
        months[f"months_{state}"] = upto[f"upto_{state}"] - before
    return upto.select("person", **months)


def people_by_state(
    covered: ir.Table, people: ir.Table, arms: Sequence[str], states: Sequence[str], last: int
) -> pd.DataFrame:
    """Return `arm`, `month`, `state`, `n`: people by arm and month point, one row per state that somebody is in.

    Whoever is followed no longer counts as ``not_followed``, so that an arm adds up to the same people every month.

    Parameters
    ----------
    covered
        What `covered_points` gives.
    people
        `arm_number` and `points`: how many month points lie before the end of follow-up.
    arms
        The ids of the arms, in the order of their numbers.
    """
    ends = fetch(people.group_by("arm_number", "points").agg(n=people.count()), "arm_number", "points")
    months = np.arange(last + 1)
    shape = (len(arms), last + 1)
    followed, total = np.zeros(shape, dtype=np.int64), np.zeros((len(arms), 1), dtype=np.int64)
    for arm, points, n in ends.itertuples(index=False):
        followed[arm] += n * (months < points)
        total[arm] += n
    counts = {NOT_FOLLOWED: total - followed}
    upto = np.zeros(shape, dtype=np.int64)
    for state in states:
        here = _at_points(covered, state, shape)
        counts[state], upto = here - upto, here
    counts[NO_STATE] = followed - upto
    rows = [
        (arm, int(month), state, int(n[number, month]))
        for number, arm in enumerate(arms) for month in months for state, n in counts.items() if n[number, month]
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["arm", "month", "state", "n"])
    return frame.sort_values(["arm", "month", "state"], ignore_index=True)


def _at_points(covered: ir.Table, state: str, shape: tuple[int, int]) -> np.ndarray:
    """People by arm and point who are in the state or in one before it in the order."""
    name = f"from_{state}"
    fresh = covered.filter(covered[name] < covered.until)
    stretches = fetch(fresh.group_by("arm_number", name, "until").agg(n=fresh.count()), "arm_number", name, "until")
    found = np.zeros(shape, dtype=np.int64)
    for arm, start, until, n in stretches.itertuples(index=False):
        found[arm, start:until] += n
    return found
