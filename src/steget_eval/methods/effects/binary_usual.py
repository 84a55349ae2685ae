"""Intervals that are expected beside the others: Agresti–Coull, Jeffreys, Agresti–Caffo, and Fisher's exact ones."""

from __future__ import annotations

import math
from typing import Literal

from numpy.typing import ArrayLike
from scipy.stats import beta, fisher_exact
from scipy.stats.contingency import odds_ratio as conditional_odds_ratio

from steget_eval.core.errors import EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_arms, checked_choice, checked_level, checked_outcome
from steget_eval.methods.numerics.log_log import normal_quantile
from steget_eval.methods.numerics.proportion_tests import pearson_p, unpooled_error
from steget_eval.methods.numerics.proportions import Limits, Table


def share(y: ArrayLike, *, interval: Literal["agresti_coull", "jeffreys"], level: float = 0.95) -> Estimates:
    """Share with the event in one arm, as `risk_1` with population ``arm``.

    Agresti and Coull (1998): Wald's interval after z²/2 with and z²/2 without the event are added, cut at 0 and 1.
    Jeffreys': the middle of Beta(x + 1/2, n − x + 1/2), from 0 where nobody and to 1 where everybody has the event
    (Brown, Cai & DasGupta 2001). The estimate is x/n in both.
    """
    checked_choice(interval, ("agresti_coull", "jeffreys"), "interval")
    values = checked_outcome(y, binary=True)
    x, n = int(values.sum()), values.size
    limits = (_agresti_coull if interval == "agresti_coull" else _jeffreys)(x, n, checked_level(level))
    return Estimates((
        Estimate(
            contrast="risk_1", method=interval, estimate=x / n, std_error=math.sqrt(x / n * (1 - x / n) / n),
            conf_low=limits.low, conf_high=limits.high, conf_level=level, kind="binary", population="arm",
            unit="proportion", n_1=n, events_1=x,
        ),
    ))  # fmt: skip


def agresti_caffo(y: ArrayLike, a: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Difference in risk, arm 1 minus arm 0, with the interval of Agresti and Caffo (2000).

    Wald's interval after one with and one without the event are added to each arm, cut at −1 and 1; the estimate and
    `std_error` are those of the people themselves, the p-value Pearson's.
    """
    t = _table(y, a)
    p_1, p_0 = (t.x_1 + 1) / (t.n_1 + 2), (t.x_0 + 1) / (t.n_0 + 2)
    half = normal_quantile(checked_level(level)) * math.sqrt(
        p_1 * (1 - p_1) / (t.n_1 + 2) + p_0 * (1 - p_0) / (t.n_0 + 2)
    )
    limits = Limits(low=max(p_1 - p_0 - half, -1.0), high=min(p_1 - p_0 + half, 1.0))
    return _answer(
        t, "risk_difference", "agresti_caffo", t.p_1 - t.p_0, limits, std_error=unpooled_error(t),
        p_value=pearson_p(t), conf_level=level, unit="proportion",
    )  # fmt: skip


def fisher(y: ArrayLike, a: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Odds ratio given both margins, arm 1 over arm 0, with the exact interval and Fisher's two-sided test.

    The estimate is the conditional maximum of the likelihood, a little nearer to 1 than the ratio of the four counts;
    the limits are Cornfield's (1956), each from a one-sided test. The p-value adds up the tables that are no likelier
    than the one seen (Fisher 1935), so that it and the interval can differ in what they say of 1. An empty cell gives 0
    or infinity.
    """
    t = _table(y, a)
    if t.x_1 + t.x_0 in (0, t.n_1 + t.n_0):
        raise EventsError("all or nobody had the event in both arms: the odds ratio is not defined")
    counts = [[t.x_1, t.n_1 - t.x_1], [t.x_0, t.n_0 - t.x_0]]
    found = conditional_odds_ratio(counts, kind="conditional")
    told = found.confidence_interval(confidence_level=checked_level(level))
    return _answer(
        t, "odds_ratio", "fisher", float(found.statistic), Limits(low=float(told.low), high=float(told.high)),
        std_error=math.nan, p_value=float(fisher_exact(counts).pvalue), conf_level=level, unit="ratio", scale="log",
    )  # fmt: skip


def _agresti_coull(x: int, n: int, level: float) -> Limits:
    z = normal_quantile(level)
    middle = (x + z * z / 2) / (n + z * z)
    half = z * math.sqrt(middle * (1 - middle) / (n + z * z))
    return Limits(low=max(middle - half, 0.0), high=min(middle + half, 1.0))


def _jeffreys(x: int, n: int, level: float) -> Limits:
    tail, of = (1 - level) / 2, beta(x + 0.5, n - x + 0.5)
    return Limits(low=0.0 if x == 0 else float(of.ppf(tail)), high=1.0 if x == n else float(of.isf(tail)))


def _table(y: ArrayLike, a: ArrayLike) -> Table:
    counts = checked_arms(y, a, binary=True).counts(events=True)
    return Table(x_1=counts["events_1"], n_1=counts["n_1"], x_0=counts["events_0"], n_0=counts["n_0"])


def _answer(
    t: Table, contrast: str, method: str, estimate: float, limits: Limits, *, std_error: float, p_value: float,
    conf_level: float, unit: str, scale: Literal["identity", "log"] = "identity",
) -> Estimates:  # fmt: skip
    return Estimates((
        Estimate(
            contrast=contrast, method=method, estimate=estimate, std_error=std_error, conf_low=limits.low,
            conf_high=limits.high, p_value=p_value, conf_level=conf_level, unit=unit, scale=scale, kind="binary",
            population="ATE", n_1=t.n_1, n_0=t.n_0, events_1=t.x_1, events_0=t.x_0,
        ),
    ))  # fmt: skip
