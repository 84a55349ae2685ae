"""Counts each person's window and follow-up in whole days from the index date."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from steget_eval.cohort.refusals import refuse_rows
from steget_eval.cohort.tables import Laid
from steget_eval.core.dates import add_units
from steget_eval.protocol.clock import Clock

#: The occasions of a picture by weeks stand this far apart.
WEEKS_PER_POINT = 4


def with_index_date(participants: ir.Table, clock: Clock) -> ir.Table:
    """Add `index_on`; null where the clock has none, and for whoever an exit clock finds not discharged.

    Everyone was enrolled, so a start clock refuses a missing date; nobody must have left, so an exit clock does not.
    """
    if clock.index == "none":
        return participants.mutate(index_on=ibis.null("date"))
    people = participants.mutate(index_on=participants[clock.index])
    if clock.index == "discharged_on":
        return people
    refuse_rows(
        people.filter(people.index_on.isnull()), clock.index,
        f"the date is missing, and the clock starts on {clock.index}",
    )  # fmt: skip
    return people


def with_window(laid: Laid, people: ir.Table, clock: Clock) -> ir.Table:
    """Add `window_days`, `follow_days` and `observed_days`; all null where the clock has no index date.

    The window is [index, index + horizon): 24 months are 730 days or 731, each person's own. `observed_days` is the
    part of it that was followed.
    """
    if clock.index == "none":
        empty = ibis.null("int64")
        return people.mutate(window_days=empty, follow_days=empty, observed_days=empty)
    _refuse_follow_up(people)
    lengths = laid.keep("windows", _windows(_index_dates(people), clock))
    joined = people.inner_join(lengths, "index_on")
    counted = joined.mutate(follow_days=joined.followed_until.delta(joined.index_on, unit="day").cast("int64"))
    return counted.mutate(observed_days=smaller(counted.follow_days, counted.window_days))


def month_points(laid: Laid, people: ir.Table, clock: Clock) -> ir.Table | None:
    """Return `index_on`, `month` and `day`: on which day from each index date each month point falls.

    The last point is the last day of the window, which a person followed throughout has. A clock in weeks has a
    point every fourth week; one in days, or none, has no points.
    """
    if clock.index == "none" or clock.unit == "days":
        return None
    rows = [
        {"index_on": start, "month": month, "day": day}
        for start in _index_dates(people)
        for month, day in enumerate(_days_of_points(start, clock))
    ]
    schema = pa.schema([("index_on", pa.date32()), ("month", pa.int64()), ("day", pa.int64())])
    return laid.keep("points", pa.Table.from_pylist(rows, schema=schema))


def smaller(one: ir.Value, other: ir.Value) -> ir.Value:
    """Return the smaller of two columns, in words that every engine has."""
    return ibis.ifelse(one < other, one, other)


def larger(one: ir.Value, other: ir.Value) -> ir.Value:
    """Return the larger of two columns, in words that every engine has."""
    return ibis.ifelse(one > other, one, other)


def last_point(clock: Clock) -> int:
    """Return the number of the month point that stands for the last day of the window."""
    assert clock.horizon is not None
    return clock.horizon if clock.unit == "months" else -(-clock.horizon // WEEKS_PER_POINT)


def with_points(people: ir.Table, points: ir.Table) -> ir.Table:
    """Return `participant_id`, `arm`, `month`, `day`: every point at which a person is still followed."""
    joined = people.inner_join(points, "index_on")
    return joined.filter(joined.day < joined.follow_days).select("participant_id", "arm", "month", "day")


def _refuse_follow_up(people: ir.Table) -> None:
    missing = people.filter(people.followed_until.isnull())
    refuse_rows(missing, "followed_until", "the date is missing, and the clock needs to know how far each was followed")
    early = people.filter(people.followed_until < people.index_on)
    refuse_rows(early, "followed_until", "the date is before the index date; allowed: that day or later")


def _index_dates(people: ir.Table) -> list[date]:
    dates = people.select("index_on").distinct().order_by("index_on").to_pyarrow()
    return list(dates["index_on"].to_pylist())


def _windows(starts: list[date], clock: Clock) -> pa.Table:
    assert clock.horizon is not None
    assert clock.unit is not None
    lengths = [(add_units(start, clock.horizon, clock.unit) - start).days for start in starts]
    return pa.table({"index_on": pa.array(starts, pa.date32()), "window_days": pa.array(lengths, pa.int64())})


def _days_of_points(start: date, clock: Clock) -> list[int]:
    assert clock.horizon is not None
    assert clock.unit is not None
    step = 1 if clock.unit == "months" else WEEKS_PER_POINT
    days = [(add_units(start, point * step, clock.unit) - start).days for point in range(last_point(clock))]
    return [*days, (add_units(start, clock.horizon, clock.unit) - start).days - 1]
