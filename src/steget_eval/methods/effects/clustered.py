"""A difference between arms whose people come in clusters: sites, offices, municipalities.

CR2 with Satterthwaite's degrees of freedom, or the wild cluster bootstrap; both of the arm's coefficient in a linear
regression, so that of an outcome that happened or did not it is a difference in risk.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, SpreadError
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
from steget_eval.methods.numerics.clusters import check_degrees, checked_clusters
from steget_eval.methods.numerics.cr2 import fit_cr2
from steget_eval.methods.numerics.linear import build_design, check_rank
from steget_eval.methods.numerics.wild import draw_signs, invert, p_value, take_apart

Kind = Literal["binary", "amount"]
_NOTE = "One difference given the covariates, taken to be the same for everyone."


def cr2(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, cluster: ArrayLike | None = None, w: ArrayLike | None = None,
    kind: Kind = "binary", population: str = "ATE", unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference between arms from a (weighted) linear regression, with CR2 and Satterthwaite's t.

    Bell and McCaffrey (2002), Pustejovsky and Tipton (2018). Fewer than four clusters in an arm, or fewer than five
    degrees of freedom, are refused. Weights `w` are taken as known.
    """
    arms, D, weights = _regression(y, a, X, w, kind)
    clusters = checked_clusters(cluster, arms.a)
    found = fit_cr2(D, arms.y, weights, clusters, D.shape[1] - 1)
    check_degrees(found.degrees)
    half = float(student.isf((1 - checked_level(level)) / 2, found.degrees)) * found.std_error
    p = float(2 * student.sf(abs(found.value) / found.std_error, found.degrees))
    return _row(
        arms, kind, "cr2", population, unit, estimate=found.value, std_error=found.std_error, conf_level=level,
        conf_low=found.value - half, conf_high=found.value + half, p_value=p,
        note=f"{_NOTE} {found.degrees:.1f} degrees of freedom (Satterthwaite).",
    )  # fmt: skip


def wild_bootstrap(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, cluster: ArrayLike | None = None, w: ArrayLike | None = None,
    kind: Kind = "binary", population: str = "ATE", unit: str = "", level: float = 0.95, replicates: int = 1999,
    seed: int = 0,
) -> Estimates:  # fmt: skip
    """Difference between arms from a (weighted) linear regression, with the wild cluster bootstrap.

    Cameron, Gelbach and Miller (2008): residuals under the null keep their cluster and change their sign together;
    the limits are the values that are not rejected. Up to twelve clusters every pattern of signs is tried, and `seed`
    does nothing. The standard error is CR2's. Refused where `cr2` is: with fewer than four clusters in an arm, or
    fewer than five of Satterthwaite's degrees of freedom.
    """
    arms, D, weights = _regression(y, a, X, w, kind)
    clusters = checked_clusters(cluster, arms.a)
    found = fit_cr2(D, arms.y, weights, clusters, D.shape[1] - 1)
    check_degrees(found.degrees)
    parts = take_apart(D[:, :-1], arms.a, arms.y, weights, clusters)
    signs, alpha = draw_signs(clusters.count, replicates, seed), 1 - checked_level(level)

    def p_of(null: float) -> float:
        return p_value(parts, null, signs)

    return _row(
        arms, kind, "wild_bootstrap", population, unit, estimate=found.value, std_error=found.std_error,
        conf_level=level, p_value=p_of(0.0), note=_NOTE,
        conf_low=invert(p_of, found.value, found.std_error, alpha, -1),
        conf_high=invert(p_of, found.value, found.std_error, alpha, 1),
    )  # fmt: skip


def _regression(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, w: ArrayLike | None, kind: Kind
) -> tuple[Arms, Floats, Floats]:
    """Return the arms, the design whose last column is the arm, and the weights."""
    checked_choice(kind, ("binary", "amount"), "kind")
    arms = checked_arms(y, a, binary=True) if kind == "binary" else checked_amounts(y, a)
    if np.ptp(arms.y) == 0:
        raise SpreadError("the outcome is the same for everyone: a difference would have an interval of no width")
    weights = np.ones(arms.a.size) if w is None else checked_vector(w, "the weight")
    if weights.shape != arms.a.shape or not (weights > 0).all():
        raise ArgumentError("weights must be above zero, one per person")
    D = np.column_stack([build_design(checked_covariates(X, arms.a.size)).Z, arms.a])
    check_rank(D, "the columns of the regression")
    return arms, D, weights


def _row(arms: Arms, kind: Kind, method: str, population: str, unit: str, **columns: Any) -> Estimates:
    contrast, of = ("risk_difference", "proportion") if kind == "binary" else ("mean_difference", unit)
    row = Estimate(
        contrast=contrast, method=method, kind=kind, population=population, unit=of,
        **arms.counts(events=kind == "binary"), **columns,
    )  # fmt: skip
    return Estimates((row,))
