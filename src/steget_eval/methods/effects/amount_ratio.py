"""Adjusted ratio of means of an amount: by a log-linear outcome model, by weights, by both.

The same engine as for differences. Standard errors are those of the stacked estimating equations (sandwich, large
sample), limits are Wald's on the log scale. Clusters are treated as in `binary_adjusted`. Amounts are divided by their
mean before anything is fitted, which moves nothing but the rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from numpy.typing import ArrayLike

from steget_eval.core.errors import OutsideError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.amount_rate import with_amounts_in_both
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

Fitted = Callable[[Arms, Floats, ArrayLike | None], ArmMeans]


def g_computation(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, population: Literal["ATE", "ATT", "ATC"] = "ATE",
    interaction: bool = False, cluster: ArrayLike | None = None, variance: Variance = "jackknife", unit: str = "",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Means standardised by a log-linear outcome model, and their ratio.

    Without `interaction` the ratio is the exponential of the arm's coefficient in a quasi-Poisson regression, the same
    for every population; with it, one model per arm, averaged over the population.
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_model(with_amounts_in_both(who), design, "log", population, interaction, groups)

    return _answer(y, a, X, fit, cluster, variance, "g_computation", population, unit, level)


def inverse_probability(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, population: Population = "ATE", cluster: ArrayLike | None = None,
    variance: Variance = "jackknife", unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Means weighted by a logistic propensity model, and their ratio; that the weights are estimated is counted."""
    checked_choice(population, POPULATIONS, "population")

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_weights(who, design, population, groups)

    return _answer(y, a, X, fit, cluster, variance, "ipw", population, unit, level)


def augmented(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, population: Population = "ATE", interaction: bool = False,
    cluster: ArrayLike | None = None, variance: Variance = "jackknife", unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Means by a log-linear outcome model, corrected by weights (AIPW), and their ratio.

    Right when either model is, but for the overlap the propensity model also defines the population.
    """
    checked_choice(population, POPULATIONS, "population")

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_both(with_amounts_in_both(who), design, "log", population, interaction, groups)

    return _answer(y, a, X, fit, cluster, variance, "aipw", population, unit, level)


def _answer(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, fit: Fitted, cluster: ArrayLike | None, variance: Variance, method: str,
    population: str, unit: str, level: float,
) -> Estimates:  # fmt: skip
    arms = with_amounts_in_both(checked_amounts(y, a))
    Z, size = build_design(checked_covariates(X, arms.a.size)).Z, float(arms.y.mean())
    means = with_clusters(Arms(y=arms.y / size, a=arms.a), Z, cluster, variance, fit)
    return ratio_rows(means, arms, method, population, unit, level, size)


def ratio_rows(
    means: ArmMeans, arms: Arms, method: str, population: str, unit: str, level: float, size: float = 1.0
) -> Estimates:
    """Return the means, in units of `size`, and their ratio; refuse a mean that the weights take to zero or below."""
    shared: dict[str, Any] = {
        "method": method, "population": population, "kind": "amount", "level": checked_level(level),
        "degrees": means.degrees,
        **arms.counts(events=False),
    }  # fmt: skip
    m_1, m_0 = means.mean_1, means.mean_0
    if m_1 <= 0 or m_0 <= 0:
        raise OutsideError(f"{method} puts a mean at zero or below: a ratio of means needs both above zero")
    told = shared | {"unit": unit, "test": False}
    covariance = size**2 * means.covariance
    return Estimates((
        delta_row(size * m_1, (1, 0), covariance, contrast="mean_1", **told | {"degrees": means.degrees_of(1)}),
        delta_row(size * m_0, (0, 1), covariance, contrast="mean_0", **told | {"degrees": means.degrees_of(0)}),
        delta_row(
            m_1 / m_0, (1 / m_1, -1 / m_0), means.covariance, contrast="mean_ratio", unit="ratio", scale="log", **shared
        ),
    ))  # fmt: skip
