"""Counts each person's window and follow-up in whole days from the index date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from steget_eval.cohort.refusals import refuse_missing_column, refuse_rows
from steget_eval.cohort.tables import Laid
from steget_eval.core.dates import add_months, add_units
from steget_eval.protocol.clock import Clock

#: The occasions of a picture by weeks stand this far apart.
WEEKS_PER_POINT = 4
#: The last month of a window that is counted in days.
DAYS_OF_LAST_MONTH = 30


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
    """Add `window_days`, `follow_days`, `observed_days` and `last_month`; all null where the clock has no index date.

    The window is [index, index + horizon): 24 months are 730 days or 731, each person's own. `observed_days` is the
    part of it that was followed; `last_month` the first day of its last month, of its last four weeks where the clock
    is in weeks, and of its last thirty days where it is in days.
    """
    if clock.index == "none":
        empty = ibis.null("int64")
        return people.mutate(window_days=empty, follow_days=empty, observed_days=empty, last_month=empty)
    _refuse_follow_up(people)
    lengths = laid.keep("windows", _windows(distinct_dates(people, "index_on"), clock))
    joined = people.inner_join(lengths, "index_on")
    counted = joined.mutate(follow_days=joined.followed_until.delta(joined.index_on, unit="day").cast("int64"))
    return counted.mutate(observed_days=smaller(counted.follow_days, counted.window_days))


def with_exit(laid: Laid, people: ir.Table, months: Collection[int]) -> ir.Table:
    """Add `exit_day` and for each number of months `exit_after_<months>`: that many months after the day of discharge.

    Both are days from the index date, null where the person was not discharged.
    """
    refuse_missing_column(people, "participants", "discharged_on", "an outcome that counts from discharge")
    dates = distinct_dates(people.filter(people.discharged_on.notnull()), "discharged_on")
    columns = {"left_on": pa.array(dates, pa.date32())}
    for count in months:
        later = [(add_months(day, count) - day).days for day in dates]
        columns[f"after_{count}"] = pa.array(later, pa.int64())
    exits = laid.keep("exits", pa.table(columns))
    joined = people.left_join(exits, people.discharged_on == exits.left_on)
    exit_day = joined.discharged_on.delta(joined.index_on, unit="day").cast("int64")
    named = joined.mutate(exit_day=exit_day)
    asked = {f"exit_after_{count}": named.exit_day + named[f"after_{count}"] for count in months}
    return named.mutate(**asked).drop("left_on", *(f"after_{count}" for count in months))


def month_points(laid: Laid, people: ir.Table, clock: Clock) -> ir.Table | None:
    """Return `index_on` and `day_0`, `day_1`, …: on which day from each index date each month point falls.

    A clock in days, or without an index date, has no points.
    """
    if clock.index == "none" or clock.unit == "days":
        return None
    starts = distinct_dates(people, "index_on")
    days = days_of_points(starts, clock)
    columns = {f"day_{point}": pa.array(days[:, point], pa.int32()) for point in range(days.shape[1])}
    return laid.keep("points", pa.table({"index_on": pa.array(starts, pa.date32())} | columns))


def days_of_points(starts: Sequence[date], clock: Clock) -> np.ndarray:
    """Return the day of each month point, counted from each index date, shape (starts, points).

    The last point is the last day of the window, which a person followed throughout has. A clock in weeks has a point
    every fourth week.
    """
    points = last_point(clock) + 1
    return np.array([_days_of_points(start, clock) for start in starts], dtype=np.int64).reshape(-1, points)


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


def distinct_dates(table: ir.Table, column: str) -> list[date]:
    """Return the different dates of a column, in order."""
    dates = table.select(column).distinct().order_by(column).to_pyarrow()
    return list(dates[column].to_pylist())


def _refuse_follow_up(people: ir.Table) -> None:
    missing = people.filter(people.followed_until.isnull())
    refuse_rows(missing, "followed_until", "the date is missing, and the clock needs to know how far each was followed")
    early = people.filter(people.followed_until < people.index_on)
    refuse_rows(early, "followed_until", "the date is before the index date; allowed: that day or later")


def _windows(starts: list[date], clock: Clock) -> pa.Table:
    assert clock.horizon is not None
    assert clock.unit is not None
    lengths = [(add_units(start, clock.horizon, clock.unit) - start).days for start in starts]
    step = {"months": 1, "weeks": WEEKS_PER_POINT, "days": DAYS_OF_LAST_MONTH}[clock.unit]
    before = max(clock.horizon - step, 0)
    last = [(add_units(start, before, clock.unit) - start).days for start in starts]
    whole = {"window_days": pa.array(lengths, pa.int64()), "last_month": pa.array(last, pa.int64())}
    return pa.table({"index_on": pa.array(starts, pa.date32())} | whole)


def _days_of_points(start: date, clock: Clock) -> list[int]:
    assert clock.horizon is not None
    assert clock.unit is not None
    step = 1 if clock.unit == "months" else WEEKS_PER_POINT
    days = [(add_units(start, point * step, clock.unit) - start).days for point in range(last_point(clock))]
    return [*days, (add_units(start, clock.horizon, clock.unit) - start).days - 1]
