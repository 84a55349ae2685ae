"""Counts that spread more than a Poisson's: the negative binomial with a variance of mu + alpha mu² (NB2).

Maximum likelihood by Newton's method on the coefficients and the logarithm of alpha together. R's `MASS::glm.nb` is
the witness; it diverges from default starts where this does not, since a step that loses likelihood is halved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from steget_eval.core.errors import ConvergenceError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.log_linear import fit_poisson

_MAX_STEPS = 200
_STEP_TOLERANCE = 1e-9  # of Newton's step; the next would be its square
_LONGEST = 1.0  # of a step of log alpha where the likelihood does not bend downwards


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NegativeBinomial:
    """A fitted model.

    Attributes
    ----------
    coefficients : shape (k,)
    alpha
        Overdispersion; the variance is mu + alpha mu².
    fitted : shape (n,)
        The fitted mean.
    """

    coefficients: Floats
    alpha: float
    fitted: Floats

    @property
    def weights(self) -> Floats:
        """What a person's distance from the mean counts for in the score, and with `fitted` in the information."""
        return np.asarray(1 / (1 + self.alpha * self.fitted))


def fit_negative_binomial(D: Floats, y: Floats, offset: Floats) -> NegativeBinomial:
    """Return the maximum likelihood fit of counts `y`; the first column of `D` is ones.

    Raises
    ------
    ConvergenceError
        Where the counts spread no more than a Poisson's about their fitted means: alpha then has no value above 0.
    """
    b = fit_poisson(D, y, offset)
    mean = np.exp(offset + D @ b)
    excess = float(((y - mean) ** 2 - y).sum())
    if excess <= 0:
        raise ConvergenceError(
            "the amounts spread no more than a Poisson's, so the negative binomial has no overdispersion to estimate; "
            "quasi_poisson answers the same question"
        )
    at = np.append(b, np.log(excess / float((mean**2).sum())))
    height = _likelihood(D, y, offset, at)
    for _ in range(_MAX_STEPS):
        step = _step(D, y, offset, at)
        largest = float(np.abs(step).max())
        higher = _likelihood(D, y, offset, at + step)
        while not higher >= height - 1e-11 * abs(height):
            step = step / 2
            higher = _likelihood(D, y, offset, at + step)
        at, height = at + step, higher
        if largest < _STEP_TOLERANCE:
            return NegativeBinomial(
                coefficients=at[:-1], alpha=float(np.exp(at[-1])), fitted=np.exp(offset + D @ at[:-1])
            )
    raise ConvergenceError(f"the negative binomial model did not converge in {_MAX_STEPS} Newton steps")


def _likelihood(D: Floats, y: Floats, offset: Floats, at: Floats) -> float:
    size, eta = np.exp(-at[-1]), offset + D @ at[:-1]
    with np.errstate(over="ignore", invalid="ignore"):
        told = gammaln(y + size) - gammaln(size) + y * (eta - np.log(size))
        told = told - (y + size) * np.logaddexp(0, eta - np.log(size))
    return float(told.sum())


def _step(D: Floats, y: Floats, offset: Floats, at: Floats) -> Floats:
    """Return Newton's step for the coefficients and log alpha; the two apart where the likelihood bends upwards."""
    size, mean = float(np.exp(-at[-1])), np.exp(offset + D @ at[:-1])
    both = size + mean
    slope_b = D.T @ ((y - mean) * size / both)
    bend_b = (D * (mean * size * (y + size) / both**2)[:, None]).T @ D
    of_size = digamma(y + size) - digamma(size) + np.log(size / both) + 1 - (y + size) / both
    bend_size = polygamma(1, y + size) - polygamma(1, size) + 1 / size - 2 / both + (y + size) / both**2
    slope_t, bend_t = -size * float(of_size.sum()), -float((size**2 * bend_size + size * of_size).sum())
    across = D.T @ (size * (y - mean) * mean / both**2)
    bend = np.block([[bend_b, across[:, None]], [across[None, :], np.array([[bend_t]])]])
    if np.linalg.eigvalsh(bend)[0] > 0:
        return np.asarray(np.linalg.solve(bend, np.append(slope_b, slope_t)))
    longest = _LONGEST * np.sign(slope_t)
    return np.append(np.linalg.solve(bend_b, slope_b), longest if bend_t <= 0 else np.clip(slope_t / bend_t, -1, 1))
