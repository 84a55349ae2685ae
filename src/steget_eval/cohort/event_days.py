"""Finds the day of each person's event, from every source that knows days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.refusals import refuse_rows
from steget_eval.cohort.spells import day_of_dose, join_spells, qualify_spells
from steget_eval.cohort.tables import Laid, attach
from steget_eval.core.errors import CohortError
from steget_eval.protocol.outcome import EventSource, Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """What happened to each person on which day, for one outcome.

    Attributes
    ----------
    people
        One row per person: `participant_id`, `role`, `window_days`, `follow_days`, `observed_days`, `event_day`
        (null without event; for measure ``at_horizon`` the last day of the window), and for each intercurrent event
        `met_0`, `met_1`, … in the outcome's order.
    stretches
        Disjoint days in which a qualifying spell runs.
    """

    people: ir.Table
    stretches: ir.Table | None


def dated_outcome(laid: Laid, people: ir.Table, clipped: ir.Table | None, outcome: Outcome) -> Dated:
    """Return the days of an outcome's event and intercurrent events, computed once for all its estimands."""
    _refuse_unnamed_ends(people, outcome)
    known = people.select("participant_id", "role", "window_days", "follow_days", "observed_days", "follow_up_ended_by")
    stretches = None
    if clipped is not None and any(source.spells for source in outcome.events):
        qualifying = qualify_spells(clipped, outcome.events, outcome.minimum_dose)
        stretches = laid.keep(f"stretches_{outcome.id}", join_spells(qualifying))
    days = _event_days(known, stretches, outcome)
    dated = attach(known, days.rename(event_day="day"))
    for number, event in enumerate(outcome.intercurrent_events):
        found = _source_days(known, clipped, event.sources, f"outcomes.{outcome.id}.intercurrent_events.{event.id}")
        dated = attach(dated, found.rename({f"met_{number}": "day"}))
    return Dated(people=laid.keep(f"dated_{outcome.id}", dated.drop("follow_up_ended_by")), stretches=stretches)


def _event_days(known: ir.Table, stretches: ir.Table | None, outcome: Outcome) -> ir.Table:
    parts = [_ended_days(known, outcome.events)]
    if stretches is not None:
        dose = outcome.minimum_dose.dose_days if outcome.minimum_dose is not None else 1
        full = day_of_dose(stretches, dose)
        parts.append(_at_last_day(known, stretches, full) if outcome.measure == "at_horizon" else full)
    return _earliest(parts)


def _at_last_day(known: ir.Table, stretches: ir.Table, full: ir.Table) -> ir.Table:
    """The last day of the window, for whoever is in a qualifying spell on it with the dose full by then."""
    joined = stretches.inner_join(known.select("participant_id", "window_days"), "participant_id")
    there = joined.filter((joined.lo <= joined.window_days - 1) & (joined.hi >= joined.window_days))
    last = there.select("participant_id", day=there.window_days - 1)
    return last.semi_join(full, "participant_id")


def _source_days(known: ir.Table, clipped: ir.Table | None, sources: Sequence[EventSource], needed_by: str) -> ir.Table:
    if not all(source.dated for source in sources):
        raise CohortError(f"{needed_by}: a status or an amount has no day; allowed: spells and follow_up_ended_by")
    parts = [_ended_days(known, sources)]
    if clipped is not None and any(source.spells for source in sources):
        qualifying = qualify_spells(clipped, sources)
        parts.append(qualifying.group_by("participant_id").agg(day=qualifying.lo.min()))
    return _earliest(parts)


def _ended_days(known: ir.Table, sources: Sequence[EventSource]) -> ir.Table:
    """The day after the last followed one, for whose follow-up one of the reasons ended inside the window."""
    reasons = sorted({reason for source in sources for reason in source.follow_up_ended_by})
    inside = known.filter(known.follow_days < known.window_days)
    ended = inside.filter(inside.follow_up_ended_by.isin(reasons or [""]))
    return ended.select("participant_id", day=ended.follow_days)


def _earliest(parts: Sequence[ir.Table]) -> ir.Table:
    together = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return together.group_by("participant_id").agg(day=together.day.min())


def _refuse_unnamed_ends(people: ir.Table, outcome: Outcome) -> None:
    """Refuse follow-up that ended early for a reason the outcome does not name, so that nobody is lost by accident."""
    intercurrent = [source for event in outcome.intercurrent_events for source in event.sources]
    named = {reason for source in (*outcome.events, *intercurrent) for reason in source.follow_up_ended_by}
    allowed = sorted({*outcome.censoring, *named})
    early = people.filter(people.follow_days < people.window_days)
    reason = early.follow_up_ended_by
    refuse_rows(
        early.filter(reason.isnull() | reason.notin(allowed or [""])), "follow_up_ended_by",
        f"follow-up ends before the window, and the reason is missing or one that outcomes.{outcome.id} names neither "
        f"in censoring nor as an event; allowed: {', '.join(allowed) or 'none'}",
    )  # fmt: skip
