"""Reads what was recorded of each person at an occasion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.tables import Laid, attach
from steget_eval.core.errors import CohortError
from steget_eval.protocol.measures import Step
from steget_eval.protocol.outcome import EventSource, StatusSource
from steget_eval.records.codes import OCCUPATIONS, UNITS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedAmount:
    """One item at one occasion.

    Attributes
    ----------
    values
        `participant_id` and `amount`, whole numbers of the stored unit, null where none is known.
    per_shown
        How many of the stored unit make one of the unit `shown`.
    """

    values: ir.Table
    unit: str
    shown: str
    per_shown: int


def recorded_amount(laid: Laid, item: str, occasion: str, needed_by: str) -> RecordedAmount:
    """Return an item's amounts at an occasion.

    Raises
    ------
    CohortError
        Where nobody has the item at that occasion, or it stands in several units.
    """
    amounts = laid.table("amounts", needed_by)
    mine = amounts.filter((amounts.item == item) & (amounts.occasion == occasion))
    units = mine.select("unit").distinct().order_by("unit").to_pandas()["unit"].tolist()
    if not units:
        raise CohortError(
            f"{laid.records}: table amounts has no {item} at occasion {occasion}, which {needed_by} needs"
        )
    if len(units) > 1:
        raise CohortError(
            f"{laid.records}: table amounts, column unit: {item} at occasion {occasion} stands in {', '.join(units)}, "
            f"and {needed_by} needs one unit"
        )
    unit = UNITS[units[0]]
    values = mine.select("participant_id", amount=mine.value.cast("int64"))
    return RecordedAmount(values=values, unit=units[0], shown=unit.shown, per_shown=unit.per_shown)


def recorded_seen(laid: Laid, source: EventSource, needed_by: str) -> ir.Table:
    """Return `participant_id` and `seen`: 1 for what the source asks for, 0 for anything else, null for unknown."""
    if source.status is not None:
        return _seen_status(laid, source.status, needed_by)
    assert source.amount is not None
    values = recorded_amount(laid, source.amount.item, source.amount.occasion, needed_by).values
    above = ibis.cases((values.amount > source.amount.above, 1), (values.amount.notnull(), 0), else_=ibis.null("int64"))
    return values.select("participant_id", seen=above.cast("int64"))


def status_level(laid: Laid, occasion: str, ladder: Sequence[Step], needed_by: str) -> ir.Table:
    """Return `participant_id` and `level`, null for an unknown occupation.

    The level is the place of the step that has the occupation, or without a ladder that in `OCCUPATIONS`.
    """
    mine = _statuses(laid, occasion, needed_by)
    known = [(one,) for one in OCCUPATIONS if one != "unknown"]
    steps = [step.occupations for step in ladder] or known
    level = ibis.cases(
        *((mine.occupation.isin(one), place) for place, one in enumerate(steps)), else_=ibis.null("int64")
    )
    return mine.select("participant_id", level=level.cast("int64"))


def recorded_score(laid: Laid, instrument: str, occasion: str, needed_by: str) -> ir.Table:
    """Return `participant_id` and `score` of an instrument at an occasion; refuses where nobody has one."""
    scores = laid.table("assessments", needed_by)
    mine = scores.filter((scores.instrument == instrument) & (scores.occasion == occasion))
    if int(mine.count().execute()) == 0:
        raise CohortError(
            f"{laid.records}: table assessments has no {instrument} at occasion {occasion}, which {needed_by} needs"
        )
    return mine.select("participant_id", score=mine.score.cast("float64"))


def _statuses(laid: Laid, occasion: str, needed_by: str) -> ir.Table:
    statuses = laid.table("statuses", needed_by)
    mine = statuses.filter(statuses.occasion == occasion)
    if int(mine.count().execute()) == 0:
        raise CohortError(f"{laid.records}: table statuses has no occasion {occasion}, which {needed_by} needs")
    return mine


def _seen_status(laid: Laid, source: StatusSource, needed_by: str) -> ir.Table:
    mine = _statuses(laid, source.occasion, needed_by)
    seen = mine.select("participant_id", **_extents(mine, source), seen=_holds(laid, mine, source, needed_by))
    if source.increased_since is None:
        return seen.select("participant_id", seen=seen.seen.cast("int64"))
    before = source.model_copy(update={"occasion": source.increased_since, "increased_since": None})
    earlier = _seen_status(laid, before, needed_by).rename(seen_before="seen")
    then = _statuses(laid, source.increased_since, needed_by)
    extents = then.select("participant_id", **{f"{name}_before": one for name, one in _extents(then, source).items()})
    both = attach(attach(seen, earlier), extents)
    pairs = [(both[name], both[f"{name}_before"]) for name in _extents(mine, source)]
    more = ibis.cases(
        (both.seen == 0, 0),
        (both.seen.isnull() | both.seen_before.isnull(), ibis.null("int64")),
        (both.seen_before == 0, 1),
        *((now > then, 1) for now, then in pairs),
        *((now.isnull() | then.isnull(), ibis.null("int64")) for now, then in pairs),
        else_=0,
    )
    return both.select("participant_id", seen=more.cast("int64"))


def _holds(laid: Laid, mine: ir.Table, source: StatusSource, needed_by: str) -> ir.Value:
    """1 where all that the source asks for holds, 0 where one part is known not to, null where that is unknown."""
    parts: list[tuple[ir.BooleanValue, ir.BooleanValue]] = []
    if source.occupations:
        known = mine.occupation.notnull() & (mine.occupation != "unknown")
        parts.append((known, mine.occupation.isin(source.occupations)))
    if source.income_sources:
        if "income_sources" not in mine.columns:
            raise CohortError(f"{laid.records}: table statuses has no income_sources, which {needed_by} needs")
        told = ibis.literal("|").concat(mine.income_sources.cast("string"), "|")
        has = [told.contains(f"|{one}|") for one in source.income_sources]
        parts.append((mine.income_sources.notnull(), reduce(or_, has)))
    if source.contacts:
        if "contact" not in mine.columns:
            raise CohortError(f"{laid.records}: table statuses has no contact, which {needed_by} needs")
        parts.append((mine.contact.notnull(), mine.contact.isin(source.contacts)))
    no = [(known & ~holds, 0) for known, holds in parts]
    yes = reduce(and_, [known & holds for known, holds in parts])
    return ibis.cases(*no, (yes, 1), else_=ibis.null("int64"))


def _extents(statuses: ir.Table, source: StatusSource) -> dict[str, ir.Value]:
    """The extents of what the source asks for: none of who does not work, or does not study; null where unknown."""
    found = {}
    for name, single in (("work_extent_percent", "employed"), ("study_extent_percent", "studying")):
        if single in source.occupations or source.occupations == ("employed_and_studying",):
            holds = statuses.occupation.isin([single, "employed_and_studying"])
            extent = statuses[name] if name in statuses.columns else ibis.null("float64")
            found[name] = ibis.ifelse(holds, extent.cast("float64"), 0.0)
    return found
