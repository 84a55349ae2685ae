"""Tells how many have a known outcome."""

from __future__ import annotations

import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.protocol import Protocol


def unknown_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return `estimand`, `arm`, `n`, `known` and `positive` for every estimand and arm.

    `positive` is how many have an amount above zero, missing for what is no amount: the gate needs it, since a mean
    over people who are nearly all zero gives the few others back.
    """
    arms = cohort.persons["arm"].to_numpy()
    rows = []
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        for arm in cohort.arms:
            mine = arms == arm
            positive = int((values.y[mine] > 0).sum()) if values.kind == "amount" else None
            rows.append((estimand.id, arm, int(mine.sum()), int(values.known[mine].sum()), positive))
    frame = pd.DataFrame(rows, columns=["estimand", "arm", "n", "known", "positive"])
    return frame.astype({"positive": "Int64"})
