"""Joins the spells that an outcome counts into stretches, once for all outcomes that count the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from steget_eval.cohort.doses import day_of_days, day_of_hours, day_of_weeks, days_so_far
from steget_eval.cohort.spells import bridge_spells, join_spells, qualify_spells
from steget_eval.cohort.tables import Fact, Laid
from steget_eval.protocol.measures import COUNTED, MinimumDose
from steget_eval.protocol.outcome import EventSource, IntercurrentEvent, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifying:
    """Which spells are counted, and how they are joined.

    Attributes
    ----------
    is_long
        Whether stretches must be as long as they can be; otherwise they only cover each day once.
    """

    sources: tuple[EventSource, ...]
    hours_per_week: float | None = None
    bridge_days: int = 0
    is_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """Where the facts of each way of counting stand.

    Attributes
    ----------
    facts
        By person `way_first_k` (the first day), `way_last_k` (the day after the last), `way_total_k` (days) and, for
        each dose, `full_k_j` (the day on which it is full); who has none has no row.
    numbers, doses
        The k of each way of counting, and the j of each dose.
    tables
        The stretches of each way of counting: `person`, `lo`, `hi`.
    """

    facts: tuple[Fact, ...]
    numbers: dict[Qualifying, int]
    doses: dict[MinimumDose, int]
    tables: dict[Qualifying, ir.Table]

    def fact(self, table: ir.Table, name: str, qualifying: Qualifying) -> ir.Value:
        """Return a column of one way of counting."""
        return table[f"way_{name}_{self.numbers[qualifying]}"]

    def full(self, table: ir.Table, qualifying: Qualifying, dose: MinimumDose | None) -> ir.Value:
        """Return the day on which a dose is full; without one, the first day."""
        if not has_length(dose):
            return self.fact(table, "first", qualifying)
        assert dose is not None
        return table[f"full_{self.numbers[qualifying]}_{self.doses[dose]}"]


def qualifying_of(outcome: Outcome) -> Qualifying | None:
    """Return which spells an outcome counts; None where it counts none."""
    sources = tuple(source for source in outcome.events if source.spells)
    if not sources:
        return None
    dose = outcome.minimum_dose
    return Qualifying(
        sources=sources,
        hours_per_week=None if dose is None else dose.hours_per_week,
        bridge_days=outcome.bridge_days,
        is_long=outcome.bridge_days > 0 or outcome.measure == "first_tenure" or (dose is not None and dose.unbroken),
    )


def qualifying_of_event(event: IntercurrentEvent) -> Qualifying | None:
    """Return which spells an intercurrent event counts; None where it counts none."""
    sources = tuple(source for source in event.sources if source.spells)
    return Qualifying(sources=sources) if sources else None


def has_length(dose: MinimumDose | None) -> bool:
    """Tell whether a dose asks for more than one qualifying day."""
    return dose is not None and (dose.dose_days > 1 or dose.hours is not None or dose.share_of_weeks is not None)


def with_stretches(laid: Laid, people: ir.Table, clipped: ir.Table, outcomes: list[Outcome]) -> Stretches:
    """Return the facts of every way of counting that the outcomes and their intercurrent events need."""
    ways = [qualifying_of(one) for one in outcomes]
    ways += [qualifying_of_event(event) for one in outcomes for event in one.intercurrent_events]
    numbers = {way: number for number, way in enumerate(dict.fromkeys(way for way in ways if way is not None))}
    needed = [one.minimum_dose for one in outcomes if one.minimum_dose is not None and has_length(one.minimum_dose)]
    doses = {dose: number for number, dose in enumerate(dict.fromkeys(needed))}
    tables: dict[Qualifying, ir.Table] = {}
    facts = []
    for way, number in numbers.items():
        mine = [one for one in outcomes if qualifying_of(one) == way]
        asked = [one for one in doses if one in [outcome.minimum_dose for outcome in mine]]
        apart = [one for one in asked if one.hours is not None or one.share_of_weeks is not None]
        stretches = _stretches(clipped, way)
        # Kept only where something else will read them than what every way of counting has.
        is_read_again = bool(apart) or any(one.measure in COUNTED for one in mine)
        tables[way] = laid.keep("stretches", stretches) if is_read_again else stretches
        together = {f"full_{number}_{doses[one]}": one for one in asked if one not in apart}
        facts.append(Fact(table=laid.keep("facts", _facts(tables[way], number, together))))
        for dose in apart:
            full = _full(clipped, tables[way], way, dose, people).rename({f"full_{number}_{doses[dose]}": "full"})
            facts.append(Fact(table=laid.keep("full", full)))
    return Stretches(facts=tuple(facts), numbers=numbers, doses=doses, tables=tables)


def _stretches(clipped: ir.Table, way: Qualifying) -> ir.Table:
    qualifying = qualify_spells(clipped, way.sources, way.hours_per_week)
    return bridge_spells(qualifying, way.bridge_days) if way.is_long else join_spells(qualifying)


def _facts(stretches: ir.Table, number: int, doses: Mapping[str, MinimumDose]) -> ir.Table:
    """The first day, the day after the last, and the days; with it the day on which each dose is full, by column."""
    if any(not dose.unbroken for dose in doses.values()):
        stretches = days_so_far(stretches)
    days = (stretches.hi - stretches.lo).sum()
    return stretches.group_by("person").agg(**{
        f"way_first_{number}": stretches.lo.min().cast("int64"), f"way_last_{number}": stretches.hi.max().cast("int64"),
        f"way_total_{number}": days.cast("int64"),
        **{name: day_of_days(stretches, dose) for name, dose in doses.items()},
    })  # fmt: skip


def _full(clipped: ir.Table, stretches: ir.Table, way: Qualifying, dose: MinimumDose, people: ir.Table) -> ir.Table:
    """The day on which a dose in hours or in a share of weeks is full, which is counted apart."""
    if dose.share_of_weeks is not None:
        return day_of_weeks(stretches, dose.share_of_weeks, people)
    assert dose.hours is not None
    return day_of_hours(qualify_spells(clipped, way.sources, way.hours_per_week), dose.hours)
