"""Counts each person's window and follow-up in whole days from the index date."""

from __future__ import annotations

from collections.abc import Collection
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
#: A day after every window.
NEVER = 1_000_000


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
    """Return `index_on`, `month`, `day`, `next_day`: on which day from each index date each month point falls.

    The last point is the last day of the window, which a person followed throughout has; its `next_day` is never. A
    clock in weeks has a point every fourth week; one in days, or none, has no points.
    """
    if clock.index == "none" or clock.unit == "days":
        return None
    starts = distinct_dates(people, "index_on")
    days = np.array([_days_of_points(start, clock) for start in starts], dtype=np.int64).reshape(len(starts), -1)
    after = np.column_stack([days[:, 1:], np.full(len(starts), NEVER)])
    return laid.keep("points", pa.table({
        "index_on": pa.array(np.repeat(np.array(starts, dtype="datetime64[D]"), days.shape[1])),
        "month": np.tile(np.arange(days.shape[1]), len(starts)), "day": days.ravel(), "next_day": after.ravel(),
    }))  # fmt: skip


def with_points_before(table: ir.Table, points: ir.Table, clock: Clock, /, **days: str) -> ir.Table:
    """Add columns that tell how many month points lie before a day: ``name="column of days"``.

    The month is guessed from the day, right or one beside, and put right by the table of points.
    """
    for name, column in days.items():
        day = table[column] - 1
        guess = day * 24 // 731 if clock.unit == "months" else day // (7 * WEEKS_PER_POINT)
        last = last_point(clock)
        guess = ibis.cases((day < 0, 0), (guess > last, last), else_=guess).cast("int64")
        guessed = table.mutate(guess=guess)
        renamed = points.rename(point_index_on="index_on", guess_day="day")
        joined = guessed.inner_join(
            renamed, [guessed.index_on == renamed.point_index_on, guessed.guess == renamed.month]
        )
        at = joined[column] - 1
        number = ibis.cases(
            (at < 0, 0), (at < joined.guess_day, joined.guess), (at >= joined.next_day, joined.guess + 2),
            else_=joined.guess + 1,
        )  # fmt: skip
        table = joined.mutate(**{name: number.cast("int16")}).drop(
            "guess", "point_index_on", "month", "guess_day", "next_day"
        )
    return table


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
