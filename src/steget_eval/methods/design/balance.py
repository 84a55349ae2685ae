"""How alike the arms are, covariate by covariate, before weighting as after it.

A standardised mean difference is the difference in means over the pooled standard deviation of the unweighted arms,
the root of the mean of the two variances (Austin 2009): n - 1 for amounts, p (1 - p) for what is 0 or 1. The
denominator stays the same after weighting, so that a smaller number means closer means. A weighted variance has the
divisor that makes it unbiased for weights of reliability, sum w - sum w²/sum w, which is n - 1 where all weigh 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, OverlapError
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
    ks : shape (p,)
        Kolmogorov and Smirnov's distance, the largest between the two distribution functions; where binary it is the
        difference in shares.
    weighted_mean_1, weighted_mean_0, weighted_smd : shape (p,)
        The same after weighting, over the unweighted denominator; NaN where no weights were given.
    weighted_variance_ratio, weighted_ks : shape (p,)
        The same after weighting; NaN where no weights were given.
    """

    covariates: tuple[str, ...]
    binary: np.ndarray
    mean_1: Floats
    mean_0: Floats
    sd_1: Floats
    sd_0: Floats
    smd: Floats
    variance_ratio: Floats
    ks: Floats
    weighted_mean_1: Floats
    weighted_mean_0: Floats
    weighted_smd: Floats
    weighted_variance_ratio: Floats
    weighted_ks: Floats

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
        raise ArgumentError(f"{covariates.shape[1]} covariates need as many names, got {len(names)}")
    binary = np.asarray(np.isin(covariates, (0.0, 1.0)).all(axis=0))
    one, zero = covariates[arm == 1], covariates[arm == 0]
    mean_1, mean_0 = one.mean(axis=0), zero.mean(axis=0)
    variance_1, variance_0 = _variance(one, binary), _variance(zero, binary)
    pooled = np.sqrt((variance_1 + variance_0) / 2)
    even, weights = np.ones(arm.size), _checked(arm, w)
    weighted_1, weighted_0 = _weighted_means(arm, covariates, weights)
    return Balance(
        covariates=tuple(names), binary=binary, mean_1=mean_1, mean_0=mean_0,
        sd_1=np.sqrt(variance_1), sd_0=np.sqrt(variance_0), smd=_standardise(mean_1 - mean_0, pooled),
        variance_ratio=_variance_ratio(arm, covariates, even, binary), ks=_distances(arm, covariates, even),
        weighted_mean_1=weighted_1, weighted_mean_0=weighted_0,
        weighted_smd=_standardise(weighted_1 - weighted_0, pooled),
        weighted_variance_ratio=_variance_ratio(arm, covariates, weights, binary),
        weighted_ks=_distances(arm, covariates, weights),
    )  # fmt: skip


def _variance(values: Floats, binary: np.ndarray) -> Floats:
    share = np.asarray(values.mean(axis=0))
    amount = values.var(axis=0, ddof=1) if values.shape[0] > 1 else np.full(values.shape[1], np.nan)
    return np.where(binary, share * (1 - share), amount)


def _variance_ratio(arm: Floats, X: Floats, w: Floats | None, binary: np.ndarray) -> Floats:
    if w is None:
        return np.full(X.shape[1], np.nan)
    one, zero = (_weighted_variance(X[arm == which], w[arm == which]) for which in (1, 0))
    usable = ~binary & (zero > 0)
    return np.where(usable, one / np.where(usable, zero, 1.0), np.nan)


def _weighted_variance(X: Floats, w: Floats) -> Floats:
    centred = X - w @ X / w.sum()
    divisor = w.sum() - w @ w / w.sum()
    return np.asarray(w @ centred**2 / divisor) if divisor > 0 else np.full(X.shape[1], np.nan)


def _distances(arm: Floats, X: Floats, w: Floats | None) -> Floats:
    if w is None:
        return np.full(X.shape[1], np.nan)
    signed = np.where(arm == 1, w / w[arm == 1].sum(), -w / w[arm == 0].sum())
    return np.array([_distance(x, signed) for x in X.T])


def _distance(x: Floats, signed: Floats) -> float:
    order = np.argsort(x, kind="stable")
    ends = np.append(np.diff(x[order]) > 0, True)
    return float(np.abs(np.cumsum(signed[order])[ends]).max())


def _standardise(difference: Floats, pooled: Floats) -> Floats:
    varies = pooled != 0
    smd = np.asarray(difference / np.where(varies, pooled, 1.0))
    settled = varies | (difference == 0) | np.isnan(difference)
    return np.asarray(np.where(settled, smd, np.copysign(np.inf, difference)))


def _checked(arm: Floats, w: ArrayLike | None) -> Floats | None:
    if w is None:
        return None
    weights = checked_weights(w)
    if weights.shape != arm.shape:
        raise ArgumentError(f"there are {weights.size} weights and {arm.size} arms; they must be as many")
    if min(weights[arm == which].sum() for which in (1, 0)) == 0:
        raise OverlapError("an arm's weights are all zero")
    return weights


def _weighted_means(arm: Floats, X: Floats, w: Floats | None) -> tuple[Floats, Floats]:
    if w is None:
        missing = np.full(X.shape[1], np.nan)
        return missing, missing.copy()
    one, zero = ((w * (arm == which)) @ X / w[arm == which].sum() for which in (1, 0))
    return one, zero
