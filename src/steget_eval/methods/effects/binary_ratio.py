"""A risk ratio by regression: modified Poisson, or log-binomial where it has a maximum to find."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from steget_eval.core.errors import ConvergenceError, EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.clusters import Variance, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.glm import fit_outcome_model, inverse_link
from steget_eval.methods.numerics.linear import build_design, check_rank, multiply
from steget_eval.methods.numerics.stacked import Equations, solve_sandwich

_POPULATIONS = ("ATE", "ATT", "ATC", "ATO")
_NOTE = "One ratio given the covariates, taken to be the same for everyone."
_MAX_STEPS = 100
_STEP_TOLERANCE = 1e-10
_EDGE = (
    "the log-binomial model did not converge: its likelihood is highest on the edge where somebody's risk is 1; "
    "modified_poisson answers the same question and has no such edge"
)


def modified_poisson(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, population: str = "ATE", cluster: ArrayLike | None = None,
    variance: Variance = "jackknife", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Risk ratio from a Poisson regression on arm and covariates, with the sandwich that its outcome needs.

    Zou (2004). Means are right for an outcome of 0 and 1 though the Poisson variance is not, so the standard error is
    the sandwich's (HC0). A fitted risk may pass 1. Fewer than four clusters in an arm are refused.

    Parameters
    ----------
    variance
        With clusters: the regression anew without each in turn and t(G - 1), or the sandwich summed within them.
    """
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    arms, D = _design(y, a, X, population)
    clusters = None if cluster is None else checked_clusters(cluster, arms.a, even=variance == "jackknife")
    fit = fit_outcome_model(D, arms.y, "log", "the Poisson model")
    if clusters is not None and variance == "jackknife":

        def without(who: NDArray[np.bool_]) -> Floats:
            kept = _with_events(Arms(y=arms.y[who], a=arms.a[who]))
            return fit_outcome_model(D[who], kept.y, "log", "the Poisson model").coefficients

        found = leave_one_cluster_out(without, clusters)
        return _row(arms, "modified_poisson", found.value, found.covariance, population, level, found.degrees)

    def residuals(theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        return (arms.y - inverse_link("log", multiply(D, theta)),)

    equations = Equations(instruments=(D,), residuals=residuals)
    solution = solve_sandwich(equations, fit.coefficients, cluster=cluster)
    return _row(arms, "modified_poisson", fit.coefficients, solution.covariance, population, level)


def log_binomial(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, population: str = "ATE", level: float = 0.95
) -> Estimates:
    """Risk ratio from a binomial regression with a log link, with its model-based standard error.

    Wacholder (1986). Every fitted risk must stay below 1; where the likelihood is highest on that edge there is no
    standard error and the answer is refused with `ConvergenceError`, which names modified Poisson.
    """
    arms, D = _design(y, a, X, population)
    check_rank(D, "the columns of the log-binomial model")
    beta = _climb(D, arms.y)
    risk = np.exp(D @ beta)
    information = (D * (risk / (1 - risk))[:, None]).T @ D
    return _row(arms, "log_binomial", beta, np.linalg.inv(information), population, level)


def _design(y: ArrayLike, a: ArrayLike, X: ArrayLike, population: str) -> tuple[Arms, Floats]:
    """Return the arms and the design whose last column is the arm."""
    checked_choice(population, _POPULATIONS, "population")
    arms = _with_events(checked_arms(y, a, binary=True))
    return arms, np.column_stack([build_design(checked_covariates(X, arms.a.size)).Z, arms.a])


def _with_events(arms: Arms) -> Arms:
    """Return arms of which each has somebody with the event, or refuse."""
    for arm, values in ((1, arms.y_1), (0, arms.y_0)):
        if not values.any():
            raise EventsError(f"nobody in arm {arm} had the event: the risk ratio has no finite logarithm")
    return arms


def _climb(D: Floats, y: Floats) -> Floats:
    """Return the maximum of the log-binomial likelihood inside the region where every risk is below 1."""
    beta = np.zeros(D.shape[1])
    beta[0] = math.log(float(y.mean())) - 1e-3
    height = _likelihood(D @ beta, y)
    for _ in range(_MAX_STEPS):
        risk = np.exp(D @ beta)
        slope = D.T @ ((y - risk) / (1 - risk))
        curvature = (D * ((1 - y) * risk / (1 - risk) ** 2)[:, None]).T @ D
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError as error:
            raise ConvergenceError(_EDGE) from error
        largest = float(np.abs(step).max())
        for _ in range(60):
            higher = _likelihood(D @ (beta + step), y)
            if higher >= height - 1e-12 * abs(height):
                break
            step = step / 2
        else:
            raise ConvergenceError(_EDGE)
        beta, height = beta + step, higher
        if largest < _STEP_TOLERANCE:
            return np.asarray(beta)
    raise ConvergenceError(_EDGE)


def _likelihood(eta: Floats, y: Floats) -> float:
    if eta.max() > -1e-12:
        return -math.inf
    return float(y @ eta + (1 - y) @ np.log1p(-np.exp(eta)))


def _row(
    arms: Arms, method: str, beta: Floats, covariance: Floats, population: str, level: float,
    degrees: float = math.inf,
) -> Estimates:  # fmt: skip
    value, std_error = float(beta[-1]), math.sqrt(float(covariance[-1, -1]))
    half = float(student.isf((1 - checked_level(level)) / 2, degrees)) * std_error
    return Estimates((
        Estimate(
            contrast="risk_ratio", method=method, estimate=math.exp(value), std_error=std_error,
            conf_low=math.exp(value - half), conf_high=math.exp(value + half), conf_level=level,
            p_value=float(2 * student.sf(abs(value) / std_error, degrees)), kind="binary", population=population,
            unit="ratio", scale="log", note=_NOTE, **arms.counts(events=True),
        ),
    ))  # fmt: skip
