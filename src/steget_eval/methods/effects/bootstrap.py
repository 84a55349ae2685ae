"""The bootstrap of a weighted difference in risk, the score fitted anew in every replicate.

A second opinion on the sandwich, and a slow one only where replicates are taken one by one: here those of a block are
fitted at once, each replicate being a row of counts of how often each person was drawn.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, ConvergenceError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.numerics.arms import Arms, Floats, checked_arms, checked_covariates, checked_level
from steget_eval.methods.numerics.glm import inverse_link
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import fit_score

_BLOCK = 2_000_000  # people times replicates held at once
_STEPS, _TOLERANCE = 30, 1e-8


def bootstrap_ipw(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, replicates: int = 1000, seed: int = 0, level: float = 0.95
) -> Estimates:
    """Risk difference by inverse probability weights, with the percentile interval of the bootstrap.

    Efron and Tibshirani (1993, §13.3): people are drawn with replacement, the logistic score and the normalised weights
    are estimated in each replicate. The standard error is the replicates' standard deviation. Not for matching, where
    the bootstrap fails (Abadie and Imbens 2008).

    Parameters
    ----------
    y : shape (n,)
        1 or 0.
    a : shape (n,)
        Arm, 1 or 0.
    X : shape (n, p)
        Covariates, no intercept.

    Raises
    ------
    ConvergenceError
        Where the score cannot be fitted in a replicate: the arms are then apart among some of the people.
    """
    arms = checked_arms(y, a, binary=True)
    if replicates < 100:
        raise ArgumentError(f"{replicates} replicates are too few for an interval; at least 100 are needed")
    Z = build_design(checked_covariates(X, arms.a.size)).Z
    start = fit_score(arms, Z, "ATE")
    draws = stream(seed, "bootstrap_ipw")
    n, most = arms.a.size, max(1, _BLOCK // arms.a.size)
    estimate = float(_differences(arms, Z, start, np.ones((1, n)))[0])
    values: list[Floats] = []
    for first in range(0, replicates, most):
        rows = min(most, replicates - first)
        drawn = draws.integers(0, n, (rows, n)) + n * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)
        values.append(_differences(arms, Z, start, counts))
    spread = np.concatenate(values)
    tail = (1 - checked_level(level)) / 2
    low, high = np.quantile(spread, (tail, 1 - tail))
    row = Estimate(
        contrast="risk_difference", method="bootstrap_ipw", estimate=estimate,
        std_error=float(spread.std(ddof=1)), conf_low=float(low), conf_high=float(high), conf_level=level,
        p_value=math.nan, kind="binary", population="ATE", unit="proportion",
        note=f"{replicates} replicates, percentile interval", **arms.counts(events=True),
    )  # fmt: skip
    return Estimates((row,))


def _differences(arms: Arms, Z: Floats, start: Floats, counts: Floats) -> Floats:
    """Return the weighted risk difference of every replicate, shape (r,); `counts` has the shape (r, n)."""
    e = _scores(Z, arms.a, start, counts)
    up = counts * arms.a / e
    down = counts * (1 - arms.a) / (1 - e)
    with np.errstate(invalid="ignore"):
        values = up @ arms.y / up.sum(axis=1) - down @ arms.y / down.sum(axis=1)
    if not np.isfinite(values).all():
        raise ConvergenceError("a replicate drew nobody of one arm: there are too few for the bootstrap")
    return np.asarray(values)


def _scores(Z: Floats, a: Floats, start: Floats, counts: Floats) -> Floats:
    """Fit one logistic regression per row of counts by Newton's method, all of them at once."""
    k = Z.shape[1]
    upper = np.triu_indices(k)
    products = Z[:, upper[0]] * Z[:, upper[1]]
    beta = np.repeat(start[None, :], counts.shape[0], axis=0)
    information = np.empty((counts.shape[0], k, k))
    for _ in range(_STEPS):
        e = np.asarray(inverse_link("logit", beta @ Z.T))
        pull = (counts * (a - e)) @ Z
        flat = (counts * (e * (1 - e))) @ products
        information[:, upper[0], upper[1]] = flat
        information[:, upper[1], upper[0]] = flat
        try:
            step = np.linalg.solve(information, pull[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError as stop:
            raise ConvergenceError("the score is not determined in a replicate of the bootstrap") from stop
        beta = beta + step
        if np.abs(step).max() < _TOLERANCE:
            return np.asarray(inverse_link("logit", beta @ Z.T))
        if np.abs(beta).max() > 50:
            break
    raise ConvergenceError("the score did not converge in a replicate of the bootstrap: its arms are apart")
