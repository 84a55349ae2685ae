"""Risks, restricted means and the log-rank test where there is no competing event."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from steget_eval.core.errors import EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.curve_rows import mean_rows, risk_rows
from steget_eval.methods.effects.summaries import ArmPair, ArmSummary, check_follow_up, pair_by_cluster, read_arms
from steget_eval.methods.numerics.clusters import Variance
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days, check_entry, count_days
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by


def risk_at(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, level: float = 0.95,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", entry: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Kaplan–Meier risk by the horizon in each arm, with its difference and ratio.

    One minus the share without the event at the end of day `horizon`; Greenwood's variance.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the event or to the end of follow-up; people followed through have `horizon` or more.
    d : np.ndarray, shape (n,)
        0 censored, 1 the event. Any other cause is refused: one minus survival is then no risk.
    a : np.ndarray, shape (n,), optional
        Arm, 0 or 1; without it the answer is of one arm.
    horizon
        Days; an event on that very day counts. Past the longest follow-up in an arm: `HorizonError`.
    level
        Confidence level.
    cluster : np.ndarray, shape (n,), optional
        What people belong to; fewer than four in an arm are refused.
    variance
        With clusters: everything anew without each in turn and t(G - 1), or influences summed within them.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk (left truncation); 0 is from the beginning.
    """
    who = check_follow_up(t, d, a, horizon, competing=False, entry=entry)
    pair = pair_by_cluster(
        who, cluster, variance, lambda rows, sites: read_arms(who.among(rows), risk_by, cluster=sites)
    )
    note = "arm interval log–log"
    return risk_rows(
        pair, level=level, method="kaplan_meier", kind="time_to_event", horizon=float(who.horizon), note=note
    )


def rmst(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None = None, *, horizon: int, level: float = 0.95,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", entry: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Mean days without the event up to the horizon in each arm, with the difference.

    The area under Kaplan–Meier; Royston & Parmar (2013), with the variance survRM2 prints. Arguments as in `risk_at`.
    """
    who = check_follow_up(t, d, a, horizon, competing=False, entry=entry)
    lost = pair_by_cluster(
        who, cluster, variance, lambda rows, sites: read_arms(who.among(rows), time_lost_by, cluster=sites)
    )
    kept = ArmPair(
        one=_rest(lost.one, who.horizon),
        zero=None if lost.zero is None else _rest(lost.zero, who.horizon),
        covariance=lost.covariance,
        degrees=lost.degrees,
        arm_degrees=lost.arm_degrees,
    )
    return mean_rows(
        kept, "rmst", level=level, method="restricted_mean", kind="time_to_event", horizon=float(who.horizon)
    )


def _rest(lost: ArmSummary, horizon: int) -> ArmSummary:
    return ArmSummary(estimate=horizon - lost.estimate, variance=lost.variance, n=lost.n, events=lost.events)


def log_rank(t: np.ndarray, d: np.ndarray, a: np.ndarray, *, entry: np.ndarray | None = None) -> Estimates:
    """Test that the arms share one hazard of the event over all of follow-up.

    Mantel (1966), with the hypergeometric variance for tied days; the estimate is chi-square on one degree of freedom.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the event or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, 1 the event; any other cause is refused.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk; nobody is compared with people before then.
    """
    days = check_days(t)
    causes, arms = check_causes(d, days.size, competing=False), check_arms(a, days.size)
    late = check_entry(entry, days)
    pooled = count_days(days, causes, entry=late)
    in_one = arms == 1
    events_one = int(causes[in_one].sum())
    at_risk_one = np.sum(in_one) - np.searchsorted(np.sort(days[in_one]), pooled.days, side="left")
    if late is not None:  # at risk from the day after
        entered = in_one & (late > 0)
        at_risk_one = at_risk_one - (entered.sum() - np.searchsorted(np.sort(late[entered]), pooled.days, side="left"))
    y, events = pooled.at_risk, pooled.events
    share = np.divide(at_risk_one, y, out=np.zeros(y.size), where=y > 0)
    spread = events * share * (1 - share) * np.divide(y - events, y - 1, out=np.zeros(y.size), where=y > 1)
    variance = float(spread.sum())
    if not variance > 0:
        raise EventsError("no event happened while both arms had people at risk, so the log-rank test says nothing")
    chi_square = (events_one - float((events * share).sum())) ** 2 / variance
    row = Estimate(
        contrast="log_rank",
        method="log_rank",
        estimate=chi_square,
        interval_kind="none",
        p_value=float(stats.chi2.sf(chi_square, 1)),
        n_1=int(np.sum(in_one)),
        n_0=int(np.sum(~in_one)),
        events_1=events_one,
        events_0=int(causes[~in_one].sum()),
        kind="time_to_event",
        population="ATE",
        unit="chi-square",
        horizon=math.nan,
        note="one degree of freedom",
    )
    return Estimates((row,))
