"""The probability of being in arm 1, given the covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_covariates
from steget_eval.methods.numerics.glm import fit_propensity_model
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.splines import with_splines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Propensity(Tidy):
    """A fitted logistic propensity model.

    Attributes
    ----------
    score : shape (n,)
        Estimated probability of arm 1, person by person.
    coefficients : shape (1 + p,)
        Log odds ratios per unit of each covariate, the intercept first.
    terms : length 1 + p
        What each coefficient belongs to.
    converged
        Always true: a model that does not converge is refused.
    steps
        Newton steps taken.
    """

    score: Floats
    coefficients: Floats
    terms: tuple[str, ...]
    converged: bool
    steps: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per coefficient; scores belong to people and stay out."""
        import pandas as pd

        return pd.DataFrame({"term": self.terms, "coefficient": self.coefficients})


def fit_propensity(
    a: ArrayLike, X: ArrayLike, names: tuple[str, ...] | None = None, *, splines: Sequence[int] = (), knots: int = 4
) -> Propensity:
    """Return the logistic propensity model of arm `a` on covariates of shape (n, p).

    Separated arms are refused with `OverlapError`. Without `names` the covariates are called x1, x2, …

    Parameters
    ----------
    splines
        Columns whose log odds may bend: each is replaced by a natural cubic spline, straight beyond its outer knots.
    knots
        Of each spline, 3 to 7, at Harrell's quantiles.
    """
    arm = checked_arm(a)
    covariates = checked_covariates(X, arm.size)
    labels = names or tuple(f"x{column + 1}" for column in range(covariates.shape[1]))
    if len(labels) != covariates.shape[1]:
        raise ArgumentError(f"{covariates.shape[1]} covariates need as many names, got {len(labels)}")
    design = build_design(with_splines(covariates, splines, knots))
    fit = fit_propensity_model(design.Z, arm)
    return Propensity(
        score=fit.fitted,
        coefficients=design.unscaled(fit.coefficients),
        terms=("intercept", *_terms(labels, splines, knots)),
        converged=True,
        steps=fit.steps,
    )


def _terms(labels: Sequence[str], splines: Sequence[int], knots: int) -> tuple[str, ...]:
    bends = tuple("'" * k for k in range(knots - 1))
    return tuple(label + bend for j, label in enumerate(labels) for bend in (bends if j in splines else ("",)))
