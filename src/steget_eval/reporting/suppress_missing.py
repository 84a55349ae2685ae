"""Which steps of the ladder on unknown outcomes may be told."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from steget_eval.reporting.suppress import blanked
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
    shown = blanked(frame, hidden)
    taken = estimates.taken.copy()
    taken["dependent", "estimates"] += int(hidden.sum())
    return replace(estimates, frame=shown, taken=taken)
