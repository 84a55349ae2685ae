"""Every usual test of equal shares in two arms, as a p-value or as chi-squared."""

from __future__ import annotations

import math

from scipy.stats import chi2, fisher_exact, hypergeom

from steget_eval.methods.numerics.proportion_tests import unpooled_error, wald_p
from steget_eval.methods.numerics.proportions import Table


def chi_squared(t: Table) -> float:
    """Return Pearson's chi-squared without correction; NaN where all or nobody have the event."""
    return _chi_squared(t, 0.0)


def chi_squared_corrected(t: Table) -> float:
    """Return chi-squared with Yates's correction, never past zero, as in R's `prop.test`."""
    return _chi_squared(t, 0.5)


def chi_squared_n_minus_1(t: Table) -> float:
    """Return Pearson's chi-squared times (n - 1) / n (E. Pearson 1947; Mantel and Haenszel's, linear by linear)."""
    n = t.n_1 + t.n_0
    return _chi_squared(t, 0.0) * (n - 1) / n


def likelihood_ratio(t: Table) -> float:
    """Return the likelihood ratio chi-squared, G."""
    n, events = t.n_1 + t.n_0, t.x_1 + t.x_0
    if events in (0, n):
        return math.nan
    pairs = (
        (t.x_1, t.n_1 * events / n),
        (t.n_1 - t.x_1, t.n_1 * (n - events) / n),
        (t.x_0, t.n_0 * events / n),
        (t.n_0 - t.x_0, t.n_0 * (n - events) / n),
    )
    return 2 * sum(seen * math.log(seen / expected) for seen, expected in pairs if seen > 0)


def p_of_chi_squared(value: float, df: int = 1) -> float:
    """Return the p-value of a chi-squared."""
    return float(chi2.sf(value, df))


def fisher_p(t: Table) -> float:
    """Return the two-sided p-value of Fisher's exact test, by the tables no more likely than the one seen."""
    cells = [[t.x_1, t.n_1 - t.x_1], [t.x_0, t.n_0 - t.x_0]]
    return float(fisher_exact(cells).pvalue)


def fisher_one_sided_p(t: Table) -> float:
    """Return the one-sided p-value of Fisher's exact test, towards the side that was seen."""
    n, events = t.n_1 + t.n_0, t.x_1 + t.x_0
    of = hypergeom(n, events, t.n_1)
    return float(min(of.sf(t.x_1 - 1), of.cdf(t.x_1)))


def wald_test_p(t: Table) -> float:
    """Return the p-value of the z test with each arm's own variance; NaN where neither arm varies."""
    error = unpooled_error(t)
    return wald_p(t.p_1 - t.p_0, error) if error > 0 else math.nan


def _chi_squared(t: Table, correction: float) -> float:
    n, events = t.n_1 + t.n_0, t.x_1 + t.x_0
    expected = events * t.n_1 / n
    spread = t.n_1 * t.n_0 * events * (n - events)
    if spread == 0:
        return math.nan
    distance = max(abs(t.x_1 - expected) - correction, 0.0)
    return distance**2 * n**3 / spread
