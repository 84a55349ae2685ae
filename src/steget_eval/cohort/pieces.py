"""Counts days, hours and pay in the pieces of time that an amount is made of."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.spells import qualify_spells
from steget_eval.cohort.stretches import Qualifying
from steget_eval.cohort.windows import larger, smaller
from steget_eval.protocol.outcome import Outcome

#: The column of a spell that each measure weighs its days by.
WEIGHTS = {"hours_in_state": "minutes", "pay_in_state": "pay"}


def pieces_of(outcome: Outcome, way: Qualifying, stretches: ir.Table, clipped: ir.Table) -> ir.Table:
    """Return `person`, `lo`, `hi` and `weight` a day, null where the records do not say.

    Hours and pay are counted spell by spell, so that two jobs at the same time both give theirs; days once.
    """
    if outcome.measure in WEIGHTS:
        qualifying = qualify_spells(clipped, way.sources, way.hours_per_week)
        return qualifying.select("person", "lo", "hi", weight=qualifying[WEIGHTS[outcome.measure]])
    if outcome.measure == "first_tenure":
        in_order = ibis.row_number().over(ibis.window(group_by="person", order_by="lo"))
        numbered = stretches.mutate(place=in_order)
        stretches = numbered.filter(numbered.place == 0)
    return stretches.select("person", "lo", "hi", weight=ibis.literal(1, "int64"))


def count_pieces(pieces: ir.Table, until: ir.Table | None = None) -> ir.Table:
    """Return `person`, `total` and `lacking`, how many pieces have no weight.

    Parameters
    ----------
    until
        `person` and `until`, the day from which nothing is counted; None counts everything.
    """
    if until is not None:
        joined = pieces.inner_join(until, "person")
        cut = joined.mutate(hi=smaller(joined.hi, joined.until))
        pieces = cut.filter(cut.lo < cut.hi)
    days = larger(pieces.hi - pieces.lo, ibis.literal(0)).cast("int64")
    return pieces.group_by("person").agg(
        total=(days * pieces.weight).sum().cast("int64"),
        lacking=ibis.ifelse(pieces.weight.isnull(), 1, 0).sum().cast("int64"),
    )
