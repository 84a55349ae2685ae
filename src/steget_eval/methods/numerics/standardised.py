"""Mean outcome under each arm, standardised to a population: by outcome model, by weights, by both.

With score e(x), the populations are everyone (ATE), the treated (ATT), the comparison's (ATC) and the overlap (ATO);
a person's weight is h(x) / e(x) in arm 1, h(x) / (1 - e(x)) in arm 0, with h = 1, e, 1 - e, e(1 - e). Every mean is
divided by the sum of its own weights (Hájek).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import OverlapError
from steget_eval.methods.numerics.arms import Arms, Floats
from steget_eval.methods.numerics.glm import Family, fit_propensity_model, inverse_link
from steget_eval.methods.numerics.linear import multiply
from steget_eval.methods.numerics.outcome_model import (
    EVERYONE,
    OutcomeModel,
    Vector,
    fit_model_of_one_arm,
    fit_model_per_arm,
    fit_one_model,
)
from steget_eval.methods.numerics.stacked import Equations, Residuals, solve_sandwich

Population = Literal["ATE", "ATT", "ATC", "ATO"]
POPULATIONS: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")

_LARGEST_WEIGHT = 1e6  # a person who speaks for a million others: the score is 0 or 1 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmMeans:
    """Standardised mean of each arm.

    Attributes
    ----------
    mean_1, mean_0
        Mean outcome, had everyone in the population been in that arm.
    covariance : shape (2, 2)
        Of the two, arm 1 first; nuisance models are accounted for.
    degrees
        Of freedom, of the t that limits take; infinite in a large sample.
    arm_degrees
        The same of an arm's own mean, arm 1 first, where only its clusters tell of it; None where `degrees` holds.
    """

    mean_1: float
    mean_0: float
    covariance: Floats
    degrees: float = math.inf
    arm_degrees: tuple[float, float] | None = None

    def degrees_of(self, arm: int) -> float:
        """Return the degrees of freedom of an arm's own mean."""
        return self.degrees if self.arm_degrees is None else self.arm_degrees[1 - arm]


def means_of_arms(arms: Arms, cluster: ArrayLike | None) -> ArmMeans:
    """Return the crude mean of each arm; without clusters its variance is the arm's with divisor n, over n."""
    one = np.ones((arms.a.size, 1))

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        return arms.a * (arms.y - theta[-2]), (1 - arms.a) * (arms.y - theta[-1])

    means = (weighted_mean(arms.y, arms.a), weighted_mean(arms.y, 1 - arms.a))
    return solve_means((one, one), residuals, np.empty(0), means, cluster)


def means_by_model(
    arms: Arms, Z: Floats, family: Family, population: Population, interaction: bool, cluster: ArrayLike | None
) -> ArmMeans:
    """Return means predicted by the outcome model (g-computation); with `interaction` one model per arm."""
    model = _fit_outcome(arms, Z, family, population, interaction)
    h = tilt(arms.a, np.zeros(arms.a.size), population)
    one = np.ones((arms.a.size, 1))

    def residuals(theta: Vector, rows: slice) -> tuple[Vector, ...]:
        m_1, m_0 = predicted = model.predict(theta[:-2], rows)
        own = model.residuals(predicted, rows)
        return *own, h[rows] * (m_1 - theta[-2]), h[rows] * (m_0 - theta[-1])

    m_1, m_0 = model.predict(model.coefficients, EVERYONE)
    means = (weighted_mean(m_1, h), weighted_mean(m_0, h))
    blocks = (*model.instruments, one, one)
    return solve_means(blocks, residuals, model.coefficients, means, cluster, model.predictors, sliced=True)


def means_by_weights(arms: Arms, Z: Floats, population: Population, cluster: ArrayLike | None) -> ArmMeans:
    """Return means weighted by the inverse of the estimated probability of the person's own arm."""
    gamma = fit_score(arms, Z, population)
    one = np.ones((arms.a.size, 1))

    def residuals(theta: Vector, rows: slice) -> tuple[Vector, ...]:
        a, y, eta = arms.a[rows], arms.y[rows], multiply(Z[rows], theta[:-2])
        w_1, w_0 = weights_by_arm(a, eta, population)
        return a - inverse_link("logit", eta), w_1 * (y - theta[-2]), w_0 * (y - theta[-1])

    w_1, w_0 = weights_by_arm(arms.a, multiply(Z, gamma), population)
    means = (weighted_mean(arms.y, w_1), weighted_mean(arms.y, w_0))
    return solve_means((Z, one, one), residuals, gamma, means, cluster, ((0, Z),), sliced=True)


def means_by_both(
    arms: Arms, Z: Floats, family: Family, population: Population, interaction: bool, cluster: ArrayLike | None
) -> ArmMeans:
    """Return means predicted by the outcome model, corrected by the weighted mean of its residuals (AIPW).

    The correction is divided by the sum of its own weights, as in Mao, Li and Greene (2019).
    """
    gamma = fit_score(arms, Z, population)
    model = _fit_outcome(arms, Z, family, population, interaction)
    one, k = np.ones((arms.a.size, 1)), gamma.size

    def residuals(theta: Vector, rows: slice) -> tuple[Vector, ...]:
        a, y, eta = arms.a[rows], arms.y[rows], multiply(Z[rows], theta[:k])
        shift_1, shift_0, mean_1, mean_0 = theta[-4:]
        m_1, m_0 = predicted = model.predict(theta[k:-4], rows)
        (w_1, w_0), h = weights_by_arm(a, eta, population), tilt(a, eta, population)
        return (
            a - inverse_link("logit", eta), *model.residuals(predicted, rows),
            w_1 * (y - m_1 - shift_1), w_0 * (y - m_0 - shift_0),
            h * (m_1 + shift_1 - mean_1), h * (m_0 + shift_0 - mean_0),
        )  # fmt: skip

    eta, (m_1, m_0) = multiply(Z, gamma), model.predict(model.coefficients, EVERYONE)
    (w_1, w_0), h = weights_by_arm(arms.a, eta, population), tilt(arms.a, eta, population)
    shifts = (weighted_mean(arms.y - m_1, w_1), weighted_mean(arms.y - m_0, w_0))
    means = (weighted_mean(m_1, h) + shifts[0], weighted_mean(m_0, h) + shifts[1])
    nuisance = np.concatenate([gamma, model.coefficients, shifts])
    predictors = ((0, Z), *((k + place, design) for place, design in model.predictors))
    blocks = (Z, *model.instruments, one, one, one, one)
    return solve_means(blocks, residuals, nuisance, means, cluster, predictors, sliced=True)


def solve_means(
    instruments: tuple[Floats, ...],
    residuals: Residuals,
    nuisance: Floats,
    means: tuple[float, float],
    cluster: ArrayLike | None,
    predictors: tuple[tuple[int, Floats], ...] = (),
    *,
    sliced: bool = False,
) -> ArmMeans:
    """Return the last two parameters of a stack, with their covariance."""
    equations = Equations(instruments=instruments, residuals=residuals, predictors=predictors, sliced=sliced)
    solution = solve_sandwich(equations, np.concatenate([nuisance, means]), cluster=cluster)
    return ArmMeans(mean_1=means[0], mean_0=means[1], covariance=solution.covariance[-2:, -2:])


def _fit_outcome(arms: Arms, Z: Floats, family: Family, population: Population, interaction: bool) -> OutcomeModel:
    if not interaction:
        return fit_one_model(arms, Z, family)
    if population == "ATT":
        return fit_model_of_one_arm(arms, Z, family, 0)
    if population == "ATC":
        return fit_model_of_one_arm(arms, Z, family, 1)
    return fit_model_per_arm(arms, Z, family)


def fit_score(arms: Arms, Z: Floats, population: Population) -> Floats:
    """Return the propensity model's coefficients; refuse a weight that lets one person speak for a million."""
    fit = fit_propensity_model(Z, arms.a)
    weights = weights_by_arm(arms.a, Z @ fit.coefficients, population)
    if max(w.max() for w in weights) > _LARGEST_WEIGHT:
        raise OverlapError("the arms do not overlap: somebody would get a weight of more than a million")
    return fit.coefficients


def weights_by_arm(a: Floats, eta: Vector, population: Population) -> tuple[Vector, Vector]:
    """Return each person's weight as a member of arm 1 and of arm 0; zero in the arm of others.

    From the log odds of arm 1: the inverse of a probability is then exact near 0 and 1 alike.
    """
    if population == "ATT":
        return a, (1 - a) * inverse_link("log", eta)
    if population == "ATC":
        return a * inverse_link("log", -eta), 1 - a
    if population == "ATO":
        return a * inverse_link("logit", -eta), (1 - a) * inverse_link("logit", eta)
    return a * (1 + inverse_link("log", -eta)), (1 - a) * (1 + inverse_link("log", eta))


def tilt(a: Floats, eta: Vector, population: Population) -> Vector:
    """Return each person's weight in the population.

    The treated are counted, not modelled: so ATT stays right when the score is wrong and the outcome model right. So
    are those of the comparison for ATC.
    """
    if population == "ATO":
        return np.asarray(inverse_link("logit", eta) * inverse_link("logit", -eta))
    return {"ATE": np.ones(a.size), "ATT": a, "ATC": 1 - a}[population]


def weighted_mean(values: Vector, w: Vector) -> float:
    """Return the weighted mean."""
    return float(w @ values / w.sum())
