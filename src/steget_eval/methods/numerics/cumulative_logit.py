"""The proportional odds model: the log odds of standing above each step move alike with arm and covariates.

McCullagh (1980). With cuts c and slopes b, Pr(step ≤ j) = expit(c_j - x'b). The likelihood is concave (Pratt 1981), so
Newton's method with halved steps finds its one maximum. R's `MASS::polr` and `ordinal::clm` are the witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ConvergenceError, SeparationError
from steget_eval.methods.numerics.arms import Floats

_MAX_STEPS = 100
_STEP_TOLERANCE = 1e-9  # of Newton's step; the next would be its square
_CURVATURE = 1e-10  # smallest eigenvalue of the information per person: below, there is no maximum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """People, or groups of alike people, on steps numbered from 0, each of them held by somebody.

    Attributes
    ----------
    place : shape (n,)
    X : shape (n, p)
        Without an intercept; the arm is its last column.
    w : shape (n,)
        How many people a row is.
    count
        How many steps there are.
    """

    place: NDArray[np.int64]
    X: Floats
    w: Floats
    count: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeLogit:
    """A fitted model.

    Attributes
    ----------
    cuts : shape (steps - 1,)
    slopes : shape (p,)
    covariance : shape (steps - 1 + p,) twice
        The inverse of the observed information, cuts first.
    """

    cuts: Floats
    slopes: Floats
    covariance: Floats


def fit_cumulative_logit(steps: Steps, *, offset: Floats | None = None) -> CumulativeLogit:
    """Return the maximum likelihood fit; refuse people whom arm and covariates tell apart without a doubt.

    Parameters
    ----------
    offset : shape (n,)
        Added to the slopes' part as it is.
    """
    fixed = np.zeros(steps.place.size) if offset is None else offset
    at = np.concatenate([_start(steps), np.zeros(steps.X.shape[1])])
    height = _likelihood(steps, fixed, at)
    total = float(steps.w.sum())
    for _ in range(_MAX_STEPS):
        slope, bend = _newton(steps, fixed, at)
        values, vectors = np.linalg.eigh(bend)
        if not values[0] > _CURVATURE * total:
            raise SeparationError(
                "the proportional odds model has no finite coefficients: arm or covariates tell, for some people with "
                "certainty, on which side of a step they stand"
            )
        step = vectors @ ((vectors.T @ slope) / values)
        largest = float(np.abs(step).max())
        higher = _likelihood(steps, fixed, at + step)
        while not higher >= height - 1e-11 * abs(height):
            step = step / 2
            higher = _likelihood(steps, fixed, at + step)
        at, height = at + step, higher
        if largest < _STEP_TOLERANCE:
            cuts = steps.count - 1
            covariance: Floats = np.asarray(np.linalg.inv(_newton(steps, fixed, at)[1]), dtype=np.float64)
            return CumulativeLogit(cuts=at[:cuts], slopes=at[cuts:], covariance=covariance)
    raise ConvergenceError(f"the proportional odds model did not converge in {_MAX_STEPS} Newton steps")


def score_of_last(steps: Steps, value: float) -> tuple[float, float]:
    """Return the score of the last slope held at a value and its variance, the rest at their own best.

    The variance is that of expected information. Without covariates and at a value of 0 the two are those of the
    Wilcoxon–Mann–Whitney test, ties corrected, but for the factor n / (n - 1).
    """
    arm = steps.X[:, -1]
    rest = Steps(place=steps.place, X=steps.X[:, :-1], w=steps.w, count=steps.count)
    fit = fit_cumulative_logit(rest, offset=value * arm)
    at = np.concatenate([fit.cuts, fit.slopes, [value]])
    slope, _ = _newton(steps, np.zeros(arm.size), at)
    information = _expected(steps, at)
    across = information[-1, :-1]
    variance = information[-1, -1] - across @ np.linalg.solve(information[:-1, :-1], across)
    return float(slope[-1]), float(variance)


def _start(steps: Steps) -> Floats:
    share = np.bincount(steps.place, weights=steps.w, minlength=steps.count).cumsum()[:-1] / steps.w.sum()
    return np.asarray(np.log(share / (1 - share)))


def _ends(steps: Steps, fixed: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the log odds at the upper and the lower end of each person's step, infinite at the two ends."""
    cuts = np.concatenate([[-np.inf], at[: steps.count - 1], [np.inf]])
    line = fixed + steps.X @ at[steps.count - 1 :]
    return cuts[steps.place + 1] - line, cuts[steps.place] - line


def _probability(upper: Floats, lower: Floats) -> Floats:
    # Far out on one side the difference of two numbers near one is taken of the small ones on the other.
    flip = lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-high)) - 1 / (1 + np.exp(-low)))


def _likelihood(steps: Steps, fixed: Floats, at: Floats) -> float:
    upper, lower = _ends(steps, fixed, at)
    if not (upper > lower).all():
        return -np.inf
    with np.errstate(divide="ignore"):
        return float(steps.w @ np.log(_probability(upper, lower)))


def _density(x: Floats) -> tuple[Floats, Floats]:
    """Return the logistic density and its derivative, zero at infinity."""
    with np.errstate(over="ignore"):
        F = 1 / (1 + np.exp(-x))
        g = F * (1 - F)
    return g, g * (1 - 2 * F)


def _newton(steps: Steps, fixed: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the score, shape (k,), and the observed information, shape (k, k)."""
    upper, lower = _ends(steps, fixed, at)
    p = _probability(upper, lower)
    (g_u, h_u), (g_l, h_l) = _density(upper), _density(lower)
    up, low = g_u / p, g_l / p
    A_u, A_l = _designs(steps)
    slope = A_u.T @ (steps.w * up) - A_l.T @ (steps.w * low)
    bend = (A_u * (steps.w * (up**2 - h_u / p))[:, None]).T @ A_u
    bend = bend + (A_l * (steps.w * (low**2 + h_l / p))[:, None]).T @ A_l
    across = (A_u * (steps.w * up * low)[:, None]).T @ A_l
    return np.asarray(slope), np.asarray(bend - across - across.T)


def _designs(steps: Steps) -> tuple[Floats, Floats]:
    """Return how each parameter moves the upper and the lower end of each person's step, shape (n, k) each."""
    cuts = np.arange(steps.count - 1)
    up = (steps.place[:, None] == cuts) * 1.0
    low = (steps.place[:, None] - 1 == cuts) * 1.0
    return np.hstack([up, -steps.X]), np.hstack([low, -steps.X])


def _expected(steps: Steps, at: Floats) -> Floats:
    """Return the expected information: every person as if on each of the steps, with its probability."""
    found = np.zeros((at.size, at.size))
    for place in range(steps.count):
        as_if = Steps(place=np.full(steps.place.size, place), X=steps.X, w=steps.w, count=steps.count)
        upper, lower = _ends(as_if, np.zeros(steps.place.size), at)
        A_u, A_l = _designs(as_if)
        moved = A_u * _density(upper)[0][:, None] - A_l * _density(lower)[0][:, None]
        found += (moved * (steps.w / _probability(upper, lower))[:, None]).T @ moved
    return found
