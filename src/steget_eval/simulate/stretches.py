"""Joins the spells that count for an outcome into stretches of days from the index date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steget_eval.core.errors import CohortError
from steget_eval.protocol.outcome import EventSource, Outcome
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.paths import JOBS, Paths, Runs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """Disjoint pieces of days [lo, hi), in order, shape (n, k); one that is not there has lo and hi at `NEVER`.

    Attributes
    ----------
    origin
        The first day of the unbroken stretch to which a piece belongs.
    """

    lo: np.ndarray
    hi: np.ndarray
    origin: np.ndarray

    def days_before(self, until: np.ndarray) -> np.ndarray:
        """Return how many of the days lie before the day `until`, shape (n,)."""
        days: np.ndarray = np.clip(np.minimum(self.hi, until[:, None]) - self.lo, 0, None).sum(axis=1)
        return days

    def hold_on(self, day: np.ndarray) -> np.ndarray:
        """Return whether the day `day` lies in one of the stretches, shape (n,)."""
        inside: np.ndarray = np.any((self.lo <= day[:, None]) & (day[:, None] < self.hi), axis=1)
        return inside

    def dose_full_on(self, days: int, *, unbroken: bool) -> np.ndarray:
        """Return the day on which so many days are full, shape (n,); `NEVER` without."""
        if unbroken:
            full = np.where(self.hi - self.origin >= days, self.origin + days - 1, NEVER)
        else:
            length = self.hi - self.lo
            before = np.cumsum(length, axis=1) - length
            reached = (before < days) & (days <= before + length)
            full = np.where(reached, self.lo + days - before - 1, NEVER)
        day: np.ndarray = full.min(axis=1, initial=NEVER)
        return day


def join_spells(outcome: Outcome, paths: Paths, index: np.ndarray) -> Stretches:
    """Return the joined days of the spells that an outcome counts, from the index date on."""
    least = outcome.minimum_dose.hours_per_week if outcome.minimum_dose is not None else None
    counted = [
        _counted(source, runs, index, least=least) for source in outcome.events for runs in runs_of(source, paths)
    ]
    return _joined(counted, outcome.bridge_days, len(index))


def first_day(source: EventSource, paths: Paths, index: np.ndarray) -> np.ndarray:
    """Return the first day from the index date on which one of a source's spells runs; `NEVER` without."""
    parts = [_counted(source, runs, index, least=None).first() for runs in runs_of(source, paths)]
    day: np.ndarray = np.min([*parts, np.full(len(index), NEVER)], axis=0)
    return day


def runs_of(source: EventSource, paths: Paths) -> Sequence[Runs]:
    """Return the runs of the states of a source, those alone that are, or are not, subsidised where it asks."""
    if source.completed:
        raise CohortError("the truth says of no spell whether it was completed")
    asked = [state for state in source.spells if source.subsidised is None or JOBS.get(state) is source.subsidised]
    # Of states that a source counts alike, those without a process never come; some must have one.
    drawn = [state for state in asked if state in paths.runs or state in paths.support]
    return [runs_in(state, paths) for state in drawn or asked]


def runs_in(state: str, paths: Paths) -> Runs:
    """Return the runs of one state, from work or from support."""
    runs = {**paths.support, **paths.runs}
    if state not in runs:
        raise CohortError(f"the truth has no process for {state}; allowed: {', '.join(sorted(runs))}")
    return runs[state]


def _counted(source: EventSource, runs: Runs, index: np.ndarray, *, least: float | None) -> Runs:
    start, end = runs.start - index[:, None], runs.end - index[:, None]
    counts = (runs.start < NEVER) & (end > 0)
    if source.entry:
        counts &= start >= 0
    if least is not None:
        counts &= np.zeros_like(counts) if runs.hours is None else runs.hours >= least
    return Runs(start=np.where(counts, np.maximum(start, 0), NEVER), end=np.where(counts, end, NEVER))


def _joined(runs: Sequence[Runs], bridge: int, n: int) -> Stretches:
    starts = np.hstack([np.full((n, 1), NEVER), *(one.start for one in runs)])
    ends = np.hstack([np.full((n, 1), NEVER), *(one.end for one in runs)])
    order = np.argsort(starts, axis=1, kind="stable")
    starts, ends = np.take_along_axis(starts, order, 1), np.take_along_axis(ends, order, 1)
    lo, hi, origin = (np.full_like(starts, NEVER) for _ in range(3))
    top, began = np.full(n, -NEVER), np.full(n, NEVER)
    for place in range(starts.shape[1]):
        here = starts[:, place] < NEVER
        is_new = starts[:, place] > top + bridge
        began = np.where(here & is_new, starts[:, place], began)
        lo[:, place] = np.where(here, np.where(is_new, starts[:, place], top), NEVER)
        top = np.where(here, np.maximum(top, ends[:, place]), top)
        hi[:, place] = np.where(here, top, NEVER)
        origin[:, place] = np.where(here, began, NEVER)
    return Stretches(lo=lo, hi=hi, origin=origin)
