"""Regression of a series whose errors each carry over a part of the one before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz
from scipy.optimize import minimize_scalar

from steget_eval.core.errors import ConvergenceError, FewError
from steget_eval.methods.numerics.kenward_roger import SmallSample, kenward_roger
from steget_eval.methods.numerics.linear import check_rank
from steget_eval.methods.numerics.newey_west import SeriesFit

Floats = NDArray[np.float64]

_EDGE = 0.999  # a carry-over of one is a random walk, in which a trend cannot be told from chance
_TRIED = 21


def fit_autoregressive(D: Floats, y: Floats) -> SeriesFit:
    """Return generalised least squares with errors ``e_t = rho e_(t-1) + u_t``, `rho` by restricted likelihood.

    Standard errors and degrees of freedom are Kenward and Roger's (1997): that `rho` was estimated is in both. Turner
    et al. (2021, doi 10.1186/s12874-021-01364-0) found restricted likelihood with Satterthwaite's degrees the least
    wrong of the usual methods in short series.

    Parameters
    ----------
    D : shape (T, k)
        In the order of time.
    """
    T, k = D.shape
    check_rank(D, "the columns of the series")
    if k >= T:
        raise FewError(f"{k} coefficients from {T} periods leave nothing to judge them by")
    rho = _carried(D, y)
    X, z = _whitened(D, rho), _whitened(y[:, None], rho)[:, 0]
    coefficients: Floats = np.asarray(np.linalg.lstsq(X, z, rcond=None)[0], dtype=np.float64)
    left = z - X @ coefficients
    small = _small(D, float(left @ left) / (T - k) / (1 - rho**2), rho)
    return SeriesFit(
        coefficients=coefficients, covariance=small.covariance, fitted=D @ coefficients, residuals=left, lag=1,
        degrees=T - k, rho=rho, small=small,
    )  # fmt: skip


def _carried(D: Floats, y: Floats) -> float:
    """Return the `rho` of the highest restricted likelihood, sought everywhere first: it may have more than one top."""
    tried = np.linspace(-_EDGE, _EDGE, _TRIED)
    best = int(np.argmin([_criterion(D, y, float(rho)) for rho in tried]))
    near = (float(tried[max(best - 1, 0)]), float(tried[min(best + 1, _TRIED - 1)]))
    found = minimize_scalar(lambda rho: _criterion(D, y, rho), bounds=near, method="bounded",
                            options={"xatol": 1e-11, "maxiter": 500})  # fmt: skip
    if not found.success or abs(found.x) > 0.99 * _EDGE:
        raise ConvergenceError("the series carries its errors on without end: no trend can be told from them")
    return float(found.x)


def _small(D: Floats, variance: float, rho: float) -> SmallSample:
    """Return the adjusted covariance where two errors that lie l periods apart have covariance ``variance rho^l``."""
    apart = np.arange(D.shape[0])
    alike = np.power(rho, apart.astype(np.float64))
    slope = np.concatenate([[0.0], apart[1:] * alike[:-1]])
    return kenward_roger(D, variance * toeplitz(alike), (toeplitz(alike), variance * toeplitz(slope)))


def _whitened(values: Floats, rho: float) -> Floats:
    """Return columns of which the errors no longer carry over; the first row is kept (Prais and Winsten 1954)."""
    return np.vstack([np.sqrt(1 - rho**2) * values[:1], values[1:] - rho * values[:-1]])


def _criterion(D: Floats, y: Floats, rho: float) -> float:
    """Return minus twice the restricted log-likelihood, but for a constant."""
    X, z = _whitened(D, rho), _whitened(y[:, None], rho)[:, 0]
    along, upper = np.linalg.qr(X)
    left = z - along @ (along.T @ z)
    T, k = D.shape
    spread = 2 * np.log(np.abs(np.diag(upper))).sum()
    return float((T - k) * np.log(left @ left) - np.log(1 - rho**2) + spread)
