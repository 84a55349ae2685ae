"""Contrasts from the four counts that a published trial prints."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from steget_eval.core.errors import ArgumentError, EmptyArmError, EventsError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """People with the event, and people, in each arm."""

    events_1: int
    n_1: int
    events_0: int
    n_0: int


def risk_ratio_from_counts(events_1: int, n_1: int, events_0: int, n_0: int, *, level: float = 0.95) -> Estimates:
    """Risk in arm 1 over that in arm 0, Wald interval on the log scale.

    Katz et al. (1978). An arm without events is refused.

    Parameters
    ----------
    events_1, n_1, events_0, n_0
        People with the event and people in all, as printed.
    level
        Confidence level.
    """
    counts = checked_counts(events_1, n_1, events_0, n_0)
    _refuse_zero("risk ratio", events_1, events_0)
    variance = 1 / events_1 - 1 / n_1 + 1 / events_0 - 1 / n_0
    return _log_row(counts, "risk_ratio", math.log((events_1 / n_1) / (events_0 / n_0)), variance, level)


def odds_ratio_from_counts(events_1: int, n_1: int, events_0: int, n_0: int, *, level: float = 0.95) -> Estimates:
    """Odds in arm 1 over those in arm 0, Wald interval on the log scale.

    Woolf (1955). An empty cell is refused. Arguments as in `risk_ratio_from_counts`.
    """
    counts = checked_counts(events_1, n_1, events_0, n_0)
    cells = (events_1, n_1 - events_1, events_0, n_0 - events_0)
    _refuse_zero("odds ratio", *cells)
    log_ratio = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return _log_row(counts, "odds_ratio", log_ratio, sum(1 / cell for cell in cells), level)


def risk_difference_from_counts(events_1: int, n_1: int, events_0: int, n_0: int, *, level: float = 0.95) -> Estimates:
    """Risk in arm 1 less that in arm 0, Wald interval, variances unpooled.

    Where neither arm has any spread the difference has no Wald interval: refused. Arguments as in
    `risk_ratio_from_counts`.
    """
    counts = checked_counts(events_1, n_1, events_0, n_0)
    risk_1, risk_0 = events_1 / n_1, events_0 / n_0
    variance = risk_1 * (1 - risk_1) / n_1 + risk_0 * (1 - risk_0) / n_0
    if not variance > 0:
        raise SpreadError("neither arm has any spread, so the difference has no Wald interval")
    return _row(counts, "risk_difference", risk_1 - risk_0, variance, level)


def checked_counts(events_1: int, n_1: int, events_0: int, n_0: int) -> TwoByTwo:
    """Return four counts once they are whole, within their arms, with somebody in each; else refuse."""
    for arm, events, n in ((1, events_1, n_1), (0, events_0, n_0)):
        if n < 1:
            raise EmptyArmError(f"arm {arm} has nobody")
        if int(events) != events or int(n) != n or not 0 <= events <= n:
            raise ArgumentError(f"arm {arm} needs a whole number of events from 0 to {n}, got {events!r}")
    return TwoByTwo(events_1=int(events_1), n_1=int(n_1), events_0=int(events_0), n_0=int(n_0))


def _refuse_zero(what: str, *cells: int) -> None:
    if min(cells) == 0:
        raise EventsError(f"a cell of the table is zero, so the log {what} has no standard error")


def _log_row(counts: TwoByTwo, contrast: str, log_ratio: float, variance: float, level: float) -> Estimates:
    return _row(counts, contrast, log_ratio, variance, level, is_log=True)


def _row(
    counts: TwoByTwo, contrast: str, value: float, variance: float, level: float, *, is_log: bool = False
) -> Estimates:
    std_error = math.sqrt(variance)
    reach = float(stats.norm.ppf((1 + level) / 2)) * std_error
    ends = [value, value - reach, value + reach]
    estimate, low, high = (math.exp(end) for end in ends) if is_log else ends
    row = Estimate(
        contrast=contrast,
        method="published_counts",
        estimate=estimate,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        conf_level=level,
        p_value=float(2 * stats.norm.sf(abs(value) / std_error)),
        n_1=counts.n_1,
        n_0=counts.n_0,
        events_1=counts.events_1,
        events_0=counts.events_0,
        kind="binary",
        population="ATE",
        unit="ratio" if is_log else "proportion",
        scale="log" if is_log else "identity",
    )
    return Estimates((row,))
