"""Risks of everybody enrolled from those who were seen, weighted by the inverse of the chance of being seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import MethodError, OverlapError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Arms, checked_arm, checked_covariates, checked_level, checked_vector
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.glm import fit_outcome_model, inverse_link
from steget_eval.methods.numerics.linear import build_design, multiply
from steget_eval.methods.numerics.stacked import Equations, solve_sandwich

_LARGEST_WEIGHT = 1e6  # somebody who speaks for a million: the chance of being seen is 0 but for rounding


def attrition_weighted(
    y: ArrayLike,
    known: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimates:
    """Return both risks, their difference and ratio, each person seen weighted by 1 / probability of being seen.

    Robins, Rotnitzky & Zhao (1995): a logistic model of being seen on the covariates within each arm, weights divided
    by their sum, and the sandwich of the stack, so that the weights are not taken for known. It supposes that people
    alike in arm and covariates were seen or not by chance. Without covariates it is the share of those seen.

    Parameters
    ----------
    y : shape (n,)
        1 or 0; whatever stands where `known` is 0 is not read.
    known : shape (n,)
        1 where the outcome is known.
    X : shape (n, p)
        Covariates known for everyone; p may be 0.
    cluster : shape (n,), optional
        What people belong to: everything is then found anew without each in turn, with t(G - 1). Fewer than four in an
        arm are refused.
    """
    arm, seen = checked_arm(a), checked_vector(known, "what is known")
    values = np.where(seen == 1, np.asarray(y, dtype=np.float64), 0.0)
    if not (arm.shape == seen.shape == values.shape) or not np.isin(values, (0.0, 1.0)).all():
        raise MethodError("outcome, arm and whether it is known must be of the same people, a known outcome 0 or 1")
    covariates = checked_covariates(X, arm.size)
    Z = build_design(covariates).Z if covariates.shape[1] else np.ones((arm.size, 1))
    arms = Arms(y=values, a=arm)
    if cluster is not None:

        def without(who: np.ndarray) -> np.ndarray:
            own = [(values[who], seen[who], side[who], Z[who]) for side in (arm, 1 - arm)]
            models = (_fit_seen(z, known, side, which) for (_, known, side, z), which in zip(own, (1, 0), strict=True))
            return np.array([_weighted(*one, score) for one, score in zip(own, models, strict=True)])

        left = leave_one_cluster_out(without, checked_clusters(cluster, arm))
        return _rows(left.value[0], left.value[1], left.covariance, arms, checked_level(level), left.degrees)
    sides = (arm, 1 - arm)
    scores = [_fit_seen(Z, seen, side, number) for side, number in zip(sides, (1, 0), strict=True)]
    k, one = Z.shape[1], np.ones((arm.size, 1))
    models = [score is not None for score in scores]

    def residuals(theta: Any) -> tuple[Any, ...]:
        blocks, at = [], 0
        weights = []
        for side, has_model in zip(sides, models, strict=True):
            chance = inverse_link("logit", multiply(Z, theta[at : at + k])) if has_model else np.ones(arm.size)
            if has_model:
                blocks.append(side * (seen - chance))
                at += k
            weights.append(side * seen / chance)
        return (*blocks, weights[0] * (values - theta[-2]), weights[1] * (values - theta[-1]))

    means = [_weighted(values, seen, side, Z, score) for side, score in zip(sides, scores, strict=True)]
    nuisance = np.concatenate([score for score in scores if score is not None] or [np.empty(0)])
    equations = Equations(instruments=(*(Z for has in models if has), one, one), residuals=residuals)
    found = solve_sandwich(equations, np.concatenate([nuisance, means]))
    return _rows(means[0], means[1], found.covariance[-2:, -2:], arms, checked_level(level))


def _fit_seen(Z: np.ndarray, seen: np.ndarray, side: np.ndarray, number: int) -> np.ndarray | None:
    mine = side == 1
    if not seen[mine].any():
        raise MethodError(f"nobody in arm {number} has a known outcome")
    if seen[mine].all():
        return None
    fit = fit_outcome_model(Z[mine], seen[mine], "logit", f"the model of being seen in arm {number}")
    if 1 / fit.fitted[seen[mine] == 1].min() > _LARGEST_WEIGHT:
        raise OverlapError(f"somebody in arm {number} was seen against all odds: a weight passes a million")
    return fit.coefficients


def _weighted(y: np.ndarray, seen: np.ndarray, side: np.ndarray, Z: np.ndarray, score: np.ndarray | None) -> float:
    chance = np.ones(y.size) if score is None else np.asarray(inverse_link("logit", Z @ score))
    weight = side * seen / chance
    return float(weight @ y / weight.sum())


def _rows(
    mean_1: float, mean_0: float, covariance: np.ndarray, arms: Arms, level: float, degrees: float = math.inf
) -> Estimates:  # fmt: skip
    common: dict[str, Any] = {
        "method": "attrition_weights", "kind": "binary", "level": level, "degrees": degrees, "n_1": int(arms.a.sum()),
        "n_0": int((1 - arms.a).sum()),
    }  # fmt: skip
    rows = [
        _risk("risk_1", mean_1, covariance[0, 0], common), _risk("risk_0", mean_0, covariance[1, 1], common),
        delta_row(mean_1 - mean_0, (1.0, -1.0), covariance, contrast="risk_difference", population="ATE",
                  unit="proportion", **common),
    ]  # fmt: skip
    if mean_1 > 0 and mean_0 > 0:
        rows.append(
            delta_row(mean_1 / mean_0, (1 / mean_1, -1 / mean_0), covariance, contrast="risk_ratio", scale="log",
                      population="ATE", **common)
        )  # fmt: skip
    return Estimates(tuple(rows))


def _risk(contrast: str, mean: float, variance: float, common: dict[str, Any]) -> Estimate:
    error = math.sqrt(max(variance, 0.0))
    half = float(student.isf((1 - common["level"]) / 2, common["degrees"])) * error
    n = common["n_1"] if contrast == "risk_1" else common["n_0"]
    return Estimate(
        contrast=contrast, method=common["method"], estimate=mean, std_error=error, conf_low=mean - half,
        conf_high=mean + half, conf_level=common["level"], kind="binary", population="arm", n_1=n, unit="proportion",
    )  # fmt: skip
