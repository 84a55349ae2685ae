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
        Coefficients → one vector of shape (n,) per block.
    predictors
        As in `stacked.Equations`, places counted among the coefficients.
    predict
        Coefficients → predicted outcome of everyone in arm 1 and in arm 0.
    """

    coefficients: Floats
    instruments: tuple[Floats, ...]
    residuals: Callable[[Vector], tuple[Vector, ...]]
    predictors: tuple[tuple[int, Floats], ...]
    predict: Callable[[Vector], tuple[Vector, Vector]]


def fit_one_model(arms: Arms, Z: Floats, family: Family) -> OutcomeModel:
    """Return one model for both arms, with the arm as a term."""
    D = np.column_stack([Z, arms.a])
    fit = fit_outcome_model(D, arms.y, family, "the outcome model")

    def predict(beta: Vector) -> tuple[Vector, Vector]:
        eta = multiply(Z, beta[:-1])
        return inverse_link(family, eta + beta[-1]), inverse_link(family, eta)

    def residuals(beta: Vector) -> tuple[Vector, ...]:
        m_1, m_0 = predict(beta)
        return (arms.y - np.where(arms.a == 1, m_1, m_0),)

    return OutcomeModel(
        coefficients=fit.coefficients, instruments=(D,), residuals=residuals, predictors=((0, Z),), predict=predict
    )


def fit_model_per_arm(arms: Arms, Z: Floats, family: Family) -> OutcomeModel:
    """Return one model in each arm."""
    one, zero = _fit_arm(arms, Z, family, 1), _fit_arm(arms, Z, family, 0)
    k = Z.shape[1]

    def predict(beta: Vector) -> tuple[Vector, Vector]:
        return inverse_link(family, multiply(Z, beta[:k])), inverse_link(family, multiply(Z, beta[k:]))

    def residuals(beta: Vector) -> tuple[Vector, ...]:
        m_1, m_0 = predict(beta)
        return arms.a * (arms.y - m_1), (1 - arms.a) * (arms.y - m_0)

    coefficients = np.concatenate([one, zero])
    return OutcomeModel(
        coefficients=coefficients, instruments=(Z, Z), residuals=residuals, predictors=((0, Z), (k, Z)), predict=predict
    )


def fit_model_of_one_arm(arms: Arms, Z: Floats, family: Family, arm: int) -> OutcomeModel:
    """Return a model in one arm alone; the other is predicted by what was seen there.

    That is all that the other arm's people need: a model of arm 0 for the treated, of arm 1 for the comparison's.
    """
    inside = (arms.a == arm) * 1.0

    def modelled(beta: Vector) -> Vector:
        return inverse_link(family, multiply(Z, beta))

    def predict(beta: Vector) -> tuple[Vector, Vector]:
        return (arms.y, modelled(beta)) if arm == 0 else (modelled(beta), arms.y)

    def residuals(beta: Vector) -> tuple[Vector, ...]:
        return (inside * (arms.y - modelled(beta)),)

    coefficients = _fit_arm(arms, Z, family, arm)
    return OutcomeModel(
        coefficients=coefficients, instruments=(Z,), residuals=residuals, predictors=((0, Z),), predict=predict
    )


def _fit_arm(arms: Arms, Z: Floats, family: Family, arm: int) -> Floats:
    inside = arms.a == arm
    return fit_outcome_model(Z[inside], arms.y[inside], family, f"the outcome model of arm {arm}").coefficients
