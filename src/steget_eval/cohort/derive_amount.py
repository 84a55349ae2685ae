"""Derives an amount: one that was recorded, or days, hours and pay in a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays
from steget_eval.cohort.windows import smaller
from steget_eval.protocol.measures import COUNTED
from steget_eval.protocol.outcome import Outcome
from steget_eval.records.codes import UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountUnit:
    """The unit an amount is shown in, and how many of what is added up make one of it, as a ratio of whole numbers."""

    shown: str
    numerator: int = 1
    denominator: int = 1


#: What is added up is days; for hours minutes a week by days; for pay kronor a month by days. A mean month has
#: 30.436875 days, which is 48 699 / 1 600.
COUNTED_UNITS: dict[str, AmountUnit] = {
    "days_in_state": AmountUnit(shown="days"),
    "first_tenure": AmountUnit(shown="days"),
    "weeks_in_state": AmountUnit(shown="weeks", denominator=7),
    "hours_in_state": AmountUnit(shown="hours", denominator=7 * 60),
    "pay_in_state": AmountUnit(shown="sek", numerator=1_600, denominator=48_699),
}
#: Öre in a krona.
_ORE = 100


def amount_unit(outcome: Outcome, recorded: Mapping[str, str]) -> AmountUnit:
    """Return the unit of an amount outcome.

    Parameters
    ----------
    recorded
        Outcome id to the stored unit, for amounts that were recorded.
    """
    if outcome.measure in COUNTED:
        return COUNTED_UNITS[outcome.measure]
    unit = UNITS[recorded[outcome.id]]
    return AmountUnit(shown=unit.shown, denominator=unit.per_shown)


def derive_amount(days: PersonDays, unit: AmountUnit) -> dict[str, ir.Value]:
    """Return the column `y`, the amount of each person in shown units.

    What is counted in a state counts while followed in the window, and is unknown of who was not followed through it,
    unless an intercurrent event met by while-alive or composite came first: then what was counted up to and with its
    day is all there is. It is nothing where a minimum dose was never full, and unknown where a spell that counts has
    no hours or no pay. An amount that was not recorded is unknown, or zero after an event met by composite.
    """
    if days.estimand.exposure is not None:
        return _over_days(days, unit)
    zero, unknown = ibis.literal(0).cast("float64"), ibis.null("float64")
    if days.outcome.measure == "as_recorded":
        amount = days.fact("amount")
        y = ibis.cases(
            (amount.notnull(), _shown(amount, unit)), (days.is_met_by("composite"), zero), else_=unknown
        )  # fmt: skip
        return {"y": y.cast("float64")}
    counted = ibis.cases(
        (days.event_first == 0, zero), (days.counted("lacking") > 0, unknown), else_=_shown(days.counted("total"), unit)
    )
    y = ibis.cases(
        (days.is_met_by("hypothetical"), unknown),
        (days.met_by.notnull() | days.is_followed, counted),
        else_=unknown,
    )
    return {"y": y.cast("float64")}


def _over_days(days: PersonDays, unit: AmountUnit) -> dict[str, ir.Value]:
    """Return what was counted while followed as `y`, and over how many days as `exposure`; unknown of no days.

    An event met by while-alive ends both, with its day the last that counts.
    """
    until = days.table.observed_days.cast("int64")
    over = smaller((days.met_day + 1).fill_null(until), until)
    known = (over > 0) & (days.counted("lacking") == 0)
    y = ibis.ifelse(known, _shown(days.counted("total"), unit), ibis.null("float64"))
    return {"y": y.cast("float64"), "exposure": ibis.ifelse(known, over, ibis.null("int64")).cast("float64")}


def _shown(amount: ir.Value, unit: AmountUnit) -> ir.Value:
    if unit.numerator == 1:
        return amount.cast("float64") / unit.denominator
    # Whole öre first, so that every engine rounds alike.
    half = unit.denominator // 2
    ore = (amount.cast("int64") * (unit.numerator * _ORE) + half) // unit.denominator
    return ore.cast("float64") / _ORE
