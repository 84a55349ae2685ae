"""Moves between ordered steps: up, the same, down; before against after; and one arm's steps against another's.

The order of the steps is an assumption, and a mean step number is never given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, norm

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_arm, checked_level, checked_outcome, checked_vector
from steget_eval.methods.numerics.proportions import limits_one


def moved(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the shares that moved up, stayed and moved down, each with Wilson's interval.

    Parameters
    ----------
    before, after : shape (n,)
        Step numbers of the same people, both known; higher is nearer to work.
    """
    one, two = _steps(before, after)
    parts = (("share_up", two > one), ("share_same", two == one), ("share_down", two < one))
    return Estimates(tuple(_share(name, int(which.sum()), one.size, checked_level(level)) for name, which in parts))


def paired_difference(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return how the share with something changed between two occasions, for the same people.

    Newcombe's (1998) hybrid score interval for paired data, his method 10; the p-value is McNemar's exact one.

    Parameters
    ----------
    before, after : shape (n,)
        1 where the person had it at that occasion, 0 where not.
    """
    one, two = checked_outcome(before, binary=True), checked_outcome(after, binary=True)
    if one.size != two.size:
        raise MethodError("the two occasions must be of the same people")
    cells = _Paired(
        both=int(np.sum((two == 1) & (one == 1))), gained=int(np.sum((two == 1) & (one == 0))),
        lost=int(np.sum((two == 0) & (one == 1))), neither=int(np.sum((two == 0) & (one == 0))),
    )  # fmt: skip
    later = limits_one(cells.both + cells.gained, cells.n, method="wilson", level=checked_level(level))
    earlier = limits_one(cells.both + cells.lost, cells.n, method="wilson", level=level)
    p_2, p_1 = (cells.both + cells.gained) / cells.n, (cells.both + cells.lost) / cells.n
    phi, difference = cells.correlation, (cells.gained - cells.lost) / cells.n
    changed = cells.gained + cells.lost
    row = Estimate(
        contrast="paired_difference", method="newcombe_paired", estimate=difference,
        conf_low=difference - _hybrid(p_2 - later.low, earlier.high - p_1, phi),
        conf_high=difference + _hybrid(later.high - p_2, p_1 - earlier.low, phi), conf_level=level,
        p_value=1.0 if changed == 0 else float(binomtest(cells.gained, changed).pvalue), n_1=cells.n,
        events_1=cells.both + cells.gained, events_0=cells.both + cells.lost, kind="transition", population="arm",
        unit="proportion",
    )  # fmt: skip
    return Estimates((row,))


def win_ratio(step: ArrayLike, a: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the win ratio and the win odds of one arm's later step over another's.

    Every person of arm 1 is set against every person of arm 0: wins over losses is the win ratio (Pocock and others
    2012), wins plus half the ties over losses plus half the ties the win odds. Variance of their logarithms by the
    U-statistics of wins and losses (Bebu & Lachin 2016), its influence values centred within arms.

    Raises
    ------
    MethodError
        Where one arm wins every pair that is not tied: the ratio is then without limit.
    """
    values, arm = checked_vector(step, "the step"), checked_arm(a)
    if values.size != arm.size:
        raise MethodError("steps and arms must be of the same people")
    upper, lower = values[arm == 1], values[arm == 0]
    if min(upper.size, lower.size) < 2:
        raise EmptyArmError("a win ratio needs two people or more in each arm")
    wins, losses = _against(upper, lower), _against(-upper, -lower)
    if wins.share == 0 or losses.share == 0:
        raise MethodError("one arm wins every pair that is not tied: a win ratio has no finite value")
    ties = _Pairwise(of_1=1 - wins.of_1 - losses.of_1, of_0=1 - wins.of_0 - losses.of_0)
    rows = (
        _ratio("win_ratio", wins, losses, checked_level(level)),
        _ratio("win_odds", wins.plus_half(ties), losses.plus_half(ties), level),
    )
    return Estimates(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paired:
    both: int
    gained: int
    lost: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.gained + self.lost + self.neither

    @property
    def correlation(self) -> float:
        """Newcombe's phi, shrunk by half a person where it is positive; 0 where a margin is empty."""
        product = self.both * self.neither - self.gained * self.lost
        margins = (
            (self.both + self.gained) * (self.lost + self.neither) * (self.both + self.lost)
            * (self.gained + self.neither)
        )  # fmt: skip
        if margins == 0:
            return 0.0
        return (max(product - self.n / 2, 0.0) if product > 0 else product) / math.sqrt(margins)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairwise:
    """Share of the other arm that each person wins against."""

    of_1: np.ndarray
    of_0: np.ndarray

    @property
    def share(self) -> float:
        return float(self.of_1.mean())

    def plus_half(self, ties: _Pairwise) -> _Pairwise:
        return _Pairwise(of_1=self.of_1 + ties.of_1 / 2, of_0=self.of_0 + ties.of_0 / 2)


def _against(upper: np.ndarray, lower: np.ndarray) -> _Pairwise:
    # Sorted once: no table of all pairs.
    low, up = np.sort(lower), np.sort(upper)
    return _Pairwise(
        of_1=np.searchsorted(low, upper, side="left") / low.size,
        of_0=1 - np.searchsorted(up, lower, side="right") / up.size,
    )


def _ratio(contrast: str, wins: _Pairwise, losses: _Pairwise, level: float) -> Estimate:
    log = math.log(wins.share / losses.share)
    in_1 = wins.of_1 / wins.share - losses.of_1 / losses.share
    in_0 = wins.of_0 / wins.share - losses.of_0 / losses.share
    error = math.sqrt(float(in_1.var()) / in_1.size + float(in_0.var()) / in_0.size)
    half = float(norm.isf((1 - level) / 2)) * error
    return Estimate(
        contrast=contrast, method="u_statistic", estimate=math.exp(log), std_error=error,
        conf_low=math.exp(log - half), conf_high=math.exp(log + half), conf_level=level, n_1=in_1.size, n_0=in_0.size,
        kind="transition", population="ATE", scale="log",
    )  # fmt: skip


def _hybrid(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))


def _share(contrast: str, count: int, n: int, level: float) -> Estimate:
    limits = limits_one(count, n, method="wilson", level=level)
    return Estimate(
        contrast=contrast, method="wilson", estimate=count / n, conf_low=limits.low, conf_high=limits.high,
        conf_level=level, n_1=n, events_1=count, kind="transition", population="arm", unit="proportion",
    )  # fmt: skip


def _steps(before: ArrayLike, after: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    one, two = checked_vector(before, "the earlier step"), checked_vector(after, "the later step")
    if one.size != two.size:
        raise MethodError("the two occasions must be of the same people")
    if one.size == 0:
        raise EmptyArmError("nobody has both occasions")
    return one, two
