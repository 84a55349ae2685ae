"""Tests of equal shares in two arms, with the Wald arithmetic they share with intervals."""

from __future__ import annotations

import math

from scipy.stats import chi2, norm

from steget_eval.methods.numerics.proportions import Limits, Table


def pearson_p(t: Table) -> float:
    """Return the p-value of Pearson's chi-squared test without continuity correction.

    NaN where all or nobody have the event.
    """
    return float(chi2.sf(_chi_squared(t), 1))


def score_p(t: Table) -> float:
    """Return the p-value of the score test of Miettinen and Nurminen: Pearson's with (n - 1) for n."""
    n = t.n_1 + t.n_0
    return float(chi2.sf(_chi_squared(t) * (n - 1) / n, 1))


def wald_p(distance: float, std_error: float) -> float:
    """Return the two-sided p-value of a distance from equality; the standard error is above zero."""
    return float(2 * norm.sf(abs(distance) / std_error))


def unpooled_error(t: Table) -> float:
    """Return the standard error of the difference with each arm's own variance."""
    return math.sqrt(t.p_1 * (1 - t.p_1) / t.n_1 + t.p_0 * (1 - t.p_0) / t.n_0)


def wald_limits(estimate: float, std_error: float, level: float) -> Limits:
    """Return limits symmetric about an estimate."""
    half = float(norm.isf((1 - level) / 2)) * std_error
    return Limits(low=estimate - half, high=estimate + half)


def log_limits(ratio: float, std_error: float, level: float) -> Limits:
    """Return limits symmetric about a ratio on the log scale; `std_error` is that of the log."""
    half = float(norm.isf((1 - level) / 2)) * std_error
    return Limits(low=ratio * math.exp(-half), high=ratio * math.exp(half))


def _chi_squared(t: Table) -> float:
    x, n = t.x_1 + t.x_0, t.n_1 + t.n_0
    pooled = x * (n - x) / n**2 * (1 / t.n_1 + 1 / t.n_0)
    return (t.p_1 - t.p_0) ** 2 / pooled if pooled > 0 else math.nan
