"""Crude answers for an outcome that happened or did not: risks, their difference, ratio, odds ratio, number needed.

Zero cells get no silent half: the log intervals refuse them, the score intervals answer.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from numpy.typing import ArrayLike
from scipy.stats import beta

from steget_eval.core.errors import ArgumentError, EventsError, OutsideError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates, IntervalKind
from steget_eval.methods.numerics.arms import checked_arms, checked_choice, checked_level, checked_outcome
from steget_eval.methods.numerics.proportion_tests import (
    log_limits,
    pearson_p,
    score_p,
    unpooled_error,
    wald_limits,
    wald_p,
)
from steget_eval.methods.numerics.proportions import (
    Limits,
    OneArm,
    Table,
    limits_koopman,
    limits_miettinen_nurminen,
    limits_newcombe,
    limits_odds_score,
    limits_one,
)

DifferenceInterval = Literal["newcombe", "miettinen_nurminen", "wald"]
RatioInterval = Literal["log", "koopman"]
OddsInterval = Literal["log", "score"]

#: How the sign of a number needed is read.
NEEDED_NOTE = (
    "Positive: one more person with the event for each this many in arm 1 (number needed to treat, where the event is "
    "wanted); negative: one fewer (number needed to harm)."
)


def risk(y: ArrayLike, *, interval: OneArm = "wilson", level: float = 0.95) -> Estimates:
    """Share with the event in one arm, as `risk_1` with population ``arm``.

    Wilson's score interval, the exact one of Clopper and Pearson (1934), or mid-P (Lancaster 1961), which is the exact
    one without its caution. `std_error` is the binomial one, zero
    where all or nobody have the event.
    """
    values = checked_outcome(y, binary=True)
    checked_choice(interval, ("wilson", "clopper_pearson", "mid_p"), "interval")
    row = _risk_row("risk_1", int(values.sum()), values.size, interval, checked_level(level))
    return Estimates((Estimate(**row, population="arm", n_1=values.size, events_1=int(values.sum())),))


def posterior_risk(
    y: ArrayLike, *, prior_successes: float = 0.5, prior_failures: float = 0.5, level: float = 0.95
) -> Estimates:
    """Share with the event in one arm, as the mean of its posterior, with the credible interval of equal tails.

    The prior is Beta, Jeffreys' unless another is given, and stands in the note.
    """
    values = checked_outcome(y, binary=True)
    if not (prior_successes > 0 and prior_failures > 0):
        raise ArgumentError(f"a Beta prior needs two numbers above zero, got {prior_successes} and {prior_failures}")
    x, n, tail = int(values.sum()), values.size, (1 - checked_level(level)) / 2
    posterior = beta(x + prior_successes, n - x + prior_failures)
    return Estimates((
        Estimate(
            contrast="risk_1", method="posterior", estimate=float(posterior.mean()), std_error=float(posterior.std()),
            conf_low=float(posterior.ppf(tail)), conf_high=float(posterior.isf(tail)), conf_level=level,
            interval_kind="credible", kind="binary", population="arm", unit="proportion", n_1=n, events_1=x,
            note=f"Prior Beta({prior_successes:g}, {prior_failures:g}).",
        ),
    ))  # fmt: skip


def risks(y: ArrayLike, a: ArrayLike, *, interval: OneArm = "wilson", level: float = 0.95) -> Estimates:
    """Share with the event in each arm, as `risk_1` and `risk_0`."""
    arms = checked_arms(y, a, binary=True)
    checked_choice(interval, ("wilson", "clopper_pearson", "mid_p"), "interval")
    counts = arms.counts(events=True)
    rows = [
        _risk_row(f"risk_{arm}", counts[f"events_{arm}"], counts[f"n_{arm}"], interval, checked_level(level))
        for arm in (1, 0)
    ]
    return Estimates(tuple(Estimate(**row, population="ATE", **counts) for row in rows))


def risk_difference(
    y: ArrayLike, a: ArrayLike, *, interval: DifferenceInterval = "newcombe", level: float = 0.95
) -> Estimates:
    """Difference in risk, arm 1 minus arm 0.

    Newcombe (1998, method 10) with Pearson's chi-squared p-value; Miettinen and Nurminen (1985) with its own score
    test; Wald with its own, refused where neither arm varies. `std_error` is the unpooled one in all three. The
    p-value is missing where all or nobody have the event.
    """
    table = _table(y, a)
    checked_choice(interval, ("newcombe", "miettinen_nurminen", "wald"), "interval")
    limits = _difference_limits(table, interval, checked_level(level))
    return _answer(
        table, "risk_difference", interval, table.p_1 - table.p_0, limits,
        std_error=unpooled_error(table), p_value=_difference_p(table, interval), conf_level=level, unit="proportion",
    )  # fmt: skip


def risk_ratio(y: ArrayLike, a: ArrayLike, *, interval: RatioInterval = "log", level: float = 0.95) -> Estimates:
    """Ratio of risks, arm 1 over arm 0.

    ``log`` is Wald on the log scale, refused for an arm without events or where everyone has the event; ``koopman``
    (1984) answers with 0 or infinity, with Pearson's chi-squared p-value. `std_error` is that of the log, missing
    where an arm has no event.
    """
    table = _table(y, a)
    checked_choice(interval, ("log", "koopman"), "interval")
    checked_level(level)
    if table.x_1 == 0 and table.x_0 == 0:
        raise EventsError("nobody had the event in either arm: the risk ratio is not defined")
    empty = table.x_1 == 0 or table.x_0 == 0
    if interval == "log" and empty:
        raise EventsError("an arm has no event: the log interval of the risk ratio is not defined; koopman is")
    if interval == "log" and unpooled_error(table) == 0:
        raise EventsError("everyone had the event in both arms: the log interval has no width; koopman has")
    ratio = math.inf if table.x_0 == 0 else table.p_1 / table.p_0
    std_error = math.nan
    if not empty:
        std_error = math.sqrt((1 - table.p_1) / table.x_1 + (1 - table.p_0) / table.x_0)
    limits = limits_koopman(table, level=level) if interval == "koopman" else log_limits(ratio, std_error, level)
    p_value = pearson_p(table) if interval == "koopman" else wald_p(math.log(ratio), std_error)
    return _answer(
        table, "risk_ratio", interval, ratio, limits,
        std_error=std_error, p_value=p_value, conf_level=level, unit="ratio", scale="log",
    )  # fmt: skip


def odds_ratio(y: ArrayLike, a: ArrayLike, *, interval: OddsInterval = "log", level: float = 0.95) -> Estimates:
    """Odds ratio, arm 1 over arm 0.

    ``log`` is Woolf's Wald interval on the log scale and refuses a zero cell; ``score`` is that of Miettinen and
    Nurminen (1985), which answers it with 0 or infinity, with its own score test.
    """
    table = _table(y, a)
    checked_choice(interval, ("log", "score"), "interval")
    checked_level(level)
    if table.x_1 + table.x_0 in (0, table.n_1 + table.n_0):
        raise EventsError("all or nobody had the event in both arms: the odds ratio is not defined")
    cells = (table.x_1, table.n_1 - table.x_1, table.x_0, table.n_0 - table.x_0)
    empty = 0 in cells
    if interval == "log" and empty:
        raise EventsError("a cell of the two by two table is zero: the log interval is not defined; score is")
    crossed = cells[1] * cells[2]
    ratio = math.inf if crossed == 0 else cells[0] * cells[3] / crossed
    std_error = math.nan if empty else math.sqrt(sum(1 / cell for cell in cells))
    limits = limits_odds_score(table, level=level) if interval == "score" else log_limits(ratio, std_error, level)
    p_value = score_p(table) if interval == "score" else wald_p(math.log(ratio), std_error)
    return _answer(
        table, "odds_ratio", interval, ratio, limits,
        std_error=std_error, p_value=p_value, conf_level=level, unit="ratio", scale="log",
    )  # fmt: skip


def number_needed(
    y: ArrayLike, a: ArrayLike, *, interval: DifferenceInterval = "newcombe", level: float = 0.95
) -> Estimates:
    """How many people in arm 1 it takes for one more with the event: the inverse of the risk difference.

    Its limits are the inverses of the difference's (Altman 1998). Where those exclude zero the interval is a
    confidence interval. Where they cross zero the set is disjoint: it runs from `conf_low` (negative) down to minus
    infinity, and from `conf_high` (positive) up to infinity. Negative is a number needed to harm.
    """
    table = _table(y, a)
    checked_choice(interval, ("newcombe", "miettinen_nurminen", "wald"), "interval")
    difference = table.p_1 - table.p_0
    if difference == 0:
        raise OutsideError("the risk difference is exactly zero: no finite number is needed to treat or to harm")
    of = _difference_limits(table, interval, checked_level(level))
    crosses = of.low < 0 < of.high
    ends = sorted((inverse_limit(of.low, difference), inverse_limit(of.high, difference)))
    return _answer(
        table, "nnt", interval, 1 / difference, Limits(low=ends[0], high=ends[1]),
        interval_kind="disjoint" if crosses else "confidence", conf_level=level, unit="persons", note=NEEDED_NOTE,
    )  # fmt: skip


def inverse_limit(limit: float, difference: float) -> float:
    """Return the number needed at one limit of a difference; at zero it is infinite, on the difference's own side."""
    return math.copysign(math.inf, difference) if limit == 0 else 1 / limit


def _table(y: ArrayLike, a: ArrayLike) -> Table:
    counts = checked_arms(y, a, binary=True).counts(events=True)
    return Table(x_1=counts["events_1"], n_1=counts["n_1"], x_0=counts["events_0"], n_0=counts["n_0"])


def _answer(
    t: Table, contrast: str, method: str, estimate: float, limits: Limits,
    *, interval_kind: IntervalKind = "confidence", **columns: Any,
) -> Estimates:  # fmt: skip
    return Estimates((
        Estimate(
            contrast=contrast, method=method, estimate=estimate, conf_low=limits.low, conf_high=limits.high,
            interval_kind=interval_kind, kind="binary", population="ATE",
            n_1=t.n_1, n_0=t.n_0, events_1=t.x_1, events_0=t.x_0, **columns,
        ),
    ))  # fmt: skip


def _risk_row(contrast: str, x: int, n: int, interval: OneArm, level: float) -> dict[str, Any]:
    limits = limits_one(x, n, method=interval, level=level)
    share = x / n
    return {
        "contrast": contrast, "method": interval, "estimate": share, "std_error": math.sqrt(share * (1 - share) / n),
        "conf_low": limits.low, "conf_high": limits.high, "conf_level": level, "kind": "binary", "unit": "proportion",
    }  # fmt: skip


def _difference_limits(t: Table, interval: DifferenceInterval, level: float) -> Limits:
    if interval == "newcombe":
        return limits_newcombe(t, level=level)
    if interval == "miettinen_nurminen":
        return limits_miettinen_nurminen(t, level=level)
    if unpooled_error(t) == 0:
        raise SpreadError("neither arm varies: Wald's interval has no width; newcombe and miettinen_nurminen have")
    return wald_limits(t.p_1 - t.p_0, unpooled_error(t), level)


def _difference_p(t: Table, interval: DifferenceInterval) -> float:
    if interval == "miettinen_nurminen":
        return score_p(t)
    if interval == "newcombe":
        return pearson_p(t)
    return wald_p(t.p_1 - t.p_0, unpooled_error(t))
