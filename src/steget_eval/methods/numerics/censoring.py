"""How likely people of one kind were to remain uncensored."""

from __future__ import annotations

import numpy as np

from steget_eval.methods.numerics.counting import DayCounts, count_days


def uncensored_before(counts: DayCounts) -> np.ndarray:
    """Share uncensored just before each distinct day, shape (D,): Kaplan–Meier of the censoring time.

    Events come before censorings of the same day, so those who could be censored on a day are the ones at risk less
    that day's events. Then survival × uncensored is exactly the share at risk.
    """
    could_be = counts.at_risk - counts.any_cause
    stayed = 1 - np.divide(counts.censored, could_be, out=np.zeros(could_be.size), where=could_be > 0)
    return np.asarray(np.concatenate(([1.0], np.cumprod(stayed)[:-1])))


def inverse_censoring_weights(t: np.ndarray, d: np.ndarray, horizon: int) -> np.ndarray:
    """Return each person's inverse probability of being seen to the event or the horizon, shape (n,).

    One over the uncensored share just before the event, or before the horizon for those still without one there; zero
    for those censored earlier. The weights sum to n. Raises `HorizonError` where follow-up does not reach the horizon.
    """
    counts = count_days(t, d)
    counts.check_reach(horizon)
    shares = uncensored_before(counts)
    seen = ((d != 0) & (t <= horizon)) | (t >= horizon)
    known = np.minimum(t, horizon)
    # The share just before a day without anybody's end is the one just before the next day that has one.
    at = np.minimum(np.searchsorted(counts.days, known, side="left"), counts.days.size - 1)
    return np.asarray(np.where(seen, 1 / shares[at], 0.0))
