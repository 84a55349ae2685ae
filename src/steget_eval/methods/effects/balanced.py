"""Differences between arms under weights other than the score's own: entropy balancing, and weights cut down.

Standard errors are those of the stacked estimating equations, in which the multipliers of the balance, its target
means and the score stand, so that nothing estimated is taken as known but the limit at which weights are cut.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.binary_adjusted import with_events_and_without
from steget_eval.methods.effects.matched_rows import Kind, arm_rows
from steget_eval.methods.numerics.arms import Arms, Floats, checked_amounts, checked_choice, checked_covariates
from steget_eval.methods.numerics.clusters import Variance, with_clusters
from steget_eval.methods.numerics.glm import inverse_link
from steget_eval.methods.numerics.linear import build_design, multiply
from steget_eval.methods.numerics.outcome_model import Vector
from steget_eval.methods.numerics.standardised import (
    POPULATIONS,
    ArmMeans,
    Population,
    fit_score,
    solve_means,
    weighted_mean,
    weights_by_arm,
)
from steget_eval.methods.numerics.tilting import tilt_to


def entropy_balanced(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary",
    population: Literal["ATE", "ATT", "ATC"] = "ATT", cluster: ArrayLike | None = None,
    variance: Variance = "jackknife", unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the arms under the most even weights whose covariate means are the population's.

    Hainmueller (2012). The arm that stands for itself weighs one each; the others are tilted by the exponent of a line
    in the covariates until every mean is that of the treated (ATT), of the comparison's (ATC) or of everyone (ATE).
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = _checked(y, a, kind)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return _balanced_means(who, design[:, 1:], population, groups)

    means = with_clusters(arms, Z, cluster, variance, fit)
    return arm_rows(means, arms, kind, "entropy_balancing", population, unit, level)


def truncated_weights(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: Population = "ATE",
    quantile: float = 0.99, cluster: ArrayLike | None = None, variance: Variance = "jackknife", unit: str = "",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the arms weighted by the score, no weight above a quantile of its own arm's (Cole and Hernán 2008).

    The limit is taken as known; whoever is cut no longer moves with the score. The arms then stand for a population a
    little apart from the one asked for.
    """
    checked_choice(population, POPULATIONS, "population")
    if not 0.5 < quantile <= 1:
        raise ArgumentError(f"weights are truncated at a quantile above 0.5 and up to 1, got {quantile}")
    arms = _checked(y, a, kind)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return _truncated_means(who, design, population, quantile, groups)

    return arm_rows(
        with_clusters(arms, Z, cluster, variance, fit), arms, kind, "ipw_truncated", population, unit, level
    )  # fmt: skip


def _balanced_means(arms: Arms, X: Floats, population: str, cluster: ArrayLike | None) -> ArmMeans:
    """Return the balanced means; the stack holds the target's means, the multipliers of each tilted arm, the means."""
    p, one = X.shape[1], np.ones((arms.a.size, 1))
    stands = {"ATE": np.ones(arms.a.size), "ATT": arms.a, "ATC": 1 - arms.a}[population]
    tilted = {"ATE": (1, 0), "ATT": (0,), "ATC": (1,)}[population]
    target = stands @ X / stands.sum()
    own = {1: arms.a, 0: 1 - arms.a}
    multipliers = {which: tilt_to(X[own[which] == 1] - target, which).multiplier for which in tilted}

    def weights(theta: Vector) -> dict[int, Vector]:
        found: dict[int, Vector] = dict(own)
        for place, which in enumerate(tilted):
            eta = (X - theta[:p]) @ theta[p * (1 + place) : p * (2 + place)]
            found[which] = own[which] * np.exp(eta)
        return found

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        w = weights(theta)
        off = [X[:, j] - theta[j] for j in range(p)]
        return (
            *(stands * one_off for one_off in off), *(w[which] * one_off for which in tilted for one_off in off),
            w[1] * (arms.y - theta[-2]), w[0] * (arms.y - theta[-1]),
        )  # fmt: skip

    nuisance = np.concatenate([target, *(multipliers[which] for which in tilted)])
    w = weights(np.concatenate([nuisance, [0.0, 0.0]]))
    means = (weighted_mean(arms.y, w[1]), weighted_mean(arms.y, w[0]))
    return solve_means((one,) * (nuisance.size + 2), residuals, nuisance, means, cluster)


def _truncated_means(
    arms: Arms, Z: Floats, population: Population, quantile: float, cluster: ArrayLike | None
) -> ArmMeans:
    gamma = fit_score(arms, Z, population)
    found = weights_by_arm(arms.a, multiply(Z, gamma), population)
    mine = (arms.a == 1, arms.a == 0)
    limits = [float(np.quantile(w[who], quantile)) for w, who in zip(found, mine, strict=True)]
    cuts = [w > limit for w, limit in zip(found, limits, strict=True)]
    one = np.ones((arms.a.size, 1))

    def weights(eta: Vector) -> list[Vector]:
        told = weights_by_arm(arms.a, eta, population)
        return [np.where(cut, limit, w) for w, cut, limit in zip(told, cuts, limits, strict=True)]

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        eta = multiply(Z, theta[:-2])
        w_1, w_0 = weights(eta)
        return arms.a - inverse_link("logit", eta), w_1 * (arms.y - theta[-2]), w_0 * (arms.y - theta[-1])

    w_1, w_0 = weights(multiply(Z, gamma))
    means = (weighted_mean(arms.y, w_1), weighted_mean(arms.y, w_0))
    return solve_means((Z, one, one), residuals, gamma, means, cluster, ((0, Z),))


def _checked(y: ArrayLike, a: ArrayLike, kind: Kind) -> Arms:
    checked_choice(kind, ("binary", "amount"), "kind")
    return with_events_and_without(y, a) if kind == "binary" else checked_amounts(y, a)
