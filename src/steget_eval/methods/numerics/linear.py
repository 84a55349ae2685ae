"""Design matrices: an intercept, columns on one scale, a rank that is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import DependentError, FewError

Floats = NDArray[np.float64]

_RANK_TOLERANCE = 1e-9  # smallest over largest singular value, columns standardised
_CERTAIN = (
    1e-8  # smallest over largest eigenvalue of the products: far above both its rounding and the rank's tolerance
)
_SLICE = 20_000  # people whose rows stay in the processor's cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A design matrix whose first column is one and whose others have mean 0 and standard deviation 1.

    A fit and its predictions do not depend on the scale; its arithmetic does.

    Attributes
    ----------
    Z : shape (n, 1 + p)
    centre, spread : shape (p,)
        What was taken off each covariate, what it was divided by.
    """

    Z: Floats
    centre: Floats
    spread: Floats

    def unscaled(self, coefficients: Floats) -> Floats:
        """Return coefficients per unit of each covariate, the intercept first."""
        slopes = coefficients[1:] / self.spread
        return np.concatenate([[coefficients[0] - slopes @ self.centre], slopes])


def build_design(X: Floats) -> Design:
    """Return the design of covariates of shape (n, p); refuse a constant column or dependent ones."""
    centre, spread = X.mean(axis=0), X.std(axis=0)
    for column in range(X.shape[1]):
        if spread[column] <= 1e-14 * max(abs(centre[column]), 1e-300):
            raise DependentError(
                f"covariate {column + 1} of {X.shape[1]} has the same value for everyone; leave it out"
            )
    Z = np.column_stack([np.ones(X.shape[0]), (X - centre) / spread])
    check_rank(Z, "the covariates")
    return Design(Z=Z, centre=centre, spread=spread)


def check_rank(Z: Floats, what: str) -> None:
    """Refuse columns of which one follows from the others, or more columns than people."""
    n, k = Z.shape
    if n < k:
        raise FewError(f"{what} need at least {k} people for {k} coefficients, there are {n}")
    products = np.linalg.eigvalsh(weighted_products(Z, np.ones(n), Z))
    if products[0] > _CERTAIN * products[-1]:
        return
    values = np.linalg.svd(np.linalg.qr(Z, mode="r"), compute_uv=False)
    if values[-1] < _RANK_TOLERANCE * values[0]:
        raise DependentError(f"{what} are linearly dependent; leave one out")


def weighted_products(left: Floats, w: Floats, right: Floats) -> Floats:
    """Return ``left.T @ diag(w) @ right``, a slice of people at a time so that it stays in the processor's cache."""
    total = np.zeros((left.shape[1], right.shape[1]))
    for first in range(0, w.size, _SLICE):
        rows = slice(first, first + _SLICE)
        total += (left[rows] * w[rows, None]).T @ right[rows]
    return total


def multiply(Z: Floats, coefficients: NDArray[Any]) -> NDArray[Any]:
    """Return `Z` times coefficients that may be complex, without a complex copy of `Z`."""
    if np.iscomplexobj(coefficients):
        return np.asarray(Z @ coefficients.real + 1j * (Z @ coefficients.imag))
    return np.asarray(Z @ coefficients)
