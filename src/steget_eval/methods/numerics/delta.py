"""Turns a function of two arm means into an inference by the delta method."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from steget_eval.core.errors import SpreadError
from steget_eval.core.estimates import Estimate

_ROUNDING = 1e-13  # of the estimate: a standard error below is that of nothing
#: What is said of an arm in which everybody has the same.
NO_SPREAD = "the same for everybody of the arm: no interval"


def delta_row(
    estimate: float,
    gradient: tuple[float, float],
    covariance: NDArray[np.float64],
    *,
    level: float,
    scale: Literal["identity", "log"] = "identity",
    test: bool = True,
    degrees: float = math.inf,
    within: bool = False,
    **columns: Any,
) -> Estimate:
    """Return an estimate with Wald limits, symmetric on its scale.

    An arm in which nothing varies is told without an interval; a comparison in which nothing does is refused.

    Parameters
    ----------
    gradient
        Of the estimate on `scale`, with respect to the means of arm 1 and arm 0.
    covariance : shape (2, 2)
        Of the two means.
    test
        Whether equality of the arms is tested (against 0, or a ratio of 1).
    degrees
        Of freedom, of Student's t; infinite for the normal.
    within
        Whether the estimate is a share whose limits must stay between 0 and 1: they are then symmetric in its log odds.

    Raises
    ------
    SpreadError
        Where a comparison has no spread.
    """
    g = np.asarray(gradient)
    std_error = math.sqrt(max(float(g @ covariance @ g), 0.0))
    if std_error <= _ROUNDING * abs(estimate):
        if test:
            raise SpreadError("nothing varies in what is compared: its interval would have no width")
        told = columns | {"interval_kind": "none", "note": NO_SPREAD}
        return Estimate(estimate=estimate, std_error=0.0, scale=scale, **told)
    half = float(student.isf((1 - level) / 2, degrees)) * std_error
    distance = abs(math.log(estimate)) if scale == "log" else abs(estimate)
    p_value = float(2 * student.sf(distance / std_error, degrees)) if test and std_error > 0 else math.nan
    low, high = estimate - half, estimate + half
    if scale == "log":
        low, high = estimate * math.exp(-half), estimate * math.exp(half)
    elif within:
        low, high = share_limits(estimate, half)
    return Estimate(
        estimate=estimate, std_error=std_error, conf_low=low, conf_high=high, conf_level=level,
        p_value=p_value, scale=scale, **columns,
    )  # fmt: skip


def share_limits(share: float, half: float) -> tuple[float, float]:
    """Return the limits of a share, symmetric in its log odds; `half` is half their distance on the share's scale."""
    middle, reach = math.log(share / (1 - share)), half / (share * (1 - share))
    low, high = (1 / (1 + math.exp(-(middle + side * reach))) for side in (-1, 1))
    return low, high
