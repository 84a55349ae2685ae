"""Differences between arms at several occasions by generalised estimating equations.

What is estimated holds whatever the correlation between occasions is; the working correlation only makes it more or
less sure. Who is missed must be missed by chance, given arm, first score and covariates alone (missing completely at
random within those), which is more than the mixed model asks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.scale_rows import SAME_FOR_EVERYONE, Told, Words, combined, occasion_rows
from steget_eval.methods.numerics.arms import Floats, checked_choice
from steget_eval.methods.numerics.gee import Correction, GeeFit, fit_gee
from steget_eval.methods.numerics.gee_equations import Working
from steget_eval.methods.numerics.occasions import Occasions, checked_occasions

_WORKINGS = ("independence", "exchangeable", "unstructured")
_CORRECTIONS = ("none", "mancl_derouen", "kauermann_carroll")


def gee_scores(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, occasion: int = -1,
    names: Sequence[str] = (), working: Working = "exchangeable", correction: Correction = "mancl_derouen",
    population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the score at an occasion from estimating equations over all later occasions.

    The mean is that of `mmrm`. Liang and Zeger (1986), the sandwich by Mancl and DeRouen (2001) or Kauermann and
    Carroll (2001), Student's t on people less coefficients.

    Parameters
    ----------
    before, later, a, X, occasion, names
        As in `mmrm`.
    working
        The working correlation between occasions.
    """
    asked, fit = _fit(before, later, a, X, working, correction, binary=False)

    def told(c: Floats) -> Told:
        return combined(c, fit.coefficients, fit.covariance, fit.degrees)

    words = _words("mean_change_difference", "mean", "score", working, population, level)
    return occasion_rows(
        asked, occasion, names, words, difference=lambda j: told(asked.arm_at(j)),
        mean=lambda j, arm: told(asked.mean_at(j, arm)),
    )  # fmt: skip


def gee_shares(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, occasion: int = -1,
    names: Sequence[str] = (), working: Working = "exchangeable", correction: Correction = "mancl_derouen",
    contrast: str = "share_difference", population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the share with a yes at an occasion from logistic estimating equations over all occasions.

    The share were everybody in an arm minus that were nobody, averaged over the people as they are; its error by the
    delta method from the sandwich of the coefficients, the people's first scores and covariates taken as they are.

    Parameters
    ----------
    later : shape (n, k)
        1 for yes, 0 for no, NaN where nobody saw.
    """
    values = np.asarray(later, dtype=np.float64)
    if not np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        raise ArgumentError("yes and no must be 1 and 0 wherever they are known")
    asked, fit = _fit(before, values, a, X, working, correction, binary=True)
    words = _words(contrast, contrast.removesuffix("_difference"), "proportion", working, population, level)
    return occasion_rows(
        asked, occasion, names, words, difference=lambda j: _share(asked, fit, j, (1, -1)),
        mean=lambda j, arm: _share(asked, fit, j, (1, 0) if arm == 1 else (0, 1)),
    )  # fmt: skip


def gee_responders(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, important: float,
    higher_is_better: bool = True, occasion: int = -1, names: Sequence[str] = (), working: Working = "exchangeable",
    population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the share who became better by a minimally important difference, all occasions together.

    `gee_shares` of who was better than at first by at least `important`, at each occasion at which they were seen.
    """
    values = np.asarray(later, dtype=np.float64)
    better = better_by(np.asarray(before, dtype=np.float64)[:, None], values, important, higher=higher_is_better)
    yes = np.where(np.isnan(values), np.nan, better)
    return gee_shares(
        before, yes, a, X, occasion=occasion, names=names, working=working, contrast="responders_difference",
        population=population, level=level,
    )  # fmt: skip


def better_by(before: Floats, after: Floats, important: float, *, higher: bool) -> Floats:
    """Return 1.0 where a score became better by a minimally important difference or more, 0.0 elsewhere."""
    if not important > 0:
        raise ArgumentError("a minimally important difference lies above zero")
    gained = after - before if higher else before - after
    # A score that is the difference but for rounding has reached it.
    return np.asarray(gained >= important - 1e-9, dtype=np.float64)


def _fit(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None, working: Working, correction: Correction,
    *, binary: bool,
) -> tuple[Occasions, GeeFit]:  # fmt: skip
    checked_choice(working, _WORKINGS, "working")
    checked_choice(correction, _CORRECTIONS, "correction")
    asked = checked_occasions(before, later, a, X)
    return asked, fit_gee(asked, working=working, binary=binary, correction=correction)


def _words(contrast: str, own: str, unit: str, working: str, population: str, level: float) -> Words:
    note = SAME_FOR_EVERYONE if unit == "score" else "Standardised over the people as they are."
    return Words(
        method=f"gee_{working}", contrast=contrast, own=own, unit=unit, population=population, level=level, note=note
    )  # fmt: skip


def _share(asked: Occasions, fit: GeeFit, occasion: int, signs: tuple[int, int]) -> Told:
    """Return a combination of the shares were everybody in arm 1 and in arm 0."""
    gradient, value = np.zeros(asked.coefficients), 0.0
    for arm, sign in ((1, signs[0]), (0, signs[1])):
        z = asked.z.copy()
        z[:, 1] = arm
        share = 1 / (1 + np.exp(-z @ fit.coefficients[asked.places[occasion]]))
        gradient[asked.places[occasion]] += sign * ((share * (1 - share)) @ z) / len(z)
        value += sign * float(share.mean())
    told = combined(gradient, fit.coefficients, fit.covariance, fit.degrees)
    return Told(estimate=value, std_error=told.std_error, degrees=fit.degrees)
