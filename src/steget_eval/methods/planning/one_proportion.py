"""What one arm of a given size can show against a target, and how exact its share will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.exact import MOST_PEOPLE, smallest_count_above
from steget_eval.methods.numerics.proportions import limits_one

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPower:
    """One size of one arm against a target.

    Attributes
    ----------
    n
        People whose outcome is known.
    smallest_count
        The fewest successes that show more than the target, one-sided and exact; None where not even all would.
    power
        Probability of that many if the true proportion is `supposed`; 0 where it is out of reach.
    """

    n: int
    target: float
    supposed: float
    level: float
    smallest_count: int | None
    power: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TargetPowers(Tidy):
    """Sizes beside each other, in the order asked."""

    rows: tuple[TargetPower, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per size."""
        import pandas as pd

        names = ["n", "target", "supposed", "level", "smallest_count", "power"]
        frame = pd.DataFrame([[getattr(row, name) for name in names] for row in self.rows], columns=names)
        return frame.astype({"smallest_count": "Int64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How wide the interval of one share will be: Wilson's limits at the count nearest the supposed share."""

    n: int
    supposed: float
    count: int
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Precisions(Tidy):
    """Sizes beside each other, in the order asked."""

    rows: tuple[Precision, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per size."""
        import pandas as pd

        names = ["n", "supposed", "count", "conf_low", "conf_high"]
        return pd.DataFrame([[getattr(row, name) for name in names] for row in self.rows], columns=names)


def power_against_target(target: float, supposed: float, sizes: Sequence[int], *, level: float = 0.95) -> TargetPowers:
    """Return, for each size, the fewest successes that show more than the target, and how likely they are.

    The exact one-sided binomial test, as `effects.single_arm.at_least` makes it.
    """
    _check(target, supposed, level)
    return TargetPowers(rows=tuple(_one(n, target, supposed, level) for n in sizes))


def size_against_target(target: float, supposed: float, *, power: float = 0.8, level: float = 0.95) -> int | None:
    """Return the size from which every larger one has that power; None past a hundred thousand people.

    Exact power rises in a saw-tooth, so a smaller size may have the power by luck and the next one lose it.
    """
    _check(target, supposed, level)
    if supposed <= target:
        raise ArgumentError("a target can only be shown to be passed where the supposed proportion lies above it")
    end = 256
    while end <= 2 * MOST_PEOPLE:
        n = np.arange(1, end + 1)
        count = stats.binom.ppf(level, n, target).astype(np.int64) + 1
        enough = stats.binom.sf(count - 1, n, supposed) >= power
        lacking = np.flatnonzero(~enough)
        last = int(lacking[-1]) + 1 if lacking.size else 0
        # The teeth grow shorter with n: half of the block without a gap is taken to be the end of them.
        if last < end // 2:
            return last + 1
        end *= 2
    return None


def precision_of(supposed: float, sizes: Sequence[int], *, level: float = 0.95) -> Precisions:
    """Return, for each size, the interval that the nearest whole count to the supposed share would have."""
    if not 0 <= supposed <= 1:
        raise ArgumentError(f"the supposed proportion must lie between 0 and 1, got {supposed!r}")
    rows = []
    for n in sizes:
        count = int(np.floor(supposed * _people(n) + 0.5))
        limits = limits_one(count, n, method="wilson", level=level)
        rows.append(Precision(n=n, supposed=supposed, count=count, conf_low=limits.low, conf_high=limits.high))
    return Precisions(rows=tuple(rows))


def _one(n: int, target: float, supposed: float, level: float) -> TargetPower:
    count = smallest_count_above(_people(n), target, level=level)
    power = 0.0 if count is None else float(stats.binom.sf(count - 1, n, supposed))
    return TargetPower(n=n, target=target, supposed=supposed, level=level, smallest_count=count, power=power)


def _people(n: int) -> int:
    if n < 1:
        raise ArgumentError(f"a size is one person or more, got {n!r}")
    return n


def _check(target: float, supposed: float, level: float) -> None:
    if not (0 < target < 1 and 0 <= supposed <= 1):
        raise ArgumentError(f"target and supposed proportion must lie between 0 and 1, got {target!r} and {supposed!r}")
    if not 0.5 < level < 1:
        raise ArgumentError(f"the level of a one-sided limit must lie between 0.5 and 1, got {level!r}")
