"""Tells in which state each person is at each month point."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.spells import RANKS
from steget_eval.cohort.tables import attach
from steget_eval.cohort.windows import days_of_points, last_point
from steget_eval.protocol.clock import Clock

#: The state of whoever is followed but in no spell.
NO_STATE = "none"

#: The state of whoever was followed, but not as far as the point.
NOT_FOLLOWED = "not_followed"

#: What stands for being in no state at a point.
_NONE = -1


def states_that_occur(clipped: ir.Table) -> list[str]:
    """Return the states of some spell, in the order in which one wins over another."""
    ranks = clipped.select("rank").distinct().order_by("rank").to_pandas()["rank"]
    return [list(RANKS)[rank] for rank in ranks]


def held_at_points(clipped: ir.Table, points: ir.Table, last: int) -> ir.Table:
    """Return `person` and `at_0`, `at_1`, …: the rank of the state held at each month point, null for none.

    Where spells overlap, the state that comes first in `records.codes.STATES` wins. Points are numbered from 0 to
    `last`; a person without a spell has no row.
    """
    spells = clipped.select("person", "index_on", "rank", "lo", "hi").inner_join(points, "index_on")
    held = {}
    for point in range(last + 1):
        day = spells[f"day_{point}"]
        runs = (spells.lo <= day) & (day < spells.hi)
        held[f"at_{point}"] = ibis.ifelse(runs, spells["rank"], ibis.null("int16")).min().cast("int16")
    return spells.group_by("person").agg(**held)


def with_months(people: ir.Table, held: ir.Table, states: Sequence[str], last: int) -> ir.Table:
    """Add `months_<state>`, at how many points before the last each person was in the state, and `at_<point>`.

    The state at a point is its rank, -1 for none.
    """
    one, zero = ibis.literal(1, "int32"), ibis.literal(0, "int32")
    months = {
        f"months_{state}": _sum([ibis.ifelse(held[f"at_{point}"] == RANKS[state], one, zero) for point in range(last)])
        for state in states
    }
    beside = attach(people, held.mutate(**months), "person")
    counted = {name: beside[name].fill_null(0).cast("int64") for name in months}
    at = {f"at_{point}": beside[f"at_{point}"].fill_null(_NONE) for point in range(last + 1)}
    return beside.mutate(**counted, **at)


def people_by_state(people: pd.DataFrame, clock: Clock, states: Sequence[str]) -> pd.DataFrame:
    """Return `arm`, `month`, `state`, `n`: people by arm and month point, one row per state that somebody is in.

    Whoever is followed no longer counts as ``not_followed``, so that an arm adds up to the same people every month.

    Parameters
    ----------
    people
        `arm`, `index_on`, `observed_days`, and the ranks `at_0`, `at_1`, …
    """
    ranks = {RANKS[state]: state for state in states} | {_NONE: NO_STATE}
    dates = pd.to_datetime(people["index_on"]).to_numpy(dtype="datetime64[D]")
    starts, place = np.unique(dates, return_inverse=True)
    days, observed = days_of_points(starts.tolist(), clock), people["observed_days"].to_numpy(dtype=np.int64)
    rows = []
    for month in range(last_point(clock) + 1):
        state = people[f"at_{month}"].map(ranks).to_numpy(dtype=object)
        state[days[place, month] >= observed] = NOT_FOLLOWED
        rows.append(pd.DataFrame({"arm": people["arm"].to_numpy(), "month": month, "state": state}))
    by_state = pd.concat(rows, ignore_index=True).groupby(["arm", "month", "state"], sort=True)
    return by_state.agg(n=("month", "size")).reset_index()


def _sum(terms: Sequence[ir.Value]) -> ir.Value:
    """Add terms in pairs, so that a sum of hundreds is not nested by hundreds."""
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        terms = [one + other for one, other in pairs] + list(terms[len(terms) // 2 * 2 :])
    return terms[0]
