"""One common effect over two by two tables by Mantel and Haenszel (1959); no half is added to any cell.

Variances: Greenland and Robins (1985) for the risk ratio, Robins, Breslow and Greenland (1986) for the odds ratio, Sato
(1989) for the risk difference. All three hold with few large tables as with many small ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import EventsError, SpreadError

Floats = NDArray[np.float64]


class Tables(Protocol):
    """Two by two tables: people with the event and people in each arm, each shape (k,)."""

    @property
    def events_1(self) -> Floats:
        """People with the event in arm 1."""

    @property
    def n_1(self) -> Floats:
        """People in arm 1."""

    @property
    def events_0(self) -> Floats:
        """People with the event in arm 0."""

    @property
    def n_0(self) -> Floats:
        """People in arm 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Common:
    """A common effect.

    Attributes
    ----------
    value, variance
        On the log scale for a ratio.
    weights : shape (k,)
        What each table weighs, not normed.
    """

    value: float
    variance: float
    weights: Floats


def common_risk_ratio(s: Tables, what: str) -> Common:
    """Return the common log risk ratio; `what` names the tables in a refusal, as ``studies`` or ``strata``."""
    n = s.n_1 + s.n_0
    upper, lower = s.events_1 * s.n_0 / n, s.events_0 * s.n_1 / n
    _refuse_one_sided(upper, lower, what)
    spread = (s.n_1 * s.n_0 * (s.events_1 + s.events_0) - s.events_1 * s.events_0 * n) / n**2
    variance = float(spread.sum() / (upper.sum() * lower.sum()))
    if not variance > 0:
        raise SpreadError(f"no arm of the {what} has any spread, so the pooled ratio has no interval")
    return Common(value=math.log(upper.sum() / lower.sum()), variance=variance, weights=lower)


def common_odds_ratio(s: Tables, what: str) -> Common:
    """Return the common log odds ratio; arguments as in `common_risk_ratio`."""
    n = s.n_1 + s.n_0
    a, b, c, d = s.events_1, s.n_1 - s.events_1, s.events_0, s.n_0 - s.events_0
    upper, lower = a * d / n, b * c / n
    _refuse_one_sided(upper, lower, what)
    same, cross = (a + d) / n, (b + c) / n
    up, low = float(upper.sum()), float(lower.sum())
    variance = (
        (same @ upper) / up**2 + (same @ lower + cross @ upper) / (up * low) + (cross @ lower) / low**2
    ) / 2  # fmt: skip
    return Common(value=math.log(up / low), variance=float(variance), weights=lower)


def common_risk_difference(s: Tables, what: str) -> Common:
    """Return the common risk difference; arguments as in `common_risk_ratio`."""
    n = s.n_1 + s.n_0
    a, b, c, d = s.events_1, s.n_1 - s.events_1, s.events_0, s.n_0 - s.events_0
    w = s.n_1 * s.n_0 / n
    value = float(np.sum(a * s.n_0 / n - c * s.n_1 / n) / w.sum())
    f_1, f_0 = s.n_1 / n, s.n_0 / n
    first = np.sum(c * f_1**2 - a * f_0**2 + f_1 * f_0 * (s.n_0 - s.n_1) / 2)
    second = np.sum((a * d + c * b) / n) / 2
    variance = float((value * first + second) / w.sum() ** 2)
    if not variance > 0:
        raise SpreadError(f"no arm of the {what} has any spread, so the pooled difference has no interval")
    return Common(value=value, variance=variance, weights=w)


def _refuse_one_sided(upper: Floats, lower: Floats, what: str) -> None:
    if not (upper.sum() > 0 and lower.sum() > 0):
        raise EventsError(f"the {what} together have an empty cell, so the pooled ratio is zero, infinite or unknown")
