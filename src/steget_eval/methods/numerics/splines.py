"""Natural cubic splines: a smooth curve in one covariate, a straight line beyond its outer knots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ArgumentError, FewError

Floats = NDArray[np.float64]


def place_knots(x: Floats, count: int) -> Floats:
    """Return `count` knots at the quantiles that Harrell (2015, section 2.4.6) places them, 3 to 7 of them."""
    if not 3 <= count <= 7:
        raise ArgumentError(f"a spline has 3 to 7 knots, got {count}")
    outer = 0.1 if count == 3 else 0.025 if count == 7 else 0.05
    knots = np.quantile(x, np.linspace(outer, 1 - outer, count))
    if np.unique(knots).size < count:
        raise FewError(
            f"{count} knots need as many distinct quantiles, and the covariate has {np.unique(knots).size}: "
            "fewer knots, or none"
        )
    return np.asarray(knots)


def natural_spline(x: Floats, knots: Floats) -> Floats:
    """Return the basis of a restricted (natural) cubic spline, shape (n, k - 1): x itself, then the curved parts.

    Stone and Koo (1985), in the truncated powers of Harrell (2015, equation 2.25), divided by the squared width of the
    knots, so that every column has the unit of x.
    """
    last, before = knots[-1], knots[-2]
    width = last - before

    def cube(knot: float) -> Floats:
        return np.asarray(np.maximum(x - knot, 0.0) ** 3)

    curved = [
        cube(knot) - cube(before) * (last - knot) / width + cube(last) * (before - knot) / width for knot in knots[:-2]
    ]
    return np.column_stack([x, *(part / (last - knots[0]) ** 2 for part in curved)])


def with_splines(X: Floats, columns: Sequence[int], knots: int) -> Floats:
    """Return covariates, the chosen columns bent by a spline with that many knots, the others as they are."""
    for column in columns:
        if not 0 <= column < X.shape[1]:
            raise ArgumentError(f"a spline needs a column 0 to {X.shape[1] - 1}, got {column}")
    parts = [
        natural_spline(X[:, j], place_knots(X[:, j], knots)) if j in columns else X[:, [j]] for j in range(X.shape[1])
    ]
    return np.column_stack(parts) if parts else X
