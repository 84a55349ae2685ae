"""The most even weights under which covariates have given means: exponential tilting, by Newton on its convex dual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import OverlapError
from steget_eval.methods.numerics.linear import check_rank

Floats = NDArray[np.float64]

_MAX_STEPS = 200
_ROUNDING = 1e-13
_TOLERANCE = 1e-10  # of a mean, in standard deviations of its covariate
_STEEPEST = 1e4  # of a multiplier: beyond it the weights stand on one person


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tilt:
    """Weights that lead an arm to given means.

    Attributes
    ----------
    multiplier : shape (p,)
        Of each covariate, in the exponent.
    w : shape (n,)
        Weights with mean 1.
    """

    multiplier: Floats
    w: Floats


def tilt_to(distance: Floats, arm: int) -> Tilt:
    """Return the weights under which the columns, shape (n, p), have mean zero; refuse arms that do not overlap."""
    check_rank(np.column_stack([np.ones(len(distance)), distance]), f"the covariates of arm {arm}")
    multiplier = np.zeros(distance.shape[1])
    height = _dual(distance, multiplier)
    for _ in range(_MAX_STEPS):
        share = _shares(distance, multiplier)
        mean = share @ distance
        if np.abs(mean).max(initial=0.0) < _TOLERANCE:
            return Tilt(multiplier=multiplier, w=np.asarray(share * len(share)))
        spread = (distance * share[:, None]).T @ distance - np.outer(mean, mean)
        step = np.linalg.lstsq(spread, mean, rcond=None)[0]
        size = 1.0
        # A rounding error's worth of rise is no rise: near the root the dual is flat.
        while _dual(distance, multiplier - size * step) > height + _ROUNDING and size > 1e-10:
            size /= 2
        multiplier = multiplier - size * step
        height = _dual(distance, multiplier)
        if not np.isfinite(height) or np.abs(multiplier).max() > _STEEPEST:
            break
    raise OverlapError(
        f"the arms do not overlap: no weights of arm {arm} give it the covariate means it is balanced to"
    )


def _shares(distance: Floats, multiplier: Floats) -> Floats:
    eta = distance @ multiplier
    share = np.exp(eta - eta.max())
    return np.asarray(share / share.sum())


def _dual(distance: Floats, multiplier: Floats) -> float:
    eta = distance @ multiplier
    return float(eta.max() + np.log(np.exp(eta - eta.max()).mean()))
