"""Difference between arms in a later score with the first score and covariates held fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, DependentError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects import binary
from steget_eval.methods.effects.binary import DifferenceInterval
from steget_eval.methods.effects.scale_gee import better_by
from steget_eval.methods.effects.scale_rows import SAME_FOR_EVERYONE, Told, checked_occasion, combined
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_covariates, checked_vector
from steget_eval.methods.numerics.clusters import check_degrees, checked_clusters
from steget_eval.methods.numerics.cr2 import fit_cr2
from steget_eval.methods.numerics.least_squares import Robust, fit_least_squares
from steget_eval.methods.numerics.linear import check_rank

_CENTRED = "Each arm has slopes of its own; the difference is the one at everyone's means."


def adjusted_change(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, occasion: int = -1,
    names: Sequence[str] = (), variance: Robust = "HC2", population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the score at an occasion, first score and covariates held fixed (analysis of covariance).

    Ordinary least squares among those who were seen at first and then; a difference in the later score is the
    difference in change, once the first score is held fixed. Student's t on people less coefficients.

    Parameters
    ----------
    before, later, a, X, occasion, names
        As in `mmrm`; `later` may be one occasion, shape (n,).
    variance
        ``HC2`` or ``HC3`` hold when people's spread differs, ``classical`` when it does not.
    """
    scores = _scores(before, later, a, X, occasion, names)
    fit = fit_least_squares(scores.design, scores.y, variance=variance)
    told = combined(_column(fit.coefficients.size, 1), fit.coefficients, fit.covariance, fit.degrees)
    method = {"HC2": "ancova", "HC3": "ancova_hc3", "classical": "ancova_classical"}[variance]
    return Estimates((_row(scores, told, method, population, level, SAME_FOR_EVERYONE),))


def interacted_change(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, occasion: int = -1,
    names: Sequence[str] = (), population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the score at an occasion from a regression with slopes of its own in each arm.

    Lin (2013): first score and covariates centred at everyone's means and multiplied by the arm, HC2. In a randomised
    comparison it is never less precise than no adjustment, in large samples. That the means are those of the people
    at hand adds nothing to the error: the difference is theirs.
    """
    scores = _scores(before, later, a, X, occasion, names)
    D = np.column_stack([scores.design, scores.design[:, 2:] * scores.a[:, None]])
    check_rank(D / np.sqrt((D**2).mean(axis=0)), "the columns of the regression with slopes of its own in each arm")
    fit = fit_least_squares(D, scores.y, variance="HC2")
    told = combined(_column(fit.coefficients.size, 1), fit.coefficients, fit.covariance, fit.degrees)
    return Estimates((_row(scores, told, "ancova_interaction", population, level, _CENTRED),))


def clustered_change(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *,
    cluster: ArrayLike | None = None, occasion: int = -1, names: Sequence[str] = (), population: str = "ATE",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """The regression of `adjusted_change` with CR2 and Satterthwaite's t (Bell and McCaffrey 2002).

    Fewer than four clusters in an arm, or fewer than five degrees of freedom, are refused.
    """
    scores = _scores(before, later, a, X, occasion, names)
    own = None if cluster is None else np.asarray(cluster)[scores.kept]
    clusters = checked_clusters(own, scores.a)
    found = fit_cr2(scores.design, scores.y, np.ones_like(scores.y), clusters, 1)
    check_degrees(found.degrees)
    told = Told(estimate=found.value, std_error=found.std_error, degrees=found.degrees)
    return Estimates((_row(scores, told, "ancova_cr2", population, level, SAME_FOR_EVERYONE),))


def responders_difference(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, *, important: float, higher_is_better: bool = True,
    occasion: int = -1, names: Sequence[str] = (), interval: DifferenceInterval = "newcombe", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the share who became better by a minimally important difference, among those seen both times.

    Parameters
    ----------
    important
        The difference, above zero; it needs a source, which the protocol gives.
    """
    scores = _scores(before, later, a, None, occasion, names)
    better = better_by(scores.before, scores.y, important, higher=higher_is_better)
    found = binary.risk_difference(better, scores.a, interval=interval, level=level)
    row = found.only(contrast="risk_difference")
    return Estimates((row,)).label(contrast="responders_difference", kind="longitudinal")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scores:
    """Those seen at first and at the occasion: the design is one, arm, then first score and covariates, centred."""

    y: Floats
    a: Floats
    before: Floats
    design: Floats
    kept: np.ndarray


def _scores(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None, occasion: int, names: Sequence[str]
) -> _Scores:
    first, arm = checked_vector(before, "the first score"), checked_vector(a, "the arm")
    Y = np.asarray(later, dtype=np.float64)
    Y = Y[:, None] if Y.ndim == 1 else Y
    if Y.ndim != 2 or Y.shape[0] != first.size or arm.size != first.size:
        raise ArgumentError(f"later scores must have one row a person and one column an occasion, got {Y.shape}")
    place, _ = checked_occasion(occasion, names, Y.shape[1])
    covariates = checked_covariates(np.empty((first.size, 0)) if X is None else X, first.size)
    kept = ~np.isnan(Y[:, place])
    y, own, own_arm, Z = Y[kept, place], first[kept], checked_arm(arm[kept]), covariates[kept]
    D = np.column_stack([np.ones(y.size), own_arm, own - own.mean(), Z - Z.mean(axis=0)])
    size = np.sqrt((D**2).mean(axis=0))
    if (size == 0).any():
        raise DependentError("the first score, or a covariate, is the same for everyone who was seen")
    check_rank(D / size, "arm, first score and covariates")
    return _Scores(y=y, a=own_arm, before=own, design=D, kept=kept)


def _column(size: int, place: int) -> Floats:
    c = np.zeros(size)
    c[place] = 1
    return c


def _row(scores: _Scores, told: Told, method: str, population: str, level: float, note: str) -> Estimate:
    return told.row(
        level=level, tested=True, contrast="mean_change_difference", method=method, population=population,
        unit="score", n_1=int(scores.a.sum()), n_0=int((1 - scores.a).sum()),
        note=f"{note} {told.degrees:.1f} degrees of freedom.",
    )  # fmt: skip
