"""Moves between ordered steps of the same people: up, the same, down; before against after.

The order of the steps is an assumption, and a mean step number is never given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_level, checked_outcome, checked_vector
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
        raise ArgumentError("the two occasions must be of the same people")
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
        raise ArgumentError("the two occasions must be of the same people")
    if one.size == 0:
        raise EmptyArmError("nobody has both occasions")
    return one, two
