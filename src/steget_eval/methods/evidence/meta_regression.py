"""Effects explained by features of the studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2
from scipy.stats import f as fisher
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, FewError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.heterogeneity import heterogeneity
from steget_eval.methods.evidence.pooling_random import IntervalMethod, hartung_knapp_factor
from steget_eval.methods.evidence.pooling_rows import check_level, tell
from steget_eval.methods.evidence.pooling_tau import TauMethod, estimate_tau2, fit_weighted, ones
from steget_eval.methods.evidence.synthesis import Effects, Floats
from steget_eval.methods.evidence.synthesis_words import META_REGRESSION, Assumption
from steget_eval.methods.numerics.linear import check_rank

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MetaRegression(Tidy):
    """A regression of effects on features of the studies.

    Attributes
    ----------
    estimates
        ``coefficient`` rows, the feature's name in `subgroup` (the constant first, as ``intercept``), on the effects'
        own scale (log for ratios); then ``moderators``, the test of all features together.
    residual
        What the features leave unexplained: Q, τ², I², H² with limits.
    covariance : shape (p, p)
        Of the coefficients, in their order.
    r_squared
        Share of the variance between studies that the features account for, never below zero; NaN where there was
        none (Raudenbush 1994).
    """

    estimates: Estimates
    residual: Estimates
    covariance: Floats
    tau2: float
    r_squared: float
    assumes: Assumption = META_REGRESSION

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients with the test of the features, then the unexplained heterogeneity."""
        return (self.estimates + self.residual).to_frame()


def meta_regression(
    effects: Effects, X: ArrayLike, names: Sequence[str], *, tau2: TauMethod = "reml",
    interval: IntervalMethod = "hartung_knapp_floor", level: float = 0.95,
) -> MetaRegression:  # fmt: skip
    """Random-effects regression on features of the studies.

    Berkey et al. (1995); Knapp and Hartung (2003) for t and F instead of the normal and χ². The association is one
    between studies. Fewer than ten studies a feature is told in the note.

    Parameters
    ----------
    X : shape (k, m)
        Features without a constant; a constant is added.
    names
        One name a feature.
    """
    check_level(level)
    k = len(effects)
    features = np.asarray(X, dtype=np.float64).reshape(k, -1)
    if features.shape[1] != len(names) or not np.isfinite(features).all():
        raise ArgumentError(f"{len(names)} features need {len(names)} columns of finite values")
    design = np.column_stack([np.ones(k), features])
    if k <= design.shape[1]:
        raise FewError(f"{len(names)} features need at least {design.shape[1] + 1} studies, there are {k}")
    spread = features.std(axis=0)
    check_rank(np.column_stack([np.ones(k), (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)]),
               "the features of the studies")  # fmt: skip
    between = estimate_tau2(effects.y, effects.v, design, tau2)
    fit = fit_weighted(effects.y, effects.v, design, between)
    covariance = fit.covariance * hartung_knapp_factor(fit, interval)
    degrees = math.inf if interval == "wald" else float(k - design.shape[1])
    few = "" if k >= 10 * len(names) else "fewer than ten studies a feature"
    note, method = tell(effects, few), f"{tau2}_{interval}"
    rows = [
        _coefficient(name, value, math.sqrt(variance), degrees, level, method, note, effects)
        for name, value, variance in zip(
            ("intercept", *names), fit.coefficients.tolist(), np.diag(covariance).tolist(), strict=True
        )
    ]
    rows.append(_moderators(fit.coefficients, covariance, degrees, method, note))
    alone = estimate_tau2(effects.y, effects.v, ones(k), tau2)
    return MetaRegression(
        estimates=Estimates(tuple(rows)),
        residual=heterogeneity(effects, tau2=tau2, X=design, level=level).estimates,
        covariance=covariance, tau2=between, r_squared=max(0.0, 1 - between / alone) if alone > 0 else math.nan,
    )  # fmt: skip


def _coefficient(
    name: str, value: float, std_error: float, degrees: float, level: float, method: str, note: str, effects: Effects
) -> Estimate:
    half = float(student.isf((1 - level) / 2, degrees)) * std_error
    return Estimate(
        contrast="coefficient", method=method, subgroup=name, estimate=value, std_error=std_error,
        conf_low=value - half, conf_high=value + half, conf_level=level, note=f"{note}; on {effects.measure}",
        p_value=float(2 * student.sf(abs(value) / std_error, degrees)),
    )  # fmt: skip


def _moderators(coefficients: Floats, covariance: Floats, degrees: float, method: str, note: str) -> Estimate:
    slopes, m = coefficients[1:], coefficients.size - 1
    wald = float(slopes @ np.linalg.solve(covariance[1:, 1:], slopes))
    if math.isinf(degrees):
        p_value, told = float(chi2.sf(wald, m)), f"chi-squared, {m} degrees of freedom"
    else:
        wald /= m
        p_value, told = float(fisher.sf(wald, m, degrees)), f"F, {m} and {degrees:g} degrees of freedom"
    return Estimate(
        contrast="moderators", method=method, estimate=wald, interval_kind="none", p_value=p_value,
        note=f"{note}; {told}",
    )  # fmt: skip
