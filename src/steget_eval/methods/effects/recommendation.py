"""An assessment's recommendation against what later happened: accuracy, agreement and calibration.

A recommendation steers what is offered next, so what later happened is no blind test of it: a person who was advised
to rest was not helped to work. The numbers describe the pair; they do not say what the other advice would have given.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, EmptyArmError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_level, checked_outcome, checked_vector
from steget_eval.methods.numerics.glm import fit_outcome_model
from steget_eval.methods.numerics.proportions import limits_one


def accuracy(advised: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return who was advised to go on, sensitivity, specificity and both predictive values, with Wilson's intervals.

    Parameters
    ----------
    advised : shape (n,)
        1 where the assessment said that the person could go on, 0 where not.
    y : shape (n,)
        1 where the person later did, 0 where not; nobody missing.

    Raises
    ------
    EmptyArmError
        Where one of the four denominators is nobody.
    """
    said, did = _pair(advised, y)
    parts = (
        ("advised", np.ones(said.size, dtype=bool), said == 1),
        ("sensitivity", did == 1, said == 1), ("specificity", did == 0, said == 0),
        ("predictive_value_yes", said == 1, did == 1), ("predictive_value_no", said == 0, did == 0),
    )  # fmt: skip
    return Estimates(tuple(_share(name, of, right, checked_level(level)) for name, of, right in parts))


def agreement(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return Cohen's kappa of two yes-or-no judgements, with the large-sample limits of Fleiss, Cohen & Everitt (1969).

    Raises
    ------
    MethodError
        Where both said the same of everybody and chance alone explains it: kappa is then undefined.
    """
    one, two = _pair(first, second)
    n = one.size
    cells = np.array([[np.mean((one == i) & (two == j)) for j in (0, 1)] for i in (0, 1)])
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    chance = float(rows @ columns)
    if chance >= 1 - 1e-12:
        raise SpreadError("kappa is undefined where both judgements are the same for everybody")
    observed = float(np.trace(cells))
    kappa = (observed - chance) / (1 - chance)
    diagonal = sum(cells[i, i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in (0, 1))
    off = (1 - kappa) ** 2 * sum(cells[i, 1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1))
    variance = (diagonal + off - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    # The variance is a difference of squares: at full agreement it is zero but for rounding.
    error = math.sqrt(max(float(variance), 0.0))
    agreed = int(np.sum(one == two))
    return Estimates((_normal("kappa", kappa, error, checked_level(level), n=n, events=agreed),))


def calibration(predicted: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the calibration intercept and slope of predicted probabilities (Cox 1958).

    The logistic regression of the outcome on the predicted log odds: slope 1 and intercept 0 where the predictions
    mean what they say; a slope under 1 where they are too bold.

    Parameters
    ----------
    predicted : shape (n,)
        Probabilities, above 0 and below 1.
    """
    p = checked_vector(predicted, "predicted")
    did = checked_outcome(y, binary=True)
    if p.size != did.size:
        raise ArgumentError("predictions and outcomes must be of the same people")
    if not np.all((p > 0) & (p < 1)):
        raise ArgumentError("predicted probabilities must lie above 0 and below 1")
    Z = np.column_stack([np.ones(p.size), np.log(p / (1 - p))])
    fit = fit_outcome_model(Z, did, "logit", "the calibration")
    information = (Z * (fit.fitted * (1 - fit.fitted))[:, None]).T @ Z
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    names = ("calibration_intercept", "calibration_slope")
    return Estimates(
        tuple(
            _normal(name, float(b), float(se), checked_level(level), n=p.size, events=int(did.sum()))
            for name, b, se in zip(names, fit.coefficients, errors, strict=True)
        )
    )


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Any, Any]:
    one, two = checked_outcome(first, binary=True), checked_outcome(second, binary=True)
    if one.size != two.size:
        raise ArgumentError("the two judgements must be of the same people")
    return one, two


def _share(contrast: str, of: np.ndarray, right: np.ndarray, level: float) -> Estimate:
    n, count = int(of.sum()), int((of & right).sum())
    if n == 0:
        raise EmptyArmError(f"{contrast} has nobody in its denominator")
    limits = limits_one(count, n, method="wilson", level=level)
    return Estimate(
        contrast=contrast, method="wilson", estimate=count / n, conf_low=limits.low, conf_high=limits.high,
        conf_level=level, n_1=n, events_1=count, kind="binary", population="arm", unit="proportion",
    )  # fmt: skip


def _normal(contrast: str, estimate: float, error: float, level: float, *, n: int, events: int) -> Estimate:
    z = float(norm.isf((1 - level) / 2))
    method = "fleiss" if contrast == "kappa" else "logistic_calibration"
    return Estimate(
        contrast=contrast, method=method, estimate=estimate, std_error=error, conf_low=estimate - z * error,
        conf_high=estimate + z * error, conf_level=level, n_1=n, events_1=events, kind="binary", population="arm",
    )  # fmt: skip
