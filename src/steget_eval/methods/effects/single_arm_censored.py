"""One arm's cumulative risk against a target, where some were censored."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from steget_eval.core.errors import EventsError
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
from steget_eval.methods.effects.summaries import FollowUp, check_follow_up
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.horizon import AtHorizon, risk_by
from steget_eval.methods.numerics.log_log import log_log_limit, log_log_score, normal_quantile
from steget_eval.methods.numerics.one_sided import Prior, wilson_lower

Censored = Literal["log_log", "wilson", "bayesian"]
_METHODS: tuple[Censored, ...] = ("log_log", "wilson", "bayesian")


def at_least_under_censoring(
    t: np.ndarray, d: np.ndarray, target: float, *, horizon: int, cause: int = 1, level: float = 0.95,
    method: Censored = "log_log", prior: Prior | None = None, cluster: np.ndarray | None = None,
) -> TargetVerdict:  # fmt: skip
    """Judge the risk by the horizon against a target it should reach, by a one-sided limit.

    The risk is Aalen–Johansen's (Kaplan–Meier's with one cause). Where nobody had the event the log–log and the score
    limit are 0 and the posterior's is refused; where everybody had, the log–log limit does not exist and is refused.

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
    method
        ``log_log``; or Wilson's score limit or a Beta posterior's, of the number of people followed through who would
        give the same variance (Rothman 1978).
    prior
        Of the Bayesian answer; Jeffreys' where none is given. The note prints it.
    cluster : np.ndarray, shape (n,), optional
        What people belong to: the variance is that of leaving each out in turn, and the log–log limit takes t(G - 1).
        Fewer than four are refused.
    """
    check_target(target, level)
    checked_choice(method, _METHODS, "method")
    who = check_follow_up(t, d, None, horizon, competing=True)
    reading = risk_by(who.t, who.d, who.horizon, cause=cause)
    seen = _Seen.of(who, reading, cause, prior or Prior(), cluster)
    low, p_value = seen.lower(method, level), seen.p_above(method, target)
    row = _row(reading, seen, who.horizon, method, (low, 1.0), level, p_value, who.d, seen.note(LOWER_NOTE, method))
    verdict = target_verdict(row, target, level, smallest_count=None)
    return replace(verdict, probability=seen.posterior_above(target)) if method == "bayesian" else verdict


def between_under_censoring(
    t: np.ndarray, d: np.ndarray, low: float, high: float, *, horizon: int, cause: int = 1, level: float = 0.95,
    method: Censored = "log_log", prior: Prior | None = None, cluster: np.ndarray | None = None,
) -> BandVerdict:  # fmt: skip
    """Judge the risk by the horizon against a band it should lie in, by two one-sided limits.

    Where nobody or everybody had the event there are no log–log limits and the question is refused. Arguments as in
    `at_least_under_censoring`.
    """
    check_band(low, high, level)
    checked_choice(method, _METHODS, "method")
    who = check_follow_up(t, d, None, horizon, competing=True)
    reading = risk_by(who.t, who.d, who.horizon, cause=cause)
    seen = _Seen.of(who, reading, cause, prior or Prior(), cluster)
    if method == "log_log":
        log_log_limit(seen.risk, seen.std_error, 0.0)  # refuses where nobody or everybody had the event
    limits = (seen.lower(method, level), seen.upper(method, level))
    p_value = max(seen.p_above(method, low), seen.p_below(method, high))
    note = seen.note(BOTH_NOTE.format(level=level), method)
    row = _row(reading, seen, who.horizon, method, limits, both_level(level), p_value, who.d, note)
    return band_verdict(row, low, high, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A risk with its standard error and degrees of freedom, as the limits need it."""

    risk: float
    std_error: float
    prior: Prior
    degrees: float = math.inf

    @staticmethod
    def of(who: FollowUp, reading: AtHorizon, cause: int, prior: Prior, cluster: np.ndarray | None) -> _Seen:
        plain = _Seen(risk=reading.estimate, std_error=math.sqrt(reading.variance), prior=prior)
        if cluster is None:
            return plain
        clusters = checked_clusters(cluster, np.ones(who.t.size))
        found = leave_one_cluster_out(
            lambda kept: np.array([risk_by(who.t[kept], who.d[kept], who.horizon, cause=cause).estimate]),
            clusters, whole=np.array([reading.estimate]),
        )  # fmt: skip
        return replace(plain, std_error=math.sqrt(float(found.covariance[0, 0])), degrees=found.arm_degrees[0])

    def lower(self, method: Censored, level: float) -> float:
        if self.risk == 0 and method != "bayesian":
            return 0.0
        if method == "log_log":
            return log_log_limit(self.risk, self.std_error, -self._quantile(level))
        if method == "wilson":
            return wilson_lower(self.risk, self._people(), level)
        return float(stats.beta.ppf(1 - level, *self._posterior()))

    def upper(self, method: Censored, level: float) -> float:
        if method == "log_log":
            return log_log_limit(self.risk, self.std_error, self._quantile(level))
        if method == "wilson":
            return 1 - wilson_lower(1 - self.risk, self._people(), level)
        return float(stats.beta.ppf(level, *self._posterior()))

    def p_above(self, method: Censored, target: float) -> float:
        if method == "bayesian":
            return math.nan
        if self.risk == 0:
            return 1.0
        if method == "log_log":
            return float(stats.t.sf(log_log_score(self.risk, self.std_error, target), self.degrees))
        return float(stats.norm.sf(self._score(target)))

    def p_below(self, method: Censored, target: float) -> float:
        if method == "bayesian":
            return math.nan
        if method == "log_log":
            return float(stats.t.cdf(log_log_score(self.risk, self.std_error, target), self.degrees))
        return float(stats.norm.cdf(self._score(target)))

    def posterior_above(self, target: float) -> float:
        return float(stats.beta.sf(target, *self._posterior()))

    def note(self, note: str, method: Censored) -> str:
        return f"{note}; prior {self.prior}" if method == "bayesian" else note

    def _quantile(self, level: float) -> float:
        return normal_quantile(level, sides=1) if math.isinf(self.degrees) else float(stats.t.ppf(level, self.degrees))

    def _score(self, target: float) -> float:
        return (self.risk - target) / math.sqrt(target * (1 - target) / self._people())

    def _posterior(self) -> tuple[float, float]:
        n = self._people()
        return n * self.risk + self.prior.successes, n * (1 - self.risk) + self.prior.failures

    def _people(self) -> float:
        """Return how many people followed through would give the variance."""
        if not self.std_error > 0:
            who = "nobody" if self.risk == 0 else "everybody"
            raise EventsError(f"{who} had the event: under censoring that does not tell how many people it rests on")
        return self.risk * (1 - self.risk) / self.std_error**2


def _row(
    reading: AtHorizon, seen: _Seen, horizon: int, method: Censored, limits: tuple[float, float], level: float,
    p_value: float, d: np.ndarray, note: str,
) -> Estimate:  # fmt: skip
    return Estimate(
        contrast="risk_1",
        method="log_log_one_sided" if method == "log_log" else f"{method}_curve_one_sided",
        estimate=reading.estimate,
        std_error=seen.std_error,
        conf_low=limits[0],
        conf_high=limits[1],
        conf_level=level,
        p_value=p_value,
        n_1=reading.counts.n,
        events_1=reading.events,
        kind="competing" if np.any(d > 1) else "time_to_event",
        population="arm",
        unit="proportion",
        horizon=float(horizon),
        interval_kind="credible" if method == "bayesian" else "confidence",
        note=note,
    )
