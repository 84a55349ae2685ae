"""Tells how many have a known outcome."""

from __future__ import annotations

import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.protocol import Protocol


def unknown_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return `estimand`, `arm`, `n` and `known` for every estimand and arm."""
    arms = cohort.persons["arm"].to_numpy()
    rows = [
        {"estimand": estimand.id, "arm": arm, "n": int((arms == arm).sum()),
         "known": int(cohort.outcomes[estimand.id].known[arms == arm].sum())}
        for estimand in protocol.estimands
        for arm in cohort.arms
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["estimand", "arm", "n", "known"])
