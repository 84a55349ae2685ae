"""Refuses outcomes that these rules or these records cannot answer."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from steget_eval.cohort.refusals import refuse_rows
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.measures import MEASURES
from steget_eval.protocol.outcome import Outcome


def refuse_outcome(protocol: Protocol, outcome: Outcome) -> None:
    """Raise `CohortError` where an outcome asks of days what has none, or a measure that its kind has not."""
    at = f"outcomes.{outcome.id}"
    if outcome.needs_clock and outcome.measure not in MEASURES[outcome.kind]:
        raise CohortError(
            f"{at}: measure {outcome.measure} is none of kind {outcome.kind}; "
            f"allowed: {', '.join(MEASURES[outcome.kind])}"
        )
    if outcome.looks_at_spells and protocol.clock.index == "none":
        raise CohortError(f"{at}: states before and after are counted in days, so clock.index cannot be none")
    if outcome.intercurrent_events and protocol.clock.index == "none":
        raise CohortError(f"{at}: intercurrent events have days, so clock.index cannot be none")
    undated = not all(source.dated for source in outcome.events)
    sources = [source for event in outcome.intercurrent_events for source in event.sources]
    if not all(source.dated for source in sources):
        raise CohortError(
            f"{at}.intercurrent_events: a status or an amount has no day; allowed: spells and follow_up_ended_by"
        )
    if undated and not all(source.follow_up_ended_by for source in sources):
        raise CohortError(
            f"{at}: a status or an amount has no day to set against an intercurrent event that leaves follow-up "
            "running; allowed: follow_up_ended_by"
        )


def refuse_unnamed_ends(people: ir.Table, outcomes: Sequence[Outcome]) -> None:
    """Refuse follow-up that ended early for a reason an outcome does not name, so that nobody is lost by accident."""
    early = people.filter(people.follow_days < people.window_days)
    reason = early.follow_up_ended_by
    named: dict[tuple[str, ...], str] = {}
    for outcome in outcomes:
        intercurrent = [source for event in outcome.intercurrent_events for source in event.sources]
        ends = {reason for source in (*outcome.events, *intercurrent) for reason in source.follow_up_ended_by}
        # Asked once of outcomes that name the same: the first speaks for the others.
        named.setdefault(tuple(sorted({*outcome.censoring, *ends})), outcome.id)
    for allowed, outcome_id in named.items():
        refuse_rows(
            early.filter(reason.isnull() | reason.notin(allowed or [""])), "follow_up_ended_by",
            "follow-up ends before the window, and the reason is missing or one that "
            f"outcomes.{outcome_id} names neither in censoring nor as an event; "
            f"allowed: {', '.join(allowed) or 'none'}",
        )  # fmt: skip
