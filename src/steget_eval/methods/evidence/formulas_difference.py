"""Every usual interval of a difference between two shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from scipy.stats import norm

from steget_eval.methods.evidence.formulas_share import share_wilson_corrected
from steget_eval.methods.numerics.proportion_tests import unpooled_error, wald_limits
from steget_eval.methods.numerics.proportions import (
    Limits,
    Table,
    difference_excess,
    limits_miettinen_nurminen,
    limits_newcombe,
)


def wald(t: Table, level: float) -> Limits:
    """Return the Wald limits, each arm with its own variance."""
    return wald_limits(t.p_1 - t.p_0, unpooled_error(t), level)


def wald_corrected(t: Table, level: float) -> Limits:
    """Return the Wald limits moved outwards by half of 1/n in each arm: what R's `prop.test` prints by default.

    The correction is never more than the difference itself, as in R.
    """
    plain = wald(t, level)
    step = min(0.5 * (1 / t.n_1 + 1 / t.n_0), abs(t.p_1 - t.p_0))
    return Limits(low=max(plain.low - step, -1.0), high=min(plain.high + step, 1.0))


def wald_pooled(t: Table, level: float) -> Limits:
    """Return limits from the variance under no difference, as a z test has it."""
    pooled = (t.x_1 + t.x_0) / (t.n_1 + t.n_0)
    return wald_limits(t.p_1 - t.p_0, math.sqrt(pooled * (1 - pooled) * (1 / t.n_1 + 1 / t.n_0)), level)


def hauck_anderson(t: Table, level: float) -> Limits:
    """Return the limits of Hauck and Anderson (1986): variances over n - 1, a correction of 1 / (2 min n)."""
    if min(t.n_1, t.n_0) < 2:
        return Limits(low=math.nan, high=math.nan)
    error = math.sqrt(t.p_1 * (1 - t.p_1) / (t.n_1 - 1) + t.p_0 * (1 - t.p_0) / (t.n_0 - 1))
    half = float(norm.isf((1 - level) / 2)) * error + 1 / (2 * min(t.n_1, t.n_0))
    return Limits(low=t.p_1 - t.p_0 - half, high=t.p_1 - t.p_0 + half)


def agresti_caffo(t: Table, level: float) -> Limits:
    """Return the Wald limits after one success and one failure were added to each arm (Agresti and Caffo 2000)."""
    return wald(Table(x_1=t.x_1 + 1, n_1=t.n_1 + 2, x_0=t.x_0 + 1, n_0=t.n_0 + 2), level)


def newcombe(t: Table, level: float) -> Limits:
    """Return the hybrid score limits (Newcombe 1998, method 10)."""
    return limits_newcombe(t, level=level)


def newcombe_corrected(t: Table, level: float) -> Limits:
    """Return the hybrid score limits with continuity correction (Newcombe 1998, method 11)."""
    one, two = share_wilson_corrected(t.x_1, t.n_1, level), share_wilson_corrected(t.x_0, t.n_0, level)
    difference = t.p_1 - t.p_0
    return Limits(
        low=difference - math.hypot(t.p_1 - one.low, two.high - t.p_0),
        high=difference + math.hypot(t.p_0 - two.low, one.high - t.p_1),
    )


def miettinen_nurminen(t: Table, level: float) -> Limits:
    """Return the score limits with the factor n / (n - 1) (Miettinen and Nurminen 1985)."""
    return limits_miettinen_nurminen(t, level=level)


def mee(t: Table, level: float) -> Limits:
    """Return the score limits without the factor (Mee 1984), from the same root at a level that undoes it."""
    return limits_miettinen_nurminen(t, level=level_without_factor(t, level))


def level_without_factor(t: Table, level: float) -> float:
    """Return the level at which the factor n / (n - 1) cancels."""
    return _level_at(t.n_1 + t.n_0, level)


@cache
def _level_at(n: int, level: float) -> float:
    return 1 - 2 * float(norm.sf(float(norm.isf((1 - level) / 2)) * math.sqrt((n - 1) / n)))


#: How far a difference lies outside the limits, by formula.
EXCESS: dict[str, Callable[[Table, float, float], float]] = {
    "miettinen_nurminen": difference_excess,
    "mee": lambda t, difference, level: difference_excess(t, difference, level_without_factor(t, level)),
}
