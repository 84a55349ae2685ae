"""How alike the arms are, covariate by covariate, before weighting as after it.

A standardised mean difference is the difference in means over the pooled standard deviation of the unweighted arms,
the root of the mean of the two variances (Austin 2009): n - 1 for amounts, p (1 - p) for what is 0 or 1. The
denominator stays the same after weighting, so that a smaller number means closer means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import MethodError, OverlapError
from steget_eval.core.frames import Tidy
from steget_eval.methods.design.weights import checked_weights
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_covariates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Balance(Tidy):
    """How alike the arms are, covariate by covariate.

    Attributes
    ----------
    covariates : length p
    binary : shape (p,)
        Whether the covariate is 0 or 1 for everyone.
    mean_1, mean_0, sd_1, sd_0 : shape (p,)
        Unweighted; a share and the root of p (1 - p) where binary.
    smd : shape (p,)
        Standardised mean difference, arm 1 minus arm 0. Zero where neither varies and both are equal, infinite where
        neither varies and they differ.
    variance_ratio : shape (p,)
        Variance in arm 1 over that in arm 0, unweighted; NaN where binary (it follows from the means) or where arm 0
        does not vary.
    weighted_mean_1, weighted_mean_0, weighted_smd : shape (p,)
        The same after weighting, over the unweighted denominator; NaN where no weights were given.
    """

    covariates: tuple[str, ...]
    binary: np.ndarray
    mean_1: Floats
    mean_0: Floats
    sd_1: Floats
    sd_0: Floats
    smd: Floats
    variance_ratio: Floats
    weighted_mean_1: Floats
    weighted_mean_0: Floats
    weighted_smd: Floats

    def to_frame(self) -> pd.DataFrame:
        """Return one row per covariate."""
        import pandas as pd

        names = [name for name in self.__slots__ if name != "covariates"]
        return pd.DataFrame({"covariate": self.covariates} | {name: getattr(self, name) for name in names})


def balance(a: ArrayLike, X: ArrayLike, names: Sequence[str], w: ArrayLike | None = None) -> Balance:
    """Return the balance of covariates of shape (n, p) between the arms, and after weighting where `w` is given.

    An arm of one person has no standard deviation of an amount: the covariate's figures are then NaN.
    """
    arm = checked_arm(a)
    covariates = checked_covariates(X, arm.size)
    if len(names) != covariates.shape[1]:
        raise MethodError(f"{covariates.shape[1]} covariates need as many names, got {len(names)}")
    binary = np.asarray(np.isin(covariates, (0.0, 1.0)).all(axis=0))
    one, zero = covariates[arm == 1], covariates[arm == 0]
    mean_1, mean_0 = one.mean(axis=0), zero.mean(axis=0)
    variance_1, variance_0 = _variance(one, binary), _variance(zero, binary)
    pooled = np.sqrt((variance_1 + variance_0) / 2)
    weighted_1, weighted_0 = _weighted_means(arm, covariates, w)
    return Balance(
        covariates=tuple(names), binary=binary, mean_1=mean_1, mean_0=mean_0,
        sd_1=np.sqrt(variance_1), sd_0=np.sqrt(variance_0), smd=_standardise(mean_1 - mean_0, pooled),
        variance_ratio=_ratio(variance_1, variance_0, binary), weighted_mean_1=weighted_1, weighted_mean_0=weighted_0,
        weighted_smd=_standardise(weighted_1 - weighted_0, pooled),
    )  # fmt: skip


def _variance(values: Floats, binary: np.ndarray) -> Floats:
    share = np.asarray(values.mean(axis=0))
    amount = values.var(axis=0, ddof=1) if values.shape[0] > 1 else np.full(values.shape[1], np.nan)
    return np.where(binary, share * (1 - share), amount)


def _ratio(variance_1: Floats, variance_0: Floats, binary: np.ndarray) -> Floats:
    usable = ~binary & (variance_0 > 0)
    return np.where(usable, variance_1 / np.where(usable, variance_0, 1.0), np.nan)


def _standardise(difference: Floats, pooled: Floats) -> Floats:
    varies = pooled != 0
    smd = np.asarray(difference / np.where(varies, pooled, 1.0))
    settled = varies | (difference == 0) | np.isnan(difference)
    return np.asarray(np.where(settled, smd, np.copysign(np.inf, difference)))


def _weighted_means(arm: Floats, X: Floats, w: ArrayLike | None) -> tuple[Floats, Floats]:
    if w is None:
        missing = np.full(X.shape[1], np.nan)
        return missing, missing.copy()
    weights = checked_weights(w)
    if weights.shape != arm.shape:
        raise MethodError(f"there are {weights.size} weights and {arm.size} arms; they must be as many")
    sums = [weights[arm == which].sum() for which in (1, 0)]
    if min(sums) == 0:
        raise OverlapError("an arm's weights are all zero")
    one, zero = ((weights * (arm == which)) @ X / total for which, total in zip((1, 0), sums, strict=True))
    return one, zero
