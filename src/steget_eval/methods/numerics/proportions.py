"""Intervals of one proportion, of a difference, of a ratio, of an odds ratio.

The score intervals invert the score statistic in its squared form, ``distance² = z² · variance``, which stays finite
at the edges; each constrained estimate is the maximum of a concave likelihood. statsmodels is right where it is called
here; its score limits of a difference are not (19/41 v 5/46), its score limits of the ratios stop at a zero cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from scipy.optimize import brentq
from scipy.stats import beta, binom, norm

OneArm = Literal["wilson", "clopper_pearson", "mid_p"]

_XTOL = 1e-14
_RTOL = 4 * 2.3e-16
_STEP_OFF = 1e-6  # off an estimate whose constrained variance is zero, as with no event in either arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Two limits of an interval, the lower first."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Events and people in two arms."""

    x_1: int
    n_1: int
    x_0: int
    n_0: int

    @property
    def p_1(self) -> float:
        """Share with the event in arm 1."""
        return self.x_1 / self.n_1

    @property
    def p_0(self) -> float:
        """Share with the event in arm 0."""
        return self.x_0 / self.n_0

    def swapped(self) -> Table:
        """Return the table with the arms exchanged."""
        return Table(x_1=self.x_0, n_1=self.n_0, x_0=self.x_1, n_0=self.n_1)


def limits_one(x: int, n: int, *, method: OneArm, level: float) -> Limits:
    """Return the limits of one proportion: Wilson's score interval, Clopper and Pearson's exact one, or mid-P's."""
    if method == "mid_p":
        return Limits(low=_mid_p(x, n, (1 - level) / 2), high=1 - _mid_p(n - x, n, (1 - level) / 2))
    if method == "clopper_pearson":
        tail = (1 - level) / 2
        low = 0.0 if x == 0 else float(beta.ppf(tail, x, n - x + 1))
        high = 1.0 if x == n else float(beta.isf(tail, x + 1, n - x))
        return Limits(low=low, high=high)
    z2 = float(norm.isf((1 - level) / 2)) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = math.sqrt(z2) * math.sqrt(x * (n - x) / n + z2 / 4) / (n + z2)
    return Limits(low=0.0 if x == 0 else centre - half, high=1.0 if x == n else centre + half)


def _mid_p(x: int, n: int, tail: float) -> float:
    """Return the share at which more than `x`, and half of `x` itself, has the tail's probability (Lancaster 1961)."""
    if x == 0:
        return 0.0
    return _root(lambda p: float(binom.sf(x, n, p) + binom.pmf(x, n, p) / 2) - tail, 1e-12, 1 - 1e-12)


def limits_newcombe(table: Table, *, level: float) -> Limits:
    """Return Newcombe's hybrid score limits of a difference (1998, method 10)."""
    one = limits_one(table.x_1, table.n_1, method="wilson", level=level)
    two = limits_one(table.x_0, table.n_0, method="wilson", level=level)
    difference = table.p_1 - table.p_0
    return Limits(
        low=difference - math.hypot(table.p_1 - one.low, two.high - table.p_0),
        high=difference + math.hypot(table.p_0 - two.low, one.high - table.p_1),
    )


def limits_miettinen_nurminen(table: Table, *, level: float) -> Limits:
    """Return the score limits of a difference by Miettinen and Nurminen (1985), with their factor n / (n - 1)."""
    return Limits(low=-_upper_difference(table.swapped(), level), high=_upper_difference(table, level))


def limits_koopman(table: Table, *, level: float) -> Limits:
    """Return Koopman's (1984) score limits of a risk ratio; zero cells give 0 or infinity.

    Undefined where neither arm has an event: check before the call.
    """
    low = 0.0 if table.x_1 == 0 else 1 / _upper_ratio(table.swapped(), level)
    return Limits(low=low, high=math.inf if table.x_0 == 0 else _upper_ratio(table, level))


def limits_odds_score(table: Table, *, level: float) -> Limits:
    """Return the score limits of an odds ratio by Miettinen and Nurminen (1985), with their factor n / (n - 1).

    Undefined where all or nobody have the event: check before the call.
    """
    return Limits(low=_lower_of(_upper_odds(table.swapped(), level)), high=_upper_odds(table, level))


def _lower_of(upper_of_swapped: float) -> float:
    return 0.0 if math.isinf(upper_of_swapped) else 1 / upper_of_swapped


def difference_excess(t: Table, difference: float, level: float) -> float:
    """Return how far a difference lies outside Miettinen and Nurminen's limits: below zero inside, zero at them."""
    n = t.n_1 + t.n_0
    z2 = _z_squared(level) * n / (n - 1)
    p_0 = _constrained_by_difference(t, difference)
    p_1 = p_0 + difference
    return (t.p_1 - t.p_0 - difference) ** 2 - z2 * (p_1 * (1 - p_1) / t.n_1 + p_0 * (1 - p_0) / t.n_0)


def ratio_excess(t: Table, ratio: float, level: float) -> float:
    """Return how far a ratio above zero lies outside Koopman's limits: below zero inside, zero at them."""
    z2 = _z_squared(level)
    n, x = t.n_1 + t.n_0, t.x_1 + t.x_0
    b = t.n_1 * ratio + t.x_1 + t.n_0 + t.x_0 * ratio
    p_0 = 2 * x / (b + math.sqrt(max(b * b - 4 * n * ratio * x, 0.0)))
    p_1 = min(ratio * p_0, 1.0)
    spread = p_1 * (1 - p_1) / (t.n_1 * ratio * ratio) + p_0 * (1 - p_0) / t.n_0
    return (t.p_1 / ratio - t.p_0) ** 2 - z2 * spread


@cache
def _z_squared(level: float) -> float:
    return float(norm.isf((1 - level) / 2)) ** 2


def _upper_difference(t: Table, level: float) -> float:
    estimate = t.p_1 - t.p_0

    def excess(difference: float) -> float:
        return difference_excess(t, difference, level)

    if estimate == 1:
        return 1.0
    start = estimate if excess(estimate) < 0 else estimate + _STEP_OFF * (1 - estimate)
    return _root(excess, start, 1.0)


def _constrained_by_difference(t: Table, difference: float) -> float:
    """Return the share in arm 0 that is most likely when the difference is given."""
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    terms = (
        (t.x_0, 0.0),  # x / (p + shift), and the failures likewise from the other end
        (t.x_1, difference),
    )
    failures = ((t.n_0 - t.x_0, 1.0), (t.n_1 - t.x_1, 1.0 - difference))

    def slope(p: float) -> float:
        gain = sum(_share(x, p + shift) for x, shift in terms)
        return gain - sum(_share(x, end - p) for x, end in failures)

    if low >= high or slope(low) <= 0:
        return low
    return high if slope(high) >= 0 else _root(slope, low, high)


def _share(count: int, p: float) -> float:
    if count == 0:
        return 0.0
    return count / max(p, 1e-300)


def _upper_ratio(t: Table, level: float) -> float:

    def excess(log_ratio: float) -> float:
        return ratio_excess(t, math.exp(log_ratio), level)

    estimate = math.log(t.p_1 / t.p_0) if t.x_1 > 0 else math.log(1 / (t.n_1 + 1)) - 10
    return math.exp(_root_above(excess, estimate))


def _upper_odds(t: Table, level: float) -> float:
    if t.x_1 == t.n_1 or t.x_0 == 0:
        return math.inf
    n, x = t.n_1 + t.n_0, t.x_1 + t.x_0
    z2 = float(norm.isf((1 - level) / 2)) ** 2 * n / (n - 1)

    def excess(log_odds_ratio: float) -> float:
        r = math.exp(log_odds_ratio)
        a, b = t.n_0 * (r - 1), t.n_1 * r + t.n_0 - x * (r - 1)
        root = math.sqrt(b * b + 4 * a * x)
        p_0 = 2 * x / (b + root) if b > 0 else (root - b) / (2 * a)
        p_1 = r * p_0 / (1 + p_0 * (r - 1))
        v_1, v_0 = t.n_1 * p_1 * (1 - p_1), t.n_0 * p_0 * (1 - p_0)
        return (t.x_1 - t.n_1 * p_1) ** 2 * (v_1 + v_0) - z2 * v_1 * v_0

    if t.x_1 > 0 and t.x_0 < t.n_0:
        return math.exp(_root_above(excess, math.log(t.x_1 * (t.n_0 - t.x_0) / ((t.n_1 - t.x_1) * t.x_0))))
    return math.exp(_root_above(excess, -math.log(n) * 2 - 10))


def _root_above(excess: Callable[[float], float], start: float) -> float:
    """Return the root above `start`, where `excess` goes from negative to positive."""
    low = start if excess(start) < 0 else start + _STEP_OFF
    step = 0.5
    while excess(low + step) <= 0:
        step *= 2
    return _root(excess, low, low + step)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=_XTOL, rtol=_RTOL, maxiter=500))
