"""Means of everybody enrolled from those who were seen, weighted by the inverse of the chance of being seen."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.missing.attrition_stack import Enrolled, solve_weighted, weighted_means
from steget_eval.methods.numerics.arms import (
    checked_arm,
    checked_choice,
    checked_covariates,
    checked_level,
    checked_vector,
)
from steget_eval.methods.numerics.clusters import Jackknife, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.delta import delta_row, share_limits
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import POPULATIONS, Population


def attrition_weighted(
    y: ArrayLike,
    known: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    kind: Literal["binary", "amount"] = "binary",
    population: Population | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimates:
    """Return both arms' means, their difference and ratios, each person seen weighted by 1 / probability of being seen.

    Robins, Rotnitzky & Zhao (1995): a logistic model of being seen on the covariates within each arm, weights divided
    by their sum, and the sandwich of the stack, so that the weights are not taken for known. It supposes that people
    alike in arm and covariates were seen or not by chance. Without covariates it is the mean of those seen. With
    `population` the weight is multiplied by that of a logistic propensity model of the arm, fitted on everybody, seen
    or not, in the same stack (Hernán & Robins 2020, section 12.6).

    Parameters
    ----------
    y : shape (n,)
        1 or 0, or the amount; whatever stands where `known` is 0 is not read.
    known : shape (n,)
        1 where the outcome is known.
    X : shape (n, p)
        Covariates known for everyone; p may be 0.
    kind
        Whether means are told as risks or as means.
    population
        Whom the comparison is made to speak of where the arms were not assigned at random; None compares the arms as
        they are.
    cluster : shape (n,), optional
        What people belong to: everything is then found anew without each in turn, with t(G - 1). Fewer than four in an
        arm are refused.
    """
    checked_choice(kind, ("binary", "amount"), "kind")
    checked_choice(population or "ATE", POPULATIONS, "population")
    people = _checked(y, known, a, X, kind)
    if cluster is None:
        return _rows(solve_weighted(people, population), people, kind, population or "ATE", checked_level(level))

    def without(who: np.ndarray) -> np.ndarray:
        return weighted_means(people.among(who), population)

    left = leave_one_cluster_out(without, checked_clusters(cluster, people.a))
    return _rows(left, people, kind, population or "ATE", checked_level(level))


def _checked(y: ArrayLike, known: ArrayLike, a: ArrayLike, X: ArrayLike, kind: str) -> Enrolled:
    arm, seen = checked_arm(a), checked_vector(known, "what is known")
    values = np.where(seen == 1, np.asarray(y, dtype=np.float64), 0.0)
    if not (arm.shape == seen.shape == values.shape):
        raise ArgumentError("outcome, arm and whether it is known must be of the same people")
    if not np.isfinite(values).all() or (kind == "binary" and not np.isin(values, (0.0, 1.0)).all()):
        raise ArgumentError("a known outcome must be 0 or 1, or a finite amount")
    covariates = checked_covariates(X, arm.size)
    Z = build_design(covariates).Z if covariates.shape[1] else np.ones((arm.size, 1))
    return Enrolled(y=values, seen=seen, a=arm, Z=Z)


def _rows(found: Jackknife, people: Enrolled, kind: str, population: str, level: float) -> Estimates:
    mean_1, mean_0 = (float(value) for value in found.value)
    if kind == "binary" and {mean_1, mean_0} & {0.0, 1.0}:
        raise EventsError("of those who were seen in an arm nobody had the event, or everybody: it has no spread")
    covariance, own = found.covariance, "risk" if kind == "binary" else "mean"
    common: dict[str, Any] = {
        "method": "attrition_weights", "kind": kind, "level": level, "degrees": found.degrees,
        "n_1": int(people.a.sum()), "n_0": int((1 - people.a).sum()),
    }  # fmt: skip
    compared = common | {"population": population}
    unit = "proportion" if kind == "binary" else ""
    rows = [
        _arm_row(f"{own}_1", mean_1, covariance[0, 0], found.arm_degrees[0], common, unit),
        _arm_row(f"{own}_0", mean_0, covariance[1, 1], found.arm_degrees[1], common, unit),
        delta_row(mean_1 - mean_0, (1.0, -1.0), covariance, contrast=f"{own}_difference", unit=unit, **compared),
    ]
    if mean_1 > 0 and mean_0 > 0:
        gradient = (1 / mean_1, -1 / mean_0)
        rows.append(
            delta_row(mean_1 / mean_0, gradient, covariance, contrast=f"{own}_ratio", scale="log", unit="ratio",
                      **compared)
        )  # fmt: skip
    if kind == "binary" and 0 < mean_1 < 1 and 0 < mean_0 < 1:
        gradient = (1 / (mean_1 * (1 - mean_1)), -1 / (mean_0 * (1 - mean_0)))
        odds = mean_1 / (1 - mean_1) / (mean_0 / (1 - mean_0))
        rows.append(
            delta_row(odds, gradient, covariance, contrast="odds_ratio", scale="log", unit="ratio", **compared)
        )  # fmt: skip
    return Estimates(tuple(rows))


def _arm_row(
    contrast: str, mean: float, variance: float, degrees: float, common: dict[str, Any], unit: str
) -> Estimate:  # fmt: skip
    error = math.sqrt(max(variance, 0.0))
    half = float(student.isf((1 - common["level"]) / 2, degrees)) * error
    low, high = mean - half, mean + half
    if math.isfinite(degrees) and 0 < mean < 1 and common["kind"] == "binary":
        low, high = share_limits(mean, half)
    n = common["n_1"] if contrast.endswith("_1") else common["n_0"]
    return Estimate(
        contrast=contrast, method=common["method"], estimate=mean, std_error=error, conf_low=low, conf_high=high,
        conf_level=common["level"], kind=common["kind"], population="arm", n_1=n, unit=unit,
    )  # fmt: skip
