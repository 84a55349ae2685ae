"""Ratio of totals between arms, for each unit of exposure where that is known: negative binomial, or a mean alone.

The mean is an exponential of arm, covariates and the logarithm of exposure. Among all who are given: who has nothing
counts with zero.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EventsError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
    checked_vector,
)
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.log_linear import fit_poisson
from steget_eval.methods.numerics.negative_binomial import fit_negative_binomial
from steget_eval.methods.numerics.standardised import POPULATIONS

Spread = Literal["model", "robust"]
_NOTE = "One ratio given the covariates, taken to be the same for everyone."


def quasi_poisson(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, exposure: ArrayLike | None = None, population: str = "ATE",
    cluster: ArrayLike | None = None, level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Ratio of totals, arm 1 over arm 0, from a log-linear mean with the sandwich (HC0).

    Gourieroux, Monfort & Trognon (1984): right for any amounts, whole or not, with any number of zeros, as long as the
    mean is. With `cluster` the model is fitted anew without each in turn.

    Parameters
    ----------
    exposure : shape (n,)
        What each person's amount was gathered over, such as days followed; None is alike for everyone.
    """
    arms, D, offset = _checked(y, a, X, exposure, population)
    if cluster is not None:
        return _jackknifed(
            arms, "quasi_poisson", population, level, cluster, lambda who: _poisson(arms, D, offset, who)
        )
    b = fit_poisson(D, arms.y, offset)
    mean = np.exp(offset + D @ b)
    covariance = _sandwich(D, mean, arms.y - mean)
    return _row(arms, "quasi_poisson", float(b[-1]), covariance[-1, -1], population, level, note=_NOTE)


def negative_binomial(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, variance: Spread = "model", exposure: ArrayLike | None = None,
    population: str = "ATE", cluster: ArrayLike | None = None, level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Ratio of totals, arm 1 over arm 0, from a negative binomial regression (NB2) with alpha estimated.

    Lawless (1987). ``model`` has the standard error of the likelihood, by expected information, which is right where
    the variance is mu + alpha mu²; ``robust`` the sandwich (HC0), right where the mean is. Whole numbers only.
    """
    checked_choice(variance, ("model", "robust"), "variance")
    arms, D, offset = _checked(y, a, X, exposure, population)
    if not np.allclose(arms.y, np.rint(arms.y), rtol=0, atol=1e-9):
        raise ScopeError(
            "a negative binomial counts whole numbers, and some amounts are not whole; quasi_poisson takes any amounts"
        )
    name = "negative_binomial" if variance == "model" else "negative_binomial_robust"
    if cluster is not None:
        if variance == "model":
            raise ScopeError("the likelihood knows no clusters; negative_binomial_robust does")
        return _jackknifed(arms, name, population, level, cluster, lambda who: _counted(arms, D, offset, who))
    fit = fit_negative_binomial(D, arms.y, offset)
    information = (D * (fit.fitted * fit.weights)[:, None]).T @ D
    if variance == "model":
        covariance = np.linalg.inv(information)
    else:
        covariance = _sandwich(D, fit.fitted * fit.weights, (arms.y - fit.fitted) * fit.weights)
    note = f"{_NOTE} Overdispersion {fit.alpha:.3g}."
    return _row(arms, name, float(fit.coefficients[-1]), covariance[-1, -1], population, level, note=note)


def rates(
    y: ArrayLike, a: ArrayLike, *, exposure: ArrayLike, per: float = 1.0, unit: str = "", level: float = 0.95
) -> Estimates:
    """Total over exposure in each arm, as `rate_1` and `rate_0`, with limits on the log scale.

    The standard error is that of a ratio of two sums over people, so that people may differ as much as they like.

    Parameters
    ----------
    per
        How much exposure a rate is told for: 365.25 days for a year.
    """
    arms = checked_arms(y, a, binary=False)
    given, half = _exposure(exposure, arms), float(norm.isf((1 - checked_level(level)) / 2))
    rows = []
    for arm in (1, 0):
        mine, over = arms.y[arms.a == arm], given[arms.a == arm]
        if not mine.sum() > 0:
            raise EventsError(f"nobody in arm {arm} has an amount above zero: a rate has no finite logarithm")
        rate = float(mine.sum() / over.sum())
        error = math.sqrt(float(((mine - rate * over) ** 2).sum())) / float(mine.sum())
        rows.append(Estimate(
            contrast=f"rate_{arm}", method="rate", kind="amount", population="ATE", unit=unit, estimate=per * rate,
            std_error=error, conf_low=per * rate * math.exp(-half * error), scale="log",
            conf_high=per * rate * math.exp(half * error), conf_level=level, **arms.counts(events=False),
        ))  # fmt: skip
    return Estimates(tuple(rows))


def _checked(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, exposure: ArrayLike | None, population: str
) -> tuple[Arms, Floats, Floats]:
    """Return the arms, the design whose last column is the arm, and the logarithm of exposure."""
    checked_choice(population, POPULATIONS, "population")
    arms = with_amounts_in_both(checked_amounts(y, a))
    D = np.column_stack([build_design(checked_covariates(X, arms.a.size)).Z, arms.a])
    offset = np.zeros(arms.a.size) if exposure is None else np.log(_exposure(exposure, arms))
    return arms, D, offset


def with_amounts_in_both(arms: Arms) -> Arms:
    """Return arms without negative amounts and with some above zero in each, or refuse."""
    if arms.y.min() < 0:
        raise ScopeError("some amounts are below zero: a ratio needs amounts of zero or more")
    for arm, values in ((1, arms.y_1), (0, arms.y_0)):
        if not values.any():
            raise EventsError(f"nobody in arm {arm} has an amount above zero: the ratio has no finite logarithm")
    return arms


def _exposure(exposure: ArrayLike, arms: Arms) -> Floats:
    given = checked_vector(exposure, "the exposure")
    if given.shape != arms.a.shape or not (given > 0).all():
        raise ArgumentError("exposure must be above zero, one per person")
    return given


def _sandwich(D: Floats, bread: Floats, residual: Floats) -> Floats:
    inverse = np.linalg.inv((D * bread[:, None]).T @ D)
    contributions = D * residual[:, None]
    return np.asarray(inverse @ (contributions.T @ contributions) @ inverse)


def _poisson(arms: Arms, D: Floats, offset: Floats, who: NDArray[np.bool_]) -> Floats:
    kept = with_amounts_in_both(Arms(y=arms.y[who], a=arms.a[who]))
    return fit_poisson(D[who], kept.y, offset[who])[-1:]


def _counted(arms: Arms, D: Floats, offset: Floats, who: NDArray[np.bool_]) -> Floats:
    kept = with_amounts_in_both(Arms(y=arms.y[who], a=arms.a[who]))
    return fit_negative_binomial(D[who], kept.y, offset[who]).coefficients[-1:]


def _jackknifed(
    arms: Arms, method: str, population: str, level: float, cluster: ArrayLike, fit: Any
) -> Estimates:  # fmt: skip
    found = leave_one_cluster_out(fit, checked_clusters(cluster, arms.a))
    return _row(
        arms, method, float(found.value[0]), float(found.covariance[0, 0]), population, level, note=_NOTE,
        degrees=found.degrees,
    )  # fmt: skip


def _row(
    arms: Arms, method: str, value: float, variance: float, population: str, level: float, *, note: str,
    degrees: float = math.inf,
) -> Estimates:  # fmt: skip
    std_error = math.sqrt(float(variance))
    half = float(student.isf((1 - checked_level(level)) / 2, degrees)) * std_error
    return Estimates((
        Estimate(
            contrast="rate_ratio", method=method, estimate=math.exp(value), std_error=std_error,
            conf_low=math.exp(value - half), conf_high=math.exp(value + half), conf_level=level,
            p_value=float(2 * student.sf(abs(value) / std_error, degrees)), kind="amount", population=population,
            unit="ratio", scale="log", note=note, **arms.counts(events=False),
        ),
    ))  # fmt: skip
