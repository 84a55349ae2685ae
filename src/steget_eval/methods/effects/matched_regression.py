"""Matching without replacement, and then a regression that takes off what the matches left of the covariates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.matched_rows import Kind, arm_rows, checked_kind, log_odds
from steget_eval.methods.effects.matched_sets import sets_of_nearest
from steget_eval.methods.numerics.arms import Floats, checked_choice
from steget_eval.methods.numerics.determined import fit_determined
from steget_eval.methods.numerics.matching import Ints
from steget_eval.methods.numerics.standardised import ArmMeans
from steget_eval.methods.numerics.subclasses import stand_for


def regressed_sets(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: str = "ATT", ratio: int = 1,
    caliper: float | None = 0.2, exact: ArrayLike | None = None, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the treated with what their matches' regression on the covariates says at the treated's means.

    The sets of `nearest_sets`; in them the comparison's outcomes are regressed on the covariates, weighted to one a
    set. Errors are clustered by set with the factor G/(G - 1) (N - 1)/(N - k), k the coefficients of both arms, and
    t(G - 1). With matches close in all covariates they hold whether the regression is right or not (Abadie and Spiess
    2022); what a wrong one leaves of a bias is in no error. The mean of the treated is their own.

    Parameters
    ----------
    ratio, caliper, exact
        As in `nearest_sets`.
    """
    checked_choice(population, ("ATT",), "population")
    arms = checked_kind(y, a, kind)
    Z, eta = log_odds(arms, X)
    set_of = sets_of_nearest(arms, eta, ratio=ratio, caliper=caliper, exact=exact)
    mine = set_of >= 0
    w = stand_for(set_of[mine], arms.a[mine], "ATT")
    means = _regressed(arms.y[mine], arms.a[mine], Z[mine], w, set_of[mine])
    return arm_rows(means, arms, kind, "matched_regression", "ATT", unit, level)


def _regressed(y: Floats, a: Floats, Z: Floats, w: Floats, set_of: Ints) -> ArmMeans:
    one, zero = a == 1, a == 0
    sets, at = int(one.sum()), Z[one].mean(axis=0)
    fit = fit_determined(Z[zero], y[zero], w[zero], Z[one])
    m_1, m_0 = float(y[one].mean()), float(at @ fit.coefficients)
    moved = np.zeros((y.size, 2))
    moved[one] = np.column_stack([y[one] - m_1, (Z[one] - at) @ fit.coefficients]) / sets
    moved[zero, 1] = w[zero] * (Z[zero] @ fit.bread @ at) * (y[zero] - Z[zero] @ fit.coefficients)
    by_set = np.column_stack([np.bincount(set_of, column, sets) for column in moved.T])
    n = y.size
    covariance = by_set.T @ by_set * sets / (sets - 1) * (n - 1) / (n - 2 * fit.rank)
    if not covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] > 0:
        raise SpreadError("the outcome does not vary among those matched: the interval would have no width")
    return ArmMeans(mean_1=m_1, mean_0=m_0, covariance=covariance, degrees=float(sets - 1))
