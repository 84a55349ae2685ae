"""Which steps of the ladder on unknown outcomes may be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from steget_eval.core.columns import COUNT_NAMES, NUMBER_NAMES
from steget_eval.reporting.suppress_estimates import GatedEstimates


def hide_ladder(estimates: GatedEstimates, unknown: pd.DataFrame) -> GatedEstimates:
    """Hide the steps of an estimand whose numbers of unknown outcomes may not all be told: bounds give those back.

    Parameters
    ----------
    unknown
        The released table of known outcomes, with `suppressed`.
    """
    told = set(unknown["estimand"]) - set(unknown.loc[unknown["suppressed"].astype(bool), "estimand"])
    frame = estimates.frame
    step = frame["subgroup"].astype(str).str.startswith("unknown=")
    hidden = step & ~frame["estimand"].isin(told) & ~frame["suppressed"]
    if not hidden.any():
        return estimates
    shown = frame.copy()
    for name in NUMBER_NAMES:
        shown[name] = shown[name].mask(hidden, np.nan)
    for name in COUNT_NAMES:
        shown[name] = shown[name].mask(hidden, pd.NA)
    shown["note"] = shown["note"].mask(hidden, "")
    shown["suppressed"] = shown["suppressed"] | hidden
    taken = estimates.taken.copy()
    taken["dependent", "estimates"] += int(hidden.sum())
    return replace(estimates, frame=shown, taken=taken)
