"""Generalised linear models with canonical link, solved to the root of their score.

Written here rather than called: the stacked equations need the root to rounding, and separation must be told apart
from a fit. R's `glm` is the witness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ConvergenceError, OverlapError, SeparationError
from steget_eval.methods.numerics.linear import check_rank, weighted_products

Floats = NDArray[np.float64]
Family = Literal["logit", "identity", "log"]

_MAX_STEPS = 60
_STEP_TOLERANCE = 1e-9  # of Newton's step; the next would be its square
_CURVATURE = 1e-12  # smallest eigenvalue of the information per person: below, the likelihood has no maximum


def inverse_link(family: Family, eta: NDArray[Any]) -> NDArray[Any]:
    """Return the mean at a linear predictor; works for complex ones, as derivatives by complex step need.

    An imaginary part is a derivative's, infinitely small: it is multiplied by the slope, which is exact and spares the
    complex exponential.
    """
    if family == "identity":
        return eta
    real = eta.real if np.iscomplexobj(eta) else eta
    with np.errstate(over="ignore"):  # on its way to separation: a risk of nothing, or a mean that the step halves
        mean = np.exp(real) if family == "log" else 1 / (1 + np.exp(-real))
    if real is eta:
        return np.asarray(mean)
    return np.asarray(mean + 1j * (eta.imag * (mean if family == "log" else mean * (1 - mean))))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """A fitted model.

    Attributes
    ----------
    coefficients : shape (k,)
        One per column of the design.
    fitted : shape (n,)
        The fitted mean.
    steps
        Newton steps taken.
    """

    coefficients: Floats
    fitted: Floats
    steps: int


def fit_propensity_model(Z: Floats, a: Floats) -> Fit:
    """Return the logistic model of the arm; refuse separated arms as a lack of overlap."""
    try:
        return fit_glm(Z, a, "logit", "the propensity model")
    except _Separated as error:
        raise OverlapError(
            "the arms do not overlap: the covariates tell, for some people with certainty, who is in which arm"
        ) from error


def fit_outcome_model(Z: Floats, y: Floats, family: Family, what: str) -> Fit:
    """Return the model of the outcome; refuse separation, where no coefficient is finite."""
    try:
        return fit_glm(Z, y, family, what)
    except _Separated as error:
        raise SeparationError(
            f"{what} has no finite coefficients: the covariates tell, for some people with certainty, the outcome"
        ) from error


def fit_glm(Z: Floats, y: Floats, family: Family, what: str) -> Fit:
    """Return the maximum likelihood fit of `y` (0/1 for logit, counts for log) on the columns of `Z`.

    `what` names the model in a refusal.
    """
    check_rank(Z, f"the columns of {what}")
    if family == "identity":
        coefficients = np.asarray(np.linalg.lstsq(Z, y, rcond=None)[0], dtype=np.float64)
        return Fit(coefficients=coefficients, fitted=Z @ coefficients, steps=1)
    if y.min() == y.max():
        raise _Separated(what)
    return _fit_newton(Z, y, family, what)


class _Separated(Exception):  # noqa: N818 - a signal between the functions of this file
    """A likelihood without a maximum."""


def _fit_newton(Z: Floats, y: Floats, family: Family, what: str) -> Fit:
    beta, eta = np.zeros(Z.shape[1]), np.zeros(y.size)
    likelihood = _log_likelihood(eta, y, family)
    for steps in range(1, _MAX_STEPS + 1):
        step = _newton_step(Z, y, inverse_link(family, eta), family, what)
        largest = float(np.abs(step).max())
        reached = Z @ (beta + step)
        candidate = _log_likelihood(reached, y, family)
        # A rounding error's worth of loss is no loss: near the root the likelihood is flat.
        while not candidate >= likelihood - 1e-10 * abs(likelihood):
            step = step / 2
            reached = Z @ (beta + step)
            candidate = _log_likelihood(reached, y, family)
        beta, eta, likelihood = beta + step, reached, candidate
        if largest < _STEP_TOLERANCE:
            return Fit(coefficients=beta, fitted=inverse_link(family, eta), steps=steps)
    raise ConvergenceError(f"{what} did not converge in {_MAX_STEPS} Newton steps")


def _newton_step(Z: Floats, y: Floats, fitted: Floats, family: Family, what: str) -> Floats:
    spread = fitted * (1 - fitted) if family == "logit" else fitted
    information = weighted_products(Z, spread, Z)
    values, vectors = np.linalg.eigh(information)
    if values[0] <= _CURVATURE * y.size:
        raise _Separated(what)
    return np.asarray(vectors @ ((vectors.T @ (Z.T @ (y - fitted))) / values))


def _log_likelihood(eta: Floats, y: Floats, family: Family) -> float:
    with np.errstate(over="ignore"):
        total = np.logaddexp(0, eta).sum() if family == "logit" else np.exp(eta).sum()
    return float(y @ eta - total)
