"""Cox regression under Efron's handling of tied days: score residuals, and the maximum from a place near it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def efron_residuals(
    t: np.ndarray, event: np.ndarray, X: np.ndarray, beta: np.ndarray, *, entry: np.ndarray | None = None
) -> np.ndarray:
    """Return each person's contribution to the Efron score at `beta`, shape (n, p); at the estimate they sum to zero.

    Therneau & Grambsch (2000, §7.1). The k-th of m events tied on a day sees the tied ones weigh 1 − k/m; a person's
    residual is the own event's covariates less their expectation, less what the person added to the hazard of every
    day at risk. lifelines leaves the ties out of its residuals, so they are taken here.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days.
    event : np.ndarray, shape (n,)
        True where the person had the event.
    X : np.ndarray, shape (n, p)
        Covariates.
    beta : np.ndarray, shape (p,)
        Log hazard ratios.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk; 0 is from the beginning.
    """
    centred = X - X.mean(axis=0)
    weight = np.exp(centred @ beta)
    # Column 0 carries the weight itself, the others weight × covariate.
    moments = weight[:, None] * np.column_stack([np.ones(t.size), centred])
    ties = _tied_risk_sets(t, event, moments, entry)
    days, at, day, deaths, kept, risk_set = ties.days, ties.at, ties.day, ties.deaths, ties.kept, ties.risk_set
    mean = risk_set[:, 1:] / risk_set[:, :1]
    hazard = np.column_stack([np.ones(day.size), mean]) / risk_set[:, :1]

    full = _per_day(day, hazard, days.size)
    own = _per_day(day, hazard * kept[:, None], days.size)
    expected = _per_day(day, mean, days.size) / np.maximum(deaths, 1)[:, None]
    passed = np.vstack([np.zeros((1, full.shape[1])), np.cumsum(full, axis=0)])
    drained = passed[at + 1] - event[:, None] * (full - own)[at]
    if entry is not None:
        drained = drained - passed[np.where(entry > 0, np.searchsorted(days, entry, side="right"), 0)]
    drift = weight[:, None] * (centred * drained[:, :1] - drained[:, 1:])
    return np.asarray(event[:, None] * (centred - expected[at]) - drift)


def efron_maximum(
    t: np.ndarray, event: np.ndarray, X: np.ndarray, start: np.ndarray, *, entry: np.ndarray | None = None
) -> np.ndarray | None:
    """Return the log hazard ratios that maximise Efron's partial likelihood by Newton's steps from `start`, shape (p,).

    For the same regression again on nearly the same people. None where the steps do not grow small: the likelihood
    has no maximum, or `start` lies too far off.
    """
    units = column_units(X)
    beta, columns = np.asarray(start, dtype=float) * units, X / units
    for _ in range(_STEPS):
        score, information = _score_and_information(t, event, columns, beta, entry)
        if not np.isfinite(information).all() or np.linalg.matrix_rank(information) < beta.size:
            return None
        step = np.linalg.solve(information, score)
        beta = beta + step
        if float(step @ information @ step) < _SMALL:
            return np.asarray(beta / units)
    return None


def column_units(X: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column, one where it does not vary, shape (p,)."""
    spread = X.std(axis=0)
    return np.asarray(np.where(spread > _ALIKE * np.abs(X).max(axis=0), spread, 1.0))


_STEPS = 30
_SMALL = 1e-20  # a step of 1e-10 standard errors
_ALIKE = 1e-13  # of the largest value: a column whose spread is rounding


def _score_and_information(
    t: np.ndarray, event: np.ndarray, X: np.ndarray, beta: np.ndarray, entry: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    centred, p = X - X.mean(axis=0), X.shape[1]
    squares = (centred[:, :, None] * centred[:, None, :]).reshape(t.size, p * p)
    with np.errstate(over="ignore"):  # what runs away is told by the caller
        moments = np.exp(centred @ beta)[:, None] * np.column_stack([np.ones(t.size), centred, squares])
    risk_set = _tied_risk_sets(t, event, moments, entry).risk_set
    with np.errstate(all="ignore"):
        mean = risk_set[:, 1 : p + 1] / risk_set[:, :1]
        second = (risk_set[:, p + 1 :] / risk_set[:, :1]).sum(axis=0).reshape(p, p)
    return centred[event].sum(axis=0) - mean.sum(axis=0), second - mean.T @ mean


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ties:
    """What is at risk as each event sees it: `day`, `kept` and `risk_set` have one line per event."""

    days: np.ndarray
    at: np.ndarray
    deaths: np.ndarray
    day: np.ndarray
    kept: np.ndarray
    risk_set: np.ndarray


def _tied_risk_sets(t: np.ndarray, event: np.ndarray, moments: np.ndarray, entry: np.ndarray | None) -> _Ties:
    """Sum the moments of those at risk, the k-th of m events of a day seeing the tied ones weigh 1 − k/m."""
    days, at = np.unique(t, return_inverse=True)
    at_risk = np.cumsum(_per_day(at, moments, days.size)[::-1], axis=0)[::-1]
    if entry is not None:
        at_risk = at_risk - yet_to_enter(days, entry, moments)
    tied = _per_day(at[event], moments[event], days.size)
    deaths = np.bincount(at[event], minlength=days.size)
    day = np.repeat(np.arange(days.size), deaths)
    rank = np.arange(day.size) - np.repeat(np.cumsum(deaths) - deaths, deaths)
    kept = 1 - rank / deaths[day]
    risk_set = at_risk[day] - (1 - kept)[:, None] * tied[day]
    return _Ties(days=days, at=at, deaths=deaths, day=day, kept=kept, risk_set=risk_set)


def yet_to_enter(days: np.ndarray, entry: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Sum over those who enter on each day or later, shape (days, columns): at risk only afterwards."""
    late = entry > 0
    # Whoever enters at e is missing on every day up to e: those are the first `upto` days.
    upto = np.searchsorted(days, entry[late], side="right")
    missing = np.column_stack([np.bincount(upto, column, days.size + 1) for column in moments[late].T])
    return np.asarray(np.cumsum(missing[::-1], axis=0)[::-1][1:])


def _per_day(at: np.ndarray, columns: np.ndarray, days: int) -> np.ndarray:
    """Sum the rows of each day, shape (days, columns)."""
    return np.column_stack([np.bincount(at, column, days) for column in columns.T])
