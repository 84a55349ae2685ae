"""Numbers needed to treat from adjusted risks, and from risks by a day under censoring: the difference turned over."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import OutsideError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects import binary_adjusted, binary_targeted, competing, time_to_event, weighted_curves
from steget_eval.methods.effects.binary import NEEDED_NOTE, inverse_limit
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.standardised import Population

Adjusted = Literal["g_computation", "ipw", "aipw", "tmle"]
ByDay = Literal["kaplan_meier", "aalen_johansen", "ipw", "aipw", "g_computation"]

_ADJUSTED: dict[str, Callable[..., Estimates]] = {
    "g_computation": binary_adjusted.g_computation, "ipw": binary_adjusted.inverse_probability,
    "aipw": binary_adjusted.augmented, "tmle": binary_targeted.targeted,
}  # fmt: skip
_CRUDE: dict[str, Callable[..., Estimates]] = {
    "kaplan_meier": time_to_event.risk_at, "aalen_johansen": competing.cumulative_incidence,
}  # fmt: skip


def needed_adjusted(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, estimator: Adjusted = "aipw", population: Population = "ATE",
    cluster: ArrayLike | None = None, level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return how many people in arm 1 it takes for one more with the event, both arms made alike.

    The inverse of the adjusted risk difference and of its limits (Altman 1998), a disjoint set where those cross zero:
    see `binary.number_needed`. Arguments as in `binary_adjusted.augmented`.
    """
    checked_choice(estimator, tuple(_ADJUSTED), "estimator")
    rows = _ADJUSTED[estimator](y, a, X, population=population, cluster=cluster, level=level)
    return turned_over(rows)


def needed_by_day(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike | None = None, *, horizon: int,
    estimator: ByDay = "aalen_johansen", population: Population = "ATE", cluster: np.ndarray | None = None,
    entry: np.ndarray | None = None, stratum: np.ndarray | None = None, level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return how many people in arm 1 it takes for one more with the event by the horizon, some being censored.

    As `needed_adjusted`, of the risks by that day (Altman & Andersen 1999). Arguments as in `adjusted_pseudo`, and
    `entry` for the two curves as they are.
    """
    checked_choice(estimator, ("kaplan_meier", "aalen_johansen", "ipw", "aipw", "g_computation"), "estimator")
    shared: dict[str, Any] = {"horizon": horizon, "cluster": cluster, "level": level}
    if estimator in _CRUDE:
        return turned_over(_CRUDE[estimator](t, d, a, entry=entry, **shared))
    if estimator == "ipw":
        return turned_over(weighted_curves.weighted_risk(t, d, a, X, population=population, **shared))  # type: ignore[arg-type]
    rows = adjusted_pseudo(t, d, a, X, estimator=estimator, population=population, stratum=stratum, **shared)  # type: ignore[arg-type]
    return turned_over(rows)


def turned_over(rows: Estimates) -> Estimates:
    """Return the number needed that belongs to the risk difference among the rows."""
    row = rows.only(contrast="risk_difference")
    if row.estimate == 0:
        raise OutsideError("the risk difference is exactly zero: no finite number is needed to treat or to harm")
    crosses = row.conf_low < 0 < row.conf_high
    low, high = sorted(inverse_limit(one, row.estimate) for one in (row.conf_low, row.conf_high))
    needed: Estimate = replace(
        row, contrast="nnt", estimate=1 / row.estimate, std_error=math.nan, conf_low=low, conf_high=high,
        p_value=math.nan, interval_kind="disjoint" if crosses else "confidence", unit="persons", note=NEEDED_NOTE,
    )  # fmt: skip
    return Estimates((needed,))
