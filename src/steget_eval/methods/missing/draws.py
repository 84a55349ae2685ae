"""One draw of a variable's missing values from its regression, for all data sets at once.

Each takes the designs of those seen, shape (m, f, k), what was seen, shape (f,), the designs of those missing, shape
(m, q, k), what is added to their draw, shape (q,), and a generator; each returns draws of shape (m, q).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from steget_eval.core.errors import ConvergenceError

Floats = np.ndarray
Draw = Callable[[Floats, Floats, Floats, Floats, np.random.Generator], Floats]

_RIDGE = 1e-5  # of the diagonal: columns that depend on each other must not stop a chain
_PRIOR = 1 / 25  # precision of a standardised log odds ratio: keeps separated people finite, moves nothing else
_DONORS = 5
_MAX_STEPS = 50
_LONGEST_STEP = 2.0  # of a log odds ratio, so that Newton cannot run away
_STEP_TOLERANCE = 1e-6  # far below the posterior's own spread


def draw_normal(D: Floats, y: Floats, E: Floats, shift: Floats, rng: np.random.Generator) -> Floats:
    """Draw from the linear model, its variance and coefficients drawn from their posterior under a flat prior."""
    linear = _LinearPosterior(D, y, rng)
    noise = rng.standard_normal(E.shape[:2]) * linear.sigma[:, None]
    return np.asarray(_times(E, linear.drawn) + noise + shift)


def draw_pmm(D: Floats, y: Floats, E: Floats, shift: Floats, rng: np.random.Generator) -> Floats:
    """Take the value of one of the five people seen whose prediction is nearest (type 1 matching)."""
    linear = _LinearPosterior(D, y, rng)
    of_seen, of_missing = _times(D, linear.fitted), _times(E, linear.drawn)
    chosen = (rng.random(of_missing.shape) * min(_DONORS, y.size)).astype(int)
    taken = np.stack([_donated(*one, y) for one in zip(of_seen, of_missing, chosen, strict=True)])
    return np.asarray(taken + shift)


def draw_binary(D: Floats, y: Floats, E: Floats, shift: Floats, rng: np.random.Generator) -> Floats:
    """Draw from the logistic model, its coefficients drawn from their normal approximation."""
    uniform = rng.random(E.shape[:2])
    eta = _times(E, _draw_logit(D, (y == 1).astype(float)[:, None], rng)[:, :, 0]) + shift
    return np.asarray((uniform < 1 / (1 + np.exp(-eta))).astype(float))


def draw_category(D: Floats, y: Floats, E: Floats, shift: Floats, rng: np.random.Generator) -> Floats:
    """Draw from the multinomial logistic model; categories that nobody seen has are never drawn."""
    uniform = rng.random(E.shape[:2])
    codes = np.unique(y)
    if codes.size == 1:
        return np.full(E.shape[:2], codes[0])
    eta = E @ _draw_logit(D, (y[:, None] == codes[1:]).astype(float), rng)
    odds = np.concatenate([np.ones((*eta.shape[:2], 1)), np.exp(np.clip(eta, -700, 700))], axis=2)
    below = np.cumsum(odds / odds.sum(axis=2, keepdims=True), axis=2)
    return np.asarray(codes[np.minimum((uniform[:, :, None] > below).sum(axis=2), codes.size - 1)])


#: Kind of variable to its draw.
DRAWS: Mapping[str, Draw] = {
    "normal": draw_normal, "pmm": draw_pmm, "binary": draw_binary, "category": draw_category,
}  # fmt: skip


class _LinearPosterior:
    """Least squares of what was seen, with one draw of variance and coefficients per data set."""

    def __init__(self, D: Floats, y: Floats, rng: np.random.Generator) -> None:
        cross = D.transpose(0, 2, 1) @ D
        diagonal = np.einsum("mkk->mk", cross)
        cross = cross + np.apply_along_axis(np.diag, 1, _RIDGE * np.maximum(diagonal, _RIDGE))
        self.fitted = np.linalg.solve(cross, (D.transpose(0, 2, 1) @ y)[:, :, None])[:, :, 0]
        residual = y - _times(D, self.fitted)
        df = max(y.size - D.shape[2], 1)
        self.sigma = np.sqrt((residual**2).sum(axis=1) / rng.chisquare(df, D.shape[0]))
        normal = rng.standard_normal(self.fitted.shape)
        self.drawn = self.fitted + self.sigma[:, None] * _spread(cross, normal)


def _draw_logit(D: Floats, Y: Floats, rng: np.random.Generator) -> Floats:
    """Draw coefficients, shape (m, k, c), of log odds of c categories against the first."""
    m, _, k = D.shape
    c = Y.shape[1]
    prior = np.full((k, c), _PRIOR)
    prior[0] = 1e-6  # the intercept is free
    beta = np.zeros((m, k, c))
    for _ in range(_MAX_STEPS):
        share = _shares(D @ beta)
        slope = D.transpose(0, 2, 1) @ (Y - share) - prior * beta
        information = _information(D, share, prior)
        step = np.linalg.solve(information, slope.transpose(0, 2, 1).reshape(m, c * k, 1))
        step = step.reshape(m, c, k).transpose(0, 2, 1)
        longest = np.abs(step).max()
        beta = beta + step * min(1.0, _LONGEST_STEP / max(longest, 1e-300))
        if longest < _STEP_TOLERANCE:
            spread = _spread(information, rng.standard_normal((m, c * k)))
            return np.asarray(beta + spread.reshape(m, c, k).transpose(0, 2, 1))
    raise ConvergenceError("the logistic model of an imputed variable did not converge")


def _shares(eta: Floats) -> Floats:
    odds = np.exp(np.clip(eta, -700, 700))
    return np.asarray(odds / (1 + odds.sum(axis=2, keepdims=True)))


def _information(D: Floats, share: Floats, prior: Floats) -> Floats:
    m, _, k = D.shape
    c = share.shape[2]
    blocks = np.empty((m, c, k, c, k))
    for one in range(c):
        for other in range(one, c):
            weight = share[:, :, one] * ((one == other) - share[:, :, other])
            blocks[:, one, :, other] = (D * weight[:, :, None]).transpose(0, 2, 1) @ D
            blocks[:, other, :, one] = blocks[:, one, :, other]
    return blocks.reshape(m, c * k, c * k) + np.diag(prior.T.ravel())


def _spread(information: Floats, normal: Floats) -> Floats:
    """Return draws with the inverse of the information as their covariance."""
    lower = np.linalg.cholesky(information)
    return np.asarray(np.linalg.solve(lower.transpose(0, 2, 1), normal[:, :, None])[:, :, 0])


def _donated(of_seen: Floats, of_missing: Floats, chosen: Floats, y: Floats) -> Floats:
    order = np.argsort(of_seen, kind="stable")
    ranked = of_seen[order]
    reach = min(_DONORS, ranked.size)
    first = np.clip(np.searchsorted(ranked, of_missing) - reach, 0, ranked.size - min(2 * reach, ranked.size))
    window = first[:, None] + np.arange(min(2 * reach, ranked.size))
    distance = np.abs(ranked[window] - of_missing[:, None])
    nearest = np.argsort(distance, axis=1, kind="stable")[np.arange(chosen.size), chosen]
    return np.asarray(y[order[window[np.arange(chosen.size), nearest]]])


def _times(D: Floats, beta: Floats) -> Floats:
    return np.asarray((D @ beta[:, :, None])[:, :, 0])
