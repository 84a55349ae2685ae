"""Reads what was recorded of each person at an occasion."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.tables import Laid
from steget_eval.core.errors import CohortError
from steget_eval.protocol.outcome import StatusSource
from steget_eval.records.codes import UNITS


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
    return RecordedAmount(values=values, shown=unit.shown, per_shown=unit.per_shown)


def recorded_status(laid: Laid, source: StatusSource, needed_by: str) -> ir.Table:
    """Return `participant_id` and `seen`: 1 for one of the occupations, 0 for another, null for an unknown one."""
    statuses = laid.table("statuses", needed_by)
    mine = statuses.filter(statuses.occasion == source.occasion)
    if int(mine.count().execute()) == 0:
        raise CohortError(f"{laid.records}: table statuses has no occasion {source.occasion}, which {needed_by} needs")
    known = mine.occupation.notnull() & (mine.occupation != "unknown")
    wanted = mine.occupation.isin(source.occupations)
    return mine.select(
        "participant_id", seen=ibis.cases((wanted, 1), (known, 0), else_=ibis.null("int64")).cast("int64")
    )
