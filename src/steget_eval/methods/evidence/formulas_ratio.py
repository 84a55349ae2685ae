"""Every usual interval of a ratio of two shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from scipy.stats import norm

from steget_eval.methods.numerics.proportion_tests import log_limits
from steget_eval.methods.numerics.proportions import Limits, Table, limits_koopman, ratio_excess

_UNDEFINED = Limits(low=math.nan, high=math.nan)


def katz(t: Table, level: float) -> Limits:
    """Return limits symmetric on the log scale (Katz et al. 1978); undefined where an arm has no event."""
    if 0 in (t.x_1, t.x_0):
        return _UNDEFINED
    return log_limits(t.p_1 / t.p_0, math.sqrt(1 / t.x_1 - 1 / t.n_1 + 1 / t.x_0 - 1 / t.n_0), level)


def katz_half(t: Table, level: float) -> Limits:
    """Return log limits with a half added to events and people (Walter 1975)."""
    x_1, n_1, x_0, n_0 = (value + 0.5 for value in (t.x_1, t.n_1, t.x_0, t.n_0))
    return log_limits((x_1 / n_1) / (x_0 / n_0), math.sqrt(1 / x_1 - 1 / n_1 + 1 / x_0 - 1 / n_0), level)


def koopman(t: Table, level: float) -> Limits:
    """Return the score limits (Koopman 1984); undefined where nobody has the event."""
    return _UNDEFINED if t.x_1 + t.x_0 == 0 else limits_koopman(t, level=level)


def ratio_score(t: Table, level: float) -> Limits:
    """Return the score limits with the factor n / (n - 1) (Miettinen and Nurminen 1985)."""
    return _UNDEFINED if t.x_1 + t.x_0 == 0 else limits_koopman(t, level=level_with_factor(t, level))


def level_with_factor(t: Table, level: float) -> float:
    """Return the level at which limits without the factor n / (n - 1) are those that have it."""
    return _level_at(t.n_1 + t.n_0, level)


@cache
def _level_at(n: int, level: float) -> float:
    return 1 - 2 * float(norm.sf(float(norm.isf((1 - level) / 2)) * math.sqrt(n / (n - 1))))


#: How far a ratio lies outside the limits, by formula.
EXCESS: dict[str, Callable[[Table, float, float], float]] = {
    "koopman": ratio_excess,
    "miettinen_nurminen": lambda t, ratio, level: ratio_excess(t, ratio, level_with_factor(t, level)),
}
