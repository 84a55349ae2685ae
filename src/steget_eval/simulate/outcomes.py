"""The outcome of an estimand read from what happens to each person, when nobody is censored."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from steget_eval.core.dates import add_units
from steget_eval.core.errors import CohortError
from steget_eval.protocol.clock import Clock
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import EventSource, Outcome, StatusSource
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.occasions import Measured
from steget_eval.simulate.paths import Paths
from steget_eval.simulate.people import People
from steget_eval.simulate.stretches import first_day, join_spells
from steget_eval.simulate.truth import Truth

_EPOCH = date(1970, 1, 1)
#: Measures of days whose true value is computed; a status or an amount at an occasion is computed as well.
MEASURES = ("ever", "at_horizon", "days_in_state")


def draw_outcome(
    protocol: Protocol, estimand: Estimand, people: People, paths: Paths,
    measured: Measured | None = None, truth: Truth | None = None,
) -> np.ndarray:  # fmt: skip
    """Return each person's outcome, shape (n,): 0 or 1 for a risk, days or an amount for a mean.

    Death and emigration end everything, except where the estimand asks for a world without them. An intercurrent
    event met by ``composite`` or ``while_alive`` blocks what has not happened by then. Days count from the index date.

    Raises
    ------
    CohortError
        The outcome is defined by what the truth does not tell, or in a way whose true value is not computed.
    """
    outcome = protocol.outcome(estimand.outcome)
    check_outcome(protocol, outcome)
    seen = _seen(outcome, measured, truth) if measured is not None else []
    if outcome.kind == "amount" and outcome.measure == "as_recorded":
        return seen[0]
    if not outcome.needs_clock:
        ever: np.ndarray = np.any(seen, axis=0)
        return ever
    index = index_days(protocol.clock, paths)
    window = window_days(protocol.clock, people.enrolled_on + np.minimum(index, NEVER // 2))
    ends = np.minimum(_alive_until(outcome, estimand, paths), _blocked_from(outcome, estimand, paths, index) + index)
    ends = np.minimum(ends - index, _asked_until(protocol, outcome, people, index))
    found = _in_days(protocol, estimand, paths, np.minimum(ends, NEVER), window)
    return np.any([found, *seen], axis=0) if seen else found


def check_outcome(protocol: Protocol, outcome: Outcome) -> None:
    """Raise `CohortError` where the true value of an outcome is not computed."""
    at = f"{protocol.id}: outcomes.{outcome.id}"
    if outcome.kind not in {"binary", "time_to_event", "competing", "amount"}:
        raise CohortError(f"{at} has kind {outcome.kind}; its truth is told by true_change and true_transition")
    if outcome.measure not in {*MEASURES, "as_recorded"}:
        raise CohortError(
            f"{at} has the measure {outcome.measure}, whose true value is not computed; computed: {', '.join(MEASURES)}"
        )
    dose = outcome.minimum_dose
    if dose is not None and (dose.hours is not None or dose.share_of_weeks is not None):
        raise CohortError(f"{at} has a minimum dose in hours or as a share of weeks, whose true value is not computed")
    if outcome.none and outcome.measure != "at_horizon":
        raise CohortError(f"{at} asks for none of its states; computed with the measure at_horizon only")
    if any(source.status is not None and source.status.increased_since for source in outcome.events):
        raise CohortError(f"{at} asks for what has increased since, whose true value is not computed")


def index_days(clock: Clock, paths: Paths) -> np.ndarray:
    """Return each person's index date in days from enrolment, shape (n,); `NEVER` for whoever has none."""
    return paths.discharge if clock.index == "discharged_on" else np.zeros_like(paths.death)


def window_days(clock: Clock, index_on: np.ndarray) -> np.ndarray:
    """Return the length of each person's own window in days: 24 months are 730 or 731."""
    if clock.horizon is None or clock.unit is None:
        raise CohortError("a clock without index date has no window")
    nominal = clock.horizon_days
    days, where = np.unique(index_on, return_inverse=True)
    lengths = []
    for day in days.tolist():
        start = _EPOCH + timedelta(days=day) if day < NEVER // 2 else None
        lengths.append(nominal if start is None else (add_units(start, clock.horizon, clock.unit) - start).days)
    window: np.ndarray = np.array(lengths, dtype=np.int64)[where]
    return window


def _asked_until(protocol: Protocol, outcome: Outcome, people: People, index: np.ndarray) -> np.ndarray:
    """Return the day after the last that the outcome asks of, from the index date; `NEVER` where it is the window's."""
    if outcome.until is None:
        return np.full_like(index, NEVER)
    left: np.ndarray = (outcome.until - _EPOCH).days + 1 - (people.enrolled_on + index)
    if (left < 1).any():
        raise CohortError(
            f"{protocol.id}: outcomes.{outcome.id} asks until {outcome.until}, when some had not begun: its true value "
            "is not computed"
        )
    return left


def _in_days(protocol: Protocol, estimand: Estimand, paths: Paths, ends: np.ndarray, window: np.ndarray) -> np.ndarray:
    outcome = protocol.outcome(estimand.outcome)
    index = index_days(protocol.clock, paths)
    stretches = join_spells(outcome, paths, index)
    dose = outcome.minimum_dose.dose_days if outcome.minimum_dose is not None else 1
    full = stretches.dose_full_on(dose, unbroken=outcome.minimum_dose is not None and outcome.minimum_dose.unbroken)
    if outcome.measure == "at_horizon":
        holds = ~stretches.hold_on(window - 1) if outcome.none else stretches.hold_on(window - 1) & (full < window)
        at_horizon: np.ndarray = holds & (ends >= window)
        return at_horizon
    if outcome.measure == "days_in_state":
        until = np.minimum(window, ends)
        return np.where(full < until, stretches.days_before(until), 0)
    ended = [_ended(source, paths) - index for source in outcome.events if source.follow_up_ended_by]
    first = np.min([full, *ended], axis=0)
    reached: np.ndarray = first < np.minimum(window, ends)
    horizon = protocol.clock.horizon_days
    if estimand.contrast == "rmtl_difference":
        return np.where(reached, horizon - first, 0)
    if estimand.contrast == "rmst_difference":
        return np.where(reached, first, horizon)
    return reached


def _seen(outcome: Outcome, measured: Measured, truth: Truth | None) -> list[np.ndarray]:
    """Return what each undated source says, shape (n,) each: yes or no, or the amount in its shown unit."""
    found: list[np.ndarray] = []
    for source in outcome.events:
        if source.status is not None:
            if source.status.occasion not in measured.statuses:
                raise CohortError(f"the truth has no status at {source.status.occasion}, which {outcome.id} needs")
            found.append(_status_holds(source.status, measured, outcome))
        if source.amount is not None:
            key = (source.amount.item, source.amount.occasion)
            if key not in measured.amounts or truth is None:
                raise CohortError(f"the truth has no {key[0]} at {key[1]}, which {outcome.id} needs")
            per_shown = {(one.item, one.occasion): one.per_shown for one in truth.amounts}[key]
            value = measured.amounts[key]
            found.append(value / per_shown if outcome.kind == "amount" else value > source.amount.above)
    return found


def _status_holds(status: StatusSource, measured: Measured, outcome: Outcome) -> np.ndarray:
    parts = []
    if status.occupations:
        parts.append(np.isin(measured.statuses[status.occasion], status.occupations))
    if status.income_sources:
        if status.income_sources != ("no_public_support",) or status.occasion not in measured.no_support:
            raise CohortError(f"the truth tells of no_public_support alone, and not at every occasion; {outcome.id}")
        parts.append(measured.no_support[status.occasion])
    if status.contacts:
        if status.occasion not in measured.contacts:
            raise CohortError(f"the truth tells of no contacts at {status.occasion}, which {outcome.id} needs")
        parts.append(np.isin(measured.contacts[status.occasion], status.contacts))
    holds: np.ndarray = np.all(parts, axis=0)
    return holds


def _alive_until(outcome: Outcome, estimand: Estimand, paths: Paths) -> np.ndarray:
    without = {
        reason
        for event in outcome.intercurrent_events
        if estimand.strategies[event.id] == "hypothetical"
        for source in event.sources
        for reason in source.follow_up_ended_by
    }
    own = {reason for source in outcome.events for reason in source.follow_up_ended_by}
    ends = [
        getattr(paths, reason) + (1 if reason in own else 0)
        for reason in ("death", "emigration")
        if reason not in without
    ]
    until: np.ndarray = np.min([*ends, np.full_like(paths.death, NEVER)], axis=0)
    return until


def _blocked_from(outcome: Outcome, estimand: Estimand, paths: Paths, index: np.ndarray) -> np.ndarray:
    """Return the first day that an intercurrent event takes away: the day after it, or the day follow-up ended."""
    days = [
        first_day(source, paths, index) + 1 if source.spells else _ended(source, paths) - index
        for event in outcome.intercurrent_events
        if estimand.strategies[event.id] in {"composite", "while_alive"}
        for source in event.sources
    ]
    blocked: np.ndarray = np.min([*days, np.full_like(paths.death, NEVER)], axis=0)
    return blocked


def _ended(source: EventSource, paths: Paths) -> np.ndarray:
    """Return the day on which follow-up ended for one of a source's reasons, shape (n,); `NEVER` without one."""
    never = np.full_like(paths.death, NEVER)
    ended: np.ndarray = np.min([getattr(paths, reason, never) for reason in source.follow_up_ended_by], axis=0)
    return ended
