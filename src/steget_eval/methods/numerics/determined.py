"""Regressions some of whose coefficients may not be determined, asked only for what is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import DependentError, FewError

Floats = NDArray[np.float64]
_NOTHING = 1e-8  # of a row's length once every column has the length of one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A weighted least-squares fit.

    Attributes
    ----------
    coefficients : shape (k,)
        Where some are not determined, the shortest that fit.
    bread : shape (k, k)
        Inverse of ``D' W D``, generalised.
    rank
        How many coefficients are determined.
    """

    coefficients: Floats
    bread: Floats
    rank: int


def fit_determined(D: Floats, y: Floats, w: Floats, asked: Floats) -> Fitted:
    """Return the fit of `y` on `D`, or refuse where a row of `asked` has a prediction that the fit does not determine.

    Columns may repeat each other (a subclass that is one level of a covariate) as long as they do so among those asked.
    """
    lengths = np.sqrt((w[:, None] * D**2).sum(axis=0))
    lengths = np.where(lengths > 0, lengths, 1.0)
    root = np.sqrt(w)[:, None]
    _, sizes, directions = np.linalg.svd(root * D / lengths, full_matrices=False)
    rank = int((sizes > _NOTHING * sizes.max()).sum())
    if len(y) <= rank:
        raise FewError(
            f"a regression of {rank} coefficients needs more people than that in each arm, there are {len(y)}"
        )
    kept, scaled = directions[:rank], asked / lengths
    beyond = np.abs(scaled - scaled @ kept.T @ kept).max(axis=1)
    if (beyond > _NOTHING * np.maximum(np.abs(scaled).max(axis=1), _NOTHING)).any():
        raise DependentError("in one arm the covariates repeat each other, or do not vary, where in the other they do")
    bread = (kept.T / sizes[:rank] ** 2) @ kept / np.outer(lengths, lengths)
    return Fitted(coefficients=bread @ (D.T @ (w * y)), bread=bread, rank=rank)
