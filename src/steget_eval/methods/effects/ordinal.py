"""One arm's steps against another's by the proportional odds model, and whether its odds are proportional.

The order of the steps is an assumption. An odds ratio above one says that arm 1 stands higher: at every step the odds
of standing above it are so many times those of arm 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from scipy.stats import t as student

from steget_eval.core.errors import ConvergenceError, OutsideError, ScopeError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.cumulative_logit import CumulativeLogit, Steps, fit_cumulative_logit, score_of_last
from steget_eval.methods.numerics.glm import fit_outcome_model
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import POPULATIONS

Interval = Literal["wald", "score"]
_NOTE = "One odds ratio at every step, given the covariates."
_WIDEST = 40.0  # log odds ratio beyond which a limit is refused rather than looked for


def proportional_odds(
    step: ArrayLike, a: ArrayLike, X: ArrayLike, *, interval: Interval = "wald", population: str = "ATE",
    cluster: ArrayLike | None = None, level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Common odds ratio of standing higher, arm 1 over arm 0, by maximum likelihood.

    McCullagh (1980). ``wald`` has limits on the log scale from the observed information; ``score`` the ratios that
    the score test with expected information does not reject. With `cluster` (``wald``) the model is fitted anew
    without each in turn.

    Parameters
    ----------
    step : shape (n,)
        Step numbers; higher is nearer to work. Only their order matters.
    X : shape (n, p)
        Covariates that move the log odds of every step alike; p may be 0.
    """
    checked_choice(interval, ("wald", "score"), "interval")
    checked_choice(population, POPULATIONS, "population")
    arms, Z = _checked(step, a, X)
    steps = _steps(arms, Z)
    fit = fit_cumulative_logit(steps)
    name = "proportional_odds" if interval == "wald" else "proportional_odds_score"
    value, error = float(fit.slopes[-1]), math.sqrt(float(fit.covariance[-1, -1]))
    shared: dict[str, Any] = {
        "contrast": "common_odds_ratio", "method": name, "kind": "transition", "population": population,
        "unit": "ratio", "scale": "log", "note": _NOTE, "estimate": math.exp(value), "conf_level": checked_level(level),
        **arms.counts(events=False),
    }  # fmt: skip
    if interval == "score":
        if cluster is not None:
            raise ScopeError("the score interval knows no clusters; proportional_odds does")
        return Estimates((_by_score(steps, value, error, level, shared),))
    degrees = math.inf
    if cluster is not None:
        found = leave_one_cluster_out(lambda who: _slope(arms, Z, who), checked_clusters(cluster, arms.a))
        error, degrees = math.sqrt(float(found.covariance[0, 0])), found.degrees
    half = float(student.isf((1 - level) / 2, degrees)) * error
    row = Estimate(
        std_error=error, conf_low=math.exp(value - half), conf_high=math.exp(value + half),
        p_value=float(2 * student.sf(abs(value) / error, degrees)), **shared,
    )  # fmt: skip
    return Estimates((row,))


def brant(
    step: ArrayLike, a: ArrayLike, X: ArrayLike, *, of: Literal["arm", "all"] = "arm", population: str = "ATE"
) -> Estimates:  # fmt: skip
    """Test whether the arm's odds ratio is the same at every step, against one of its own at each.

    Brant (1990): a logistic regression at each step of standing above it, and Wald's test that the arm's coefficients
    (``arm``), or those of every covariate as well (``all``), agree. Needs three steps. A large p-value does not show
    that the odds are proportional.
    """
    checked_choice(of, ("arm", "all"), "of")
    arms, Z = _checked(step, a, X)
    steps = np.unique(arms.y)
    if steps.size < 3:
        raise ScopeError("with two steps there is one odds ratio and nothing to test")
    D = np.column_stack([Z, arms.a])
    fits = []
    for place, below in enumerate(steps[:-1]):
        try:
            fits.append(fit_outcome_model(D, (arms.y > below) * 1.0, "logit", "the model of a step"))
        except ConvergenceError as error:
            raise ConvergenceError(f"Brant's test has no answer at step {place + 1}: {error}") from error
    chosen = list(range(1, D.shape[1])) if of == "all" else [D.shape[1] - 1]
    b = np.concatenate([fit.coefficients[chosen] for fit in fits])
    V = _across(D, [fit.fitted for fit in fits], chosen)
    size, many = len(chosen), len(fits)
    differ = np.kron(np.hstack([np.ones((many - 1, 1)), -np.eye(many - 1)]), np.eye(size))
    apart = differ @ b
    statistic = float(apart @ np.linalg.solve(differ @ V @ differ.T, apart))
    degrees = size * (many - 1)
    row = Estimate(
        contrast="proportionality", method="brant", estimate=statistic, interval_kind="none",
        p_value=float(chi2.sf(statistic, degrees)), kind="transition", population=population,
        note=f"Chi-square with {degrees} degrees of freedom.", **arms.counts(events=False),
    )  # fmt: skip
    return Estimates((row,))


def _across(D: Floats, fitted: list[Floats], chosen: list[int]) -> Floats:
    """Return the covariance of the coefficients of all the steps' regressions, which are about the same people."""
    inverse = [np.linalg.inv((D * (p * (1 - p))[:, None]).T @ D) for p in fitted]
    blocks = []
    for m, lower in enumerate(fitted):
        row = []
        for other, upper in enumerate(fitted):
            # Standing above the higher step is standing above both.
            both = np.where(other >= m, upper, lower) * 1.0
            middle = (D * (both - lower * upper)[:, None]).T @ D
            row.append((inverse[m] @ middle @ inverse[other])[np.ix_(chosen, chosen)])
        blocks.append(row)
    return np.asarray(np.block(blocks))


def _checked(step: ArrayLike, a: ArrayLike, X: ArrayLike) -> tuple[Arms, Floats]:
    arms = checked_arms(step, a, binary=False)
    if np.ptp(arms.y) == 0:
        raise SpreadError("everyone stands on the same step: there is nothing to compare")
    if arms.y_1.min() >= arms.y_0.max() or arms.y_0.min() >= arms.y_1.max():
        raise OutsideError("one arm stands above the other throughout: the odds ratio has no finite value")
    return arms, build_design(checked_covariates(X, arms.a.size)).Z


def _steps(arms: Arms, Z: Floats) -> Steps:
    """Return people on the steps that somebody stands on; without covariates those who are alike are one row."""
    held, place = np.unique(arms.y, return_inverse=True)
    place = place.reshape(-1).astype(np.int64)
    if Z.shape[1] > 1:
        X = np.column_stack([Z[:, 1:], arms.a])
        return Steps(place=place, X=X, w=np.ones(place.size), count=held.size)
    rows, many = np.unique(np.column_stack([place, arms.a]), axis=0, return_counts=True)
    return Steps(place=rows[:, 0].astype(np.int64), X=rows[:, 1:], w=many.astype(np.float64), count=held.size)


def _slope(arms: Arms, Z: Floats, who: NDArray[np.bool_]) -> Floats:
    kept, _ = _checked(arms.y[who], arms.a[who], np.empty((int(who.sum()), 0)))
    fit: CumulativeLogit = fit_cumulative_logit(_steps(kept, Z[who]))
    return fit.slopes[-1:]


def _by_score(steps: Steps, value: float, error: float, level: float, shared: dict[str, Any]) -> Estimate:
    """Return the estimate with the limits at which the score test's p-value is one minus the level."""
    z = float(norm.isf((1 - level) / 2))

    def root(at: float) -> float:
        score, variance = score_of_last(steps, at)
        return score / math.sqrt(variance)

    low = _find(lambda at: root(at) - z, value, -error)
    high = _find(lambda at: root(at) + z, value, error)
    return Estimate(
        std_error=error, conf_low=math.exp(low), conf_high=math.exp(high),
        p_value=float(2 * norm.sf(abs(root(0.0)))), **shared,
    )  # fmt: skip


def _find(of: Callable[[float], float], value: float, step: float) -> float:
    """Return where a function that falls through zero on that side of the estimate does so."""
    inside, outside = value, value + 2 * step
    while of(inside) * of(outside) > 0:
        inside, outside = outside, outside + 2 * step
        if abs(outside) > _WIDEST:
            raise ConvergenceError("the score test rejects no odds ratio on one side: the interval has no limit there")
    return float(brentq(of, inside, outside, xtol=1e-12, rtol=1e-12))
