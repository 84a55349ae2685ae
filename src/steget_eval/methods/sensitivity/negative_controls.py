"""Empirical calibration: what outcomes that the programme cannot touch tell of an answer's own error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, ControlsError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_level, checked_vector

if TYPE_CHECKING:
    import pandas as pd

#: Fewer controls than this say next to nothing of how the systematic error spreads, so none is fitted.
FEWEST_CONTROLS = 10

_PLACES = 200  # where the slope of the likelihood is looked at, from a trillionth of the widest variance upwards
_FLOOR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class SystematicError:
    """The normal distribution of the error that is left when there is nothing to find.

    Attributes
    ----------
    mean, spread
        On the scale of the estimates (logarithms for ratios).
    controls
        How many negative controls it is fitted to.
    """

    mean: float
    spread: float
    controls: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Calibrated(Tidy):
    """An answer with the systematic error of its negative controls taken into account."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    conf_level: float
    p_value: float

    def to_frame(self) -> pd.DataFrame:
        """Return the one row."""
        import pandas as pd

        names = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "p_value")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def fit_systematic_error(estimates: ArrayLike, std_errors: ArrayLike) -> SystematicError:
    """Return the distribution of systematic error by maximum likelihood.

    Schuemie et al. (2014): the estimate of control i is normal with the distribution's mean and its variance plus that
    of its own sampling error; the truth of every control is no difference.

    Parameters
    ----------
    estimates, std_errors : shape (k,)
        Of the negative controls, on one scale where they are about normal: logarithms of ratios, or differences.

    Raises
    ------
    MethodError
        Where there are fewer than `FEWEST_CONTROLS`.
    """
    x, s = checked_vector(estimates, "the estimates"), checked_vector(std_errors, "the standard errors")
    if x.shape != s.shape or not (s > 0).all():
        raise ArgumentError("every negative control needs an estimate and a standard error above zero")
    if x.size < FEWEST_CONTROLS:
        raise ControlsError(
            "calibration needs ten negative controls or more: fewer say next to nothing of how the error spreads"
        )
    variance = _variance(x, s)
    w = 1 / (variance + s**2)
    return SystematicError(mean=float(w @ x / w.sum()), spread=math.sqrt(variance), controls=x.size)


def calibrate(estimate: float, std_error: float, error: SystematicError, *, level: float = 0.95) -> Calibrated:
    """Return the estimate with its interval and p-value under that distribution of systematic error.

    The p-value is Schuemie et al.'s (2014); the interval takes the error to be the same whatever the true difference
    is (their later paper, 2018, fits that from positive controls, which nobody has here).
    """
    if not std_error > 0 or not math.isfinite(estimate):
        raise ArgumentError("calibration needs an estimate with a standard error above zero")
    left = estimate - error.mean
    total = math.hypot(std_error, error.spread)
    half = float(norm.isf((1 - checked_level(level)) / 2)) * total
    return Calibrated(
        estimate=left, std_error=total, conf_low=left - half, conf_high=left + half, conf_level=level,
        p_value=2 * float(norm.sf(abs(left) / total)),
    )  # fmt: skip


def _variance(x: Floats, s: Floats) -> float:
    """Return the variance of the error at which the likelihood is highest, of none and of every peak.

    Beyond the squared range of the estimates the likelihood falls, so every peak lies below.
    """
    top = max(float(np.ptp(x)) ** 2, float((s**2).max()))
    grid = np.concatenate([[0.0], np.geomspace(_FLOOR * top, top, _PLACES)])
    slopes = [_slope(one, x, s) for one in grid]
    peaks = [
        float(brentq(_slope, grid[place], grid[place + 1], args=(x, s), xtol=1e-300, rtol=1e-14))
        for place in range(grid.size - 1)
        if slopes[place] > 0 >= slopes[place + 1]
    ]
    return max([0.0, *peaks], key=lambda variance: _likelihood(x, s, variance))


def _slope(variance: float, x: Floats, s: Floats) -> float:
    """Return the slope of the profile likelihood, but for a factor that is positive."""
    w = 1 / (variance + s**2)
    mean = float(w @ x / w.sum())
    return float(w**2 @ (x - mean) ** 2 - w.sum())


def _likelihood(x: Floats, s: Floats, variance: float) -> float:
    total = variance + s**2
    mean = float(np.sum(x / total) / np.sum(1 / total))
    return float(-0.5 * np.sum(np.log(total) + (x - mean) ** 2 / total))
