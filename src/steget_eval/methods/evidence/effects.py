"""Standardised effects of two shares."""

from __future__ import annotations

import math

from scipy.stats import norm

from steget_eval.methods.evidence.formulas_odds import woolf
from steget_eval.methods.numerics.proportions import Limits, Table

_LOGISTIC = math.sqrt(3) / math.pi


def cohen_h(t: Table) -> float:
    """Return the difference of the arcsine roots, doubled (Cohen 1988)."""
    return 2 * math.asin(math.sqrt(t.p_1)) - 2 * math.asin(math.sqrt(t.p_0))


def cohen_h_limits(t: Table, level: float) -> Limits:
    """Return Wald limits of Cohen's h: its variance is 1 / n in each arm."""
    half = float(norm.isf((1 - level) / 2)) * math.sqrt(1 / t.n_1 + 1 / t.n_0)
    return Limits(low=cohen_h(t) - half, high=cohen_h(t) + half)


def d_logit(t: Table) -> float:
    """Return the log odds ratio on the scale of a standardised mean difference (Hasselblad and Hedges 1995).

    NaN where a cell is empty.
    """
    crossed, across = t.x_1 * (t.n_0 - t.x_0), (t.n_1 - t.x_1) * t.x_0
    return _LOGISTIC * math.log(crossed / across) if crossed and across else math.nan


def d_logit_limits(t: Table, level: float) -> Limits:
    """Return Woolf's limits on the same scale."""
    limits = woolf(t, level)
    return Limits(low=_LOGISTIC * math.log(limits.low), high=_LOGISTIC * math.log(limits.high))


def d_probit(t: Table) -> float:
    """Return the difference of the normal quantiles of the shares (Glass, McGaw and Smith 1981).

    Infinite, or NaN, where an arm has nobody or everybody with the event.
    """
    return float(norm.ppf(t.p_1) - norm.ppf(t.p_0))


def d_probit_limits(t: Table, level: float) -> Limits:
    """Return Wald limits by the delta method; NaN where an arm has nobody or everybody with the event."""
    if {t.p_1, t.p_0} & {0.0, 1.0}:
        return Limits(low=math.nan, high=math.nan)
    variance = sum(p * (1 - p) / n / norm.pdf(norm.ppf(p)) ** 2 for p, n in ((t.p_1, t.n_1), (t.p_0, t.n_0)))
    half = float(norm.isf((1 - level) / 2)) * math.sqrt(float(variance))
    return Limits(low=d_probit(t) - half, high=d_probit(t) + half)
