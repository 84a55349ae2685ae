"""Tells in which state each person is at each month point."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from steget_eval.cohort.spells import RANKS
from steget_eval.cohort.tables import Laid, fetch
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
    spells = clipped.filter(clipped.a < clipped.b).select("person", "rank", "a", until=clipped.b)
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


def people_by_state(laid: Laid, covered: ir.Table, people: ir.Table, states: Sequence[str], last: int) -> pd.DataFrame:
    """Return `arm`, `month`, `state`, `n`: people by arm and month point, one row per state that somebody is in.

    Whoever is followed no longer counts as ``not_followed``, so that an arm adds up to the same people every month.

    Parameters
    ----------
    people
        `person`, `arm` and `points`: how many month points lie before the end of follow-up.
    """
    armed = covered.inner_join(people.select("person", "arm"), "person")
    followed = fetch(people.group_by("arm", "points").agg(n=people.count()), "arm", "points")
    rows: list[tuple[str, int, str, int]] = []
    for arm, mine in followed.groupby("arm", sort=True):
        total = int(mine["n"].sum())
        here = [int(mine.loc[mine["points"] > month, "n"].sum()) for month in range(last + 1)]
        rows += [(str(arm), month, NOT_FOLLOWED, total - n) for month, n in enumerate(here)]
        rows += [(str(arm), month, NO_STATE, n) for month, n in enumerate(here)]
    frame = pd.DataFrame(rows, columns=["arm", "month", "state", "n"])
    upto = [_at_points(armed, state, last) for state in states]
    frame = pd.concat([frame, *_by_state(upto, states)], ignore_index=True)
    held = frame[~frame["state"].isin([NO_STATE, NOT_FOLLOWED])].groupby(["arm", "month"])["n"].sum()
    free = frame["state"] == NO_STATE
    places = pd.MultiIndex.from_frame(frame.loc[free, ["arm", "month"]])
    frame.loc[free, "n"] -= held.reindex(places, fill_value=0).to_numpy()
    return frame[frame["n"] > 0].sort_values(["arm", "month", "state"], ignore_index=True)


def _at_points(armed: ir.Table, state: str, last: int) -> pd.DataFrame:
    """People by arm and point who are in the state or one before it in the order."""
    name = f"from_{state}"
    fresh = armed.filter(armed[name] < armed.until)
    stretches = fetch(fresh.group_by("arm", name, "until").agg(n=fresh.count()), "arm", name, "until")
    rows = [
        (arm, month, int(mine.loc[(mine[name] <= month) & (month < mine["until"]), "n"].sum()))
        for arm, mine in stretches.groupby("arm", sort=True)
        for month in range(last + 1)
    ]
    return pd.DataFrame(rows, columns=["arm", "month", "n"]).set_index(["arm", "month"])


def _by_state(upto: list[pd.DataFrame], states: Sequence[str]) -> list[pd.DataFrame]:
    found = []
    for number, state in enumerate(states):
        added = upto[number].sub(upto[number - 1], fill_value=0) if number else upto[number]
        found.append(added.astype("int64").reset_index().assign(state=state)[["arm", "month", "state", "n"]])
    return found
