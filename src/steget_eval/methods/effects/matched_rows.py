"""Rows of two means of an outcome of either kind."""

from __future__ import annotations

from typing import Any, Literal

from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.binary_adjusted import risk_rows
from steget_eval.methods.numerics.arms import Arms, checked_level
from steget_eval.methods.numerics.delta import delta_row
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
