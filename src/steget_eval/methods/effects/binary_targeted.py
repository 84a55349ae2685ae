"""Targeted maximum likelihood for an outcome that happened or did not, and cross-fitting of it and of AIPW."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.binary_adjusted import risk_rows, with_events_and_without
from steget_eval.methods.numerics.arms import Arms, Floats, checked_choice, checked_covariates, checked_vector
from steget_eval.methods.numerics.clusters import (
    Variance,
    arm_means,
    checked_clusters,
    leave_one_cluster_out,
    with_clusters,
)
from steget_eval.methods.numerics.cross_fit import Estimator, draw_folds, means_by_cross_fit
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import POPULATIONS, ArmMeans, Population
from steget_eval.methods.numerics.targeted import means_by_targeting


def targeted(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Population = "ATE",
    interaction: bool = False,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:
    """Risks by targeted maximum likelihood (TMLE), and their difference, ratio and odds ratio.

    Van der Laan and Rubin (2006). A logistic outcome model whose log odds are moved by one number per arm, fitted with
    the weights; right when either model is, as AIPW is, and never outside 0 to 1. Standard errors and clusters as in
    `binary_adjusted`.
    """
    checked_choice(population, POPULATIONS, "population")
    arms = with_events_and_without(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_targeting(who, design, population, interaction, groups)

    return risk_rows(with_clusters(arms, Z, cluster, variance, fit), arms, "tmle", population, level)


def cross_fitted(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    estimator: Estimator = "aipw",
    population: Population = "ATE",
    folds: int = 5,
    fold: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    seed: int = 0,
    level: float = 0.95,
) -> Estimates:
    """Risks by AIPW or TMLE whose models are fitted among other people than those they are used for.

    Chernozhukov et al. (2018), Zheng and van der Laan (2011): the answer then does not lean on a model having seen the
    outcome it predicts. The standard error is the influence function's. With `cluster`, folds hold whole clusters, and
    everything is done anew without each in turn (its people are taken out of their fold), or with `variance`
    ``sandwich`` influences are summed within them.

    Parameters
    ----------
    population
        Everyone (ATE), the treated (ATT) or the comparison's (ATC); the overlap's own weights would need a term more.
    folds
        How many; `seed` deals people to them, arm by arm.
    fold : shape (n,), optional
        The fold of each person, instead of dealing.
    """
    checked_choice(estimator, ("aipw", "tmle"), "estimator")
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = with_events_and_without(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z
    unit = np.arange(arms.a.size) if cluster is None else checked_clusters(cluster, arms.a, even=False).code
    if fold is None:
        dealt = draw_folds(arms, Z, unit, folds, seed)
    else:
        dealt = np.unique(checked_vector(fold, "the fold"), return_inverse=True)[1].reshape(-1).astype(np.int64)
    found = means_by_cross_fit(arms, Z, dealt, population, estimator)
    if cluster is None or variance == "sandwich":
        return risk_rows(found.summed(unit), arms, f"{estimator}_cross_fitted", population, level)

    def among(kept: NDArray[np.bool_]) -> Floats:
        part = means_by_cross_fit(Arms(y=arms.y[kept], a=arms.a[kept]), Z[kept], dealt[kept], population, estimator)
        return np.array([part.mean_1, part.mean_0])

    whole = np.array([found.mean_1, found.mean_0])
    means = arm_means(leave_one_cluster_out(among, checked_clusters(cluster, arms.a), whole=whole))
    return risk_rows(means, arms, f"{estimator}_cross_fitted", population, level)
