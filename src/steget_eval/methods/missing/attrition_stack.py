"""Weighted means of those seen, with the models of being seen and of the arm in one stack."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import EmptyArmError, OverlapError
from steget_eval.methods.numerics.arms import Arms, Floats
from steget_eval.methods.numerics.clusters import Jackknife
from steget_eval.methods.numerics.glm import fit_outcome_model, inverse_link
from steget_eval.methods.numerics.linear import multiply
from steget_eval.methods.numerics.stacked import Equations, solve_sandwich
from steget_eval.methods.numerics.standardised import Population, fit_score, weighted_mean, weights_by_arm

_LARGEST_WEIGHT = 1e6  # somebody who speaks for a million: the chance of being seen is 0 but for rounding
Vector = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Enrolled:
    """Everybody enrolled, seen or not.

    Attributes
    ----------
    y : shape (n,)
        0 where it is not known.
    seen, a : shape (n,)
        1 or 0.
    Z : shape (n, k)
        Ones, then the covariates.
    """

    y: Floats
    seen: Floats
    a: Floats
    Z: Floats

    def among(self, who: NDArray[np.bool_]) -> Enrolled:
        """Return some of them."""
        return Enrolled(y=self.y[who], seen=self.seen[who], a=self.a[who], Z=self.Z[who])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Models:
    """Coefficients of the arm, and of being seen in arm 1 and arm 0; None where there is nothing to model."""

    arm: Vector | None
    being_seen: tuple[Vector | None, Vector | None]

    def stacked(self) -> Floats:
        told = [one for one in (self.arm, *self.being_seen) if one is not None]
        return np.concatenate([*told, np.empty(0)])

    def with_values(self, theta: Vector) -> _Models:
        """Return models with these coefficients in place of their own, in the order of `stacked`."""
        at, read = 0, []
        for one in (self.arm, *self.being_seen):
            read.append(None if one is None else theta[at : at + one.size])
            at += 0 if one is None else one.size
        return _Models(arm=read[0], being_seen=(read[1], read[2]))


def weighted_means(people: Enrolled, population: Population | None) -> Floats:
    """Return the weighted means of arm 1 and arm 0, shape (2,)."""
    weights = _weights(people, _fit(people, population), population)
    return np.array([weighted_mean(people.y, weight) for weight in weights])


def solve_weighted(people: Enrolled, population: Population | None) -> Jackknife:
    """Return the weighted means with the sandwich covariance of the whole stack; its limits are the normal's."""
    models = _fit(people, population)
    means = np.array([weighted_mean(people.y, weight) for weight in _weights(people, models, population)])
    one, sides = np.ones((people.a.size, 1)), (people.a, 1 - people.a)

    def residuals(theta: Vector) -> tuple[Vector, ...]:
        now = models.with_values(theta)
        blocks = [] if now.arm is None else [people.a - inverse_link("logit", multiply(people.Z, now.arm))]
        for side, gamma in zip(sides, now.being_seen, strict=True):
            if gamma is not None:
                blocks.append(side * (people.seen - inverse_link("logit", multiply(people.Z, gamma))))
        w_1, w_0 = _weights(people, now, population)
        return (*blocks, w_1 * (people.y - theta[-2]), w_0 * (people.y - theta[-1]))

    modelled = sum(one is not None for one in (models.arm, *models.being_seen))
    equations = Equations(instruments=(*([people.Z] * modelled), one, one), residuals=residuals)
    found = solve_sandwich(equations, np.concatenate([models.stacked(), means]))
    return Jackknife(
        value=means, covariance=found.covariance[-2:, -2:], degrees=math.inf, arm_degrees=(math.inf, math.inf)
    )  # fmt: skip


def _fit(people: Enrolled, population: Population | None) -> _Models:
    arm = None if population is None else fit_score(Arms(y=people.y, a=people.a), people.Z, population)
    one, zero = (_fit_seen(people, side, number) for side, number in ((people.a, 1), (1 - people.a, 0)))
    return _Models(arm=arm, being_seen=(one, zero))


def _fit_seen(people: Enrolled, side: Floats, number: int) -> Floats | None:
    mine = side == 1
    seen, Z = people.seen[mine], people.Z[mine]
    if not seen.any():
        raise EmptyArmError(f"nobody in arm {number} has a known outcome")
    if seen.all():
        return None
    fit = fit_outcome_model(Z, seen, "logit", f"the model of being seen in arm {number}")
    if 1 / fit.fitted[seen == 1].min() > _LARGEST_WEIGHT:
        raise OverlapError(f"somebody in arm {number} was seen against all odds: a weight passes a million")
    return fit.coefficients


def _weights(people: Enrolled, models: _Models, population: Population | None) -> tuple[Vector, Vector]:
    """Return each person's weight in arm 1 and in arm 0, nought for whoever was not seen."""
    sides: tuple[Vector, Vector] = (people.a, 1 - people.a)
    if models.arm is not None and population is not None:
        sides = weights_by_arm(people.a, multiply(people.Z, models.arm), population)
    one, zero = (
        side * people.seen if gamma is None
        else side * people.seen / inverse_link("logit", multiply(people.Z, gamma))
        for side, gamma in zip(sides, models.being_seen, strict=True)
    )  # fmt: skip
    return one, zero
