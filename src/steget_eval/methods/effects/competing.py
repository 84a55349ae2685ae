"""Cumulative incidence of one cause beside others, with the time lost to it."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from steget_eval.core.errors import EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.curve_rows import mean_rows, risk_rows
from steget_eval.methods.effects.summaries import check_follow_up, pair_by_cluster, read_arms
from steget_eval.methods.numerics.clusters import Variance
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days
from steget_eval.methods.numerics.gray import gray_score
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by


def cumulative_incidence(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, cause: int = 1, level: float = 0.95,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", entry: np.ndarray | None = None,
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
        What people belong to; fewer than four in an arm are refused.
    variance
        With clusters: everything anew without each in turn and t(G - 1), or influences summed within them.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk (left truncation); 0 is from the beginning.
    """
    who = check_follow_up(t, d, a, horizon, competing=True, entry=entry)
    pair = pair_by_cluster(
        who, cluster, variance, lambda rows, sites: read_arms(who.among(rows), risk_by, cause=cause, cluster=sites)
    )
    note = "arm interval log–log"
    return risk_rows(
        pair, level=level, method="aalen_johansen", kind="competing", horizon=float(who.horizon), note=note
    )


def time_lost(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, cause: int = 1, level: float = 0.95,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", entry: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Mean days lost to one cause up to the horizon in each arm, with the difference.

    The area under the cumulative incidence; Andersen (2013). Where the event is a job, the days lost to it are days
    after getting one. Arguments as in `cumulative_incidence`.
    """
    who = check_follow_up(t, d, a, horizon, competing=True, entry=entry)
    pair = pair_by_cluster(
        who, cluster, variance, lambda rows, sites: read_arms(who.among(rows), time_lost_by, cause=cause, cluster=sites)
    )
    return mean_rows(pair, "rmtl", level=level, method="time_lost", kind="competing", horizon=float(who.horizon))


def gray(t: np.ndarray, d: np.ndarray, a: np.ndarray, *, cause: int = 1) -> Estimates:
    """Test that the arms share one cumulative incidence of the cause over all of follow-up.

    Gray (1988), weight 1, with the variance that cmprsk::cuminc prints; the estimate is chi-square on one degree of
    freedom. It is to `cumulative_incidence` what the log-rank test is to Kaplan–Meier.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.

    Raises
    ------
    MethodError
        Where nobody had the event while both arms had people at risk.
    """
    days = check_days(t)
    causes, arms = check_causes(d, days.size, competing=True), check_arms(a, days.size)
    if not (causes == cause).any():
        raise EventsError("nobody had the event, so there is nothing to test")
    found = gray_score(days, causes, arms, cause=cause)
    if not found.variance > 0:
        raise EventsError("no event happened while both arms had people at risk, so Gray's test says nothing")
    chi_square = found.score**2 / found.variance
    in_one, event = arms == 1, causes == cause
    row = Estimate(
        contrast="gray", method="gray", estimate=chi_square, interval_kind="none",
        p_value=float(stats.chi2.sf(chi_square, 1)), n_1=int(in_one.sum()), n_0=int((~in_one).sum()),
        events_1=int((event & in_one).sum()), events_0=int((event & ~in_one).sum()), kind="competing",
        population="ATE", unit="chi-square", horizon=math.nan, note="one degree of freedom",
    )  # fmt: skip
    return Estimates((row,))
