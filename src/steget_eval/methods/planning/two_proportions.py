"""Size and power of a comparison of two proportions, with loss and clusters, before there are any data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.optimize import brentq
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SizePlan(Tidy):
    """How many people two arms need.

    Attributes
    ----------
    p_1, p_0
        The proportions the plan supposes.
    power, alpha
        Power at the two-sided size `alpha`.
    n_1, n_0
        People to recruit to each arm, whole, loss and clusters allowed for.
    n_1_known, n_0_known
        People whose outcome must become known.
    design_effect
        1 + (people per cluster − 1) × intracluster correlation; 1 without clusters.
    """

    p_1: float
    p_0: float
    power: float
    alpha: float
    loss: float
    design_effect: float
    n_1: int
    n_0: int
    n_1_known: int
    n_0_known: int

    def to_frame(self) -> pd.DataFrame:
        """Return the plan as one row."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])


def people_needed(
    p_1: float,
    p_0: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    loss: float = 0.0,
    cluster_size: float = 1.0,
    icc: float = 0.0,
) -> SizePlan:
    """Return how many people two arms need to tell two proportions apart.

    The normal approximation with the pooled variance under no difference (Fleiss, Levin & Paik 2003, equation 4.14,
    without the continuity correction; R's ``power.prop.test`` for equal arms).

    Parameters
    ----------
    p_1, p_0
        Supposed proportions, between 0 and 1, not equal.
    ratio
        People in arm 0 for each in arm 1.
    loss
        Share of those recruited whose outcome will not become known, 0 or more and below 1.
    cluster_size, icc
        People per cluster and the intracluster correlation.
    """
    _check(p_1, p_0, alpha)
    if not 0 < power < 1:
        raise ArgumentError(f"power must lie between 0 and 1, got {power!r}")
    if not (ratio > 0 and 0 <= loss < 1 and cluster_size >= 1 and 0 <= icc <= 1):
        raise ArgumentError("a plan needs ratio above 0, loss from 0 to below 1, cluster_size of 1 or more, icc 0 to 1")
    effect = 1 + (cluster_size - 1) * icc
    known_1 = _known(p_1, p_0, power, alpha, ratio) * effect
    known_0 = known_1 * ratio
    return SizePlan(
        p_1=p_1, p_0=p_0, power=power, alpha=alpha, loss=loss, design_effect=effect,
        n_1=_whole(known_1 / (1 - loss)), n_0=_whole(known_0 / (1 - loss)),
        n_1_known=_whole(known_1), n_0_known=_whole(known_0),
    )  # fmt: skip


def power_of(p_1: float, p_0: float, n_1: float, n_0: float, *, alpha: float = 0.05) -> float:
    """Return the power to tell two proportions apart with so many people whose outcome is known.

    The far tail, in which the wrong arm would be called better, is left out, as R's ``power.prop.test`` does.
    """
    _check(p_1, p_0, alpha)
    if n_1 <= 0 or n_0 <= 0:
        raise ArgumentError("power needs people in both arms")
    share = (n_1 * p_1 + n_0 * p_0) / (n_1 + n_0)
    null = math.sqrt(share * (1 - share) * (1 / n_1 + 1 / n_0))
    other = math.sqrt(p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0)
    reach = abs(p_1 - p_0) - float(norm.isf(alpha / 2)) * null
    if other == 0:
        return 1.0 if reach > 0 else 0.0
    return float(norm.cdf(reach / other))


def detectable_difference(p_0: float, n_1: float, n_0: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest rise above `p_0` that is told apart with that power; nan where even all would not do."""
    if not 0 <= p_0 < 1:
        raise ArgumentError(f"the supposed proportion must be 0 or more and below 1, got {p_0!r}")

    def lacking(p_1: float) -> float:
        return power_of(p_1, p_0, n_1, n_0, alpha=alpha) - power

    low, high = p_0 + 1e-9, 1 - 1e-12
    if lacking(high) < 0:
        return math.nan
    return float(brentq(lacking, low, high, xtol=1e-12)) - p_0


def _known(p_1: float, p_0: float, power: float, alpha: float, ratio: float) -> float:
    share = (p_1 + ratio * p_0) / (1 + ratio)
    null = float(norm.isf(alpha / 2)) * math.sqrt(share * (1 - share) * (1 + 1 / ratio))
    other = float(norm.ppf(power)) * math.sqrt(p_1 * (1 - p_1) + p_0 * (1 - p_0) / ratio)
    return ((null + other) / (p_1 - p_0)) ** 2


def _whole(people: float) -> int:
    # A hair above a whole number is rounding, not a person.
    return math.ceil(people - 1e-9)


def _check(p_1: float, p_0: float, alpha: float) -> None:
    if not (0 <= p_1 <= 1 and 0 <= p_0 <= 1):
        raise ArgumentError(f"supposed proportions must lie between 0 and 1, got {p_1!r} and {p_0!r}")
    if p_1 == p_0:
        raise ArgumentError("two equal proportions cannot be told apart by any number of people")
    if not 0 < alpha < 1:
        raise ArgumentError(f"alpha must lie between 0 and 1, got {alpha!r}")
