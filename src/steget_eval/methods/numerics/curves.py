"""Step-function curves of survival and of cumulative incidence over whole days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from steget_eval.core.errors import HorizonError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.counting import DayCounts, check_causes, check_days, check_entry, count_days
from steget_eval.methods.numerics.horizon import AtHorizon, incidence, risk_by, survival_before
from steget_eval.methods.numerics.log_log import log_log_limits, normal_quantile

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CurvePoint(Tidy):
    """A curve on one day.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high
        The curve at the end of the day.
    at_risk
        People whose time is that day or later.
    events, competing, censored
        People whose follow-up had ended so by the end of the day.
    """

    day: int
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    at_risk: int
    events: int
    competing: int
    censored: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Curve(Tidy):
    """A step function over the distinct days of follow-up, right-continuous.

    Attributes
    ----------
    quantity
        ``survival`` falls from 1, the share without the event; ``risk`` rises from 0, the share with it.
    times : np.ndarray, shape (D,)
        Distinct days on which anybody's follow-up ended, rising; day 0 always stands first.
    estimate, std_error : np.ndarray, shape (D,)
        The curve at the end of the day; its standard error on the same scale.
    conf_low, conf_high : np.ndarray, shape (D,)
        Pointwise log–log limits; NaN where the curve is 0 or 1, which has none.
    at_risk, events, competing, censored : np.ndarray, shape (D,)
        Counts on that day, not cumulative; events come before censorings of the same day.
    n : int
        People in all.
    cause : int
        The cause of interest.
    conf_level : float
        Level of the limits.
    is_exhausted : bool
        Whether everybody left had an event on the last day, so that the curve stays where it is for ever after.
    """

    quantity: Literal["survival", "risk"]
    times: np.ndarray
    estimate: np.ndarray
    std_error: np.ndarray
    conf_low: np.ndarray
    conf_high: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    competing: np.ndarray
    censored: np.ndarray
    n: int
    cause: int
    conf_level: float
    is_exhausted: bool

    def at(self, day: int) -> CurvePoint:
        """Return the curve on a day; past the last observed day it is not extended: raises `HorizonError`."""
        if day < 0 or (day > self.times[-1] and not self.is_exhausted):
            raise HorizonError(f"day {day} lies outside the curve, which runs from day 0 to day {self.times[-1]}")
        step = int(np.searchsorted(self.times, day, side="right")) - 1
        upcoming = int(np.searchsorted(self.times, day, side="left"))
        return CurvePoint(
            day=day,
            estimate=float(self.estimate[step]),
            std_error=float(self.std_error[step]),
            conf_low=float(self.conf_low[step]),
            conf_high=float(self.conf_high[step]),
            at_risk=int(self.at_risk[upcoming]) if upcoming < self.times.size else 0,
            events=int(self.events[: step + 1].sum()),
            competing=int(self.competing[: step + 1].sum()),
            censored=int(self.censored[: step + 1].sum()),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per distinct day."""
        import pandas as pd

        names = ("times", "estimate", "std_error", "conf_low", "conf_high", "at_risk", "events", "competing")
        return pd.DataFrame({name: getattr(self, name) for name in (*names, "censored")})


def kaplan_meier(t: np.ndarray, d: np.ndarray, *, level: float = 0.95) -> Curve:
    """Share without the event day by day, with Greenwood's standard error and log–log limits.

    Kaplan & Meier (1958). A competing cause in `d` is refused: there one minus survival is no risk.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days from the index date to the event or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, 1 the event.
    level
        Confidence level of the pointwise limits.
    """
    days = check_days(t)
    return _curve(count_days(days, check_causes(d, days.size, competing=False)), "survival", cause=1, level=level)


def aalen_johansen(
    t: np.ndarray, d: np.ndarray, *, cause: int = 1, entry: np.ndarray | None = None, level: float = 0.95
) -> Curve:
    """Cumulative incidence of one cause day by day, with infinitesimal-jackknife standard errors.

    Aalen & Johansen (1978) on tied whole days. The variance sums squared influences, as R's survfit does for several
    states; the limits are log–log on one minus the risk, so that without competing causes they are Kaplan–Meier's.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days from the index date to the event or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    cause
        The cause of interest.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk; the standard errors are then Greenwood's, person by person at risk.
    level
        Confidence level of the pointwise limits.
    """
    days = check_days(t)
    counts = count_days(
        days, check_causes(d, days.size, competing=True), cause=cause, entry=check_entry(entry, days)
    )  # fmt: skip
    return _curve(counts, "risk", cause=cause, level=level)


def influence(t: np.ndarray, d: np.ndarray, *, horizon: int, cause: int = 1) -> np.ndarray:
    """Return each person's influence on the cumulative incidence at the horizon, shape (n,).

    They sum to zero and their squares to the variance; summed within clusters first, to the variance that allows for
    clusters. Minus the same is the influence on the survival where there is but one cause.
    """
    days = check_days(t)
    causes = check_causes(d, days.size, competing=True)
    reading: AtHorizon = risk_by(days, causes, horizon, cause=cause)
    return reading.influence(days, causes, cause=cause)


def _curve(counts: DayCounts, quantity: Literal["survival", "risk"], *, cause: int, level: float) -> Curve:
    risk = incidence(counts)
    std_error = np.sqrt(_variances(counts, risk))
    z = normal_quantile(level)
    low, high = log_log_limits(risk, std_error, -z), log_log_limits(risk, std_error, z)
    is_survival = quantity == "survival"
    return Curve(
        quantity=quantity,
        times=counts.days,
        estimate=1 - risk if is_survival else risk,
        std_error=std_error,
        conf_low=1 - high if is_survival else low,
        conf_high=1 - low if is_survival else high,
        at_risk=counts.at_risk,
        events=counts.events,
        competing=counts.competing,
        censored=counts.censored,
        n=counts.n,
        cause=cause,
        conf_level=level,
        is_exhausted=counts.is_exhausted,
    )


def _variances(counts: DayCounts, risk: np.ndarray) -> np.ndarray:
    """Variance of the cumulative incidence at the end of every distinct day, shape (D,).

    The loadings of `risk_by` at horizon s are own = S(v−)/Y and every = −(F(s) − F(v))/(Y − d) for v ≤ s, so the sum
    of squares is quadratic in F(s) and needs one running sum for each of its three coefficients.
    """
    y, d1, d = counts.at_risk, counts.events, counts.any_cause
    own = survival_before(counts) / y
    survivors = y - d
    share = np.divide(1.0, survivors, out=np.zeros(y.size), where=survivors > 0)
    cross = own * share * d1 * (1 - d / y)
    both = share**2 * d * (1 - d / y)
    constant = np.cumsum(own**2 * d1 * (1 - d1 / y) + 2 * cross * risk + both * risk**2)
    linear = np.cumsum(cross + both * risk)
    return np.asarray(np.maximum(constant - 2 * risk * linear + risk**2 * np.cumsum(both), 0.0))
