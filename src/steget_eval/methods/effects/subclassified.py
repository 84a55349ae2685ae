"""Comparisons within subclasses of the score, averaged over the population: of means, and of regressions."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import OverlapError, SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.matched_rows import Kind, arm_rows, checked_kind, log_odds
from steget_eval.methods.numerics.arms import Arms, Floats, checked_choice
from steget_eval.methods.numerics.determined import fit_determined
from steget_eval.methods.numerics.learnt_score import moved_by_learning
from steget_eval.methods.numerics.matching import Ints
from steget_eval.methods.numerics.standardised import ArmMeans
from steget_eval.methods.numerics.subclasses import cut_at_quantiles, stand_for

Population = Literal["ATE", "ATT", "ATC"]


def subclasses(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: Population = "ATE",
    classes: int = 5, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the arms within subclasses of the score, cut at the population's quantiles, and average.

    Rosenbaum and Rubin (1984). The variance is that of samples within subclasses, of what differs between them, and of
    a score learnt from the same people (Williamson et al. 2012). What differs within a subclass stays: five take away
    some nine tenths of the bias of one covariate (Cochran 1968). A subclass with fewer than two of an arm is refused.
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = checked_kind(y, a, kind)
    Z, eta = log_odds(arms, X)
    set_of = cut_at_quantiles(eta, arms.a, classes, population)
    w = stand_for(set_of, arms.a, population)  # refuses a subclass of one arm only
    counted = [np.bincount(set_of, arms.a == which, classes) for which in (1, 0)]
    sizes = np.asarray(np.column_stack(counted), dtype=np.float64)
    if sizes.min() < 2:
        raise OverlapError(
            "the arms do not overlap: a subclass has one person of an arm; fewer subclasses may have more"
        )
    stands = _population(arms, population)
    within = np.column_stack([np.bincount(set_of, arms.y * (arms.a == which), classes) for which in (1, 0)]) / sizes
    means = stands @ within[set_of] / stands.sum()
    moved = _noise(arms, set_of, w, within, sizes) + stands[:, None] * (within[set_of] - means)
    own = arms.y - np.where(arms.a == 1, *within[set_of].T)
    moved = moved / stands.sum() + moved_by_learning(arms, Z, eta, w, own[:, None] * Z, population)
    answer = ArmMeans(mean_1=float(means[0]), mean_0=float(means[1]), covariance=moved.T @ moved)
    return arm_rows(answer, arms, kind, "subclassification", population, unit, level)


def regressed_subclasses(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: Population = "ATE",
    classes: int = 5, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the arms under the weights of the subclasses by a regression on the covariates, and average.

    In each arm a linear regression on the covariates, in which a person weighs what they stand for in their subclass
    (Hong 2010), at the population's means: it takes off what differs within a subclass, as Lunceford and Davidian
    (2004) advise. The variance is robust, with n/(n - k) in each arm, and counts that the population is drawn. That
    the score was learnt from the same people is not counted: next to no difference where the regression is right, and
    on the wide side where it is not.
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = checked_kind(y, a, kind)
    Z, eta = log_odds(arms, X)
    set_of = cut_at_quantiles(eta, arms.a, classes, population)
    w, stands = stand_for(set_of, arms.a, population), _population(arms, population)
    found = [_predicted(arms, Z, w, stands, which) for which in (1, 0)]
    moved = np.column_stack([each for _, each in found])
    if not (np.diff(moved, axis=1) ** 2).sum() > 0:
        raise SpreadError("the outcome does not vary within the subclasses: the interval would have no width")
    means = ArmMeans(mean_1=found[0][0], mean_0=found[1][0], covariance=moved.T @ moved)
    return arm_rows(means, arms, kind, "subclass_regression", population, unit, level)


def _predicted(arms: Arms, Z: Floats, w: Floats, stands: Floats, which: int) -> tuple[float, Floats]:
    """Return the mean of the population by one arm's regression, and what each person moves it."""
    mine, at = arms.a == which, stands @ Z / stands.sum()
    fit = fit_determined(Z[mine], arms.y[mine], w[mine], Z[stands > 0])
    moved = stands * ((Z - at) @ fit.coefficients) / stands.sum()
    left, n = arms.y[mine] - Z[mine] @ fit.coefficients, int(mine.sum())
    moved[mine] += w[mine] * (Z[mine] @ fit.bread @ at) * left * np.sqrt(n / (n - fit.rank))
    return float(at @ fit.coefficients), moved


def _population(arms: Arms, population: Population) -> Floats:
    return {"ATE": np.ones(arms.a.size), "ATT": arms.a, "ATC": 1 - arms.a}[population]


def _noise(arms: Arms, set_of: Ints, w: Floats, within: Floats, sizes: Floats) -> Floats:
    """Return each person's weighted distance to the own arm of the subclass, on the scale of an unbiased variance."""
    scaled = np.sqrt(sizes / (sizes - 1))[set_of] * (arms.y[:, None] - within[set_of])
    noise = np.column_stack([np.where(arms.a == 1, w * scaled[:, 0], 0), np.where(arms.a == 0, w * scaled[:, 1], 0)])
    if not noise.any(axis=0).all():
        raise SpreadError("the outcome does not vary within the subclasses: the interval would have no width")
    return noise
