"""Which months and states may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.cohort import NO_STATE, NOT_FOLLOWED
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Gated, Published, complement_levels, parts, size_key
from steget_eval.reporting.suppress_estimates import events_key

STATE_COLUMNS = ["arm", "month", "state", "n", "total", "share", "suppressed"]

#: The state of a row that pools several.
POOLED = "suppressed"


def gate_states(frame: pd.DataFrame, published: Published, families: Mapping[str, str] | None = None) -> Gated:
    """Pool the small states of a month, each pool at least two states and large enough by itself.

    An arm adds up to the same people every month, so what ``not_followed`` leaves over is how many were followed.
    Where that number lies a small step from another told number of the arm, earlier months among them, it would give
    back the few who left in between: ``not_followed`` then joins the month's pool. That nobody left is told. An arm
    too small for shares, or whose size may not be told, has no state told in any month.

    A state in which an outcome's events lie (`families`) is held against the told numbers of people with the event: 25
    ever employed and 23 employed this month would tell of two who lost their job.

    What is told from month to month still changes: a state of 20 people that has 22 a month later has gained at
    least two. That one state changed by so many is told, who they are, and from which state they came, is not.
    """
    rows: list[tuple[Any, ...]] = []
    taken: Counter[tuple[Rule, str]] = Counter()
    for (arm, month), mine in parts(frame, "arm", "month"):
        counts = {str(state): int(n) for state, n in zip(mine["state"], mine["n"], strict=True)}
        total = sum(counts.values())
        rule = _arm_rule(arm, total, published)
        left = _left_rule(arm, counts, published) | _event_rule(
            arm, counts, published, families or {}, last=month == frame["month"].max()
        )
        hidden = complement_levels(counts, published.thresholds, never_told=_with_none(counts, left, published))
        if rule is None and hidden and len(hidden) == len(counts):
            rule = "complement"
        if rule is not None:
            taken[rule, "states"] += len(counts)
            rows.append((arm, month, POOLED, None, None, np.nan, True))
            continue
        published = published.with_numbers([(size_key(arm), total)])
        if NOT_FOLLOWED not in hidden:
            published = published.with_numbers([(size_key(arm), total - counts.get(NOT_FOLLOWED, 0))])
        taken.update((why, "states") for why in hidden.values())
        rows += [(arm, month, state, n, total, n / total, False) for state, n in counts.items() if state not in hidden]
        if hidden:
            pooled = sum(counts[state] for state in hidden)
            rows.append((arm, month, POOLED, pooled, total, pooled / total, True))
    return Gated(states_frame(rows), published, taken)


def states_frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows of states as the frame of a release."""
    frame = pd.DataFrame(rows, columns=STATE_COLUMNS)
    return frame.astype({"n": "Int64", "total": "Int64", "share": float, "suppressed": bool})


def _arm_rule(arm: str, total: int, published: Published) -> Rule | None:
    thresholds = published.thresholds
    if thresholds.is_small(total) or thresholds.is_thin(total):
        return "small_denominator"
    return None if published.admits(size_key(arm), total) else "small_difference"


def _with_none(counts: Mapping[str, int], left: Mapping[str, Rule], published: Published) -> Mapping[str, Rule]:
    """Add to what must be pooled those in no state, where small ones need somebody beside them: they say the least."""
    thresholds = published.thresholds
    pool = [n for state, n in counts.items() if state in left or thresholds.is_small(n)]
    enough = len(pool) > 1 and sum(pool) >= thresholds.policy.minimum_cell
    if not pool or enough or NO_STATE not in counts or thresholds.is_small(counts[NO_STATE]):
        return left
    return {**left, NO_STATE: "complement"}


def _left_rule(arm: str, counts: Mapping[str, int], published: Published) -> dict[str, Rule]:
    """Return ``not_followed`` where the number still followed may not be told."""
    if NOT_FOLLOWED not in counts:
        return {}
    followed = sum(counts.values()) - counts[NOT_FOLLOWED]
    beside = published.with_numbers([(size_key(arm), sum(counts.values()))])
    return {} if beside.admits(size_key(arm), followed) else {NOT_FOLLOWED: "small_difference"}


def _event_rule(
    arm: str, counts: Mapping[str, int], published: Published, families: Mapping[str, str], *, last: bool
) -> dict[str, Rule]:
    """Return the states whose number lies a small step from a told number of people with the event.

    Whoever holds a state one month is among those who ever held it, so each month is held against the largest told
    number; the last month also against those that tell of the horizon itself.
    """
    hidden: dict[str, Rule] = {}
    for state, n in counts.items():
        told = published.told.get(events_key(arm, families[state]), frozenset()) if state in families else frozenset()
        beside = told if last else sorted(told)[-1:]
        if any(published.thresholds.is_gap(n - other) for other in beside):
            hidden[state] = "small_difference"
    return hidden
