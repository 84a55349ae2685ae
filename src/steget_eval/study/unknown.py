"""Tells how many have a known outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.protocol import Protocol


def unknown_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return `estimand`, `arm`, `n`, `known` and `positive` for every estimand and arm.

    `positive` is how many have an amount above zero (of what is counted before and after, the fewer of the two),
    missing for what is no amount: the gate needs it, since a mean over people who are nearly all zero gives the few
    others back.
    """
    arms = cohort.persons["arm"].to_numpy()
    rows = []
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        for arm in cohort.arms:
            mine = arms == arm
            positive = _positive(values, mine)
            rows.append((estimand.id, arm, int(mine.sum()), int(values.known[mine].sum()), positive))
    frame = pd.DataFrame(rows, columns=["estimand", "arm", "n", "known", "positive"])
    return frame.astype({"positive": "Int64"})


def _positive(values: OutcomeValues, mine: np.ndarray) -> int | None:
    if values.kind == "amount":
        return int((values.y[mine] > 0).sum())
    if values.kind == "longitudinal" and values.unit != "score":
        return int((values.scores[mine & values.known] > 0).sum(axis=0).min())
    return None
