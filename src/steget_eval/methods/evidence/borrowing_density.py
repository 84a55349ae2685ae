"""A posterior density of a share, held on an even grid of its logit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import brentq
from scipy.special import betaln, expit, log_expit

from steget_eval.methods.evidence.synthesis import Floats

#: Logit at which the grid ends: a uniform prior has 3e-8 of its mass beyond.
_END = 18.0
_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogitDensity:
    """A density of logit p on an even grid, adding up to 1.

    The grid's sum is exact to rounding for smooth densities that vanish at both ends (trapezoidal rule); the
    distribution function carries the first Euler–Maclaurin term.

    Attributes
    ----------
    theta, density : shape (g,)
    """

    theta: Floats
    density: Floats

    @property
    def step(self) -> float:
        """Distance between neighbours on the grid."""
        return float(self.theta[1] - self.theta[0])

    @property
    def p(self) -> Floats:
        """Shares at the grid."""
        return np.asarray(expit(self.theta))

    def expect(self, values: Floats) -> float:
        """Return the mean of a function given at the grid."""
        return float(self.density @ values) * self.step

    @property
    def mean(self) -> float:
        """Posterior mean of p."""
        return self.expect(self.p)

    @property
    def variance(self) -> float:
        """Posterior variance of p."""
        return self.expect((self.p - self.mean) ** 2)

    @property
    def ess(self) -> float:
        """People whose Beta posterior has this mean and variance."""
        return self.mean * (1 - self.mean) / self.variance - 1

    def cdf(self) -> CubicHermiteSpline:
        """Return the distribution function of logit p, which holds on the grid's range."""
        below = self.step * (np.cumsum(self.density) - self.density / 2)
        below = below - self.step**2 / 12 * np.gradient(self.density, self.step)
        return CubicHermiteSpline(self.theta, below, self.density)

    def quantile(self, probability: float) -> float:
        """Return the share below which the given probability lies."""
        below = self.cdf()
        root = brentq(lambda theta: float(below(theta)) - probability, self.theta[0], self.theta[-1], xtol=1e-13)
        return float(expit(root))


def grid_for(n: float) -> Floats:
    """Return a grid fine enough for a likelihood of `n` people: a quarter of its smallest standard deviation."""
    step = min(_STEP, 0.5 / math.sqrt(max(n, 1.0)))
    half = math.ceil(_END / step)
    return np.asarray(np.arange(-half, half + 1) * step, dtype=np.float64)


def log_likelihood(theta: Floats, events: float, n: float) -> Floats:
    """Return the binomial log likelihood without its constant."""
    return np.asarray(events * log_expit(theta) + (n - events) * log_expit(-theta))


def beta_density(a: float, b: float, theta: Floats | None = None) -> LogitDensity:
    """Return the density of logit p where p is Beta(a, b)."""
    grid = grid_for(a + b) if theta is None else theta
    return normalised(grid, np.exp(log_likelihood(grid, a, a + b) - betaln(a, b)))


def normalised(theta: Floats, weight: Floats) -> LogitDensity:
    """Return the density proportional to `weight`."""
    return LogitDensity(theta=theta, density=weight / (weight.sum() * (theta[1] - theta[0])))
