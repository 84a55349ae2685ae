"""Rows of two arms' summaries beside their difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days, check_horizon
from steget_eval.methods.numerics.horizon import AtHorizon
from steget_eval.methods.numerics.log_log import log_log_limit, normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """Checked follow-up: whole days, causes and arms.

    Attributes
    ----------
    t, d, a : np.ndarray, shape (n,)
        Days, causes, arms; where no arms are given everybody is in arm 1.
    arms
        The arms that exist, 1 first.
    """

    t: np.ndarray
    d: np.ndarray
    a: np.ndarray
    arms: tuple[int, ...]
    horizon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm's number with its variance, and the people behind it."""

    estimate: float
    variance: float
    n: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPair:
    """Arm 1, arm 0 where there is one, and the covariance that clusters shared by the arms give them."""

    one: ArmSummary
    zero: ArmSummary | None
    covariance: float = 0.0


def check_follow_up(t: np.ndarray, d: np.ndarray, a: np.ndarray | None, horizon: float, *, competing: bool) -> FollowUp:
    """Return times, causes and arms as whole numbers, or refuse them with a sentence."""
    days = check_days(t)
    causes = check_causes(d, days.size, competing=competing)
    arms = np.ones(days.size, dtype=np.int64) if a is None else check_arms(a, days.size)
    return FollowUp(t=days, d=causes, a=arms, arms=(1,) if a is None else (1, 0), horizon=check_horizon(horizon))


def pair_readings(
    who: FollowUp, readings: Sequence[AtHorizon], *, cause: int, cluster: np.ndarray | None = None
) -> ArmPair:
    """Return the arms' readings of a curve as summaries; with clusters their variances allow for them."""
    if cluster is not None:
        influence = np.zeros(who.t.size)
        for arm, reading in zip(who.arms, readings, strict=True):
            mine = who.a == arm
            influence[mine] = reading.influence(who.t[mine], who.d[mine], cause=cause)
        return pair_influences(who, [(r.estimate, r.events) for r in readings], influence, cluster)
    arms = [ArmSummary(estimate=r.estimate, variance=r.variance, n=r.counts.n, events=r.events) for r in readings]
    return ArmPair(one=_checked(arms[0], 1), zero=_checked(arms[1], 0) if len(arms) > 1 else None)


def pair_influences(
    who: FollowUp, found: Sequence[tuple[float, int]], influence: np.ndarray, cluster: np.ndarray | None
) -> ArmPair:
    """Return the arms' summaries from people's influences on their own arm's number.

    Parameters
    ----------
    found
        Each arm's estimate with its events, in the order of `who.arms`.
    influence : np.ndarray, shape (n,)
        Its squares, summed first within clusters where there are any, add up to the variance. No correction for few
        clusters is made, as in R's survfit.
    """
    members = np.arange(who.t.size) if cluster is None else _members(cluster, who.t.size)
    sums = {arm: np.bincount(members[who.a == arm], influence[who.a == arm], members.max() + 1) for arm in who.arms}
    arms = []
    for arm, (estimate, events) in zip(who.arms, found, strict=True):
        if np.unique(members[who.a == arm]).size < 2:
            raise MethodError(f"arm {arm} has fewer than two clusters, so nothing can be said about their spread")
        n = int(np.sum(who.a == arm))
        arms.append(
            _checked(ArmSummary(estimate=estimate, variance=float(sums[arm] @ sums[arm]), n=n, events=events), arm)
        )
    if len(arms) == 1:
        return ArmPair(one=arms[0], zero=None)
    return ArmPair(one=arms[0], zero=arms[1], covariance=float(sums[1] @ sums[0]))


def _members(cluster: np.ndarray, n: int) -> np.ndarray:
    if np.shape(cluster) != (n,):
        raise MethodError(f"there are {n} people but {np.size(cluster)} clusters; each person needs one")
    return np.unique(np.asarray(cluster), return_inverse=True)[1]


def _checked(summary: ArmSummary, arm: int) -> ArmSummary:
    if summary.events == 0:
        raise MethodError(f"nobody in arm {arm} had the event by the horizon, so its spread cannot be estimated")
    if not summary.variance > 0:
        raise MethodError(f"everybody in arm {arm} ended alike, so there is no spread to make an interval from")
    return summary


def risk_rows(pair: ArmPair, *, level: float, **labels: Any) -> Estimates:
    """Return risk_1 and, with two arms, risk_0, risk_difference and risk_ratio.

    An arm's interval is complementary log–log, the difference's Wald, the ratio's Wald on the log scale.
    """
    rows = [_risk_row(pair.one, "1", level, labels)]
    if pair.zero is not None:
        rows += [_risk_row(pair.zero, "0", level, labels), _difference_row(pair, "risk_difference", level, labels)]
        rows.append(_ratio_row(pair, "risk_ratio", level, labels))
    return Estimates(tuple(rows))


def mean_rows(pair: ArmPair, name: str, *, level: float, **labels: Any) -> Estimates:
    """Return ``<name>_1`` and, with two arms, ``<name>_0`` and ``<name>_difference``, in days with Wald intervals."""
    labels = {**labels, "unit": "days"}
    rows = [_mean_row(pair.one, f"{name}_1", level, labels)]
    if pair.zero is not None:
        rows.append(_mean_row(pair.zero, f"{name}_0", level, labels))
        rows.append(_difference_row(pair, f"{name}_difference", level, labels))
    return Estimates(tuple(rows))


def _risk_row(arm: ArmSummary, which: str, level: float, labels: dict[str, Any]) -> Estimate:
    z, std_error = normal_quantile(level), math.sqrt(arm.variance)
    return Estimate(
        contrast=f"risk_{which}",
        estimate=arm.estimate,
        std_error=std_error,
        conf_low=log_log_limit(arm.estimate, std_error, -z),
        conf_high=log_log_limit(arm.estimate, std_error, z),
        conf_level=level,
        population="arm",
        unit="proportion",
        **_arm_counts(arm, which),
        **labels,
    )


def _mean_row(arm: ArmSummary, contrast: str, level: float, labels: dict[str, Any]) -> Estimate:
    std_error = math.sqrt(arm.variance)
    reach = normal_quantile(level) * std_error
    return Estimate(
        contrast=contrast,
        estimate=arm.estimate,
        std_error=std_error,
        conf_low=arm.estimate - reach,
        conf_high=arm.estimate + reach,
        conf_level=level,
        population="arm",
        **_arm_counts(arm, contrast[-1]),
        **labels,
    )


def _difference_row(pair: ArmPair, contrast: str, level: float, labels: dict[str, Any]) -> Estimate:
    one, zero = _both(pair)
    estimate = one.estimate - zero.estimate
    std_error = math.sqrt(max(one.variance + zero.variance - 2 * pair.covariance, 0.0))
    reach = normal_quantile(level) * std_error
    return Estimate(
        contrast=contrast,
        estimate=estimate,
        std_error=std_error,
        conf_low=estimate - reach,
        conf_high=estimate + reach,
        conf_level=level,
        p_value=wald_p(estimate, std_error),
        population="ATE",
        **_pair_counts(pair),
        **{"unit": "proportion", **labels},
    )


def _ratio_row(pair: ArmPair, contrast: str, level: float, labels: dict[str, Any]) -> Estimate:
    one, zero = _both(pair)
    estimate = math.log(one.estimate / zero.estimate)
    variance = one.variance / one.estimate**2 + zero.variance / zero.estimate**2
    std_error = math.sqrt(max(variance - 2 * pair.covariance / (one.estimate * zero.estimate), 0.0))
    reach = normal_quantile(level) * std_error
    return Estimate(
        contrast=contrast,
        estimate=math.exp(estimate),
        std_error=std_error,
        conf_low=math.exp(estimate - reach),
        conf_high=math.exp(estimate + reach),
        conf_level=level,
        p_value=wald_p(estimate, std_error),
        population="ATE",
        scale="log",
        **_pair_counts(pair),
        **{**labels, "unit": "ratio"},
    )


def wald_p(estimate: float, std_error: float) -> float:
    """Return the two-sided p-value of an estimate against zero, taken as normal."""
    if not std_error > 0:
        raise MethodError("the arms' clusters move wholly together, so there is no spread to test against")
    return float(2 * stats.norm.sf(abs(estimate) / std_error))


def _both(pair: ArmPair) -> tuple[ArmSummary, ArmSummary]:
    assert pair.zero is not None
    return pair.one, pair.zero


def _arm_counts(arm: ArmSummary, which: str) -> dict[str, Any]:
    return {f"n_{which}": arm.n, f"events_{which}": arm.events}


def _pair_counts(pair: ArmPair) -> dict[str, Any]:
    one, zero = _both(pair)
    return {**_arm_counts(one, "1"), **_arm_counts(zero, "0")}
