"""Inverse probability of censoring weights."""

from __future__ import annotations

import numpy as np

from steget_eval.methods.numerics.censoring import inverse_censoring_weights
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days, check_horizon, check_members


def weights_censoring(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, stratum: np.ndarray | None = None
) -> np.ndarray:
    """Weights that let those seen to the horizon stand for those censored before it, shape (n,).

    Kaplan–Meier of the censoring time within arm, and within stratum where given: censoring may then depend on both.
    Zero for the censored; within each arm and stratum the weights sum to its number of people.
    Robins & Rotnitzky (1992).

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the event or to the end of follow-up; people followed through have `horizon` or more.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event. Events come before censorings of the same day.
    a : np.ndarray, shape (n,), optional
        Arm, 0 or 1.
    horizon
        Days. Past the longest follow-up of an arm or stratum: `HorizonError`.
    stratum : np.ndarray, shape (n,), optional
        What censoring may depend on beside the arm.
    """
    days = check_days(t)
    causes, until = check_causes(d, days.size, competing=True), check_horizon(horizon)
    arms = np.ones(days.size, dtype=np.int64) if a is None else check_arms(a, days.size)
    strata = check_members(stratum, days.size, "strata")
    cells = strata * 2 + arms
    weights = np.zeros(days.size)
    for cell in np.unique(cells):
        mine = cells == cell
        weights[mine] = inverse_censoring_weights(days[mine], causes[mine], until)
    return weights
