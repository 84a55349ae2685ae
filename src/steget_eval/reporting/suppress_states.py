"""Which months and states may be told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Gated, Published, complement_levels, parts, size_key

STATE_COLUMNS = ["arm", "month", "state", "n", "total", "share", "suppressed"]

#: The state of a row that pools several.
POOLED = "suppressed"


def gate_states(frame: pd.DataFrame, published: Published) -> Gated:
    """Pool the small states of a month, and hide months whose total would tell how few have left.

    A month's total is the sum of its states, so it cannot be hidden alone. A month is told where its total is large
    enough for shares and lies no small step from any other told number of the arm, earlier months among them: the
    few who left since then would else be given back. The same total again tells that nobody left, which is allowed.
    """
    rows: list[tuple[Any, ...]] = []
    taken: Counter[tuple[Rule, str]] = Counter()
    for (arm, month), mine in parts(frame, "arm", "month"):
        counts = {str(state): int(n) for state, n in zip(mine["state"], mine["n"], strict=True)}
        total = sum(counts.values())
        rule = _month_rule(arm, total, published)
        hidden = complement_levels(counts, published.thresholds)
        if rule is None and hidden and len(hidden) == len(counts):
            rule = "complement"
        if rule is not None:
            taken[rule, "states"] += len(counts)
            rows.append((arm, month, POOLED, None, None, np.nan, True))
            continue
        published = published.with_numbers([(size_key(arm), total)])
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


def _month_rule(arm: str, total: int, published: Published) -> Rule | None:
    thresholds = published.thresholds
    if thresholds.is_small(total) or thresholds.is_thin(total):
        return "small_denominator"
    return None if published.admits(size_key(arm), total) else "small_difference"
