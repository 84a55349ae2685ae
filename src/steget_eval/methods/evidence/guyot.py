"""Individual times reconstructed from a published survival curve with its numbers at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReconstructedTimes(Tidy):
    """Times that give back a published curve; nobody's own.

    Attributes
    ----------
    t : np.ndarray, shape (n,)
        Time of event or censoring, in the curve's unit.
    event : np.ndarray, shape (n,)
        Whether the event was reached.
    at_risk : np.ndarray, shape (k,)
        Numbers at risk that the times give at the printed occasions.
    at_risk_printed : np.ndarray, shape (k,)
        Numbers at risk as printed.
    greatest_gap : float
        Greatest distance between the printed curve and that of these times, at the points given.
    """

    t: np.ndarray
    event: np.ndarray
    at_risk: np.ndarray
    at_risk_printed: np.ndarray
    greatest_gap: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per reconstructed time, each marked as reconstructed."""
        return pd.DataFrame({"t": self.t, "event": self.event, "status": "reconstructed"})


@dataclass(slots=True)
class _Walk:
    """The walk along the curve so far: what is at risk, what happened, and the curve that gives."""

    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray
    censored_at: list[np.ndarray]


def reconstruct_times(
    t: np.ndarray,
    survival: np.ndarray,
    *,
    at_risk_t: np.ndarray,
    at_risk: np.ndarray,
    total_events: int | None = None,
) -> ReconstructedTimes:
    """Return times of event and censoring whose Kaplan–Meier curve is the published one.

    Guyot et al. (2012). Between two printed numbers at risk the censored are spread evenly, as many as make the next
    number come out. After the last printed number they are as frequent as before, or as many as leave
    `total_events`; who is left at the last point is censored there. A curve of those with a job is given as one minus
    itself.

    Parameters
    ----------
    t, survival
        Points read off the curve, shape (m,), times rising from zero, shares from 1 downwards, one point a step.
    at_risk_t, at_risk
        Printed occasions, the first at zero, with the numbers at risk.
    total_events
        Events in all, where they were printed.

    Raises
    ------
    MethodError
        Where the points do not describe a curve, or the numbers at risk rise.
    """
    t, survival = np.asarray(t, dtype=float), np.asarray(survival, dtype=float)
    starts, counts = np.asarray(at_risk_t, dtype=float), np.asarray(at_risk, dtype=int)
    _check(t, survival, starts, counts)
    first = np.searchsorted(t, starts, side="left")
    walk = _Walk(np.zeros(len(t) + 1), np.zeros(len(t), dtype=int), np.ones(len(t)), [])
    walk.at_risk[0] = counts[0]
    rate = 0.0
    for k in range(len(starts) - 1):
        censored = _interval(walk, t, survival, first[k], first[k + 1], (starts[k], starts[k + 1]), counts[k + 1])
        rate = (k * rate + censored / (starts[k + 1] - starts[k])) / (k + 1)
    _last(walk, t, survival, first[-1], starts[-1], rate, total_events)
    return _people(walk, t, survival, starts, counts)


def _check(t: np.ndarray, survival: np.ndarray, starts: np.ndarray, counts: np.ndarray) -> None:
    if t.ndim != 1 or t.shape != survival.shape or len(t) < 2:
        raise ArgumentError("a curve needs at least two points, each a time with a share")
    if not np.all(np.isfinite(t)) or t[0] < 0 or np.any(np.diff(t) <= 0):
        raise ArgumentError("the curve's times must rise from zero, each once")
    if not np.all((survival >= 0) & (survival <= 1)) or np.any(np.diff(survival) > 0):
        raise ArgumentError("the curve's shares must fall from at most 1 to at least 0")
    if starts.shape != counts.shape or len(starts) == 0 or starts[0] != 0 or np.any(np.diff(starts) <= 0):
        raise ArgumentError("numbers at risk need rising occasions, the first at zero")
    if counts[0] < 1 or np.any(counts < 0) or np.any(np.diff(counts) > 0):
        raise ArgumentError("numbers at risk must fall from at least one")
    if starts[-1] > t[-1]:
        raise ArgumentError("numbers at risk are printed past the curve's last point")


def _interval(
    walk: _Walk, t: np.ndarray, survival: np.ndarray, low: int, high: int, ends: tuple[float, float], target: int
) -> int:
    """Walk one interval with as many censored as make the next number at risk; return how many."""
    present, censored = int(walk.at_risk[low]), 0
    missed_by: dict[int, int] = {}
    while censored not in missed_by:
        missed_by[censored] = _step(walk, t, survival, low, high, present, _spread(censored, *ends)) - int(target)
        censored = max(censored + missed_by[censored], 0)
    # One censored more may take an event with it, so that no number meets the target: then the nearest.
    censored = min(missed_by, key=lambda tried: abs(missed_by[tried]))
    times = _spread(censored, *ends)
    _step(walk, t, survival, low, high, present, times)
    walk.censored_at.append(times)
    return censored


def _last(
    walk: _Walk, t: np.ndarray, survival: np.ndarray, low: int, start: float, rate: float, total: int | None
) -> None:
    """Walk from the last printed number at risk to the last point."""
    present, end = int(walk.at_risk[low]), float(t[-1])

    def events_with(censored: int) -> int:
        _step(walk, t, survival, low, len(t), present, _spread(censored, start, end))
        return int(walk.events.sum())

    if total is None:
        best = min(round(rate * (end - start)), present)
    else:
        best = min(range(present + 1), key=lambda censored: abs(events_with(censored) - total))
    events_with(best)
    walk.censored_at.append(_spread(best, start, end))


def _spread(censored: int, start: float, end: float) -> np.ndarray:
    return np.asarray(start + (end - start) * np.arange(1, censored + 1) / (censored + 1))


def _step(
    walk: _Walk, t: np.ndarray, survival: np.ndarray, low: int, high: int, present: int, censored_at: np.ndarray
) -> int:
    """Walk the points from `low` to `high` from those present at the start; return who is at risk at `high`."""
    before = float(walk.survival[low - 1]) if low > 0 else 1.0
    gone = 0
    for i in range(low, high):
        passed = int(np.sum(censored_at < t[i]))  # whoever is censored on the very day is still at risk
        present, gone = max(present - (passed - gone), 0), passed
        events = round(present * (1 - survival[i] / before)) if before > 0 else 0
        events = min(max(events, 0), present)
        walk.at_risk[i], walk.events[i] = present, events
        before = before * (1 - events / present) if present > 0 else before
        walk.survival[i] = before
        present -= events
    walk.at_risk[high] = max(present - (len(censored_at) - gone), 0)
    return int(walk.at_risk[high])


def _people(
    walk: _Walk, t: np.ndarray, survival: np.ndarray, starts: np.ndarray, counts: np.ndarray
) -> ReconstructedTimes:
    n, events = int(counts[0]), np.repeat(t, walk.events)
    censored = np.concatenate([*walk.censored_at, np.zeros(0)])[: n - len(events)]
    left = np.full(n - len(events) - len(censored), t[-1])
    times = np.concatenate([events, censored, left])
    event = np.arange(n) < len(events)
    order = np.lexsort((~event, times))
    return ReconstructedTimes(
        t=times[order],
        event=event[order],
        at_risk=np.array([int(np.sum(times >= start)) for start in starts]),
        at_risk_printed=counts,
        greatest_gap=float(np.max(np.abs(walk.survival - survival))),
    )
