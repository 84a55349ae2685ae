"""Puts the answers of several completed data sets together: Rubin's rules around any estimator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import norm, t

from steget_eval.core.errors import ArgumentError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_level, checked_vector

_MOST_DEGREES = 1e8  # Student's t with more is the normal to the last digit kept
_ROUNDING = 1e-7  # of limits told in floating point; a million degrees of freedom widen a limit by as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One parameter over m completed data sets.

    Attributes
    ----------
    estimate, std_error
        Mean of the estimates; root of within + (1 + 1/m) · between.
    within, between
        Mean of the variances, variance of the estimates.
    df
        Barnard and Rubin's (1999) degrees of freedom; infinite where nothing is missing and the data are complete
        without limit.
    missing_information
        Share of the information that is missing, with the correction for finite `df`.
    """

    estimate: float
    std_error: float
    within: float
    between: float
    df: float
    missing_information: float


def pool(estimates: ArrayLike, variances: ArrayLike, *, complete_df: float = math.inf) -> Pooled:
    """Return Rubin's (1987) combination with the degrees of freedom of Barnard & Rubin (1999).

    Parameters
    ----------
    estimates, variances : shape (m,)
        One of each per completed data set, m of two or more, on a scale where they are about normal.
    complete_df
        Degrees of freedom had nothing been missing; infinite for large-sample variances.
    """
    q, u = checked_vector(estimates, "the estimates"), checked_vector(variances, "the variances")
    if q.size != u.size or q.size < 2:
        raise ArgumentError(
            "Rubin's rules need an estimate and a variance from each of two completed data sets or more"
        )
    if not (u >= 0).all() or not complete_df > 0:
        raise ArgumentError("variances cannot be negative, and the degrees of freedom must be above zero")
    m = q.size
    within, between = float(u.mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = 0.0 if total == 0 else (1 + 1 / m) * between / total
    df = _degrees(share, m, complete_df)
    r = math.inf if within == 0 else (1 + 1 / m) * between / within
    missing = share if share == 0 or math.isinf(df) or math.isinf(r) else (r + 2 / (df + 3)) / (r + 1)
    return Pooled(
        estimate=float(q.mean()), std_error=math.sqrt(total), within=within, between=between, df=df,
        missing_information=missing,
    )  # fmt: skip


def pool_answers(answers: Sequence[Estimates], *, complete_df: float = math.inf, level: float = 0.95) -> Estimates:
    """Return the answers of one method over m completed data sets as one, row by row.

    Ratios are pooled as their logarithms, on which their standard errors are. The degrees of freedom had nothing been
    missing are the method's own, read from its limits (`own_degrees`) and averaged over the sets, where those are
    Student's: Satterthwaite's of CR2, clusters less one, people less coefficients. The note says how many sets there
    were and how much of the information is missing. Counts of events are those of no data set, so they are left out.

    Parameters
    ----------
    complete_df
        Degrees of freedom had nothing been missing, of a method whose limits are the normal's or neither's.

    Raises
    ------
    MethodError
        Where the data sets were not answered alike, or a row has no standard error to pool, or no interval of its own.
    """
    if len({tuple((row.contrast, row.method, row.scale) for row in one) for one in answers}) != 1:
        raise ArgumentError("every completed data set must be answered by the same rows")
    rows = zip(*(one.rows for one in answers), strict=True)
    return Estimates(tuple(_pool_row(row, complete_df, checked_level(level)) for row in rows))


def own_degrees(row: Estimate) -> float:
    """Return the degrees of freedom of the Student's limits that a row has.

    Infinite for limits of the normal or a standard error of nought; nan for limits that are not the estimate plus and
    minus a multiple of the standard error on the row's scale (scores, profiles, exact limits), which have none.
    """
    ends = np.array([row.conf_low, row.estimate, row.conf_high])
    if not np.isfinite(ends).all() or math.isnan(row.std_error) or (row.scale == "log" and ends.min() <= 0):
        return math.nan
    if row.std_error == 0:
        return math.inf
    low, middle, high = (np.log(ends) if row.scale == "log" else ends) / row.std_error
    half, tail = (high - low) / 2, (1 - row.conf_level) / 2
    if abs(middle - (low + high) / 2) > _ROUNDING * max(abs(middle), half):
        return math.nan
    widest, narrowest = float(t.isf(tail, 1.0)), float(norm.isf(tail))
    if abs(half - narrowest) <= _ROUNDING * half:
        return math.inf
    if abs(half - widest) <= _ROUNDING * half:
        return 1.0
    if not narrowest < half < widest:
        return math.nan
    found = brentq(lambda log_df: float(t.isf(tail, math.exp(log_df))) - half, 0.0, math.log(_MOST_DEGREES), xtol=1e-12)
    return math.exp(found)


def _pool_row(rows: tuple[Estimate, ...], complete_df: float, level: float) -> Estimate:
    first, is_log = rows[0], rows[0].scale == "log"
    if any(math.isnan(row.std_error) for row in rows):
        raise SpreadError(f"{first.contrast} by {first.method} has no standard error, so it cannot be pooled")
    if any(row.interval_kind == "none" for row in rows):
        raise SpreadError(f"{first.contrast} by {first.method} has no interval of its own, so none is pooled from it")
    values = np.array([row.estimate for row in rows])
    own = [own_degrees(row) for row in rows]
    degrees = float(np.mean(own)) if np.isfinite(own).all() else complete_df
    pooled = pool(np.log(values) if is_log else values, [row.std_error**2 for row in rows], complete_df=degrees)
    half = float(t.isf((1 - level) / 2, pooled.df)) * pooled.std_error
    low, high = pooled.estimate - half, pooled.estimate + half
    tested = not math.isnan(first.p_value) and pooled.std_error > 0
    return replace(
        first, estimate=math.exp(pooled.estimate) if is_log else pooled.estimate, std_error=pooled.std_error,
        conf_low=math.exp(low) if is_log else low, conf_high=math.exp(high) if is_log else high, conf_level=level,
        p_value=2 * float(t.sf(abs(pooled.estimate / pooled.std_error), pooled.df)) if tested else math.nan,
        events_1=None, events_0=None, interval_kind="confidence",
        note=f"{len(rows)} imputed data sets; {pooled.missing_information:.0%} of the information is missing",
    )  # fmt: skip


def _degrees(share: float, m: int, complete_df: float) -> float:
    old = math.inf if share == 0 else (m - 1) / share**2
    if math.isinf(complete_df):
        return old
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    if observed == 0:
        return old
    return observed if math.isinf(old) else 1 / (1 / old + 1 / observed)
