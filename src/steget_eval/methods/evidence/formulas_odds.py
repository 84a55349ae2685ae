"""Every usual estimate of an odds ratio with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import norm

from steget_eval.methods.evidence.formulas_difference import level_without_factor
from steget_eval.methods.numerics.proportion_tests import log_limits
from steget_eval.methods.numerics.proportions import Limits, Table, limits_odds_score

_UNDEFINED = Limits(low=math.nan, high=math.nan)
_FAR = 30.0  # on the log scale: an odds ratio of 1e13


def woolf(t: Table, level: float) -> Limits:
    """Return limits symmetric on the log scale (Woolf 1955); undefined where a cell is empty."""
    cells = _cells(t)
    if min(cells) == 0:
        return _UNDEFINED
    return log_limits(cells[0] * cells[3] / (cells[1] * cells[2]), math.sqrt(sum(1 / c for c in cells)), level)


def woolf_half(t: Table, level: float) -> Limits:
    """Return log limits with a half added to every cell (Gart 1966)."""
    cells = [cell + 0.5 for cell in _cells(t)]
    return log_limits(cells[0] * cells[3] / (cells[1] * cells[2]), math.sqrt(sum(1 / c for c in cells)), level)


def odds_score(t: Table, level: float) -> Limits:
    """Return the score limits with the factor n / (n - 1) (Miettinen and Nurminen 1985)."""
    return _UNDEFINED if _one_sided(t) else limits_odds_score(t, level=level)


def cornfield(t: Table, level: float) -> Limits:
    """Return the limits at which chi-squared with the margins given just rejects (Cornfield 1956), uncorrected."""
    return _UNDEFINED if _one_sided(t) else limits_odds_score(t, level=level_without_factor(t, level))


def cornfield_corrected(t: Table, level: float) -> Limits:
    """Return Cornfield's limits with continuity correction."""
    if min(_cells(t)) == 0:
        return _UNDEFINED
    z = float(norm.isf((1 - level) / 2))

    def distance(log_odds: float) -> float:
        expected = _expected(t, log_odds)
        cells = (expected, t.n_1 - expected, t.x_1 + t.x_0 - expected, t.n_0 - t.x_1 - t.x_0 + expected)
        return (t.x_1 - expected) * math.sqrt(sum(1 / cell for cell in cells))

    def reach(log_odds: float, sign: int) -> float:
        expected = _expected(t, log_odds)
        cells = (expected, t.n_1 - expected, t.x_1 + t.x_0 - expected, t.n_0 - t.x_1 - t.x_0 + expected)
        return distance(log_odds) - sign * 0.5 * math.sqrt(sum(1 / cell for cell in cells)) - sign * z

    return Limits(low=_solve(lambda b: reach(b, 1)), high=_solve(lambda b: reach(b, -1)))


def exact(t: Table, level: float) -> Limits:
    """Return the exact conditional limits, those of R's `fisher.test`."""
    low_x, high_x, log_weights = _conditional(t)
    tail = (1 - level) / 2

    def above(b: float) -> float:
        return _tail(t.x_1, low_x, log_weights, b, upper=True) - tail

    def below(b: float) -> float:
        return _tail(t.x_1, low_x, log_weights, b, upper=False) - tail

    low = 0.0 if t.x_1 == low_x else _solve(above)
    return Limits(low=low, high=math.inf if t.x_1 == high_x else _solve(below))


def conditional_odds_ratio(t: Table) -> float:
    """Return the conditional maximum likelihood estimate, that of R's `fisher.test`."""
    low_x, high_x, log_weights = _conditional(t)
    if t.x_1 == low_x:
        return 0.0 if low_x < high_x else math.nan
    if t.x_1 == high_x:
        return math.inf
    x = np.arange(low_x, high_x + 1)
    return _solve(lambda b: float(_shares(x, log_weights, b) @ x) - t.x_1)


def _cells(t: Table) -> tuple[int, int, int, int]:
    return t.x_1, t.n_1 - t.x_1, t.x_0, t.n_0 - t.x_0


def _one_sided(t: Table) -> bool:
    return t.x_1 + t.x_0 in (0, t.n_1 + t.n_0)


def _expected(t: Table, log_odds: float) -> float:
    """Events expected in arm 1 where the margins and the odds ratio are given."""
    r, events = math.exp(log_odds), t.x_1 + t.x_0
    if abs(r - 1) < 1e-9:
        return events * t.n_1 / (t.n_1 + t.n_0)
    b = r * (events + t.n_1) + t.n_0 - events
    return (b - math.sqrt(b * b - 4 * (r - 1) * r * events * t.n_1)) / (2 * (r - 1))


def _conditional(t: Table) -> tuple[int, int, np.ndarray]:
    events = t.x_1 + t.x_0
    low_x, high_x = max(0, events - t.n_0), min(t.n_1, events)
    x = np.arange(low_x, high_x + 1)
    weights = -(gammaln(x + 1) + gammaln(t.n_1 - x + 1) + gammaln(events - x + 1) + gammaln(t.n_0 - events + x + 1))
    return low_x, high_x, weights


def _shares(x: np.ndarray, log_weights: np.ndarray, log_odds: float) -> np.ndarray:
    raw = log_weights + x * log_odds
    weights = np.exp(raw - raw.max())
    return np.asarray(weights / weights.sum())


def _tail(observed: int, low_x: int, log_weights: np.ndarray, log_odds: float, *, upper: bool) -> float:
    x = np.arange(low_x, low_x + len(log_weights))
    shares = _shares(x, log_weights, log_odds)
    return float(shares[x >= observed].sum() if upper else shares[x <= observed].sum())


def _solve(function: Callable[[float], float]) -> float:
    return math.exp(float(brentq(function, -_FAR, _FAR, xtol=1e-13, rtol=1e-14, maxiter=500)))
