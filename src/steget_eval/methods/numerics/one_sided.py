"""One-sided limits of a proportion: exact, score, mid-P, and a posterior's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import stats
from scipy.optimize import brentq

from steget_eval.core.errors import ArgumentError
from steget_eval.methods.numerics.exact import exact_lower

OneSided = Literal["exact", "wilson", "mid_p", "bayesian"]
ONE_SIDED: tuple[OneSided, ...] = ("exact", "wilson", "mid_p", "bayesian")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """A Beta prior of a proportion: as if so many successes and failures had been seen already.

    Jeffreys' is a half of each, which the default is.
    """

    successes: float = 0.5
    failures: float = 0.5

    def __post_init__(self) -> None:
        if not (self.successes > 0 and self.failures > 0):
            raise ArgumentError(
                f"a Beta prior needs two numbers above zero, got {self.successes!r} and {self.failures!r}"
            )

    def __str__(self) -> str:
        """Return the prior as a report prints it."""
        return f"Beta({self.successes:g}, {self.failures:g})"

    def turned(self) -> Prior:
        """Return the prior of the failures."""
        return Prior(successes=self.failures, failures=self.successes)


def lower_limit(count: int, n: int, *, method: OneSided, level: float, prior: Prior) -> float:
    """Return the one-sided lower limit; 0 where nobody succeeded, but for the posterior's."""
    if method == "bayesian":
        return float(stats.beta.ppf(1 - level, count + prior.successes, n - count + prior.failures))
    if count == 0:
        return 0.0
    if method == "exact":
        return exact_lower(count, n, level=level)
    if method == "wilson":
        return wilson_lower(count / n, n, level)
    return _mid_p_lower(count, n, 1 - level)


def upper_limit(count: int, n: int, *, method: OneSided, level: float, prior: Prior) -> float:
    """Return the one-sided upper limit: what is left by the lower limit of the failures."""
    return 1 - lower_limit(n - count, n, method=method, level=level, prior=prior.turned())


def p_above(count: int, n: int, target: float, *, method: OneSided) -> float:
    """Return the one-sided p-value against "no more than the target"; NaN for a posterior, which tests nothing."""
    if method == "bayesian":
        return math.nan
    if method == "wilson":
        return float(stats.norm.sf((count / n - target) / math.sqrt(target * (1 - target) / n)))
    beyond = float(stats.binom.sf(count - 1, n, target))
    return beyond - float(stats.binom.pmf(count, n, target)) / 2 if method == "mid_p" else beyond


def probability_above(count: int, n: int, target: float, prior: Prior) -> float:
    """Return the posterior probability of a proportion above the target."""
    return float(stats.beta.sf(target, count + prior.successes, n - count + prior.failures))


def wilson_lower(share: float, n: float, level: float) -> float:
    """Return the score limit of a share of `n` people, who may be an effective number."""
    z = float(stats.norm.isf(1 - level))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(centre - half, 0.0)


def _mid_p_lower(count: int, n: int, alpha: float) -> float:
    def excess(p: float) -> float:
        return p_above(count, n, p, method="mid_p") - alpha

    if count == n and alpha >= 0.5:
        return 1.0
    return float(brentq(excess, 1e-12, 1 - 1e-12, xtol=1e-14, rtol=4 * 2.3e-16))
