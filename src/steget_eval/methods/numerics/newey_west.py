"""Least squares of a series with standard errors that allow for neighbours in time being alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ArgumentError, FewError
from steget_eval.methods.numerics.kenward_roger import SmallSample
from steget_eval.methods.numerics.linear import check_rank

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesFit:
    """A regression of a series.

    Attributes
    ----------
    coefficients : shape (k,)
    covariance : shape (k, k)
    fitted, residuals : shape (T,)
        Residuals are those that should not be alike any more where `rho` is told.
    lag
        How many periods apart residuals may be alike.
    rho
        What an error carries over of the one before; None where that is not modelled.
    degrees
        T - k.
    small
        Where `rho` is told: the covariance that knows that it was estimated, and its degrees of freedom.
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    residuals: Floats
    lag: int
    degrees: int
    rho: float | None = None
    small: SmallSample | None = None

    def degrees_of(self, contrasts: Floats) -> Floats:
        """Return the degrees of freedom of contrasts, shape (m, k)."""
        plain = np.full(len(contrasts), float(self.degrees))
        return plain if self.small is None else self.small.degrees_of(contrasts)


def usual_lag(periods: int) -> int:
    """Return the whole number in ``4 (T / 100)^(2/9)``, Newey and West's (1994) rule of thumb; at least 1."""
    return max(1, int(4 * (periods / 100) ** (2 / 9)))


def fit_series(D: Floats, y: Floats, lag: int) -> SeriesFit:
    """Return least squares with the heteroskedasticity- and autocorrelation-consistent covariance, times T / (T - k).

    Newey and West (1987, doi 10.2307/1913610): Bartlett's weights ``1 - l / (lag + 1)``, no prewhitening.

    Parameters
    ----------
    D : shape (T, k)
        In the order of time.
    """
    T, k = D.shape
    if not 0 <= lag < T:
        raise ArgumentError(f"lag must be from 0 to {T - 1}, got {lag}")
    check_rank(D, "the columns of the series")
    if k >= T:
        raise FewError(f"{k} coefficients from {T} periods leave nothing to judge them by")
    bread = np.linalg.inv(D.T @ D)
    coefficients = bread @ (D.T @ y)
    residuals = y - D @ coefficients
    scores = D * residuals[:, None]
    middle = scores.T @ scores
    for apart in range(1, lag + 1):
        beside = scores[apart:].T @ scores[:-apart]
        middle = middle + (1 - apart / (lag + 1)) * (beside + beside.T)
    return SeriesFit(
        coefficients=coefficients, covariance=T / (T - k) * bread @ middle @ bread, fitted=D @ coefficients,
        residuals=residuals, lag=lag, degrees=T - k,
    )  # fmt: skip
