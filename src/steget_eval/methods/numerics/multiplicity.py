"""Adjusts p-values of a declared family of tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError

Floats = NDArray[np.float64]


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted so that any false rejection in the family stays under the level, shape (m,).

    Holm (1979): the smallest times m, the next times m − 1 and so on, never falling and never above one. Holds however
    the tests depend on each other.
    """
    p, order = _sorted(p_values)
    factors = np.arange(p.size, 0, -1)
    return _unsorted(np.minimum(np.maximum.accumulate(factors * p[order]), 1.0), order)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted so that the expected share of false ones among the rejected stays under the level.

    Benjamini and Hochberg (1995), for tests that are independent or positively dependent: the largest as it is, the
    next times m / (m − 1) and so on, never rising on the way down; shape (m,).
    """
    p, order = _sorted(p_values)
    factors = p.size / np.arange(1, p.size + 1)
    stepped = np.minimum.accumulate((factors * p[order])[::-1])[::-1]
    return _unsorted(np.minimum(stepped, 1.0), order)


def _sorted(p_values: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    p = np.asarray(p_values, dtype=np.float64).ravel()
    if not (np.isfinite(p).all() and (p >= 0).all() and (p <= 1).all()):
        raise ArgumentError("p-values to adjust lie from 0 to 1, and none may be missing")
    return p, np.argsort(p, kind="stable")


def _unsorted(adjusted: Floats, order: NDArray[np.int64]) -> Floats:
    found = np.empty_like(adjusted)
    found[order] = adjusted
    return found
