"""An amount that many have none of, in two parts: whether there is any, and how much there is where there is any.

The parts are put together again, so that the answer is about everyone: the mean of an arm is the mean over people of
the probability of any amount times the mean of an amount above zero. Duan, Manning, Morris and Newhouse (1983);
Manning and Mullahy (2001). Parts and means stand in one stack of estimating equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import EventsError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.glm import fit_outcome_model, inverse_link
from steget_eval.methods.numerics.linear import build_design, multiply
from steget_eval.methods.numerics.log_linear import fit_gamma
from steget_eval.methods.numerics.outcome_model import Vector
from steget_eval.methods.numerics.stacked import Equations, solve_sandwich
from steget_eval.methods.numerics.standardised import tilt, weighted_mean

Amount = Literal["gamma", "log_normal"]
Whole = Literal["ATE", "ATT", "ATC"]
_POPULATIONS = ("ATE", "ATT", "ATC")
_CONDITIONAL = "Among those with an amount above zero: who they are may differ between the arms."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """Shares with any amount and means of everyone: share 1, share 0, mean 1, mean 0."""

    value: Floats
    covariance: Floats
    degrees: float = math.inf
    arm_degrees: tuple[float, float] | None = None


def two_part(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, amount: Amount = "gamma", population: Whole = "ATE",
    cluster: ArrayLike | None = None, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Mean of everyone in each arm, their difference and ratio, and the two parts that they are made of.

    Whether there is any amount is a logistic regression on arm and covariates; how much there is, among those with
    some, a ``gamma`` regression with a log link, or ``log_normal``: least squares on the logarithm, brought back by
    Duan's (1983) smearing within each arm. Both parts are predicted for everyone in the population under both arms.
    With `cluster` everything is fitted anew without each in turn. Without covariates the means are the crude ones.

    Raises
    ------
    MethodError
        Where everybody, or nobody, of an arm has an amount above zero: there are then no two parts.
    """
    checked_choice(amount, ("gamma", "log_normal"), "amount")
    checked_choice(population, _POPULATIONS, "population")
    arms = _of_two_parts(checked_amounts(y, a))
    Z, size = build_design(checked_covariates(X, arms.a.size)).Z, float(arms.y[arms.y > 0].mean())
    scaled = Arms(y=arms.y / size, a=arms.a)
    if cluster is None:
        parts = _stacked(scaled, Z, amount, population)
    else:

        def without(who: NDArray[np.bool_]) -> Floats:
            return _fitted(_of_two_parts(Arms(y=scaled.y[who], a=scaled.a[who])), Z[who], amount, population)[1]

        found = leave_one_cluster_out(without, checked_clusters(cluster, arms.a))
        parts = _Parts(
            value=found.value, covariance=found.covariance, degrees=found.degrees, arm_degrees=found.arm_degrees
        )  # fmt: skip
    return _rows(parts, arms, size, f"two_part_{amount}", population, unit, checked_level(level))  # fmt: skip


def _of_two_parts(arms: Arms) -> Arms:
    if arms.y.min() < 0:
        raise ScopeError("some amounts are below zero: a model in two parts needs amounts of zero or more")
    for arm, values in ((1, arms.y_1), (0, arms.y_0)):
        some = int((values > 0).sum())
        if some in {0, values.size}:
            who = "nobody" if some == 0 else "everybody"
            raise EventsError(f"{who} in arm {arm} has an amount above zero: there are no two parts to model")
    return arms


def _fitted(arms: Arms, Z: Floats, amount: Amount, population: Whole) -> tuple[Floats, Floats]:
    """Return the nuisance parameters, shape (k,), and the four that are asked for."""
    D, some = np.column_stack([Z, arms.a]), arms.y > 0
    share = fit_outcome_model(D, some.astype(np.float64), "logit", "the model of any amount").coefficients
    if amount == "gamma":
        nuisance = np.concatenate([share, fit_gamma(D[some], arms.y[some])])
    else:
        log_y = np.asarray(np.log(arms.y[some]), dtype=np.float64)
        line = fit_outcome_model(D[some], log_y, "identity", "the model of the log amount").coefficients
        spread = np.exp(log_y - D[some] @ line)
        smear = [float(spread[arms.a[some] == arm].mean()) for arm in (1, 0)]
        nuisance = np.concatenate([share, line, smear])
    h, told = tilt(arms.a, np.zeros(arms.a.size), population), _predicted(nuisance, Z, amount)
    shares = [weighted_mean(p, h) for p, _ in told]
    return nuisance, np.array([*shares, *(weighted_mean(p * m, h) for p, m in told)])


def _predicted(nuisance: Vector, Z: Floats, amount: Amount) -> tuple[tuple[Vector, Vector], tuple[Vector, Vector]]:
    """Return the probability of any amount and the mean of one above zero, of everyone, in arm 1 and in arm 0."""
    k = Z.shape[1]
    odds, line = multiply(Z, nuisance[:k]), multiply(Z, nuisance[k + 1 : 2 * k + 1])
    smear_1, smear_0 = nuisance[2 * k + 2 :] if amount == "log_normal" else (1.0, 1.0)
    return (
        (inverse_link("logit", odds + nuisance[k]), smear_1 * np.exp(line + nuisance[2 * k + 1])),
        (inverse_link("logit", odds), smear_0 * np.exp(line)),
    )


def _stacked(arms: Arms, Z: Floats, amount: Amount, population: Whole) -> _Parts:
    nuisance, value = _fitted(arms, Z, amount, population)
    D, one, some = np.column_stack([Z, arms.a]), np.ones((arms.a.size, 1)), (arms.y > 0) * 1.0
    h, k = tilt(arms.a, np.zeros(arms.a.size), population), Z.shape[1]
    log_y = np.log(np.where(some == 1, arms.y, 1.0))
    treated = arms.a == 1

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        (p_1, m_1), (p_0, m_0) = _predicted(theta[:-4], Z, amount)
        share_1, share_0, mean_1, mean_0 = theta[-4:]
        first = some - np.where(treated, p_1, p_0)
        if amount == "gamma":
            second: tuple[Vector, ...] = (some * (arms.y / np.where(treated, m_1, m_0) - 1),)
        else:
            left = log_y - multiply(Z, theta[k + 1 : 2 * k + 1]) - arms.a * theta[2 * k + 1]
            spread = np.exp(left)
            far_1, far_0 = spread - theta[2 * k + 2], spread - theta[2 * k + 3]
            second = (some * left, some * arms.a * far_1, some * (1 - arms.a) * far_0)
        asked = (h * (p_1 - share_1), h * (p_0 - share_0), h * (p_1 * m_1 - mean_1), h * (p_0 * m_0 - mean_0))
        return first, *second, *asked

    instruments = (D, D, *((one, one) if amount == "log_normal" else ()), one, one, one, one)
    equations = Equations(instruments=instruments, residuals=residuals, predictors=((0, Z), (k + 1, Z)))
    solution = solve_sandwich(equations, np.concatenate([nuisance, value]))
    return _Parts(value=value, covariance=solution.covariance[-4:, -4:])


def _rows(parts: _Parts, arms: Arms, size: float, method: str, population: str, unit: str, level: float) -> Estimates:
    """Return the means of everyone with their difference and ratio, then the parts of each arm."""
    shared: dict[str, Any] = {
        "method": method, "population": population, "kind": "amount", "level": level, "degrees": parts.degrees,
        **arms.counts(events=False),
    }  # fmt: skip
    m_1, m_0 = (float(value) for value in parts.value[2:])
    V, told = parts.covariance[2:, 2:], shared | {"unit": unit}
    wide = size**2 * V
    return Estimates((
        delta_row(size * m_1, (1, 0), wide, contrast="mean_1", test=False, **_own(parts, 0, told)),
        delta_row(size * m_0, (0, 1), wide, contrast="mean_0", test=False, **_own(parts, 1, told)),
        delta_row(size * (m_1 - m_0), (1, -1), wide, contrast="mean_difference", **told),
        delta_row(m_1 / m_0, (1 / m_1, -1 / m_0), V, contrast="mean_ratio", unit="ratio", scale="log", **shared),
        *(row for place in (0, 1) for row in _parts_of(parts, place, arms, size, _own(parts, place, told))),
    ))  # fmt: skip


def _own(parts: _Parts, place: int, told: dict[str, Any]) -> dict[str, Any]:
    """Return what an arm's own number is told with: of clusters only its own count."""
    return told if parts.arm_degrees is None else told | {"degrees": parts.arm_degrees[place]}


def _parts_of(parts: _Parts, place: int, arms: Arms, size: float, told: dict[str, Any]) -> tuple[Estimate, Estimate]:
    """Return the share of an arm with any amount, and the mean among those, both standardised."""
    arm, clustered = 1 - place, parts.arm_degrees is not None
    share, mean = float(parts.value[place]), float(parts.value[place + 2])
    V = parts.covariance[np.ix_((place, place + 2), (place, place + 2))]
    counted = {
        f"events_{which}": int((values > 0).sum()) for which, values in ((1, arms.y_1), (0, arms.y_0))
    }  # fmt: skip
    above = mean / share
    return (
        delta_row(share, (1, 0), V, contrast=f"share_above_zero_{arm}", test=False, within=clustered,
                  **(told | counted | {"unit": "proportion"})),
        delta_row(size * above, (-1 / share, 1 / mean), V, contrast=f"mean_above_zero_{arm}", test=False, scale="log",
                  note=_CONDITIONAL, **told),
    )  # fmt: skip
