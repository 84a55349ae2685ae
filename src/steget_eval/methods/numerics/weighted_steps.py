"""A weighted cumulative incidence on every day at once, with what weights and score move it by.

Everybody who left on one day in one way moves the curve alike for each unit of weight, so people are summed into such
classes first: the work grows with the days, not with the people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreMoves:
    """How an estimated score moves the weights of an arm.

    Attributes
    ----------
    slopes : shape (n, p)
        What each coefficient of the score moves each person's weight by.
    own : shape (n, p)
        What each person of the arm moves the coefficients by.
    spread : shape (p, p)
        Covariance of the coefficients, of both arms' people together.
    """

    slopes: Floats
    own: Floats
    spread: Floats


def weighted_steps(t: np.ndarray, d: np.ndarray, w: np.ndarray, days: np.ndarray, *, cause: int = 1) -> Floats:
    """Return the weighted cumulative incidence of the cause at each day's end, shape (D,); NaN where nobody is left.

    Parameters
    ----------
    t, d, w : np.ndarray, shape (n,)
        Whole days, causes and weights above zero; checked before.
    days : np.ndarray, shape (D,)
        Rising days that hold every value of `t`.
    """
    hazard, own, _ = _hazards(t, d, w, days, cause)
    before = np.concatenate(([1.0], np.cumprod(1 - hazard)[:-1]))
    return np.asarray(np.cumsum(before * own))


def variances_of_steps(
    t: np.ndarray, d: np.ndarray, w: np.ndarray, days: np.ndarray, moves: ScoreMoves, *, cause: int = 1
) -> Floats:
    """Return the variance of `weighted_steps` on each day, shape (D,): sums of the squared influences.

    A person moves the curve by being on it, through the exact derivative by the own weight, and by moving the score.
    """
    hazard, own, at_risk = _hazards(t, d, w, days, cause)
    place = np.searchsorted(days, t)
    kind = np.where(d == cause, 2, np.where(d > 0, 1, 0))
    classes, member = np.unique(3 * place + kind, return_inverse=True)
    left, how = classes // 3, classes % 3
    squares = np.bincount(member, w * w)
    crossed, through = _sums(member, w[:, None] * moves.own), _sums(member, moves.slopes)
    derivative, survival_moved, survival = np.zeros(classes.size), np.zeros(classes.size), 1.0
    found = np.zeros(days.size)
    for day in range(days.size):
        here, there = left == day, left >= day
        moved = (here * (how > 0) - there * hazard[day]) / at_risk[day]
        moved_own = (here * (how == 2) - there * own[day]) / at_risk[day]
        derivative = derivative + survival_moved * own[day] + survival * moved_own
        survival_moved = survival_moved * (1 - hazard[day]) - survival * moved
        survival *= 1 - hazard[day]
        by_score = derivative @ through
        total = squares @ derivative**2 + 2 * by_score @ (derivative @ crossed) + by_score @ moves.spread @ by_score
        found[day] = max(float(total), 0.0)
    return found


def _hazards(
    t: np.ndarray, d: np.ndarray, w: np.ndarray, days: np.ndarray, cause: int
) -> tuple[Floats, Floats, Floats]:
    place = np.searchsorted(days, t)
    ended = np.bincount(place, w, days.size)
    at_risk = np.cumsum(ended[::-1])[::-1]
    every, own = (np.bincount(place, np.where(of, w, 0.0), days.size) for of in (d > 0, d == cause))
    # Where nobody is left the curve is not known, so nothing stands there.
    every, own = (np.divide(one, at_risk, out=np.full(days.size, np.nan), where=at_risk > 0) for one in (every, own))
    return np.asarray(every), np.asarray(own), at_risk.astype(np.float64)


def _sums(member: np.ndarray, values: np.ndarray) -> Floats:
    columns = [np.bincount(member, column) for column in values.T]
    return np.column_stack(columns) if columns else np.zeros((int(member.max()) + 1, 0))
