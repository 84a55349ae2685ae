"""Derives the outcome of every estimand of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import OutcomeValues
from steget_eval.cohort.derive_amount import amount_unit, derive_amount
from steget_eval.cohort.derive_binary import derive_binary
from steget_eval.cohort.derive_competing import derive_competing
from steget_eval.cohort.derive_longitudinal import MIRRORED, derive_longitudinal
from steget_eval.cohort.derive_time_to_event import derive_time_to_event
from steget_eval.cohort.derive_transition import derive_transition, levels
from steget_eval.cohort.event_days import Dated, date_outcomes
from steget_eval.cohort.outcome_refusals import refuse_outcome, refuse_unnamed_ends
from steget_eval.cohort.person_days import PersonDays
from steget_eval.cohort.pieces import count_pieces
from steget_eval.cohort.strategies import competing_events, meet_events
from steget_eval.cohort.tables import Laid, attach
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Derived:
    """The outcome of every estimand beside each person.

    Attributes
    ----------
    people
        One row per person: the columns of the people, and those of each estimand.
    columns
        By estimand id, what a value is called to its column in `people`: y, or t and d, or before and after, or
        score_0, score_1, …
    units
        By estimand id, the unit that an amount is shown in.
    """

    people: ir.Table
    columns: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]


def asked_outcomes(protocol: Protocol) -> list[Outcome]:
    """Return the outcomes that some estimand asks of, in the order in which they are first asked of."""
    return [protocol.outcome(name) for name in dict.fromkeys(estimand.outcome for estimand in protocol.estimands)]


def needs_spells(protocol: Protocol) -> bool:
    """Tell whether an outcome that some estimand asks of reads spells."""
    outcomes = asked_outcomes(protocol)
    return any(outcome.looks_at_spells for outcome in outcomes) or any(
        source.spells
        for outcome in outcomes
        for sources in (outcome.events, *(event.sources for event in outcome.intercurrent_events))
        for source in sources
    )


def derive_outcomes(laid: Laid, people: ir.Table, clipped: ir.Table | None, protocol: Protocol) -> Derived:
    """Return the outcome of every estimand as columns beside each person."""
    outcomes = asked_outcomes(protocol)
    for outcome in outcomes:
        refuse_outcome(protocol, outcome)
    refuse_unnamed_ends(people, [one for one in outcomes if one.needs_clock or one.intercurrent_events])
    dated = date_outcomes(laid, people, clipped, outcomes)
    days = meet_events([
        PersonDays(table=dated.people, outcome=protocol.outcome(estimand.outcome), estimand=estimand,
                   outcome_number=outcomes.index(protocol.outcome(estimand.outcome)), estimand_number=number)
        for number, estimand in enumerate(protocol.estimands)
    ])  # fmt: skip
    table = days[0].table
    if any(one.is_cut for one in days):  # read once more for each of them
        table = laid.keep("met", table)
    for one in days:
        table = _with_cut_amount(table, one, dated)
    named: dict[str, dict[str, str]] = {}
    columns: dict[str, ir.Value] = {}
    for number, one in enumerate(one.on(table) for one in days):
        derived = _derive(one, protocol, dated.units)
        named[one.estimand.id] = {name: f"{name}_of_{number}" for name in derived}
        columns |= {f"{name}_of_{number}": column for name, column in derived.items()}
    units = {one.estimand.id: _unit(one.outcome, dated.units) for one in days}
    return Derived(people=table.select(*people.columns, **columns), columns=named, units=units)


def outcome_values(frame: pd.DataFrame, derived: Derived, protocol: Protocol, estimand: Estimand) -> OutcomeValues:
    """Return one estimand's values from rows of `Derived.people` that were fetched."""
    outcome = protocol.outcome(estimand.outcome)
    columns = {name: frame[column].to_numpy() for name, column in derived.columns[estimand.id].items()}
    scores = [columns[name] for name in columns if name.startswith("score_")]
    competes = outcome.kind == "competing"
    none = np.empty(0)
    return OutcomeValues(
        kind=outcome.kind,
        y=np.asarray(columns.get("y", none), dtype=np.float64),
        t=np.asarray(columns.get("t", none), dtype=np.int64),
        d=np.asarray(columns.get("d", none), dtype=np.int64),
        entry=_entry(frame, protocol) if outcome.kind in {"time_to_event", "competing"} else none.astype(np.int64),
        causes=tuple(name for _, name in competing_events(outcome, estimand)) if competes else (),
        horizon_days=protocol.clock.horizon_days if outcome.needs_clock else None,
        unit=derived.units[estimand.id],
        exposure=np.asarray(columns.get("exposure", none), dtype=np.float64),
        before=_places(columns.get("before", none)),
        after=_places(columns.get("after", none)),
        levels=levels(outcome) if outcome.kind == "transition" else (),
        scores=np.column_stack(scores).astype(np.float64) if scores else np.empty((0, 0)),
        occasions=outcome.scores.occasions if outcome.scores is not None else MIRRORED if outcome.mirror else (),
    )


def _entry(frame: pd.DataFrame, protocol: Protocol) -> np.ndarray:
    """Return the day after which each person is at risk, shape (n,); empty where all are from the index date on."""
    first = protocol.clock.observed_from
    if first is None:
        return np.empty(0, dtype=np.int64)
    started = pd.to_datetime(frame["index_on"])
    return np.maximum((pd.Timestamp(first) - started).dt.days.to_numpy(dtype=np.int64), 0)


def _derive(days: PersonDays, protocol: Protocol, units: Mapping[str, str]) -> dict[str, ir.Value]:
    kind = days.outcome.kind
    if kind == "binary":
        return derive_binary(days)
    if kind == "amount":
        return derive_amount(days, amount_unit(days.outcome, units))
    if kind == "transition":
        return derive_transition(days)
    if kind == "longitudinal":
        return derive_longitudinal(days)
    horizon_days = protocol.clock.horizon_days
    if kind == "time_to_event":
        return derive_time_to_event(days, horizon_days)
    return derive_competing(days, horizon_days)


def _with_cut_amount(table: ir.Table, days: PersonDays, dated: Dated) -> ir.Table:
    """Add `total` and `lacking` of one estimand, where an intercurrent event in spells ends what is counted.

    One that ends follow-up has cut the spells already.
    """
    if not days.is_cut:
        return table
    here = days.on(table)
    until = table.select("person", until=(here.met_day + 1).fill_null(table.observed_days))
    counted = count_pieces(dated.pieces[days.outcome.id], until)
    return attach(
        table, counted.rename({f"{name}_cut_{days.estimand_number}": name for name in ("total", "lacking")}), "person"
    )


def _unit(outcome: Outcome, units: Mapping[str, str]) -> str:
    if outcome.kind == "amount":
        return amount_unit(outcome, units).shown
    if outcome.mirror is not None:
        return "days" if outcome.mirror == "days" else "times"
    return "score" if outcome.kind == "longitudinal" else "proportion"


def _places(column: np.ndarray) -> np.ndarray:
    """Whole numbers, -1 where unknown."""
    return pd.Series(column).astype("float64").fillna(-1).to_numpy(dtype=np.int64)
