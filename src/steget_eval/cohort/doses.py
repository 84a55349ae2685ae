"""Finds the day on which a minimum dose is full."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.windows import larger
from steget_eval.protocol.measures import MinimumDose

#: Minutes a week times days: so many make an hour.
PER_HOUR = 7 * 60


def days_so_far(stretches: ir.Table) -> ir.Table:
    """Add `so_far`, how many days the person's stretches hold up to and with this one."""
    running = ibis.window(group_by="person", order_by="lo", rows=(None, 0))
    lived = stretches.mutate(days=stretches.hi - stretches.lo)
    return lived.mutate(so_far=lived.days.sum().over(running).cast("int64"))


def day_of_days(stretches: ir.Table, dose: MinimumDose) -> ir.Value:
    """Return the day on which a dose in days or unbroken weeks is full, as an aggregate by person; null where never.

    Parameters
    ----------
    stretches
        With `so_far`, unless the dose is unbroken.
    """
    never, needed = ibis.null("int64"), dose.dose_days
    if dose.unbroken:
        is_full, day = stretches.hi - stretches.lo >= needed, stretches.lo + (needed - 1)
    else:
        # A later stretch places the day later, by every gap before it: the first with a full dose has the earliest.
        is_full, day = stretches.so_far >= needed, stretches.hi - 1 - (stretches.so_far - needed)
    return ibis.ifelse(is_full, day.cast("int64"), never).min().cast("int64")


def day_of_hours(qualifying: ir.Table, hours: int) -> ir.Table:
    """Return `person` and `full`, the day on which so many hours are worked; spells that overlap both give theirs.

    A spell gives its minutes a week by days, and none where its hours are unknown.
    """
    given = qualifying.filter(qualifying.minutes > 0)
    steps = given.select("person", day=given.lo.cast("int64"), rate=given.minutes).union(
        given.select("person", day=given.hi.cast("int64"), rate=-given.minutes)
    )
    daily = steps.group_by("person", "day").agg(rate=steps.rate.sum().cast("int64"))
    by_day = {"group_by": "person", "order_by": "day"}
    rated = daily.mutate(
        rate=daily.rate.sum().over(ibis.window(**by_day, rows=(None, 0))).cast("int64"),
        next_day=daily.day.lead().over(ibis.window(**by_day)),
    )
    each = rated.filter(rated.next_day.notnull() & (rated.rate > 0))
    lived = each.mutate(minutes=each.rate * (each.next_day - each.day))
    summed = lived.mutate(total=lived.minutes.sum().over(ibis.window(**by_day, rows=(None, 0))).cast("int64"))
    reached = summed.filter(summed.total >= hours * PER_HOUR)
    missing = hours * PER_HOUR - (reached.total - reached.minutes)
    placed = reached.mutate(full=reached.day + (missing + reached.rate - 1) // reached.rate - 1)
    return placed.group_by("person").agg(full=placed.full.min().cast("int64"))


def day_of_weeks(stretches: ir.Table, share: float, people: ir.Table) -> ir.Table:
    """The first qualifying day of the week that fills the share, of the window's whole weeks from the index date."""
    joined = stretches.inner_join(people.select("person", "window_days"), "person")
    whole = joined.window_days // 7
    weeks = joined.mutate(week_0=joined.lo // 7, week_1=(joined.hi - 1) // 7, whole=whole)
    inside = weeks.filter(weeks.week_0 < weeks.whole)
    inside = inside.mutate(week_1=ibis.ifelse(inside.week_1 < inside.whole, inside.week_1, inside.whole - 1))
    by_day = {"group_by": "person", "order_by": "lo"}
    earlier = inside.week_1.max().over(ibis.window(**by_day, rows=(None, -1)))
    fresh = inside.mutate(week_0=larger(inside.week_0, (earlier + 1).fill_null(0)))
    held = fresh.mutate(weeks=fresh.week_1 - fresh.week_0 + 1)
    summed = held.mutate(total=held.weeks.sum().over(ibis.window(**by_day, rows=(None, 0))).cast("int64"))
    # Whole weeks needed: the share times 10 000 rounded up in whole numbers, since 0.07 * 100 is 7.000000000000001.
    needed = (summed.whole * round(share * 10_000) + 9_999) // 10_000
    reached = summed.mutate(needed=needed)
    reached = reached.filter((reached.weeks > 0) & (reached.total >= reached.needed))
    first_day = (reached.week_1 - (reached.total - reached.needed)) * 7
    placed = reached.mutate(day=larger(reached.lo, first_day))
    return placed.group_by("person").agg(full=placed.day.min().cast("int64"))
