"""Crude answers for an amount: means, their difference, their ratio."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import EventsError, FewError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_arms,
    checked_choice,
    checked_level,
    checked_outcome,
)
from steget_eval.methods.numerics.clusters import Variance, with_clusters
from steget_eval.methods.numerics.delta import NO_SPREAD, delta_row
from steget_eval.methods.numerics.standardised import ArmMeans, means_of_arms

_DF_NOTE = "Degrees of freedom: {:.1f}."


def mean(y: ArrayLike, *, unit: str = "", level: float = 0.95) -> Estimates:
    """Mean of one arm, as `mean_1` with population ``arm`` and Student's t interval.

    Needs two people; equal amounts have a standard error of zero, and no interval.
    """
    values = checked_outcome(y, binary=False)
    row = _mean_row("mean_1", values, unit, checked_level(level))
    return Estimates((Estimate(**row, population="arm", n_1=values.size),))


def means(y: ArrayLike, a: ArrayLike, *, unit: str = "", level: float = 0.95) -> Estimates:
    """Mean of each arm, as `mean_1` and `mean_0`, each with Student's t interval of its own arm."""
    arms = checked_arms(y, a, binary=False)
    rows = [
        _mean_row(f"mean_{arm}", values, unit, checked_level(level)) for arm, values in ((1, arms.y_1), (0, arms.y_0))
    ]
    counts = arms.counts(events=False)
    return Estimates(tuple(Estimate(**row, population="ATE", **counts) for row in rows))


def mean_difference(
    y: ArrayLike,
    a: ArrayLike,
    *,
    interval: Literal["welch", "wald"] = "welch",
    cluster: ArrayLike | None = None,
    unit: str = "",
    level: float = 0.95,
) -> Estimates:
    """Difference in means, arm 1 minus arm 0.

    ``welch`` has Welch's t with Satterthwaite's degrees of freedom. ``wald`` is the large-sample sandwich (HC0: arm
    variances with divisor n) with normal limits, and takes `cluster` without a small-sample factor.
    """
    arms = checked_amounts(y, a)
    checked_choice(interval, ("welch", "wald"), "interval")
    columns = _columns(arms, "mean_difference", interval, unit)
    if interval == "welch":
        if cluster is not None:
            raise ScopeError("Welch's interval knows no clusters; wald does")
        return Estimates((_welch(arms, checked_level(level), columns),))
    means_ = means_of_arms(arms, cluster)
    difference = means_.mean_1 - means_.mean_0
    return Estimates((delta_row(difference, (1, -1), means_.covariance, level=checked_level(level), **columns),))


def mean_ratio(
    y: ArrayLike, a: ArrayLike, *, cluster: ArrayLike | None = None, variance: Variance = "sandwich",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Ratio of means, arm 1 over arm 0, with Wald limits on the log scale.

    The delta method on the large-sample sandwich (arm variances with divisor n). Both means must be above zero. With
    `cluster` the contributions are added within clusters, or with ``jackknife`` each is left out in turn.
    """
    arms = checked_amounts(y, a)
    one = np.ones((arms.a.size, 1))
    if variance == "jackknife":
        m: ArmMeans = with_clusters(arms, one, cluster, variance, lambda who, _, groups: means_of_arms(who, groups))
    else:
        m = means_of_arms(arms, cluster)
    if m.mean_1 <= 0 or m.mean_0 <= 0:
        raise EventsError("a ratio of means needs both means above zero")
    columns = _columns(arms, "mean_ratio", "log", "ratio")
    gradient = (1 / m.mean_1, -1 / m.mean_0)
    row = delta_row(
        m.mean_1 / m.mean_0, gradient, m.covariance, level=checked_level(level), scale="log",
        degrees=m.degrees, **columns,
    )  # fmt: skip
    return Estimates((row,))


def _columns(arms: Arms, contrast: str, method: str, unit: str) -> dict[str, Any]:
    return {
        "contrast": contrast, "method": method, "kind": "amount", "population": "ATE", "unit": unit,
        **arms.counts(events=False),
    }  # fmt: skip


def _mean_row(contrast: str, values: Floats, unit: str, level: float) -> dict[str, Any]:
    if values.size < 2:
        raise FewError("one person gives no standard error of a mean; at least two are needed")
    estimate, std_error = float(values.mean()), math.sqrt(_variance_of_mean(values))
    half = float(student.isf((1 - level) / 2, values.size - 1)) * std_error
    told = {"contrast": contrast, "method": "t", "kind": "amount", "unit": unit, "estimate": estimate}
    if np.ptp(values) == 0:
        return told | {"std_error": 0.0, "interval_kind": "none", "note": NO_SPREAD}
    return told | {
        "std_error": std_error, "conf_low": estimate - half, "conf_high": estimate + half, "conf_level": level,
        "note": _DF_NOTE.format(values.size - 1),
    }  # fmt: skip


def _welch(arms: Arms, level: float, columns: dict[str, Any]) -> Estimate:
    if min(arms.y_1.size, arms.y_0.size) < 2:
        raise FewError("an arm of one person gives no variance; Welch's interval needs two in each arm")
    v_1, v_0 = _variance_of_mean(arms.y_1), _variance_of_mean(arms.y_0)
    difference, std_error = float(arms.y_1.mean() - arms.y_0.mean()), math.sqrt(v_1 + v_0)
    df = (v_1 + v_0) ** 2 / (v_1**2 / (arms.y_1.size - 1) + v_0**2 / (arms.y_0.size - 1))
    half = float(student.isf((1 - level) / 2, df)) * std_error
    return Estimate(
        estimate=difference, std_error=std_error, conf_low=difference - half, conf_high=difference + half,
        conf_level=level, p_value=float(2 * student.sf(abs(difference) / std_error, df)),
        note=_DF_NOTE.format(df), **columns,
    )  # fmt: skip


def _variance_of_mean(values: Floats) -> float:
    return float(np.var(values, ddof=1)) / values.size
