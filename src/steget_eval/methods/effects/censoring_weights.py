"""Risks by inverse probability of censoring weights."""

from __future__ import annotations

import numpy as np

from steget_eval.core.errors import HorizonError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.curve_rows import risk_rows
from steget_eval.methods.effects.summaries import (
    ArmPair,
    FollowUp,
    check_follow_up,
    pair_by_cluster,
    pair_influences,
)
from steget_eval.methods.numerics.censoring import inverse_censoring_weights
from steget_eval.methods.numerics.clusters import Variance
from steget_eval.methods.numerics.counting import check_members
from steget_eval.methods.numerics.horizon import risk_by


def risk_by_censoring_weights(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, cause: int = 1,
    stratum: np.ndarray | None = None, level: float = 0.95, cluster: np.ndarray | None = None,
    variance: Variance = "jackknife",
) -> Estimates:  # fmt: skip
    """Risk by the horizon had nobody been censored, in each arm, with its difference and ratio.

    The weighted share with the event, weights from Kaplan–Meier of the censoring time within arm and stratum: censoring
    may depend on the stratum, which the plain curve does not allow. The variance knows that the weights are estimated.
    Without strata it is Aalen–Johansen (Kaplan–Meier with one cause), variance and all.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,), optional
        Arm, 0 or 1; without it the answer is of one arm.
    horizon
        Days. Past the longest follow-up of an arm or stratum: `HorizonError`.
    cause
        The cause of interest.
    stratum : np.ndarray, shape (n,), optional
        What censoring may depend on beside the arm.
    level
        Confidence level.
    cluster : np.ndarray, shape (n,), optional
        What people belong to; fewer than four in an arm are refused.
    variance
        With clusters: everything anew without each in turn and t(G - 1), or influences summed within them.
    """
    who = check_follow_up(t, d, a, horizon, competing=True)
    strata = check_members(stratum, who.t.size, "strata")
    pair = pair_by_cluster(
        who, cluster, variance,
        lambda rows, sites: _weighed(who.among(rows), strata[rows], cause, sites, told=stratum is not None),
    )  # fmt: skip
    kind = "competing" if np.any(who.d > 1) else "time_to_event"
    note = "censoring within arm" if stratum is None else "censoring within arm and stratum"
    return risk_rows(pair, level=level, method="censoring_weights", kind=kind, horizon=float(who.horizon), note=note)


def _weighed(who: FollowUp, strata: np.ndarray, cause: int, cluster: np.ndarray | None, *, told: bool) -> ArmPair:
    influence = np.zeros(who.t.size)
    found = []
    for arm in who.arms:
        mine = who.a == arm
        try:
            risk, influence[mine] = _weigh(who.t[mine], who.d[mine], strata[mine], who.horizon, cause)
        except HorizonError as stop:
            raise HorizonError(f"arm {arm}, in a stratum of it: {stop}" if told else f"arm {arm}: {stop}") from stop
        found.append((risk, int(np.sum(mine & (who.d == cause) & (who.t <= who.horizon)))))
    return pair_influences(who, found, influence, cluster)


def _weigh(t: np.ndarray, d: np.ndarray, strata: np.ndarray, horizon: int, cause: int) -> tuple[float, np.ndarray]:
    """One arm's weighted risk with each person's influence on it.

    Within a stratum the weighted share is the stratum's Aalen–Johansen risk, so a person moves it as that one; and
    moves the strata's shares of the arm by belonging to one of them.
    """
    weights, within, local = np.zeros(t.size), np.zeros(t.size), np.zeros(t.size)
    for stratum in np.unique(strata):
        cell = strata == stratum
        weights[cell] = inverse_censoring_weights(t[cell], d[cell], horizon)
        reading = risk_by(t[cell], d[cell], horizon, cause=cause)
        within[cell] = reading.influence(t[cell], d[cell], cause=cause) * (np.sum(cell) / t.size)
        local[cell] = reading.estimate
    risk = float(weights @ ((d == cause) & (t <= horizon))) / t.size
    return risk, within + (local - risk) / t.size
