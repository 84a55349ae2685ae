"""Asks whether an answer differs between groups of people, before any group's own answer is read."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, f, norm, t

from steget_eval.core.errors import ArgumentError, ClusterError, DependentError, FewError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Floats, checked_choice, checked_level

Scale = Literal["difference", "ratio"]


def interaction(
    effects: ArrayLike, covariance: ArrayLike, *, scale: Scale = "difference", degrees: float = math.inf,
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return how much an answer differs between groups, and the test that it does not differ at all.

    Of two groups first ``interaction_<scale>``: the second's answer minus the first's, or over it, with its interval.
    Then ``heterogeneity_<scale>``, the statistic of the test on one degree of freedom fewer than groups:
    Q = (Cθ)ᵀ(CVCᵀ)⁻¹(Cθ) with C the differences to the first group, which for independent groups is Cochran's
    Σ w(θ − θ̄)², w = 1/v. With finite `degrees` (clusters left out one by one) t and Hotelling's F are used.

    Parameters
    ----------
    effects : shape (k,)
        Each group's answer, as a logarithm where `scale` is ``ratio``.
    covariance : shape (k,) or (k, k)
        Variances of independent answers, or the covariance of dependent ones.
    """
    checked_choice(scale, ("difference", "ratio"), "scale")
    checked_level(level)
    theta = np.asarray(effects, dtype=np.float64).ravel()
    V = _checked_covariance(covariance, theta)
    C = np.column_stack([-np.ones(theta.size - 1), np.eye(theta.size - 1)])
    apart, spread = C @ theta, C @ V @ C.T
    rows = [_test(apart, spread, scale, degrees)]
    if theta.size == 2:
        rows.insert(0, _contrast(float(apart[0]), math.sqrt(float(spread[0, 0])), scale, degrees, level))
    return Estimates(tuple(rows))


def _checked_covariance(covariance: ArrayLike, theta: Floats) -> Floats:
    V = np.asarray(covariance, dtype=np.float64)
    V = np.diag(V) if V.ndim == 1 else V
    if theta.size < 2:
        raise FewError("answers are compared between two groups or more")
    if V.shape != (theta.size, theta.size) or not (np.isfinite(theta).all() and np.isfinite(V).all()):
        raise ArgumentError("each group needs a finite answer with a finite variance")
    if (np.diag(V) <= 0).any():
        raise SpreadError("a group's answer has no variance, so it cannot be compared with another's")
    return V


def _contrast(apart: float, std_error: float, scale: Scale, degrees: float, level: float) -> Estimate:
    normal = math.isinf(degrees)
    half = float(norm.isf((1 - level) / 2) if normal else t.isf((1 - level) / 2, degrees)) * std_error
    p_value = float(2 * (norm.sf(abs(apart) / std_error) if normal else t.sf(abs(apart) / std_error, degrees)))
    shown = math.exp if scale == "ratio" else float
    return Estimate(
        contrast=f"interaction_{scale}", method="between_groups", estimate=shown(apart), std_error=std_error,
        conf_low=shown(apart - half), conf_high=shown(apart + half), conf_level=level, p_value=p_value,
        scale="log" if scale == "ratio" else "identity", unit="ratio" if scale == "ratio" else "",
        note="the second group's answer " + ("over" if scale == "ratio" else "minus") + " the first's",
    )  # fmt: skip


def _test(apart: Floats, spread: Floats, scale: Scale, degrees: float) -> Estimate:
    m = apart.size
    try:
        q = float(apart @ np.linalg.solve(spread, apart))
    except np.linalg.LinAlgError as error:
        raise DependentError("the groups' answers cannot be told apart: their covariance is singular") from error
    if math.isinf(degrees):
        p_value, told = float(chi2.sf(q, m)), f"chi-squared, degrees of freedom {m}"
    else:
        second = degrees - m + 1
        if second <= 0:
            raise ClusterError("there are no more clusters than groups to compare: the test is refused")
        p_value = float(f.sf(q * second / (degrees * m), m, second))
        told = f"Hotelling's F, degrees of freedom {m} and {second:g}"
    return Estimate(
        contrast=f"heterogeneity_{scale}", method="between_groups", estimate=q, interval_kind="none",
        p_value=p_value, unit="chi-square", note=told,
    )  # fmt: skip
