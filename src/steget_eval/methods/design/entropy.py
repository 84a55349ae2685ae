"""Entropy balancing: the most even weights whose covariate means are those of the population."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import OverlapError
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_choice, checked_covariates
from steget_eval.methods.numerics.linear import build_design, check_rank

_MAX_STEPS = 200
_ROUNDING = 1e-13
_TOLERANCE = 1e-10  # of a mean, in standard deviations of its covariate


def weights_entropy(a: ArrayLike, X: ArrayLike, *, population: Literal["ATE", "ATT", "ATC"] = "ATT") -> Floats:
    """Return entropy balancing weights of Hainmueller (2012), with mean 1 in each arm.

    Of all weights whose covariate means are exactly those of the treated (ATT), of the comparison's (ATC) or of
    everyone (ATE), they are the ones closest to even. The arm that stands for itself has weights of 1. Where no
    positive weights reach those means the arms do not overlap: `OverlapError`.
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arm = checked_arm(a)
    Z = build_design(checked_covariates(X, arm.size)).Z[:, 1:]
    itself = {"ATT": 1.0, "ATC": 0.0, "ATE": None}[population]
    target = Z.mean(axis=0) if itself is None else Z[arm == itself].mean(axis=0)
    weights = np.ones(arm.size)
    for which in (1.0, 0.0):
        if which != itself:
            weights[arm == which] = _tilt_to(Z[arm == which] - target, int(which))
    return weights


def _tilt_to(distance: Floats, arm: int) -> Floats:
    """Return weights with mean 1 under which the columns have mean zero, by Newton on the convex dual."""
    check_rank(np.column_stack([np.ones(len(distance)), distance]), f"the covariates of arm {arm}")
    multiplier = np.zeros(distance.shape[1])
    height = _dual(distance, multiplier)
    for _ in range(_MAX_STEPS):
        share = _shares(distance, multiplier)
        mean = share @ distance
        if np.abs(mean).max(initial=0.0) < _TOLERANCE:
            return np.asarray(share * len(share))
        spread = (distance * share[:, None]).T @ distance - np.outer(mean, mean)
        step = np.linalg.lstsq(spread, mean, rcond=None)[0]
        size = 1.0
        # A rounding error's worth of rise is no rise: near the root the dual is flat.
        while _dual(distance, multiplier - size * step) > height + _ROUNDING and size > 1e-10:
            size /= 2
        multiplier = multiplier - size * step
        height = _dual(distance, multiplier)
        if not np.isfinite(height) or np.abs(multiplier).max() > 1e4:
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
