"""Derives the outcome of every estimand of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import OutcomeValues
from steget_eval.cohort.derive_amount import derive_amount
from steget_eval.cohort.derive_binary import derive_binary
from steget_eval.cohort.derive_competing import derive_competing
from steget_eval.cohort.derive_time_to_event import derive_time_to_event
from steget_eval.cohort.eligibility import BENCHMARK, QUESTION
from steget_eval.cohort.event_days import Dated, dated_outcome
from steget_eval.cohort.strategies import competing_events
from steget_eval.cohort.tables import Laid, fetch
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomesByRole:
    """Estimand id to values, for the people of the question and for those of the benchmark (empty without one)."""

    question: Mapping[str, OutcomeValues]
    benchmark: Mapping[str, OutcomeValues]


def derive_outcomes(laid: Laid, people: ir.Table, clipped: ir.Table | None, protocol: Protocol) -> OutcomesByRole:
    """Return the outcome of every estimand, in the order of participant_id."""
    question, benchmark = {}, {}
    dated = {name: _dated(laid, people, clipped, protocol, protocol.outcome(name)) for name in _asked(protocol)}
    for estimand in protocol.estimands:
        found = _derive(laid, dated[estimand.outcome], protocol, estimand)
        question[estimand.id] = found.values(QUESTION)
        if protocol.benchmark is not None:
            benchmark[estimand.id] = found.values(BENCHMARK)
    return OutcomesByRole(question=question, benchmark=benchmark)


def needs_spells(protocol: Protocol) -> bool:
    """Tell whether an outcome that some estimand asks of reads spells."""
    outcomes = [protocol.outcome(name) for name in _asked(protocol)]
    return any(
        source.spells
        for outcome in outcomes
        for sources in (outcome.events, *(event.sources for event in outcome.intercurrent_events))
        for source in sources
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """One estimand's outcome for everyone: the rows, and what the values carry beside them."""

    frame: pd.DataFrame
    outcome: Outcome
    causes: tuple[str, ...]
    horizon_days: int | None
    unit: str

    def values(self, role: str) -> OutcomeValues:
        mine = self.frame[self.frame["role"] == role]
        timed = "t" in mine.columns
        return OutcomeValues(
            kind=self.outcome.kind,
            y=np.empty(0) if timed else mine["y"].to_numpy(dtype=np.float64),
            t=mine["t"].to_numpy(dtype=np.int64) if timed else np.empty(0, dtype=np.int64),
            d=mine["d"].to_numpy(dtype=np.int64) if timed else np.empty(0, dtype=np.int64),
            causes=self.causes,
            horizon_days=self.horizon_days,
            unit=self.unit,
        )


def _asked(protocol: Protocol) -> list[str]:
    return list(dict.fromkeys(estimand.outcome for estimand in protocol.estimands))


def _derive(laid: Laid, dated: Dated, protocol: Protocol, estimand: Estimand) -> _Found:
    outcome = protocol.outcome(estimand.outcome)
    unit = "proportion"
    causes: tuple[str, ...] = ()
    horizon_days = protocol.clock.horizon_days if outcome.needs_clock else None
    if outcome.kind == "binary":
        table = derive_binary(laid, dated.people, outcome, estimand)
    elif outcome.kind == "amount":
        amount = derive_amount(laid, dated, outcome, estimand)
        table, unit = amount.values, amount.unit
    elif outcome.kind == "time_to_event":
        assert horizon_days is not None
        table = derive_time_to_event(dated.people, outcome, estimand, horizon_days)
    else:
        assert horizon_days is not None
        causes = tuple(name for _, name in competing_events(outcome, estimand))
        table = derive_competing(dated.people, outcome, estimand, horizon_days)
    frame = fetch(table, "participant_id")
    return _Found(frame=frame, outcome=outcome, causes=causes, horizon_days=horizon_days, unit=unit)


def _dated(laid: Laid, people: ir.Table, clipped: ir.Table | None, protocol: Protocol, outcome: Outcome) -> Dated:
    _refuse_outcome(protocol, outcome)
    if outcome.needs_clock or outcome.intercurrent_events:
        return dated_outcome(laid, people, clipped, outcome)
    known = people.select("participant_id", "role", "window_days", "follow_days", "observed_days")
    return Dated(people=known.mutate(event_day=ibis.null("int64")), stretches=None)


def _refuse_outcome(protocol: Protocol, outcome: Outcome) -> None:
    at = f"outcomes.{outcome.id}"
    if outcome.kind not in {"binary", "time_to_event", "competing", "amount"}:
        raise CohortError(
            f"{at}: kind {outcome.kind} is not derived; allowed: binary, time_to_event, competing, amount"
        )
    if outcome.kind == "binary" and outcome.needs_clock and outcome.measure not in {"ever", "at_horizon"}:
        raise CohortError(f"{at}: measure {outcome.measure} is none of a binary outcome with days; "
                          "allowed: ever, at_horizon")  # fmt: skip
    if outcome.intercurrent_events and protocol.clock.index == "none":
        raise CohortError(f"{at}: intercurrent events have days, so clock.index cannot be none")
    undated = not all(source.dated for source in outcome.events)
    sources = [source for event in outcome.intercurrent_events for source in event.sources]
    if undated and not all(source.follow_up_ended_by for source in sources):
        raise CohortError(
            f"{at}: a status or an amount has no day to set against an intercurrent event that leaves follow-up "
            "running; allowed: follow_up_ended_by"
        )
