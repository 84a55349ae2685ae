"""One difference in change between units that start and units that do not, with each unit's influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import OverlapError
from steget_eval.methods.numerics.glm import fit_propensity_model
from steget_eval.methods.numerics.linear import build_design, check_rank

Floats = NDArray[np.float64]
Estimator = Literal["unadjusted", "regression", "ipw", "doubly_robust"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupDifference:
    """An average effect on those that start.

    Attributes
    ----------
    influence : shape (n,)
        With mean 0; the estimated models' part is in it.
    """

    att: float
    influence: Floats


def group_difference(change: Floats, a: Floats, X: Floats, w: Floats, estimator: Estimator) -> GroupDifference:
    """Return the weighted mean change of those that start less what they would have changed by.

    Sant'Anna and Zhao (2020, doi 10.1016/j.jeconom.2020.06.003), the locally efficient estimator for panels with a
    linear model of the controls' change and a logistic model of who starts; either may be left out.

    Parameters
    ----------
    change, a, w : shape (n,)
        Change of the outcome, 1.0 for those that start and 0.0 for controls, weights.
    X : shape (n, p)
    """
    treated, controls = w * a, w * (1 - a)
    if estimator == "unadjusted":
        return _plain(change, treated, controls)
    Z = build_design(X).Z
    odds, score_part = np.ones(a.size), None
    if estimator in {"ipw", "doubly_robust"}:
        odds, score_part = _odds(Z, a, w)
    fitted, slope_part = np.zeros(a.size), None
    if estimator != "ipw":
        fitted, slope_part = _predicted(Z, change, controls)
    left, weighed = change - fitted, controls * odds
    mean_1, mean_0 = float(treated @ left / treated.sum()), float(weighed @ left / weighed.sum())
    influence_1, influence_0 = treated * (left - mean_1), weighed * (left - mean_0)
    if slope_part is not None:
        influence_1 = influence_1 - slope_part @ (treated @ Z) / a.size
        influence_0 = influence_0 - slope_part @ (weighed @ Z) / a.size
    if score_part is not None:
        influence_0 = influence_0 + score_part @ ((weighed * (left - mean_0)) @ Z) / a.size
    influence = influence_1 / treated.mean() - influence_0 / weighed.mean()
    return GroupDifference(att=mean_1 - mean_0, influence=np.asarray(influence))


def _plain(change: Floats, treated: Floats, controls: Floats) -> GroupDifference:
    """Return the difference of two means; what both models come to where each has its intercept alone."""
    mean_1, mean_0 = float(treated @ change / treated.sum()), float(controls @ change / controls.sum())
    influence = treated * (change - mean_1) / treated.mean() - controls * (change - mean_0) / controls.mean()
    return GroupDifference(att=mean_1 - mean_0, influence=influence)


def _predicted(Z: Floats, change: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return the change that the controls' model gives everyone, and each unit's part in its coefficients."""
    kept = w > 0
    check_rank(Z[kept], "the covariates among the controls")
    information = (Z * w[:, None]).T @ Z
    coefficients = np.linalg.solve(information, Z.T @ (w * change))
    fitted = Z @ coefficients
    return fitted, (Z * (w * (change - fitted))[:, None]) @ np.linalg.inv(information / w.size)


def _odds(Z: Floats, a: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return the odds of starting, and each unit's part in the coefficients of their model."""
    score = _score(Z, a, w)
    if (score[a == 0] > 1 - 1e-6).any():
        raise OverlapError("the arms do not overlap: a control is all but certain to have started by its covariates")
    information = (Z * (w * score * (1 - score))[:, None]).T @ Z / a.size
    return score / (1 - score), (Z * (w * (a - score))[:, None]) @ np.linalg.inv(information)


def _score(Z: Floats, a: Floats, w: Floats) -> Floats:
    """Return the chance of starting by a logistic model; with weights by Newton's steps from the model without them."""
    fit = fit_propensity_model(Z, a)
    beta, score = fit.coefficients, fit.fitted
    if np.ptp(w) == 0:
        return score
    for _ in range(100):
        information = (Z * (w * score * (1 - score))[:, None]).T @ Z
        step = np.linalg.solve(information, Z.T @ (w * (a - score)))
        beta, score = beta + step, 1 / (1 + np.exp(-(Z @ (beta + step))))
        if np.abs(step).max() < 1e-11:
            return np.asarray(score)
    raise OverlapError("the weighted model of who starts did not converge: the arms overlap too little")
