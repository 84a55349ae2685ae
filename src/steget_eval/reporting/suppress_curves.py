"""Which steps of a curve, with which numbers at risk, may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Published, Thresholds, parts, size_key
from steget_eval.reporting.suppress_estimates import GatedEstimates, others_key, outcome_families

CURVE_COLUMNS = ["estimand", "arm", "cause", "time", "estimate", "conf_low", "conf_high", "suppressed"]
_ROUNDING = 1e-9  # of sums of weights that are all alike
AT_RISK_COLUMNS = ["estimand", "arm", "time", "at_risk", "suppressed"]


@dataclass(frozen=True, slots=True, eq=False)
class GatedCurves:
    """Curves and numbers at risk after the gate."""

    curves: pd.DataFrame
    at_risk: pd.DataFrame
    taken: Counter[tuple[Rule, str]]


def gate_curves(
    frame: pd.DataFrame, estimates: GatedEstimates, published: Published, protocol: Protocol
) -> GatedCurves:  # fmt: skip
    """Merge steps of few events into the next, end a curve where few are at risk, and hide those that may not be told.

    A curve whose outcome has no told estimate is hidden whole, and so is one without a single step that may be told:
    a flat line would say that nobody had the event.
    """
    told = _told_outcomes(estimates.frame)
    rows: list[tuple[Any, ...]] = []
    marks: list[tuple[Any, ...]] = []
    taken: Counter[tuple[Rule, str]] = Counter()
    for (estimand, _), pair in parts(frame, "estimand", "arm"):
        outcome = protocol.estimand(estimand).outcome
        open_ = outcome in told and (estimand, "all") not in estimates.hidden
        steps: dict[str, list[int]] = {}
        for (cause,), mine in parts(pair, "cause"):
            ordered = mine.sort_values("time", kind="stable").reset_index(drop=True)
            steps[cause] = choose_steps(ordered, published.thresholds) if open_ else []
            rows += _curve_rows(ordered, steps[cause])
            merged = int((ordered["events"] > 0).sum()) - len(steps[cause])
            taken["curve_step" if open_ else "dependent", "curves"] += merged
        mine = pair[pair["cause"] == "event"].sort_values("time", kind="stable").reset_index(drop=True)
        rest = pair[pair["cause"] != "event"]
        found = _marks(mine, rest, steps, published, outcome_families(protocol)[outcome], protocol, open_=open_)
        marks += found
        taken["small_difference" if open_ else "dependent", "at_risk"] += sum(mark[-1] for mark in found)
    curves = pd.DataFrame(rows, columns=CURVE_COLUMNS).astype({"time": float, "suppressed": bool})
    at_risk = pd.DataFrame(marks, columns=AT_RISK_COLUMNS)
    at_risk = at_risk.astype({"time": float, "at_risk": "Int64", "suppressed": bool})
    return GatedCurves(curves, at_risk, Counter({key: cells for key, cells in taken.items() if cells}))


def choose_steps(curve: pd.DataFrame, thresholds: Thresholds) -> list[int]:
    """Return the rows of one cause's curve that may be told.

    Each carries at least `minimum_cell` events since the one before, with enough people at risk for a share; and
    what remains after the last is nobody or again at least `minimum_cell`, since the estimate at the horizon is told
    too and the difference would give them back. Where people are weighted a step must carry as many by their weights
    too, (sum of w)^2 / sum of w^2 (Kish 1965): one who weighs more than the others together would else stand alone in
    it, and its height would tell whom it is about.
    """
    smallest = thresholds.policy.minimum_cell
    floor = max(smallest, thresholds.policy.minimum_denominator)
    events, at_risk = curve["events"].to_numpy(), curve["at_risk"].to_numpy()
    # Without weights everybody weighs one, and as many are carried as there are events.
    sums = np.cumsum([events, curve.get("weight", curve["events"]), curve.get("square", curve["events"])], axis=1)
    happened = np.flatnonzero(events > 0)
    picked: list[int] = []
    last = np.zeros(3)
    for place in happened:
        if _carries(sums[:, place] - last, smallest) and at_risk[place] >= floor:
            picked.append(int(place))
            last = sums[:, place]
    if not picked or picked[-1] == happened[-1] or _carries(sums[:, -1] - last, smallest):
        return picked
    while picked and not _carries(sums[:, -1] - last, smallest):
        picked.pop()
        last = sums[:, picked[-1]] if picked else np.zeros(3)
    if _carries(sums[:, -1] - last, smallest) and at_risk[happened[-1]] >= floor:
        picked.append(int(happened[-1]))
    return picked


def _carries(carried: np.ndarray, smallest: int) -> bool:
    """Tell whether events, weights and squared weights are those of enough people."""
    events, weight, square = (float(one) for one in carried)
    return events >= smallest and weight**2 >= smallest * square * (1 - _ROUNDING)


def mark_days(protocol: Protocol) -> tuple[int, ...]:
    """Return the five marked days: the start and each quarter of the horizon."""
    days = protocol.clock.horizon_days
    return tuple(round(days * quarter / 4) for quarter in range(5))


def number_at_risk(curve: pd.DataFrame, day: int) -> int:
    """Return how many were followed without any event just before a day."""
    later = curve[curve["time"] >= day]
    return int(later["at_risk"].iloc[0]) if len(later) else 0


def _told_outcomes(frame: pd.DataFrame) -> set[str]:
    told = frame[~frame["suppressed"] & (frame["subgroup"] == "all")]
    return set(told["outcome"])


def _curve_rows(curve: pd.DataFrame, picked: list[int]) -> list[tuple[Any, ...]]:
    first = curve.iloc[0]
    key = (first["estimand"], first["arm"], first["cause"])
    if not picked:
        return [(*key, 0.0, np.nan, np.nan, np.nan, True)]
    # A curve starts at nobody: the few with the event on day 0 are told with the first step that is large enough.
    start = [] if 0 in picked else [(*key, 0.0, 0.0, np.nan, np.nan, False)]
    return start + [
        (*key, row["time"], row["estimate"], row["conf_low"], row["conf_high"], False)
        for row in curve.iloc[picked].to_dict("records")
    ]


def _marks(
    mine: pd.DataFrame, rest: pd.DataFrame, steps: dict[str, list[int]], published: Published, family: str,
    protocol: Protocol, *, open_: bool,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Numbers at risk at the marked days, each held against every told number that it is a part of."""
    estimand, arm = str(mine["estimand"].iloc[0]), str(mine["arm"].iloc[0])
    horizon = mark_days(protocol)[-1]
    beside = Published(published.thresholds)
    keys: tuple[Hashable, ...] = (others_key(arm, family), size_key(arm))
    lost_before = Published(published.thresholds)
    found: list[tuple[Any, ...]] = []
    for day in mark_days(protocol):
        n = number_at_risk(mine, day)
        fine = open_ and not published.thresholds.is_small(n) and beside.admits("series", n)
        fine = fine and all(published.admits(key, n) for key in keys)
        # Since the last told step so many had left or had the event: few of either are few.
        since = int(mine["at_risk"].iloc[0]) - _counted(mine, steps.get("event", []), day) - n
        fine = fine and not published.thresholds.is_gap(since)
        lost = _lost(mine, rest, steps, day, horizon)
        fine = fine and all(lost_before.admits("lost", one) and not lost_before.thresholds.is_gap(one) for one in lost)
        if fine:
            beside = beside.with_numbers([("series", n)])
            lost_before = lost_before.with_numbers([("lost", one) for one in lost[:1]])
        found.append((estimand, arm, float(day), n if fine else None, not fine))
    return found


def _lost(
    mine: pd.DataFrame, rest: pd.DataFrame, steps: dict[str, list[int]], day: int, horizon: int
) -> list[int]:  # fmt: skip
    """How many had left by a day without the event, in all and by censoring, where the told curves let it be counted.

    A curve tells the events before a day exactly where its last told step carries all of them; at the horizon the
    table of estimates does.
    """
    before = mine["time"] < day
    happened = int(mine.loc[before, "events"].sum())
    if day < horizon and _counted(mine, steps.get("event", []), day) != happened:
        return []
    left = int(mine["at_risk"].iloc[0]) - happened - number_at_risk(mine, day)
    found = [left]
    known = 0
    for (cause,), other in parts(rest, "cause"):
        ordered = other.sort_values("time", kind="stable").reset_index(drop=True)
        competing = int(ordered.loc[ordered["time"] < day, "events"].sum())
        if _counted(ordered, steps.get(cause, []), day) == competing:
            known += competing
            found.append(left - known)
    return found


def _counted(curve: pd.DataFrame, picked: list[int], day: int) -> int:
    reached = [place for place in picked if curve["time"].iloc[place] < day]
    return int(curve["events"].iloc[: reached[-1] + 1].sum()) if reached else 0
