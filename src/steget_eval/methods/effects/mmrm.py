"""Difference between arms in a score from a mixed model of all occasions at once.

A mixed model for repeated measures: everybody with a first and any later score takes part, so that who is missed at
the end is not thrown away. Where whether one is seen depends only on what was seen before (missing at random), it is
unbiased where those seen at the end are not.
"""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.scale_rows import SAME_FOR_EVERYONE, Told, Words, combined, occasion_rows
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.occasions import checked_occasions
from steget_eval.methods.numerics.reml import fit_reml


def mmrm(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, occasion: int = -1,
    names: Sequence[str] = (), population: str = "ATE", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Difference in the score at an occasion, all later occasions modelled together.

    Arm, first score and intercept have coefficients of their own at every occasion, covariates one each; the
    covariance between occasions is any (unstructured), the same in both arms, by restricted maximum likelihood.
    Student's interval with the degrees of freedom of Satterthwaite (Fai and Cornelius 1996), as in SAS PROC MIXED and
    the R package mmrm. The standard error takes the covariance between occasions as known (no Kenward-Roger).

    Parameters
    ----------
    before : shape (n,)
        The first score, known for everyone.
    later : shape (n, k)
        Later scores, NaN where nobody saw them; who has none is left out.
    X : shape (n, p)
        Covariates, known for everyone.
    occasion
        Which later occasion is asked about, from 0; -1 is the last.
    names : length k
        What the later occasions are called.

    Raises
    ------
    MethodError
        Where the people who were seen do not identify the mean or the covariance.
    ConvergenceError
        Where the likelihood does not reach its top.
    """
    asked = checked_occasions(before, later, a, X)
    fit = fit_reml(asked)

    def told(c: Floats) -> Told:
        return combined(c, fit.coefficients, fit.covariance, fit.degrees(c))

    words = Words(
        method="mmrm", contrast="mean_change_difference", own="mean", unit="score", population=population, level=level,
        note=SAME_FOR_EVERYONE,
    )  # fmt: skip
    return occasion_rows(
        asked, occasion, names, words, difference=lambda j: told(asked.arm_at(j)),
        mean=lambda j, arm: told(asked.mean_at(j, arm)),
    )  # fmt: skip
