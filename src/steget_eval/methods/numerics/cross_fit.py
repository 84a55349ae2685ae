"""Arm means whose nuisance models are fitted among other people than those they are used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ArgumentError, MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.numerics.arms import Arms, Floats
from steget_eval.methods.numerics.glm import fit_outcome_model, fit_propensity_model, inverse_link
from steget_eval.methods.numerics.standardised import ArmMeans, Population, tilt, weighted_mean, weights_by_arm
from steget_eval.methods.numerics.targeted import find_move, move_odds

Ints = NDArray[np.int64]
Estimator = Literal["aipw", "tmle"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossFitted:
    """Arm means with influences, shape (n, 2), arm 1 first: a mean's error is their sum."""

    mean_1: float
    mean_0: float
    influence: Floats

    def summed(self, unit: Ints) -> ArmMeans:
        """Return the means with the covariance that influences summed within units give."""
        sums = np.asarray([np.bincount(unit, column) for column in self.influence.T], dtype=np.float64).T
        return ArmMeans(mean_1=self.mean_1, mean_0=self.mean_0, covariance=sums.T @ sums)


def draw_folds(arms: Arms, Z: Floats, unit: Ints, folds: int, seed: int) -> Ints:
    """Return the fold of each person, those of a unit together, each arm's units dealt evenly.

    Units are dealt in an order of their own, that of what least squares on the covariates expects of them, so that the
    order of the rows, the names of sites and which arm is called 1 change nothing. A unit of both arms goes with the
    arm that it has more of.
    """
    if not 2 <= folds <= 50:
        raise ArgumentError(f"cross-fitting needs 2 to 50 folds, got {folds}")
    size = np.bincount(unit).astype(np.float64)
    share = np.bincount(unit, arms.a) / size
    expected = Z @ np.linalg.lstsq(Z, arms.y, rcond=None)[0]
    # Twelve digits: what differs by rounding alone is alike.
    keys = [np.round(np.bincount(unit, column) / size, 12) for column in (arms.y, expected)]
    fold = np.empty(size.size, dtype=np.int64)
    for mine in (share > 0.5, share < 0.5, share == 0.5):
        units = np.flatnonzero(mine)
        ordered = units[np.lexsort([column[units] for column in (size, *keys)])]
        fold[ordered] = stream(seed, "cross_fit").permutation(units.size) % folds
    return np.asarray(fold[unit])


def means_by_cross_fit(arms: Arms, Z: Floats, fold: Ints, population: Population, estimator: Estimator) -> CrossFitted:
    """Return arm means with each person's influence on them.

    Every fold's scores and risks come from models of the other folds, one outcome model with the arm as a term. The
    means and their correction are of all folds together (Chernozhukov et al. 2018, DML2).
    """
    eta, m_1, m_0 = _predict(arms, Z, fold)
    weights, h = weights_by_arm(arms.a, eta, population), tilt(arms.a, eta, population)
    means, influences = [], []
    for m, w in zip((m_1, m_0), weights, strict=True):
        if estimator == "tmle":
            moved = move_odds(m, find_move(arms.y, m, w))
            shift = 0.0
        else:
            moved, shift = m, weighted_mean(arms.y - m, w)
        mean = weighted_mean(moved, h) + shift
        means.append(mean)
        influences.append(h * (moved + shift - mean) / h.sum() + w * (arms.y - moved - shift) / w.sum())
    return CrossFitted(mean_1=means[0], mean_0=means[1], influence=np.column_stack(influences))


def _predict(arms: Arms, Z: Floats, fold: Ints) -> tuple[Floats, Floats, Floats]:
    eta, m_1, m_0 = (np.empty(arms.a.size) for _ in range(3))
    for held in np.unique(fold):
        inside, rest = fold == held, fold != held
        try:
            gamma = fit_propensity_model(Z[rest], arms.a[rest]).coefficients
            D = np.column_stack([Z, arms.a])
            beta = fit_outcome_model(D[rest], arms.y[rest], "logit", "the outcome model").coefficients
        except MethodError as error:
            raise type(error)(f"without one of the folds: {error}") from error
        eta[inside], line = Z[inside] @ gamma, Z[inside] @ beta[:-1]
        m_1[inside], m_0[inside] = inverse_link("logit", line + beta[-1]), inverse_link("logit", line)
    return eta, m_1, m_0
