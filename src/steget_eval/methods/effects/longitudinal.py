"""Change of a score from one occasion to another, and the difference between arms that starts from the same place.

A change within one arm is no effect: people are enrolled when things are at their worst, and part of them is better
at any later occasion, whatever was done (regression to the mean). Between arms the later score is compared with the
earlier one held fixed, not change with change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from steget_eval.core.errors import ArgumentError, EmptyArmError, FewError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_arm, checked_level, checked_vector
from steget_eval.methods.numerics.proportions import limits_one


def mean_change(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the mean of after minus before, with the paired t interval and test.

    Parameters
    ----------
    before, after : shape (n,)
        Scores of the same people, both known.

    Raises
    ------
    EmptyArmError
        Where fewer than two people have both scores.
    """
    pairs = _pairs(before, after)
    error = pairs.sd_change / math.sqrt(pairs.n)
    half = float(t.isf((1 - checked_level(level)) / 2, pairs.n - 1)) * error
    p_value = math.nan if error == 0 else 2 * float(t.sf(abs(pairs.mean / error), pairs.n - 1))
    row = Estimate(
        contrast="mean_change", method="paired_t", estimate=pairs.mean, std_error=error, conf_low=pairs.mean - half,
        conf_high=pairs.mean + half, conf_level=level, p_value=p_value, n_1=pairs.n, kind="longitudinal",
        population="arm", unit="score",
    )  # fmt: skip
    return Estimates((row,))


def standardised_change(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the mean change in standard deviations of the earlier score.

    Becker (1988), with the exact small-sample factor of n − 1 degrees of freedom and the large-sample variance
    2(1 − r)/n + d²/(2n), r the correlation of the two scores; metafor calls it SMCR.

    Raises
    ------
    MethodError
        Where everybody had the same score before or after.
    """
    pairs = _pairs(before, after)
    if pairs.sd_before == 0 or pairs.sd_after == 0:
        raise SpreadError("a change cannot be standardised where everybody has the same score at an occasion")
    m = pairs.n - 1
    factor = math.exp(math.lgamma(m / 2) - math.log(math.sqrt(m / 2)) - math.lgamma((m - 1) / 2)) if m > 1 else math.nan
    if math.isnan(factor):
        raise EmptyArmError("a standardised change needs three people or more with both scores")
    d = factor * pairs.mean / pairs.sd_before
    error = math.sqrt(2 * (1 - pairs.correlation) / pairs.n + d * d / (2 * pairs.n))
    half = float(norm.isf((1 - checked_level(level)) / 2)) * error
    row = Estimate(
        contrast="standardised_change", method="becker", estimate=d, std_error=error, conf_low=d - half,
        conf_high=d + half, conf_level=level, n_1=pairs.n, kind="longitudinal", population="arm", unit="sd",
    )  # fmt: skip
    return Estimates((row,))


def responders(
    before: ArrayLike, after: ArrayLike, *, important: float, higher_is_better: bool = True, level: float = 0.95
) -> Estimates:
    """Return the share that became better by at least a minimally important difference, with Wilson's interval.

    Parameters
    ----------
    important
        The difference, above zero; it needs a source, which the protocol gives.
    """
    if not important > 0:
        raise ArgumentError("a minimally important difference lies above zero")
    pairs = _pairs(before, after)
    gained = pairs.change if higher_is_better else -pairs.change
    # A score that is the difference but for rounding has reached it.
    count = int(np.sum(gained >= important - 1e-9))
    limits = limits_one(count, pairs.n, method="wilson", level=checked_level(level))
    row = Estimate(
        contrast="responders", method="wilson", estimate=count / pairs.n, conf_low=limits.low, conf_high=limits.high,
        conf_level=level, n_1=pairs.n, events_1=count, kind="longitudinal", population="arm", unit="proportion",
    )  # fmt: skip
    return Estimates((row,))


def ancova(before: ArrayLike, after: ArrayLike, a: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the difference in the later score between arms, the earlier score held fixed.

    Least squares of the later score on arm and earlier score, with the t interval of the classical variance.

    Parameters
    ----------
    a : shape (n,)
        1 for the arm compared, 0 for the comparison.
    """
    pairs, arm = _pairs(before, after), checked_arm(a)
    if arm.size != pairs.n:
        raise ArgumentError("scores and arms must be of the same people")
    Z = np.column_stack([np.ones(pairs.n), arm, pairs.before])
    if pairs.n <= 3 or np.linalg.matrix_rank(Z) < 3:
        raise FewError("ancova needs more than three people, both arms, and an earlier score that varies within them")
    beta, *_ = np.linalg.lstsq(Z, pairs.after, rcond=None)
    residual = pairs.after - Z @ beta
    df = pairs.n - 3
    error = math.sqrt(float(residual @ residual) / df * float(np.linalg.inv(Z.T @ Z)[1, 1]))
    half = float(t.isf((1 - checked_level(level)) / 2, df)) * error
    row = Estimate(
        contrast="mean_difference", method="ancova", estimate=float(beta[1]), std_error=error,
        conf_low=float(beta[1]) - half, conf_high=float(beta[1]) + half, conf_level=level,
        p_value=math.nan if error == 0 else 2 * float(t.sf(abs(beta[1] / error), df)), n_1=int(arm.sum()),
        n_0=int(pairs.n - arm.sum()), kind="longitudinal", population="ATE", unit="score",
    )  # fmt: skip
    return Estimates((row,))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    before: np.ndarray
    after: np.ndarray

    @property
    def n(self) -> int:
        return int(self.before.size)

    @property
    def change(self) -> np.ndarray:
        return np.asarray(self.after - self.before)

    @property
    def mean(self) -> float:
        return float(self.change.mean())

    @property
    def sd_change(self) -> float:
        return float(self.change.std(ddof=1))

    @property
    def sd_before(self) -> float:
        return float(self.before.std(ddof=1))

    @property
    def sd_after(self) -> float:
        return float(self.after.std(ddof=1))

    @property
    def correlation(self) -> float:
        return float(np.corrcoef(self.before, self.after)[0, 1])


def _pairs(before: ArrayLike, after: ArrayLike) -> _Pairs:
    one, two = checked_vector(before, "the earlier score"), checked_vector(after, "the later score")
    if one.size != two.size:
        raise ArgumentError("the two scores must be of the same people")
    if one.size < 2:
        raise EmptyArmError("a change needs two people or more with both scores")
    return _Pairs(before=one, after=two)
