"""One arm's cumulative risk against a target, where some were censored."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from steget_eval.core.estimates import Estimate
from steget_eval.methods.effects.single_arm import (
    BOTH_NOTE,
    LOWER_NOTE,
    BandVerdict,
    TargetVerdict,
    band_verdict,
    both_level,
    check_band,
    check_target,
    target_verdict,
)
from steget_eval.methods.effects.summaries import check_follow_up
from steget_eval.methods.numerics.horizon import AtHorizon, risk_by
from steget_eval.methods.numerics.log_log import log_log_limit, log_log_score, normal_quantile


def at_least_under_censoring(
    t: np.ndarray, d: np.ndarray, target: float, *, horizon: int, cause: int = 1, level: float = 0.95
) -> TargetVerdict:
    """Judge the risk by the horizon against a target it should reach, by the one-sided log–log limit.

    The risk is Aalen–Johansen's (Kaplan–Meier's with one cause). Where nobody had the event the limit is 0; where
    everybody had, the log–log limit does not exist and the question is refused.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    target
        Proportion, above 0 and below 1.
    horizon
        Days. Past the longest follow-up: `HorizonError`.
    cause
        The cause of interest.
    level
        Confidence level of the one-sided limit.
    """
    check_target(target, level)
    who = check_follow_up(t, d, None, horizon, competing=True)
    reading = risk_by(who.t, who.d, who.horizon, cause=cause)
    std_error = math.sqrt(reading.variance)
    low, p_value = 0.0, 1.0
    if reading.events > 0:
        low = log_log_limit(reading.estimate, std_error, -normal_quantile(level, sides=1))
        p_value = float(stats.norm.sf(log_log_score(reading.estimate, std_error, target)))
    row = _row(reading, who.horizon, low=low, high=1.0, level=level, p_value=p_value, d=who.d, note=LOWER_NOTE)
    return target_verdict(row, target, level, smallest_count=None)


def between_under_censoring(
    t: np.ndarray, d: np.ndarray, low: float, high: float, *, horizon: int, cause: int = 1, level: float = 0.95
) -> BandVerdict:
    """Judge the risk by the horizon against a band it should lie in, by two one-sided log–log limits.

    Where nobody or everybody had the event there are no such limits and the question is refused. Arguments as in
    `at_least_under_censoring`.
    """
    check_band(low, high, level)
    who = check_follow_up(t, d, None, horizon, competing=True)
    reading = risk_by(who.t, who.d, who.horizon, cause=cause)
    std_error, z = math.sqrt(reading.variance), normal_quantile(level, sides=1)
    limits = [log_log_limit(reading.estimate, std_error, side * z) for side in (-1, 1)]
    below = stats.norm.sf(log_log_score(reading.estimate, std_error, low))
    above = stats.norm.cdf(log_log_score(reading.estimate, std_error, high))
    row = _row(
        reading,
        who.horizon,
        low=limits[0],
        high=limits[1],
        level=both_level(level),
        p_value=float(max(below, above)),
        d=who.d,
        note=BOTH_NOTE.format(level=level),
    )
    return band_verdict(row, low, high, level)


def _row(
    reading: AtHorizon, horizon: int, *, low: float, high: float, level: float, p_value: float, d: np.ndarray, note: str
) -> Estimate:
    return Estimate(
        contrast="risk_1",
        method="log_log_one_sided",
        estimate=reading.estimate,
        std_error=math.sqrt(reading.variance),
        conf_low=low,
        conf_high=high,
        conf_level=level,
        p_value=p_value,
        n_1=reading.counts.n,
        events_1=reading.events,
        kind="competing" if np.any(d > 1) else "time_to_event",
        population="arm",
        unit="proportion",
        horizon=float(horizon),
        note=note,
    )
