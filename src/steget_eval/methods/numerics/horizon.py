"""Numbers read off a cumulative incidence curve at a horizon, linearised person by person.

The influence of a person is the infinitesimal jackknife of the Aalen–Johansen estimate: what the estimate moves when
the person's weight does. With one cause its squares sum to Greenwood's formula, exactly, ties and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.counting import DayCounts, count_days

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AtHorizon(Tidy):
    """One number at the horizon, with what is needed for its variance.

    A person's influence is the sum over the days at risk of `own` times the residual of the cause of interest plus
    `every` times the residual of whichever cause, a residual being the person's event minus those at risk's share.

    Attributes
    ----------
    own, every : np.ndarray, shape (D,)
        Loadings per distinct day of `counts`.
    events : int
        People with the event of interest by the horizon.
    """

    estimate: float
    own: np.ndarray
    every: np.ndarray
    counts: DayCounts
    events: int

    @property
    def variance(self) -> float:
        """Sum of squared influences, in closed form from the counts per day."""
        y, d1, d = self.counts.at_risk, self.counts.events, self.counts.any_cause
        squared = (
            self.own**2 * d1 * (1 - d1 / y)
            + 2 * self.own * self.every * d1 * (1 - d / y)
            + self.every**2 * d * (1 - d / y)
        )
        return float(max(squared.sum(), 0.0))

    def influence(self, t: np.ndarray, d: np.ndarray, *, cause: int = 1, entry: np.ndarray | None = None) -> np.ndarray:
        """Return each person's influence on the estimate, shape (n,); it sums to zero and its squares to `variance`.

        With delayed entry the squares sum to the infinitesimal jackknife's variance, and `variance` is Greenwood's.
        """
        y = self.counts.at_risk
        drain = np.cumsum((self.own * self.counts.events + self.every * self.counts.any_cause) / y)
        at = np.searchsorted(self.counts.days, t)
        moved = (d == cause) * self.own[at] + (d != 0) * self.every[at] - drain[at]
        if entry is None:
            return np.asarray(moved)
        missed = np.concatenate(([0.0], drain))[np.searchsorted(self.counts.days, entry, side="right")]
        return np.asarray(moved + np.where(entry > 0, missed, 0.0))

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the number, its standard error, the counts behind it."""
        import pandas as pd

        row = {"estimate": self.estimate, "std_error": self.variance**0.5, "n": self.counts.n, "events": self.events}
        return pd.DataFrame([row])


def risk_by(
    t: np.ndarray, d: np.ndarray, horizon: int, *, cause: int = 1, entry: np.ndarray | None = None
) -> AtHorizon:
    """Cumulative incidence of `cause` by the horizon: the share with the event on day `horizon` or before.

    Aalen & Johansen (1978) on tied whole days; without competing causes one minus Kaplan–Meier. Raises `HorizonError`
    where the curve does not reach the horizon.
    """
    counts = count_days(t, d, cause=cause, entry=entry)
    counts.check_reach(horizon)
    within = counts.days <= horizon
    before, risk = survival_before(counts), incidence(counts)
    final = float(risk[within][-1])
    own = np.where(within, before / counts.at_risk, 0.0)
    every = -_per_survivor(counts, np.where(within, final - risk, 0.0))
    return AtHorizon(estimate=final, own=own, every=every, counts=counts, events=_events_within(counts, within))


def time_lost_by(
    t: np.ndarray, d: np.ndarray, horizon: int, *, cause: int = 1, entry: np.ndarray | None = None
) -> AtHorizon:
    """Mean days lost to `cause` up to the horizon: the area under its cumulative incidence.

    Andersen (2013). With one cause it is the horizon less the restricted mean; its variance is then that of Royston &
    Parmar (2013), as in survRM2.
    """
    counts = count_days(t, d, cause=cause, entry=entry)
    counts.check_reach(horizon)
    within = counts.days <= horizon
    before = survival_before(counts)
    left = np.where(within, horizon - counts.days, 0).astype(float)
    gain = left * before * counts.events / counts.at_risk
    lost = np.cumsum(gain)  # days lost to events so far, counted to the horizon
    later = np.where(within, lost[-1] - lost, 0.0)  # the area of (risk(u) − risk(day)) over day < u < horizon
    own = left * before / counts.at_risk
    every = -_per_survivor(counts, later)
    return AtHorizon(
        estimate=float(lost[-1]), own=own, every=every, counts=counts, events=_events_within(counts, within)
    )


def survival_before(counts: DayCounts) -> np.ndarray:
    """Share without any event just before each distinct day, shape (D,)."""
    after = np.cumprod(1 - counts.any_cause / counts.at_risk)
    return np.asarray(np.concatenate(([1.0], after[:-1])))


def incidence(counts: DayCounts) -> np.ndarray:
    """Cumulative incidence of the cause of interest at the end of each distinct day, shape (D,)."""
    if not counts.competing.any():
        return np.asarray(1 - np.cumprod(1 - counts.events / counts.at_risk))  # exactly one minus Kaplan–Meier
    return np.asarray(np.cumsum(survival_before(counts) * counts.events / counts.at_risk))


def _per_survivor(counts: DayCounts, what: np.ndarray) -> np.ndarray:
    """Divide by those who passed the day without an event; where nobody did, nothing follows and the share is zero."""
    survivors = counts.at_risk - counts.any_cause
    return np.asarray(np.divide(what, survivors, out=np.zeros_like(what), where=survivors > 0))


def _events_within(counts: DayCounts, within: np.ndarray) -> int:
    return int(counts.events[within].sum())
