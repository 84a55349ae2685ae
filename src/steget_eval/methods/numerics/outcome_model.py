"""Outcome models of two arms, as blocks of a stack of estimating equations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steget_eval.methods.numerics.arms import Arms, Floats
from steget_eval.methods.numerics.glm import Family, fit_outcome_model, inverse_link
from steget_eval.methods.numerics.linear import multiply

Vector = NDArray[Any]
EVERYONE = slice(None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeModel:
    """A fitted outcome model that can be evaluated at other coefficients.

    Attributes
    ----------
    coefficients : shape (k,)
        At the fit.
    instruments
        One design per block of score equations.
    residuals
        What `predict` gave, and of whom → one vector per block.
    predictors
        As in `stacked.Equations`, places counted among the coefficients.
    predict
        Coefficients, and of whom → predicted outcome in arm 1 and in arm 0.
    """

    coefficients: Floats
    instruments: tuple[Floats, ...]
    residuals: Callable[[tuple[Vector, Vector], slice], tuple[Vector, ...]]
    predictors: tuple[tuple[int, Floats], ...]
    predict: Callable[[Vector, slice], tuple[Vector, Vector]]


def fit_one_model(arms: Arms, Z: Floats, family: Family) -> OutcomeModel:
    """Return one model for both arms, with the arm as a term."""
    D = np.column_stack([Z, arms.a])
    fit = fit_outcome_model(D, arms.y, family, "the outcome model")

    def predict(beta: Vector, rows: slice) -> tuple[Vector, Vector]:
        eta = multiply(Z[rows], beta[:-1])
        return inverse_link(family, eta + beta[-1]), inverse_link(family, eta)

    def residuals(predicted: tuple[Vector, Vector], rows: slice) -> tuple[Vector, ...]:
        return (arms.y[rows] - np.where(arms.a[rows] == 1, *predicted),)

    return OutcomeModel(
        coefficients=fit.coefficients, instruments=(D,), residuals=residuals, predictors=((0, Z),), predict=predict
    )


def fit_model_per_arm(arms: Arms, Z: Floats, family: Family) -> OutcomeModel:
    """Return one model in each arm."""
    one, zero = _fit_arm(arms, Z, family, 1), _fit_arm(arms, Z, family, 0)
    k = Z.shape[1]

    def predict(beta: Vector, rows: slice) -> tuple[Vector, Vector]:
        return inverse_link(family, multiply(Z[rows], beta[:k])), inverse_link(family, multiply(Z[rows], beta[k:]))

    def residuals(predicted: tuple[Vector, Vector], rows: slice) -> tuple[Vector, ...]:
        a, y, (m_1, m_0) = arms.a[rows], arms.y[rows], predicted
        return a * (y - m_1), (1 - a) * (y - m_0)

    coefficients = np.concatenate([one, zero])
    return OutcomeModel(
        coefficients=coefficients, instruments=(Z, Z), residuals=residuals, predictors=((0, Z), (k, Z)), predict=predict
    )


def fit_model_of_one_arm(arms: Arms, Z: Floats, family: Family, arm: int) -> OutcomeModel:
    """Return a model in one arm alone; the other is predicted by what was seen there.

    That is all that the other arm's people need: a model of arm 0 for the treated, of arm 1 for the comparison's.
    """
    inside = (arms.a == arm) * 1.0

    def predict(beta: Vector, rows: slice) -> tuple[Vector, Vector]:
        y, modelled = arms.y[rows], inverse_link(family, multiply(Z[rows], beta))
        return (y, modelled) if arm == 0 else (modelled, y)

    def residuals(predicted: tuple[Vector, Vector], rows: slice) -> tuple[Vector, ...]:
        return (inside[rows] * (arms.y[rows] - predicted[1 - arm]),)

    coefficients = _fit_arm(arms, Z, family, arm)
    return OutcomeModel(
        coefficients=coefficients, instruments=(Z,), residuals=residuals, predictors=((0, Z),), predict=predict
    )


def _fit_arm(arms: Arms, Z: Floats, family: Family, arm: int) -> Floats:
    inside = arms.a == arm
    return fit_outcome_model(Z[inside], arms.y[inside], family, f"the outcome model of arm {arm}").coefficients
