"""Weighted curves on whole days, with what each person's weight moves them by.

The weights are no counts: ten times the weights give the same curve and the same variance. What a person's weight moves
a curve's number by is its exact derivative, so that an estimated weight's own uncertainty can be chained to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from steget_eval.core.errors import HorizonError

Quantity = Literal["risk", "time_lost"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moved:
    """A weighted number at the horizon.

    Attributes
    ----------
    estimate
        Cumulative incidence of the cause by the horizon, or the days lost to it up to there.
    per_weight : np.ndarray, shape (n,)
        Derivative of the estimate by each person's weight; weights times it sum to zero.
    events
        People, unweighted, with the event by the horizon.
    """

    estimate: float
    per_weight: np.ndarray
    events: int


def weighted_by(
    t: np.ndarray, d: np.ndarray, w: np.ndarray, horizon: int, *, cause: int = 1, quantity: Quantity = "risk"
) -> Moved:
    """Return the weighted Aalen–Johansen number of `cause` at the horizon, with its derivatives.

    Without competing causes it is one minus the weighted Kaplan–Meier. With equal weights the derivatives times the
    weight are the infinitesimal jackknife.

    Parameters
    ----------
    t, d : np.ndarray, shape (n,)
        Whole days, and the cause of the event or 0; checked before.
    w : np.ndarray, shape (n,)
        Weights above zero.

    Raises
    ------
    HorizonError
        Where nobody was followed to the horizon and not everybody had had an event.
    """
    days, at = np.unique(t, return_inverse=True)
    last = int(days[-1])
    if horizon > last and not (d[t == last] > 0).all():
        raise HorizonError(f"the horizon is day {horizon}, but nobody was followed beyond day {last}")
    ended = np.bincount(at, w)
    at_risk = np.cumsum(ended[::-1])[::-1]
    own = np.bincount(at, np.where(d == cause, w, 0.0)) / at_risk
    hazard = np.bincount(at, np.where(d > 0, w, 0.0)) / at_risk
    before = np.concatenate(([1.0], np.cumprod(1 - hazard)[:-1]))
    within = days <= horizon
    worth = np.where(within, 1.0 if quantity == "risk" else horizon - days, 0.0)
    gain = worth * before * own
    total = np.cumsum(gain)
    # Where everybody at risk had an event nothing follows, so the share that is divided by zero is zero.
    stayed = at_risk * (1 - hazard)
    later = np.divide(total[-1] - total, stayed, out=np.zeros(days.size), where=(stayed > 1e-12 * at_risk) & within)
    gained = worth * before / at_risk
    through = np.cumsum(hazard * later - own * gained)
    per_weight = through[at] - np.where(d > 0, later[at], 0.0) + np.where(d == cause, gained[at], 0.0)
    events = int(np.sum((d == cause) & (t <= horizon)))
    return Moved(estimate=float(total[-1]), per_weight=per_weight, events=events)
