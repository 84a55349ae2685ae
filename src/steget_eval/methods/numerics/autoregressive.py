"""Regression of a series whose errors each carry over a part of the one before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from steget_eval.core.errors import ConvergenceError, MethodError
from steget_eval.methods.numerics.linear import check_rank
from steget_eval.methods.numerics.newey_west import SeriesFit

Floats = NDArray[np.float64]

_EDGE = 0.999  # a carry-over of one is a random walk, in which a trend cannot be told from chance


def fit_autoregressive(D: Floats, y: Floats) -> SeriesFit:
    """Return generalised least squares with errors ``e_t = rho e_(t-1) + u_t``, `rho` by restricted likelihood.

    Turner et al. (2021, doi 10.1186/s12874-021-01364-0) found it the least wrong of the usual methods in short series.

    Parameters
    ----------
    D : shape (T, k)
        In the order of time.
    """
    T, k = D.shape
    check_rank(D, "the columns of the series")
    if k >= T:
        raise MethodError(f"{k} coefficients from {T} periods leave nothing to judge them by")
    found = minimize_scalar(lambda rho: _criterion(D, y, rho), bounds=(-_EDGE, _EDGE), method="bounded",
                            options={"xatol": 1e-11, "maxiter": 500})  # fmt: skip
    rho = float(found.x)
    if not found.success or abs(rho) > 0.99 * _EDGE:
        raise ConvergenceError("the series carries its errors on without end: no trend can be told from them")
    X, z = _whitened(D, rho), _whitened(y[:, None], rho)[:, 0]
    bread = np.linalg.inv(X.T @ X)
    coefficients = bread @ (X.T @ z)
    left = z - X @ coefficients
    return SeriesFit(
        coefficients=coefficients, covariance=float(left @ left) / (T - k) * bread, fitted=D @ coefficients,
        residuals=left, lag=1, degrees=T - k, rho=rho,
    )  # fmt: skip


def _whitened(values: Floats, rho: float) -> Floats:
    """Return columns of which the errors no longer carry over; the first row is kept (Prais and Winsten 1954)."""
    return np.vstack([np.sqrt(1 - rho**2) * values[:1], values[1:] - rho * values[:-1]])


def _criterion(D: Floats, y: Floats, rho: float) -> float:
    """Return minus twice the restricted log-likelihood, but for a constant."""
    X, z = _whitened(D, rho), _whitened(y[:, None], rho)[:, 0]
    upper = np.linalg.qr(X, mode="r")
    coefficients = np.linalg.lstsq(X, z, rcond=None)[0]
    left = z - X @ coefficients
    T, k = D.shape
    spread = 2 * np.log(np.abs(np.diag(upper))).sum()
    return float((T - k) * np.log(left @ left) - np.log(1 - rho**2) + spread)
