"""Cost for each person reached, and the budget against the outturn.

The accounts are known figures; what is uncertain is how many of those served go on. A cost for each who went on carries
the interval of that share, turned over: cost / (n · share).
"""

from __future__ import annotations

import math

from steget_eval.core.errors import ArgumentError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.proportions import limits_one

ARITHMETIC = "arithmetic on known figures"


def cost_per_person(cost_ore: int, n: int) -> Estimates:
    """Return the cost for each of `n` people, in kronor: arithmetic, without an interval.

    Parameters
    ----------
    cost_ore
        Cost in öre, as amounts are stored.
    """
    _check(cost_ore, n)
    return Estimates((_row("cost_per_person", cost_ore / 100 / n, n_1=n, interval_kind="none", note=ARITHMETIC),))


def cost_per_success(cost_ore: int, count: int, n: int, *, level: float = 0.95) -> Estimates:
    """Return the cost for each who went on, in kronor, with the limits that the share's exact interval gives.

    Clopper & Pearson's limits of the share, turned over; without anyone who went on there is no upper limit and no
    cost: refused. It says nothing of what the programme caused: those who went on might have gone on without it.
    """
    _check(cost_ore, n)
    if not 0 < count <= n:
        raise ArgumentError("a cost for each who went on needs at least one who did, and no more than were served")
    limits = limits_one(count, n, method="clopper_pearson", level=level)
    kronor = cost_ore / 100
    return Estimates((
        _row("cost_per_success", kronor / count, n_1=n, events_1=count, conf_low=kronor / (n * limits.high),
             conf_high=kronor / (n * limits.low), conf_level=level),
    ))  # fmt: skip


def share_of(part_ore: int, whole_ore: int) -> Estimates:
    """Return one amount as a share of another, as outturn of budget or support of budget: arithmetic."""
    if whole_ore <= 0 or part_ore < 0:
        raise ArgumentError("a share needs a whole above zero and a part that is not negative")
    row = Estimate(contrast="budget_share", method="arithmetic", estimate=part_ore / whole_ore, kind="amount",
                   interval_kind="none", unit="proportion", note=ARITHMETIC)  # fmt: skip
    return Estimates((row,))


def _row(
    contrast: str,
    estimate: float,
    *,
    n_1: int,
    events_1: int | None = None,
    conf_low: float = math.nan,
    conf_high: float = math.nan,
    conf_level: float = math.nan,
    interval_kind: str = "confidence",
    note: str = "",
) -> Estimate:
    return Estimate(
        contrast=contrast, method="arithmetic" if interval_kind == "none" else "clopper_pearson", estimate=estimate,
        conf_low=conf_low, conf_high=conf_high, conf_level=conf_level, n_1=n_1, events_1=events_1, kind="amount",
        population="arm", unit="sek", note=note, interval_kind="none" if interval_kind == "none" else "confidence",
    )  # fmt: skip


def _check(cost_ore: int, n: int) -> None:
    if cost_ore < 0:
        raise ArgumentError("a cost cannot be negative")
    if n < 1:
        raise ArgumentError("a cost for each person needs somebody")
