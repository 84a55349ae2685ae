"""Whether two arms have a common region of scores: without one, a regression only continues its lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg
from scipy.optimize import linprog

from steget_eval.core.errors import ConvergenceError, OverlapError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.glm import fit_propensity_model

_RANK = 1e-9  # of the largest diagonal: below, a column follows from the others
_ALIKE = 1e-9  # of a probability: scores nearer than this are the same, as where the covariates say nothing of the arm


def refuse_no_overlap(a: ArrayLike, X: ArrayLike) -> None:
    """Refuse arms without a common region of propensity scores; do nothing where there is one.

    There is none where the arms are separated: some sum of the columns is higher for every person of one arm than for
    anybody of the other (Albert & Anderson 1984), found exactly, as a linear programme. Nor is there where the score
    exists and no person of one arm has one from the lowest to the highest of the other arm. Where the covariates tell
    the arm of some people for certain, but not of all, the others are the common region: methods that need every
    score refuse, and what is left is for gates to warn of. Columns that say nothing new are left out; an arm of nobody,
    unknown covariates and fewer people than coefficients are for the method to refuse.

    Parameters
    ----------
    a : shape (n,)
        Arms, 1 or 0.
    X : shape (n, p)
        Covariates as the score takes them, no intercept.

    Raises
    ------
    OverlapError
        With the reason.
    """
    arm, columns = np.asarray(a, dtype=np.float64), np.asarray(X, dtype=np.float64)
    if arm.size == 0 or arm.min() == arm.max() or not np.isfinite(columns).all():
        return
    Z = _independent(columns)
    if Z.shape[1] < 2 or arm.size <= Z.shape[1]:
        return
    try:
        score = fit_propensity_model(Z, arm).fitted
    except (OverlapError, ConvergenceError):
        if _is_separated(Z, arm):
            raise OverlapError(
                "the arms do not overlap: what was known at the index date tells of each person which arm it was"
            ) from None
        return
    one, zero = score[arm == 1], score[arm == 0]
    for name, mine, other in (("1", one, zero), ("0", zero, one)):
        if not ((mine >= other.min() - _ALIKE) & (mine <= other.max() + _ALIKE)).any():
            raise OverlapError(f"the arms do not overlap: no score of arm {name} is within the range of the other arm")


def _independent(X: Floats) -> Floats:
    """Return an intercept and the columns of which none follows from the others, each of mean 0 and deviation 1."""
    spread = X.std(axis=0)
    varies = spread > 1e-14 * np.maximum(np.abs(X.mean(axis=0)), 1e-300)
    Z = (X[:, varies] - X[:, varies].mean(axis=0)) / spread[varies]
    if Z.shape[1] > 1:
        r, order = linalg.qr(Z, mode="r", pivoting=True, check_finite=False)
        size = np.abs(np.diag(r))
        Z = Z[:, np.sort(order[: int((size > _RANK * size[0]).sum())])]
    return np.column_stack([np.ones(X.shape[0]), Z])


def _is_separated(Z: Floats, arm: Floats) -> bool:
    towards = np.where(arm == 1, -1.0, 1.0)[:, None] * Z
    found = linprog(np.zeros(Z.shape[1]), A_ub=towards, b_ub=-np.ones(arm.size), bounds=(None, None), method="highs")
    return bool(found.status == 0)
