"""The outcome of an estimand read from what happens to each person, when nobody is censored."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from steget_eval.core.dates import add_units
from steget_eval.core.errors import CohortError
from steget_eval.protocol.clock import Clock
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import EventSource, Outcome
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.paths import Paths, Runs, outside
from steget_eval.simulate.people import People

_EPOCH = date(1970, 1, 1)


def draw_outcome(protocol: Protocol, estimand: Estimand, people: People, paths: Paths) -> np.ndarray:
    """Return each person's outcome, shape (n,): 0 or 1 for a risk, days for a mean or a restricted mean.

    Death and emigration end everything, except where the estimand asks for a world without them. An intercurrent
    event met by ``composite`` or ``while_alive`` blocks what has not happened by then.
    """
    outcome = protocol.outcome(estimand.outcome)
    if outcome.minimum_dose is not None:
        raise CohortError(f"{protocol.id}: outcomes.{outcome.id} has a minimum dose, whose true value is not computed")
    window = _window_days(protocol.clock, people.enrolled_on)
    ends = np.minimum(_alive_until(outcome, estimand, paths), _blocked_from(outcome, estimand, paths))
    if outcome.measure == "at_horizon":
        held: np.ndarray = _in_state_on(window - 1, outcome, paths) & (ends >= window)
        return held
    if outcome.measure == "days_in_state":
        return _days_in_state(np.minimum(window, ends), outcome, paths)
    first = np.min([_day(source, paths) for source in outcome.events], axis=0)
    reached: np.ndarray = first < np.minimum(window, ends)
    horizon = protocol.clock.horizon_days
    if estimand.contrast == "rmtl_difference":
        return np.where(reached, horizon - first, 0)
    if estimand.contrast == "rmst_difference":
        return np.where(reached, first, horizon)
    return reached


def _window_days(clock: Clock, enrolled_on: np.ndarray) -> np.ndarray:
    """Return the length of each person's own window in days: 24 months are 730 or 731."""
    if clock.horizon is None or clock.unit is None:
        raise CohortError("a clock without index date has no window")
    lengths = {}
    for day in np.unique(enrolled_on).tolist():
        index_on = _EPOCH + timedelta(days=day)
        lengths[day] = (add_units(index_on, clock.horizon, clock.unit) - index_on).days
    days, where = np.unique(enrolled_on, return_inverse=True)
    window: np.ndarray = np.array([lengths[day] for day in days.tolist()], dtype=np.int64)[where]
    return window


def _alive_until(outcome: Outcome, estimand: Estimand, paths: Paths) -> np.ndarray:
    without = {
        reason
        for event in outcome.intercurrent_events
        if estimand.strategies[event.id] == "hypothetical"
        for source in event.sources
        for reason in source.follow_up_ended_by
    }
    ends = [getattr(paths, reason) for reason in ("death", "emigration") if reason not in without]
    until: np.ndarray = np.min([*ends, np.full_like(paths.death, NEVER)], axis=0)
    return until


def _blocked_from(outcome: Outcome, estimand: Estimand, paths: Paths) -> np.ndarray:
    """Return the first day that an intercurrent event takes away: the day after it, or the day follow-up ended."""
    days = [
        _day(source, paths) + (1 if source.spells else 0)
        for event in outcome.intercurrent_events
        if estimand.strategies[event.id] in {"composite", "while_alive"}
        for source in event.sources
    ]
    blocked: np.ndarray = np.min([*days, np.full_like(paths.death, NEVER)], axis=0)
    return blocked


def _day(source: EventSource, paths: Paths) -> np.ndarray:
    """Return the first day of a source, shape (n,); `NEVER` without one."""
    if source.spells:
        first: np.ndarray = np.min([_runs(state, paths).first() for state in source.spells], axis=0)
        return first
    never = np.full_like(paths.death, NEVER)
    ended: np.ndarray = np.min([getattr(paths, reason, never) for reason in source.follow_up_ended_by], axis=0)
    return ended


def _runs(state: str, paths: Paths) -> Runs:
    if state not in paths.runs:
        raise CohortError(f"the truth has no process for {state}; allowed: {', '.join(sorted(paths.runs))}")
    return paths.runs[state]


def _in_state_on(day: np.ndarray, outcome: Outcome, paths: Paths) -> np.ndarray:
    inside = [
        ((runs.start <= day[:, None]) & (day[:, None] < runs.end)).any(axis=1)
        for source in outcome.events
        for runs in (_runs(state, paths) for state in source.spells)
    ]
    held: np.ndarray = np.any(inside, axis=0)
    return held


def _days_in_state(until: np.ndarray, outcome: Outcome, paths: Paths) -> np.ndarray:
    """Return the days before `until` on which at least one of the states runs."""
    runs = [_runs(state, paths) for source in outcome.events for state in source.spells]
    free = outside(runs, np.zeros_like(until))
    spent = np.clip(np.minimum(free.end, until[:, None]) - free.start, 0, None).sum(axis=1)
    days: np.ndarray = until - spent
    return days
