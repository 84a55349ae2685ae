"""What matched answers share: an outcome of either kind, a logistic score, and the rows of two means."""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import ArrayLike

from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.binary_adjusted import risk_rows
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.glm import fit_propensity_model
from steget_eval.methods.numerics.linear import build_design, multiply
from steget_eval.methods.numerics.standardised import ArmMeans

Kind = Literal["binary", "amount"]


def arm_rows(
    means: ArmMeans, arms: Arms, kind: Kind, method: str, population: str, unit: str, level: float
) -> Estimates:
    """Return both means with their contrasts: risks, difference, ratio and odds ratio, or means and difference."""
    if kind == "binary":
        return risk_rows(means, arms, method, population, level)
    shared: dict[str, Any] = {
        "method": method, "population": population, "kind": "amount", "unit": unit, "level": checked_level(level),
        "degrees": means.degrees, **arms.counts(events=False),
    }  # fmt: skip
    m_1, m_0 = means.mean_1, means.mean_0
    return Estimates((
        delta_row(m_1, (1, 0), means.covariance, contrast="mean_1", test=False, **shared),
        delta_row(m_0, (0, 1), means.covariance, contrast="mean_0", test=False, **shared),
        delta_row(m_1 - m_0, (1, -1), means.covariance, contrast="mean_difference", **shared),
    ))  # fmt: skip


def checked_kind(y: ArrayLike, a: ArrayLike, kind: Kind) -> Arms:
    """Return outcome and arm, checked as the kind asks."""
    checked_choice(kind, ("binary", "amount"), "kind")
    return checked_arms(y, a, binary=True) if kind == "binary" else checked_amounts(y, a)


def log_odds(arms: Arms, X: ArrayLike) -> tuple[Floats, Floats]:
    """Return the columns of the score, a first one of ones among them, and its log odds for each person."""
    Z = build_design(checked_covariates(X, arms.a.size)).Z
    return Z, multiply(Z, fit_propensity_model(Z, arms.a).coefficients)
