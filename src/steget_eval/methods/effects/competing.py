"""Cumulative incidence of one cause beside others, with the time lost to it."""

from __future__ import annotations

import numpy as np

from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.curve_rows import mean_rows, risk_rows
from steget_eval.methods.effects.summaries import check_follow_up, read_arms
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by


def cumulative_incidence(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, cause: int = 1, level: float = 0.95,
    cluster: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Aalen–Johansen risk of one cause by the horizon in each arm, with its difference and ratio.

    The variance is the infinitesimal jackknife's (as in R's survfit for several states; cmprsk::cuminc uses another
    estimator); tied days are exact.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up; people followed through have `horizon`
        or more.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,), optional
        Arm, 0 or 1; without it the answer is of one arm.
    horizon
        Days; an event on that very day counts. Past the longest follow-up in an arm: `HorizonError`.
    cause
        The cause of interest.
    level
        Confidence level.
    cluster : np.ndarray, shape (n,), optional
        What people belong to; influences are then summed within it.
    """
    who = check_follow_up(t, d, a, horizon, competing=True)
    pair = read_arms(who, risk_by, cause=cause, cluster=cluster)
    note = "arm interval log–log"
    return risk_rows(
        pair, level=level, method="aalen_johansen", kind="competing", horizon=float(who.horizon), note=note
    )


def time_lost(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, cause: int = 1, level: float = 0.95,
    cluster: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Mean days lost to one cause up to the horizon in each arm, with the difference.

    The area under the cumulative incidence; Andersen (2013). Where the event is a job, the days lost to it are days
    after getting one. Arguments as in `cumulative_incidence`.
    """
    who = check_follow_up(t, d, a, horizon, competing=True)
    pair = read_arms(who, time_lost_by, cause=cause, cluster=cluster)
    return mean_rows(pair, "rmtl", level=level, method="time_lost", kind="competing", horizon=float(who.horizon))
