"""A number of events in a period: Poisson limits of the number, or of the rate where exposure is known."""

from __future__ import annotations

from scipy.stats import chi2

from steget_eval.core.errors import ArgumentError
from steget_eval.core.estimates import Estimate, Estimates


def event_count(events: int, *, exposure: float | None = None, unit: str = "events", level: float = 0.95) -> Estimates:
    """Return a number of events with the exact limits of its expected number.

    Garwood (1936): the limits are half quantiles of chi-square. They suppose that the events come independently of
    each other; a report that leads to another does not. Without `exposure` nothing is divided: a number of reports in
    half a year is no rate per person.

    Parameters
    ----------
    events
        A whole number, 0 or more.
    exposure
        Person-time or another positive measure; the answer is then a rate, in `unit`.
    """
    if events < 0 or events != int(events):
        raise ArgumentError("a number of events is a whole number, 0 or more")
    if exposure is not None and not exposure > 0:
        raise ArgumentError("exposure must be above zero")
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(chi2.ppf(tail, 2 * events)) / 2
    high = float(chi2.isf(tail, 2 * events + 2)) / 2
    by = 1.0 if exposure is None else exposure
    row = Estimate(
        contrast="event_count" if exposure is None else "event_rate", method="poisson_exact", estimate=events / by,
        conf_low=low / by, conf_high=high / by, conf_level=level, events_1=int(events), kind="amount",
        population="arm", unit=unit,
    )  # fmt: skip
    return Estimates((row,))
