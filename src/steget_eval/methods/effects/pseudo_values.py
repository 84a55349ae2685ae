"""Adjusted risks and times lost under censoring, by pseudo-values: what each person's own outcome is worth.

Andersen, Klein & Rosthøj (2003): within each arm a person's pseudo-value is the curve's number plus n times what the
person moves it by (the infinitesimal jackknife, as survival's `pseudo` in R). They stand in for outcomes that censoring
hides, and any method for a mean takes them. Censoring is supposed to be by chance within an arm, or within an arm and
stratum where strata are given (Andersen & Perme 2010): the curve is then the stratum's own. That the pseudo-values
share a curve is left out of the variance, which errs on the wide side (Jacobsen & Martinussen 2016).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import EventsError, HorizonError, OutsideError, SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.summaries import FollowUp, check_follow_up
from steget_eval.methods.numerics.arms import Arms, Floats, checked_choice, checked_covariates, checked_level
from steget_eval.methods.numerics.clusters import Variance, with_clusters
from steget_eval.methods.numerics.counting import check_members
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import (
    POPULATIONS,
    ArmMeans,
    Population,
    means_by_both,
    means_by_model,
)

Measure = Literal["risk", "rmtl", "rmst"]
Estimator = Literal["g_computation", "aipw"]


def pseudo_values(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, *, horizon: int, cause: int = 1, measure: Measure = "risk",
    stratum: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Return each person's pseudo-value, shape (n,), from the curve of the person's own arm, and stratum if any.

    Without censoring before the horizon it is the outcome itself: 1 or 0, the days lost, the days kept. Arguments as in
    `adjusted_pseudo`.
    """
    checked_choice(measure, ("risk", "rmtl", "rmst"), "measure")
    who = check_follow_up(t, d, a, horizon, competing=True)
    return _values(who, cause, measure, _checked_strata(stratum, who))


def adjusted_pseudo(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike, *, horizon: int, cause: int = 1,
    measure: Measure = "risk", estimator: Estimator = "aipw", population: Population = "ATE",
    stratum: np.ndarray | None = None, cluster: ArrayLike | None = None, variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return both arms' standardised numbers at the horizon, with their difference and for a risk their ratio.

    ``aipw`` is doubly robust: right where the propensity model or the linear model of the pseudo-values is;
    ``g_computation`` needs the latter. Limits are Wald's.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.
    X : shape (n, p)
        Covariates, no intercept.
    horizon
        Days; an event on that very day counts.
    measure
        ``risk`` by the horizon, ``rmtl`` days lost to the cause, ``rmst`` days without it.
    stratum : np.ndarray, shape (n,), optional
        What censoring may depend on beside the arm.
    cluster : shape (n,), optional
        What people belong to.

    Raises
    ------
    EventsError
        Where nobody in an arm had the event by the horizon.
    SpreadError
        Where everybody in an arm ended alike.
    OutsideError
        Where an arm's number is outside what is possible: a risk outside 0 to 1, days outside 0 to the horizon.
    HorizonError
        Where an arm, or a stratum of it, was not followed to the horizon.
    """
    checked_choice(measure, ("risk", "rmtl", "rmst"), "measure")
    checked_choice(estimator, ("g_computation", "aipw"), "estimator")
    checked_choice(population, POPULATIONS, "population")
    who = check_follow_up(t, d, a, horizon, competing=True)
    strata = _checked_strata(stratum, who)
    arms = Arms(y=_values(who, cause, measure, strata), a=who.a.astype(np.float64))
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(some: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        if estimator == "aipw":
            return means_by_both(some, design, "identity", population, True, groups)
        return means_by_model(some, design, "identity", population, True, groups)

    means = with_clusters(arms, Z, cluster, variance, fit)
    events = {number: int(np.sum((who.a == number) & (who.d == cause) & (who.t <= who.horizon))) for number in (1, 0)}
    labels: dict[str, Any] = {
        "method": estimator, "population": population, "kind": "competing" if np.any(who.d > 1) else "time_to_event",
        "horizon": float(who.horizon), "unit": "proportion" if measure == "risk" else "days",
        "level": checked_level(level), "degrees": means.degrees,
        "note": "pseudo-values" if stratum is None else "pseudo-values; censoring within arm and stratum",
        "n_1": int(arms.a.sum()), "n_0": int((1 - arms.a).sum()), "events_1": events[1], "events_0": events[0],
    }  # fmt: skip
    return _rows(means, measure, labels)


def _checked_strata(stratum: np.ndarray | None, who: FollowUp) -> np.ndarray:
    return np.zeros(who.t.size, dtype=np.int64) if stratum is None else check_members(stratum, who.t.size, "strata")


def _values(who: FollowUp, cause: int, measure: Measure, strata: np.ndarray) -> np.ndarray:
    values = np.empty(who.t.size)
    for number in who.arms:
        mine = who.a == number
        for stratum in np.unique(strata[mine]):
            values[mine & (strata == stratum)] = _of_one(who, mine & (strata == stratum), cause, measure, number)
        if not np.any(mine & (who.d == cause) & (who.t <= who.horizon)):
            raise EventsError(f"nobody in arm {number} had the event by the horizon, so its spread cannot be told")
        if not np.ptp(values[mine]) > 0:
            raise SpreadError(f"everybody in arm {number} ended alike, so there is no spread to make an interval from")
    return values


def _of_one(who: FollowUp, mine: np.ndarray, cause: int, measure: Measure, number: int) -> np.ndarray:
    t, d = who.t[mine], who.d[mine]
    read = risk_by if measure == "risk" else time_lost_by
    try:
        found = read(t, d, who.horizon, cause=cause)
    except HorizonError as stop:
        part = "" if mine.sum() == np.sum(who.a == number) else ", in a stratum of it"
        raise HorizonError(f"arm {number}{part}: {stop}") from stop
    own = found.estimate + t.size * found.influence(t, d, cause=cause)
    return np.asarray(who.horizon - own if measure == "rmst" else own)


def _rows(means: ArmMeans, measure: Measure, labels: dict[str, Any]) -> Estimates:
    one, zero = means.mean_1, means.mean_0
    most = 1.0 if measure == "risk" else labels["horizon"]
    if not (0 <= one <= most and 0 <= zero <= most):
        what = "risk" if measure == "risk" else "time"
        raise OutsideError(
            f"{labels['method']} puts the {what} of an arm outside what is possible: its model of pseudo-values is a "
            "straight line, and leads too far from the people of that arm"
        )

    def own(arm: int) -> dict[str, Any]:
        share = zero if arm == 0 else one
        within = measure == "risk" and means.arm_degrees is not None and 0 < share < 1
        return labels | {"degrees": means.degrees_of(arm), "within": within}

    rows = [
        delta_row(one, (1, 0), means.covariance, contrast=f"{measure}_1", test=False, **own(1)),
        delta_row(zero, (0, 1), means.covariance, contrast=f"{measure}_0", test=False, **own(0)),
        delta_row(one - zero, (1, -1), means.covariance, contrast=f"{measure}_difference", **labels),
    ]
    if measure == "risk" and one > 0 and zero > 0:
        of_log = (1 / one, -1 / zero)
        rows.append(
            delta_row(one / zero, of_log, means.covariance, contrast="risk_ratio", scale="log",
                      **{**labels, "unit": "ratio"})
        )  # fmt: skip
    return Estimates(tuple(rows))
