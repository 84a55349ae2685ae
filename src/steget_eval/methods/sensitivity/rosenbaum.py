"""Rosenbaum's bounds: how unlike two matched people's chances of the arm must be to turn the conclusion."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import binom, norm, rankdata

from steget_eval.core.errors import ArgumentError, ScopeError, SpreadError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_level, checked_outcome, checked_vector

if TYPE_CHECKING:
    import pandas as pd

_FARTHEST = 1e6  # a Gamma beyond anything that could be argued
_MOST_PAIRS = 5000  # all averages of two pairs are held at once


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HiddenBias(Tidy):
    """Matched pairs under a hidden bias of each size.

    Attributes
    ----------
    test
        ``mcnemar``, the sign test of pairs that differ, for a binary outcome; ``signed_rank`` for amounts.
    pairs, differing
        Pairs in all, and those whose two outcomes differ.
    direction
        1 where the treated had more, -1 where they had less.
    gamma
        How many times the odds of the arm may differ within a pair.
    p_low, p_high
        Smallest and largest one-sided p-value in the direction found, by gamma.
    low, high
        Smallest and largest Hodges-Lehmann estimate by gamma; empty for a binary outcome.
    shift
        The Hodges-Lehmann estimate without hidden bias; NaN for a binary outcome.
    turns_at
        The gamma at which `p_high` passes (1 - level)/2; 1 where nothing is shown even without hidden bias.
    """

    test: Literal["mcnemar", "signed_rank"]
    pairs: int
    differing: int
    direction: int
    gamma: tuple[float, ...]
    p_low: tuple[float, ...]
    p_high: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    shift: float
    turns_at: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per gamma."""
        import pandas as pd

        frame = pd.DataFrame({"gamma": self.gamma, "p_low": self.p_low, "p_high": self.p_high})
        return frame.assign(low=self.low, high=self.high) if self.low else frame


def bounds_of_signs(
    y_1: ArrayLike, y_0: ArrayLike, *, gamma: Sequence[float] = (1, 1.5, 2, 3), level: float = 0.95
) -> HiddenBias:
    """Return bounds of McNemar's exact test for matched pairs with a binary outcome.

    Rosenbaum (2002, section 4.3): among D pairs that differ, the number in which the treated had the outcome is
    between binomials with chances 1/(1 + gamma) and gamma/(1 + gamma).

    Parameters
    ----------
    y_1, y_0 : shape (m,)
        0 or 1 of the pair's treated and of its comparison.
    """
    one, zero = checked_outcome(y_1, binary=True), checked_outcome(y_0, binary=True)
    difference = _difference(one, zero)
    plus, minus = int((difference > 0).sum()), int((difference < 0).sum())
    most, differing = max(plus, minus), plus + minus

    def tail(chance: float) -> float:
        return float(binom.sf(most - 1, differing, chance))

    return _bias("mcnemar", difference, gamma, tail, None, checked_level(level))


def bounds_of_ranks(
    y_1: ArrayLike, y_0: ArrayLike, *, gamma: Sequence[float] = (1, 1.5, 2, 3), level: float = 0.95
) -> HiddenBias:
    """Return bounds of Wilcoxon's signed rank test and of the Hodges-Lehmann estimate for matched pairs with amounts.

    Rosenbaum (2002, sections 4.3.3 and 4.4): pairs without a difference are left out of the test, tied ranks are
    averages, and the statistic is normal with mean p Σr and variance p (1 - p) Σr², p from 1/(1 + gamma) to
    gamma/(1 + gamma). The estimate is the shift at which the statistic is what is expected of no effect: a quantile of
    all averages of two pairs' differences.

    Parameters
    ----------
    y_1, y_0 : shape (m,)
        Amounts of the pair's treated and of its comparison.
    """
    difference = _difference(checked_vector(y_1, "the outcome"), checked_vector(y_0, "the outcome"))
    if difference.size > _MOST_PAIRS:
        raise ScopeError("the bounds of the signed rank are for at most five thousand pairs")
    signed = difference[difference != 0] * _direction(difference)
    ranks = rankdata(np.abs(signed))
    statistic = float(ranks[signed > 0].sum())

    def tail(chance: float) -> float:
        expected, variance = chance * ranks.sum(), chance * (1 - chance) * float(ranks @ ranks)
        return float(norm.sf((statistic - expected) / math.sqrt(variance)))

    return _bias("signed_rank", difference, gamma, tail, _walsh(difference), checked_level(level))


def _bias(
    test: Literal["mcnemar", "signed_rank"], difference: Floats, gamma: Sequence[float],
    tail: Callable[[float], float], averages: Floats | None, level: float,
) -> HiddenBias:  # fmt: skip
    if not gamma or any(not one >= 1 for one in gamma):
        raise ArgumentError("a gamma is one or more: how many times the odds of the arm may differ within a pair")
    asked = tuple(float(one) for one in gamma)
    high = tuple(_median_at(averages, one / (1 + one)) for one in asked) if averages is not None else ()
    low = tuple(_median_at(averages, 1 / (1 + one)) for one in asked) if averages is not None else ()
    return HiddenBias(
        test=test, pairs=difference.size, differing=int((difference != 0).sum()), direction=_direction(difference),
        gamma=asked, p_low=tuple(tail(1 / (1 + one)) for one in asked),
        p_high=tuple(tail(one / (1 + one)) for one in asked), low=low, high=high,
        shift=_median_at(averages, 0.5) if averages is not None else math.nan, turns_at=_turn(tail, (1 - level) / 2),
    )  # fmt: skip


def _turn(tail: Callable[[float], float], alpha: float) -> float:
    def excess(log_gamma: float) -> float:
        return tail(1 / (1 + math.exp(-log_gamma))) - alpha

    if excess(0.0) >= 0:
        return 1.0
    top = math.log(_FARTHEST)
    return math.inf if excess(top) < 0 else math.exp(float(brentq(excess, 0.0, top, xtol=1e-13)))


def _difference(one: Floats, zero: Floats) -> Floats:
    if one.shape != zero.shape:
        raise ArgumentError("a pair has one of each arm, so there must be as many of both")
    difference = one - zero
    if not difference.any():
        raise SpreadError("no pair differs, so there is nothing for a hidden bias to explain")
    return np.asarray(difference)


def _direction(difference: Floats) -> int:
    differing = difference[difference != 0]
    return 1 if float(np.sign(differing) @ rankdata(np.abs(differing))) >= 0 else -1


def _walsh(difference: Floats) -> Floats:
    first, second = np.triu_indices(difference.size)
    return np.asarray(np.sort((difference[first] + difference[second]) / 2))


def _median_at(averages: Floats, share_below: float) -> float:
    """Return the shift that leaves 1 - `share_below` of the averages above it; midway where two places do."""
    place = share_below * averages.size
    whole = round(place)
    if abs(place - whole) < 1e-9 * averages.size:
        return float((averages[max(whole - 1, 0)] + averages[min(whole, averages.size - 1)]) / 2)
    return float(averages[math.ceil(place) - 1])
