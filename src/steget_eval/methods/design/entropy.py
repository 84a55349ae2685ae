"""Entropy balancing: the most even weights whose covariate means are those of the population."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_choice, checked_covariates
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.tilting import tilt_to


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
            weights[arm == which] = tilt_to(Z[arm == which] - target, int(which)).w
    return weights
