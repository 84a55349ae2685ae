"""Mean outcome under each arm by targeted maximum likelihood, in one stack with its nuisance models.

Van der Laan and Rubin (2006). The outcome model's log odds are moved by one number per arm until the weighted residuals
of that arm add to zero; the moved predictions are averaged over the population, so that a mean stays between 0 and 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ConvergenceError
from steget_eval.methods.numerics.arms import Arms, Floats
from steget_eval.methods.numerics.glm import inverse_link
from steget_eval.methods.numerics.linear import multiply
from steget_eval.methods.numerics.outcome_model import EVERYONE, Vector, fit_model_per_arm, fit_one_model
from steget_eval.methods.numerics.standardised import (
    ArmMeans,
    Population,
    fit_score,
    solve_means,
    tilt,
    weighted_mean,
    weights_by_arm,
)

_MAX_STEPS = 100
_TOLERANCE = 1e-13  # of the weighted mean residual


def means_by_targeting(
    arms: Arms, Z: Floats, population: Population, interaction: bool, cluster: ArrayLike | None
) -> ArmMeans:
    """Return targeted means; with `interaction` one outcome model per arm."""
    gamma = fit_score(arms, Z, population)
    model = (fit_model_per_arm if interaction else fit_one_model)(arms, Z, "logit")
    one, k = np.ones((arms.a.size, 1)), gamma.size

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        eta, beta = multiply(Z, theta[:k]), theta[k:-4]
        moves, means = theta[-4:-2], theta[-2:]
        predicted = model.predict(beta, EVERYONE)
        m_1, m_0 = (move_odds(m, move) for m, move in zip(predicted, moves, strict=True))
        (w_1, w_0), h = weights_by_arm(arms.a, eta, population), tilt(arms.a, eta, population)
        return (
            arms.a - inverse_link("logit", eta), *model.residuals(predicted, EVERYONE),
            w_1 * (arms.y - m_1), w_0 * (arms.y - m_0), h * (m_1 - means[0]), h * (m_0 - means[1]),
        )  # fmt: skip

    eta, fitted = multiply(Z, gamma), model.predict(model.coefficients, EVERYONE)
    weights, h = weights_by_arm(arms.a, eta, population), tilt(arms.a, eta, population)
    moves = [find_move(arms.y, m, w) for m, w in zip(fitted, weights, strict=True)]
    mean_1, mean_0 = (weighted_mean(move_odds(m, e), h) for m, e in zip(fitted, moves, strict=True))
    nuisance = np.concatenate([gamma, model.coefficients, moves])
    return solve_means((Z, *model.instruments, one, one, one, one), residuals, nuisance, (mean_1, mean_0), cluster)


def move_odds(m: Vector, move: complex) -> Vector:
    """Return predicted risks whose log odds are moved."""
    return inverse_link("logit", np.log(m / (1 - m)) + move)


def find_move(y: Floats, m: Floats, w: Floats) -> float:
    """Return the move of the log odds at which the weighted residuals add to zero, by Newton's steps.

    The left side falls in the move, so there is one root; a step is halved where it would go past it.
    """
    move, total = 0.0, float(w.sum())
    for _ in range(_MAX_STEPS):
        p = move_odds(m, move)
        gap = float(w @ (y - p)) / total
        if abs(gap) < _TOLERANCE:
            return move
        slope = float(w @ (p * (1 - p))) / total
        move += float(np.clip(gap / slope, -2, 2)) if slope > 0 else np.sign(gap)
    raise ConvergenceError("the targeting step did not converge: the outcome model's risks are too near 0 or 1")
