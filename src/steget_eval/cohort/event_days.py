"""Finds the day of each person's event and of what comes between, for every outcome that is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.day_states import first_day_between, increased, spells_on
from steget_eval.cohort.derive_transition import level_on_day
from steget_eval.cohort.mirrored import mirrored
from steget_eval.cohort.pieces import count_pieces, pieces_of
from steget_eval.cohort.recorded import recorded_amount, recorded_score, recorded_seen, status_level
from steget_eval.cohort.spells import spells_before
from steget_eval.cohort.strategies import earliest
from steget_eval.cohort.stretches import Stretches, qualifying_of, qualifying_of_event, with_stretches
from steget_eval.cohort.tables import Fact, Laid, attach_all
from steget_eval.protocol.measures import COUNTED
from steget_eval.protocol.outcome import EventSource, Outcome

#: Amounts that are the days of the stretches themselves.
DAYS = frozenset({"days_in_state", "weeks_in_state"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """People with what happened to them.

    Attributes
    ----------
    people
        One row per person with, for outcome number o: `event_o` (the day, null without), `unsure_o` (1 where it cannot
        be told), `met_j_o` for intercurrent event j, `asked_o` (the day from discharge that is asked of), `total_o`
        and `lacking_o` for an amount, `seen_j_o`, `before_o`, `after_o`, `score_j_o`.
    pieces
        By outcome id, the pieces of an amount that is counted.
    units
        By outcome id, the stored unit of an amount that was recorded.
    """

    people: ir.Table
    pieces: dict[str, ir.Table]
    units: dict[str, str]


def date_outcomes(laid: Laid, people: ir.Table, clipped: ir.Table | None, outcomes: Sequence[Outcome]) -> Dated:
    """Return the people with the days of every outcome, each counted once for all its estimands."""
    table = people.mutate(**{f"asked_{number}": _asked(people, outcome) for number, outcome in enumerate(outcomes)})
    facts: list[Fact] = []
    pieces: dict[str, ir.Table] = {}
    stretches = None
    if clipped is not None and any(qualifying_of(one) or _is_met_in_spells(one) for one in outcomes):
        stretches = with_stretches(laid, table, clipped, list(outcomes))
        facts += stretches.facts
        pieces = {one.id: _pieces(one, stretches, clipped) for one in outcomes if one.measure in COUNTED}
    units: dict[str, str] = {}
    for number, outcome in enumerate(outcomes):
        if outcome.measure.startswith("increased") or outcome.looks_at_spells or outcome.asks_exit:
            assert clipped is not None
            facts += _day_states(laid, table, clipped, outcome, number)
        if outcome.measure in COUNTED - DAYS:
            counted = count_pieces(pieces[outcome.id])
            facts.append(Fact(table=_numbered(counted, number, "total", "lacking")))
        if outcome.mirror is not None:
            sides = enumerate(mirrored(laid, table, outcome))
            facts += [Fact(table=side.rename({f"score_{place}_{number}": "score"})) for place, side in sides]
        recorded = _recorded(laid, outcome, number)
        facts += recorded.facts
        units |= recorded.units
    beside = attach_all(laid, table, [replace(fact, table=laid.settle("fact", fact.table)) for fact in facts])
    columns: dict[str, ir.Value] = {}
    for number, outcome in enumerate(outcomes):
        columns |= _columns(beside, stretches, outcome, number)
    return Dated(people=beside.mutate(**columns), pieces=pieces, units=units)


def exit_months(outcomes: Sequence[Outcome]) -> list[int]:
    """Return how many months after discharge the outcomes ask of."""
    return sorted({outcome.months_after_exit for outcome in outcomes if outcome.asks_exit})


def _pieces(outcome: Outcome, stretches: Stretches, clipped: ir.Table) -> ir.Table:
    way = qualifying_of(outcome)
    assert way is not None
    return pieces_of(outcome, way, stretches.tables[way], clipped)


def _is_met_in_spells(outcome: Outcome) -> bool:
    return any(qualifying_of_event(event) for event in outcome.intercurrent_events)


def _asked(table: ir.Table, outcome: Outcome) -> ir.Value:
    """The last day that an outcome asks of: the window's own, or an earlier one from discharge or by the calendar."""
    if outcome.until is not None:
        left = ibis.literal(outcome.until).delta(table.index_on, unit="day").cast("int64")
        last = ibis.ifelse(left < table.window_days, left, table.window_days - 1)
        return ibis.ifelse(left >= 0, last, ibis.null("int64"))
    if not outcome.asks_exit:
        return table.window_days - 1
    day = table[f"exit_after_{outcome.months_after_exit}"]
    if outcome.measure == "since_exit":
        day = day - 1
    inside = (table.exit_day >= 0) & (day < table.window_days)
    return ibis.ifelse(inside, day, ibis.null("int64"))


def _day_states(laid: Laid, table: ir.Table, clipped: ir.Table, outcome: Outcome, number: int) -> list[Fact]:
    """What stood on the days that an outcome looks at."""
    days = table.select("person", day=table[f"asked_{number}"])
    if outcome.measure in {"at_exit", "since_exit"}:
        start = table.exit_day if outcome.measure == "since_exit" else table[f"asked_{number}"]
        held = first_day_between(clipped, table.select("person", day=table[f"asked_{number}"], start=start), outcome)
        return [Fact(table=_numbered(held, number, "held"))]
    more = ["extent"] if outcome.measure.startswith("increased") else []
    before = spells_before(laid.table("spells", f"outcomes.{outcome.id}"), table, more)
    later = spells_on(clipped, days)
    if more:
        return [Fact(table=_numbered(increased(before, later, outcome), number, "more", "unsure"))]
    then, now = (level_on_day(spells, outcome.ladder) for spells in (before, later))
    return [
        Fact(table=then.rename({f"before_{number}": "level"})),
        Fact(table=now.rename({f"after_{number}": "level"})),
    ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Recorded:
    """What was recorded at occasions; with it the unit of an amount, by outcome id."""

    facts: list[Fact]
    units: dict[str, str]


def _recorded(laid: Laid, outcome: Outcome, number: int) -> _Recorded:
    at = f"outcomes.{outcome.id}"
    found: dict[str, ir.Table] = {}
    units = {}
    if outcome.scores is not None:
        for place, occasion in enumerate(outcome.scores.occasions):
            score = recorded_score(laid, outcome.scores.instrument, occasion, at)
            found[f"score_{place}"] = score.rename({f"score_{place}_{number}": "score"})
    elif outcome.before_after is not None and outcome.before_after.statuses is not None:
        for name, occasion in zip(("before", "after"), outcome.before_after.statuses, strict=True):
            found[name] = status_level(laid, occasion, outcome.ladder, at).rename({f"{name}_{number}": "level"})
    elif outcome.measure == "as_recorded" and outcome.kind == "amount":
        source = outcome.events[0].amount
        assert source is not None
        amount = recorded_amount(laid, source.item, source.occasion, at)
        units[outcome.id] = amount.unit
        found["amount"] = amount.values.rename({f"amount_{number}": "amount"})
    else:
        for place, seen in enumerate(source for source in outcome.events if not source.dated):
            found[f"seen_{place}"] = recorded_seen(laid, seen, at).rename({f"seen_{place}_{number}": "seen"})
    return _Recorded(facts=[Fact(table=table, key="participant_id") for table in found.values()], units=units)


def _columns(table: ir.Table, stretches: Stretches | None, outcome: Outcome, number: int) -> dict[str, ir.Value]:
    event = [_ended(table, outcome.events)]
    way = qualifying_of(outcome)
    if stretches is not None and way is not None:
        event.append(_event_in_spells(table, stretches, outcome, number))
    columns = {f"event_{number}": earliest(event)}
    if not outcome.measure.startswith("increased"):
        columns[f"unsure_{number}"] = ibis.literal(0, "int64")
    if outcome.measure in DAYS:
        assert stretches is not None
        assert way is not None
        columns[f"total_{number}"] = stretches.fact(table, "total", way)
        columns[f"lacking_{number}"] = ibis.literal(0, "int64")
    for place, one in enumerate(outcome.intercurrent_events):
        met = [_ended(table, one.sources)]
        spells = qualifying_of_event(one)
        if stretches is not None and spells is not None:
            met.append(stretches.fact(table, "first", spells))
        columns[f"met_{place}_{number}"] = earliest(met)
    return columns


def _event_in_spells(table: ir.Table, stretches: Stretches, outcome: Outcome, number: int) -> ir.Value:
    way = qualifying_of(outcome)
    assert way is not None
    never = ibis.null("int64")
    last, full = stretches.fact(table, "last", way), stretches.full(table, way, outcome.minimum_dose)
    if outcome.measure == "at_horizon":
        return ibis.ifelse((last == table.window_days) & full.notnull(), table.window_days - 1, never)
    if outcome.measure == "last_month":
        return ibis.ifelse(last > table.last_month, last - 1, never)
    if outcome.measure in {"at_exit", "since_exit"}:
        return table[f"held_{number}"]
    if outcome.measure.startswith("increased"):
        return ibis.ifelse(table[f"more_{number}"] == 1, table[f"asked_{number}"], never)
    return ibis.ifelse(full <= table[f"asked_{number}"], full, never) if outcome.until is not None else full


def _ended(table: ir.Table, sources: Sequence[EventSource]) -> ir.Value:
    """The day after the last followed one, for whose follow-up one of the reasons ended inside the window."""
    reasons = sorted({reason for source in sources for reason in source.follow_up_ended_by})
    if not reasons:
        return ibis.null("int64")
    inside = (table.follow_days < table.window_days) & table.follow_up_ended_by.isin(reasons)
    return ibis.ifelse(inside, table.follow_days, ibis.null("int64"))


def _numbered(facts: ir.Table, number: int, *names: str) -> ir.Table:
    return facts.rename({f"{name}_{number}": name for name in names})
