"""Everybody in one arm against everybody in the other: win ratio, win odds and net benefit.

The order of the steps is an assumption, and a mean step number is never given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EmptyArmError, OutsideError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_level, checked_vector
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out

_CONTRASTS = ("win_ratio", "win_odds", "net_benefit")


def win_statistics(
    step: ArrayLike, a: ArrayLike, *, cluster: ArrayLike | None = None, level: float = 0.95
) -> Estimates:
    """Return the win ratio, the win odds and the net benefit of one arm's later step over another's.

    Every person of arm 1 is set against every person of arm 0: wins over losses is the win ratio (Pocock and others
    2012), wins plus half the ties over losses plus half the ties the win odds (Dong and others 2020), the share of wins
    minus that of losses the net benefit (Buyse 2010). Variance by the U-statistics of wins and losses (Bebu & Lachin
    2016), of their logarithms for the two ratios, its influence values centred within arms. With `cluster` everything
    is counted anew without each in turn.

    Raises
    ------
    MethodError
        Where one arm wins every pair that is not tied: the ratio is then without limit.
    """
    values, arm = checked_vector(step, "the step"), checked_arm(a)
    if values.size != arm.size:
        raise ArgumentError("steps and arms must be of the same people")
    if cluster is None:
        return _answer(_compare(values, arm), checked_level(level))

    def without(who: NDArray[np.bool_]) -> Floats:
        return _compare(values[who], checked_arm(arm[who])).values

    found = leave_one_cluster_out(without, checked_clusters(cluster, arm))
    wins = _compare(values, arm)
    errors = np.sqrt(np.diag(found.covariance))
    return _answer(_Compared(wins.values, errors, wins.n_1, wins.n_0), checked_level(level), found.degrees)


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Log win ratio, log win odds and net benefit, with their standard errors."""

    values: Floats
    errors: Floats
    n_1: int
    n_0: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairwise:
    """Share of the other arm that each person wins against."""

    of_1: Floats
    of_0: Floats

    @property
    def share(self) -> float:
        return float(self.of_1.mean())

    def plus_half(self, ties: _Pairwise) -> _Pairwise:
        return _Pairwise(of_1=self.of_1 + ties.of_1 / 2, of_0=self.of_0 + ties.of_0 / 2)


def _compare(values: Floats, arm: Floats) -> _Compared:
    upper, lower = values[arm == 1], values[arm == 0]
    if min(upper.size, lower.size) < 2:
        raise EmptyArmError("a win ratio needs two people or more in each arm")
    wins, losses = _against(upper, lower), _against(-upper, -lower)
    if wins.share == 0 or losses.share == 0:
        raise OutsideError("one arm wins every pair that is not tied: a win ratio has no finite value")
    ties = _Pairwise(of_1=1 - wins.of_1 - losses.of_1, of_0=1 - wins.of_0 - losses.of_0)
    found = [_ratio(wins, losses), _ratio(wins.plus_half(ties), losses.plus_half(ties)), _net(wins, losses)]
    values_, errors = zip(*found, strict=True)
    return _Compared(np.array(values_), np.array(errors), upper.size, lower.size)


def _against(upper: Floats, lower: Floats) -> _Pairwise:
    # Sorted once: no table of all pairs.
    low, up = np.sort(lower), np.sort(upper)
    return _Pairwise(
        of_1=np.searchsorted(low, upper, side="left") / low.size,
        of_0=1 - np.searchsorted(up, lower, side="right") / up.size,
    )


def _ratio(wins: _Pairwise, losses: _Pairwise) -> tuple[float, float]:
    of_1 = wins.of_1 / wins.share - losses.of_1 / losses.share
    of_0 = wins.of_0 / wins.share - losses.of_0 / losses.share
    return math.log(wins.share / losses.share), _error(of_1, of_0)


def _net(wins: _Pairwise, losses: _Pairwise) -> tuple[float, float]:
    return wins.share - losses.share, _error(wins.of_1 - losses.of_1, wins.of_0 - losses.of_0)


def _error(of_1: Floats, of_0: Floats) -> float:
    return math.sqrt(float(of_1.var()) / of_1.size + float(of_0.var()) / of_0.size)


def _answer(found: _Compared, level: float, degrees: float = math.inf) -> Estimates:
    rows = []
    for contrast, value, error in zip(_CONTRASTS, found.values.tolist(), found.errors.tolist(), strict=True):
        half, ratio = float(student.isf((1 - level) / 2, degrees)) * error, contrast != "net_benefit"
        low, high = value - half, value + half
        rows.append(Estimate(
            contrast=contrast, method="u_statistic", estimate=math.exp(value) if ratio else value, std_error=error,
            conf_low=math.exp(low) if ratio else max(low, -1.0), conf_high=math.exp(high) if ratio else min(high, 1.0),
            conf_level=level, p_value=float(2 * student.sf(abs(value) / error, degrees)) if error > 0 else math.nan,
            n_1=found.n_1, n_0=found.n_0, kind="transition", population="ATE",
            unit="ratio" if ratio else "proportion", scale="log" if ratio else "identity",
        ))  # fmt: skip
    return Estimates(tuple(rows))
