"""Adjusted answers for an amount, by the same engine and with linear outcome models.

Standard errors are those of the stacked estimating equations (sandwich, large sample), limits are Wald's. Clusters are
treated as in `binary_adjusted`.
"""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import ArrayLike

from steget_eval.core.estimates import Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.clusters import Variance, with_clusters
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import (
    POPULATIONS,
    ArmMeans,
    Population,
    means_by_both,
    means_by_model,
    means_by_weights,
)


def g_computation(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Literal["ATE", "ATT", "ATC"] = "ATE",
    interaction: bool = False,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    unit: str = "",
    level: float = 0.95,
) -> Estimates:
    """Means standardised by a linear outcome model, and their difference.

    Without `interaction` the difference is the arm's coefficient in a linear regression, with its HC0 standard error;
    with it, one model per arm, averaged over everyone (ATE) or over the treated (ATT).
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = checked_amounts(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_model(who, design, "identity", population, interaction, groups)

    return _rows(with_clusters(arms, Z, cluster, variance, fit), arms, "g_computation", population, unit, level)


def inverse_probability(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Population = "ATE",
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    unit: str = "",
    level: float = 0.95,
) -> Estimates:
    """Means weighted by a logistic propensity model, and their difference.

    Weights for everyone (ATE), the treated (ATT) or the overlap (ATO), divided by their sum in each arm. That the
    weights are estimated is accounted for.
    """
    checked_choice(population, POPULATIONS, "population")
    arms = checked_amounts(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_weights(who, design, population, groups)

    return _rows(with_clusters(arms, Z, cluster, variance, fit), arms, "ipw", population, unit, level)


def augmented(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Population = "ATE",
    interaction: bool = False,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    unit: str = "",
    level: float = 0.95,
) -> Estimates:
    """Means by a linear outcome model, corrected by weights (AIPW), and their difference.

    The correction is divided by the sum of its weights. The outcome model has the arm as a term, or with
    `interaction` there is one per arm (for ATT in arm 0 alone, for ATC in arm 1). Right when either model is, but for
    the overlap the propensity model also defines the population, so it must be right.
    """
    checked_choice(population, POPULATIONS, "population")
    arms = checked_amounts(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_both(who, design, "identity", population, interaction, groups)

    return _rows(with_clusters(arms, Z, cluster, variance, fit), arms, "aipw", population, unit, level)


def _rows(means: ArmMeans, arms: Arms, method: str, population: str, unit: str, level: float) -> Estimates:
    shared: dict[str, Any] = {
        "method": method, "population": population, "kind": "amount", "unit": unit, "level": checked_level(level),
        "degrees": means.degrees,
        **arms.counts(events=False),
    }  # fmt: skip
    m_1, m_0 = means.mean_1, means.mean_0

    def own(arm: int) -> dict[str, Any]:
        return shared | {"degrees": means.degrees_of(arm)}

    return Estimates((
        delta_row(m_1, (1, 0), means.covariance, contrast="mean_1", test=False, **own(1)),
        delta_row(m_0, (0, 1), means.covariance, contrast="mean_0", test=False, **own(0)),
        delta_row(m_1 - m_0, (1, -1), means.covariance, contrast="mean_difference", **shared),
    ))  # fmt: skip
