"""Which counts of what a design did to people may be told."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Gated, Published, complement_levels, size_key
from steget_eval.study.design_account import DESIGN_COLUMNS, DesignAccount


def gate_design(found: DesignAccount, published: Published) -> Gated:
    """Hide small counts of people trimmed, cut, unmatched or in a subclass, and what would give them back.

    The arms' sizes are told, and as many are matched in both arms: where one arm's count is hidden so is the other's.
    A subclass is hidden in both arms together, and with it another: its people are a known share of everybody. What is
    left of an arm is a number of people as well, so one that lies a small step from a told size is not told.
    """
    frame = found.counts.reset_index(drop=True)
    rules: dict[int, Rule] = {}
    for (_, key), mine in frame.groupby(["method", "key"], sort=False):
        rules |= _of_subclasses(mine, published) if key == "subclass" else _of_people(mine, published)
    hidden = np.array([place in rules for place in range(len(frame))], dtype=bool)
    shown = frame.assign(n=frame["n"].astype("Int64").mask(hidden, pd.NA), of=frame["of"].astype("Int64"))
    taken: Counter[tuple[Rule, str]] = Counter((rule, "design") for rule in rules.values())
    return Gated(shown.assign(suppressed=hidden)[[*DESIGN_COLUMNS, "suppressed"]], published, taken)


def _of_people(mine: pd.DataFrame, published: Published) -> dict[int, Rule]:
    thresholds = published.thresholds
    found: dict[int, Rule] = {}
    for place, row in zip(mine.index, mine.to_dict("records"), strict=True):
        n, left = int(row["n"]), int(row["of"]) - int(row["n"])
        rule = thresholds.rule(n) if n else None  # that nobody was left out says nothing of anybody
        if rule is None and n and thresholds.is_small(left):
            rule = "complement"
        if rule is None and n and not published.admits(size_key(str(row["arm"])), left):
            rule = "small_difference"
        if rule is not None:
            found[int(place)] = rule
    if not found:
        return {}
    return {int(place): found.get(int(place), "complement") for place in mine.index}


def _of_subclasses(mine: pd.DataFrame, published: Published) -> dict[int, Rule]:
    smallest = mine.groupby("level")["n"].min()
    counts = {str(level): int(n) for level, n in smallest.items()}
    hidden = complement_levels(counts, published.thresholds)
    return {
        int(place): hidden[str(level)]
        for place, level in zip(mine.index, mine["level"], strict=True)
        if str(level) in hidden
    }
