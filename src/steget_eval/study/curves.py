"""Draws the cumulative incidence of every outcome that has a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.methods.numerics.curves import aalen_johansen
from steget_eval.protocol import Protocol

CURVE_COLUMNS = (
    "estimand",
    "arm",
    "cause",
    "time",
    "estimate",
    "conf_low",
    "conf_high",
    "at_risk",
    "events",
    "competing",
    "censored",
)


def curve_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return the step functions of every outcome with a time, arm by arm and cause by cause.

    Estimands that share an outcome and its strategies share a curve; it is told once, under the first of them.
    """
    frames = []
    told: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        key = (estimand.outcome, tuple(sorted(estimand.strategies.items())))
        if values.y.size or key in told or not values.t.size:
            continue
        told.add(key)
        frames += [
            _arm_curve(values, cohort.persons["arm"].to_numpy() == arm, cause, level=protocol.confidence_level).assign(
                estimand=estimand.id, arm=arm, cause=name
            )
            for arm in cohort.arms
            for cause, name in enumerate(("event", *values.causes), start=1)
        ]
    if not frames:
        return pd.DataFrame(columns=list(CURVE_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(CURVE_COLUMNS)]


def _arm_curve(values: OutcomeValues, mine: np.ndarray, cause: int, *, level: float) -> pd.DataFrame:
    who = mine & values.known
    entry = values.entry[who] if values.entry.size else None
    return (
        aalen_johansen(values.t[who], values.d[who], cause=cause, entry=entry, level=level)
        .to_frame()
        .rename(columns={"times": "time"})
    )
