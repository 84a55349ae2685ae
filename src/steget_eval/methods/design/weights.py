"""Weights that make two arms stand for the same population, with what they cost.

The weights are for looking at balance and overlap; the effects estimate their own, so that the uncertainty of the
score is in the standard error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, OverlapError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_vector

if TYPE_CHECKING:
    import pandas as pd


def weights_ate(a: ArrayLike, score: ArrayLike) -> Floats:
    """Return weights to everyone: one over the probability of the person's own arm."""
    arm, e = _checked(a, score)
    return np.where(arm == 1, 1 / e, 1 / (1 - e))


def weights_att(a: ArrayLike, score: ArrayLike) -> Floats:
    """Return weights to the treated: 1 in arm 1, the odds of arm 1 in arm 0."""
    arm, e = _checked(a, score)
    return np.where(arm == 1, 1.0, e / (1 - e))


def weights_atc(a: ArrayLike, score: ArrayLike) -> Floats:
    """Return weights to the comparison's: 1 in arm 0, the odds of arm 0 in arm 1."""
    arm, e = _checked(a, score)
    return np.where(arm == 1, (1 - e) / e, 1.0)


def weights_overlap(a: ArrayLike, score: ArrayLike) -> Floats:
    """Return overlap weights (Li, Morgan & Zaslavsky 2018): the probability of the other arm."""
    arm, e = _checked(a, score)
    return np.where(arm == 1, 1 - e, e)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSize(Tidy):
    """How many unweighted people the weighted ones are worth.

    Attributes
    ----------
    n_1, n_0
        People in each arm.
    ess_1, ess_0
        Kish's effective size, the squared sum of weights over the sum of their squares.
    """

    n_1: int
    n_0: int
    ess_1: float
    ess_0: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm."""
        import pandas as pd

        return pd.DataFrame({"arm": [1, 0], "n": [self.n_1, self.n_0], "ess": [self.ess_1, self.ess_0]})


def effective_sample_size(w: ArrayLike, a: ArrayLike) -> EffectiveSize:
    """Return Kish's effective sample size of each arm."""
    arm, weights = checked_arm(a), checked_weights(w)
    if weights.shape != arm.shape:
        raise ArgumentError(f"there are {weights.size} weights and {arm.size} arms; they must be as many")
    sizes = [_kish(weights[arm == which]) for which in (1, 0)]
    return EffectiveSize(n_1=int(arm.sum()), n_0=int((1 - arm).sum()), ess_1=sizes[0], ess_0=sizes[1])


def checked_weights(w: ArrayLike) -> Floats:
    """Return weights that are zero or more."""
    weights = checked_vector(w, "the weight")
    if (weights < 0).any():
        raise ArgumentError("weights must be zero or more")
    return weights


def _kish(w: Floats) -> float:
    if w.sum() == 0:
        raise OverlapError("an arm's weights are all zero")
    return float(w.sum() ** 2 / (w @ w))


def _checked(a: ArrayLike, score: ArrayLike) -> tuple[Floats, Floats]:
    arm, e = checked_arm(a), checked_vector(score, "the propensity score")
    if arm.shape != e.shape:
        raise ArgumentError(f"there are {e.size} scores and {arm.size} arms; they must be as many")
    if not ((e > 0) & (e < 1)).all():
        raise OverlapError("a propensity score must lie strictly between 0 and 1 for everyone")
    return arm, e
