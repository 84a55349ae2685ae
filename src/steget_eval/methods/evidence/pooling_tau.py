"""The variance between studies, about a mean or about a regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from steget_eval.core.errors import FewError
from steget_eval.methods.evidence.synthesis import Floats

TauMethod = Literal["reml", "paule_mandel", "dersimonian_laird"]

_XTOL = 1e-14  # of τ², relative to the largest variance at hand
_GRID = 120  # places at which the restricted likelihood is looked at before it is refined


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedFit:
    """A regression of effects weighted by 1/(v + τ²).

    Attributes
    ----------
    coefficients : shape (p,)
    covariance : shape (p, p)
        Inverse of X'WX.
    residuals : shape (k,)
    w : shape (k,)
    """

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    w: Floats

    @property
    def q(self) -> float:
        """Weighted sum of squared residuals."""
        return float(self.w @ self.residuals**2)


def fit_weighted(y: Floats, v: Floats, X: Floats, tau2: float) -> WeightedFit:
    """Return the regression of `y` on `X`, shape (k, p), at a given variance between studies."""
    w = 1 / (v + tau2)
    covariance = np.asarray(np.linalg.inv((X * w[:, None]).T @ X), dtype=np.float64)
    coefficients = covariance @ (X.T @ (w * y))
    return WeightedFit(coefficients=coefficients, covariance=covariance, residuals=y - X @ coefficients, w=w)


def estimate_tau2(y: Floats, v: Floats, X: Floats, method: TauMethod) -> float:
    """Return the variance between studies, never below zero.

    ``dersimonian_laird`` (1986) equates Q to its expectation at fixed weights; ``paule_mandel`` (1982) solves
    Q(τ²) = k - p; ``reml`` maximises the restricted likelihood over its whole range, so that a local maximum is
    not mistaken for the highest. Needs more studies than columns of `X`.
    """
    k, p = X.shape
    if k <= p:
        raise FewError(f"the variance between studies needs more than {p} studies, there are {k}")
    if method == "dersimonian_laird":
        fit = fit_weighted(y, v, X, 0.0)
        return max(0.0, float(fit.q - (k - p)) / trace_of_p(X, fit))
    if method == "paule_mandel":
        return solve_q(y, v, X, float(k - p))
    return _reml(y, v, X)


def trace_of_p(X: Floats, fit: WeightedFit) -> float:
    """Return the trace of P = W - WX(X'WX)⁻¹X'W."""
    leverage = np.asarray(np.einsum("ij,jk,ik->i", X, fit.covariance, X), dtype=np.float64)
    return float(np.sum(fit.w - fit.w**2 * leverage))


def solve_q(y: Floats, v: Floats, X: Floats, target: float) -> float:
    """Return the τ² at which the generalised Q, which falls in τ², equals `target`; 0 where it is below it at 0."""

    def excess(tau2: float) -> float:
        return fit_weighted(y, v, X, tau2).q - target

    return _root_of_falling(excess, float(v.max()))


def _root_of_falling(function: Callable[[float], float], scale: float) -> float:
    if function(0.0) <= 0:
        return 0.0
    high = scale
    while function(high) > 0:
        high *= 4
    return float(brentq(function, 0.0, high, xtol=_XTOL * high, rtol=8.9e-16, maxiter=500))


def _reml(y: Floats, v: Floats, X: Floats) -> float:
    # Above the largest squared residual plus the largest variance the restricted likelihood only falls.
    k, p = X.shape
    plain = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    most = 2 * float(plain @ plain) / (k - p) * k + float(v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-8 * float(v.min()), most, _GRID)])
    best = int(np.argmax([_restricted(y, v, X, tau2) for tau2 in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID)]
    if best == 0 and _slope(y, v, X, 0.0) <= 0:
        return 0.0
    if _slope(y, v, X, low) <= 0:
        return float(low)
    return float(brentq(lambda tau2: _slope(y, v, X, tau2), low, high, xtol=_XTOL * high, rtol=8.9e-16, maxiter=500))


def _restricted(y: Floats, v: Floats, X: Floats, tau2: float) -> float:
    fit = fit_weighted(y, v, X, tau2)
    return float(np.log(fit.w).sum() + np.linalg.slogdet(fit.covariance)[1] - fit.q) / 2


def _slope(y: Floats, v: Floats, X: Floats, tau2: float) -> float:
    fit = fit_weighted(y, v, X, tau2)
    return (float(fit.w**2 @ fit.residuals**2) - trace_of_p(X, fit)) / 2


def ones(k: int) -> Floats:
    """Return the design of a mean, shape (k, 1)."""
    return np.ones((k, 1))
