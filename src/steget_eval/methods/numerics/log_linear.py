"""Means that are exponentials of covariates: the Poisson score with an offset, and the gamma score.

Both are concave, so Newton's method with halved steps finds the one maximum. R's `glm` is the witness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steget_eval.core.errors import ConvergenceError, SeparationError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.linear import check_rank

_MAX_STEPS = 100
_STEP_TOLERANCE = 1e-9  # of Newton's step; the next would be its square
_CURVATURE = 1e-12  # smallest eigenvalue of the information per person: below, there is no maximum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curvature:
    """How an objective rises and bends at a linear predictor: the value, its slope and minus its curvature, (n,)."""

    value: float
    slope: Floats
    bend: Floats


def fit_poisson(D: Floats, y: Floats, offset: Floats) -> Floats:
    """Return the coefficients at which ``D' (y - exp(offset + D b))`` is nothing; the first column of `D` is ones."""
    start = np.zeros(D.shape[1])
    start[0] = np.log(y.sum() / np.exp(offset).sum())

    def at(b: Floats) -> Curvature:
        eta = offset + D @ b
        with np.errstate(over="ignore"):
            mean = np.exp(eta)
        return Curvature(value=float(y @ eta - mean.sum()), slope=y - mean, bend=mean)

    return climb(D, start, at, "the log-linear model")


def fit_gamma(D: Floats, y: Floats) -> Floats:
    """Return the coefficients at which ``D' (y exp(-D b) - 1)`` is nothing, of `y` above zero: a gamma's, log link."""
    start = np.zeros(D.shape[1])
    start[0] = np.log(y.mean())

    def at(b: Floats) -> Curvature:
        eta = D @ b
        with np.errstate(over="ignore"):
            ratio = y * np.exp(-eta)
        return Curvature(value=-float(ratio.sum() + eta.sum()), slope=ratio - 1, bend=ratio)

    return climb(D, start, at, "the gamma model")


def climb(D: Floats, start: Floats, at: Callable[[Floats], Curvature], what: str) -> Floats:
    """Return the coefficients at the top of a concave objective; `what` names the model in a refusal."""
    check_rank(D, f"the columns of {what}")
    b, here = start, at(start)
    for _ in range(_MAX_STEPS):
        values, vectors = np.linalg.eigh((D * here.bend[:, None]).T @ D)
        if not values[0] > _CURVATURE * D.shape[0] * max(1.0, float(here.bend.mean())):
            raise SeparationError(f"{what} has no finite coefficients: the covariates tell some amounts with certainty")
        step = vectors @ ((vectors.T @ (D.T @ here.slope)) / values)
        largest = float(np.abs(step).max())
        there = at(b + step)
        # A rounding error's worth of loss is no loss: near the root the objective is flat.
        while not there.value >= here.value - 1e-10 * abs(here.value):
            step = step / 2
            there = at(b + step)
        b, here = b + step, there
        if largest < _STEP_TOLERANCE:
            return np.asarray(b)
    raise ConvergenceError(f"{what} did not converge in {_MAX_STEPS} Newton steps")
