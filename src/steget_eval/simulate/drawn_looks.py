"""People looked at more than once: yes and no at three occasions, and scores of which the later ones are lost.

Drawn by a stream of their own, so that what else is drawn of the same people stays as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

Floats = NDArray[np.float64]

TOGETHER = 0.6  # correlation of what decides the two later answers of a person
ODDS = 0.8  # logarithm of the odds ratio between arms at every later occasion
CENTRE, POINTS = 50.0, 10.0  # of the scale: a score this far above its middle is one unit


def first_chance(X: Floats) -> Floats:
    """Return the chance of a yes at first."""
    return np.asarray(expit(-0.8 + 0.5 * X[:, 0]))


def later_chance(X: Floats, first: Floats, gain: Floats) -> Floats:
    """Return the chance of a yes at a later occasion: a logistic model of arm, first answer and both covariates."""
    return np.asarray(expit(-0.7 + ODDS * gain + first + 0.5 * X[:, 0] + 0.4 * X[:, 1]))


def draw_answers(draws: np.random.Generator, X: Floats, gain: Floats) -> Floats:
    """Return yes or no at first and at two later occasions, shape (n, 3).

    Later answers of a person go together through a Gaussian copula, which leaves each one's chance as it is.
    """
    n = gain.size
    first = np.asarray(draws.random(n) < first_chance(X), dtype=np.float64)
    own = draws.standard_normal((n, 1))
    lot = ndtr(np.sqrt(TOGETHER) * own + np.sqrt(1 - TOGETHER) * draws.standard_normal((n, 2)))
    yes = np.asarray(lot < later_chance(X, first, gain)[:, None], dtype=np.float64)
    return np.column_stack([first, yes])


def lose_scores(draws: np.random.Generator, scores: Floats, a: NDArray[np.int64]) -> Floats:
    """Return scores of shape (n, 3) without those that nobody saw, at random given what was seen before.

    Who scored low at first is more often unseen at the second occasion. At the third it is who scored low when last
    seen in arm 1, and who scored high in arm 0.
    """
    lot = draws.random((a.size, 2))
    found = scores.copy()
    found[lot[:, 0] > expit(1.6 + 0.5 * (scores[:, 0] - CENTRE) / POINTS), 1] = np.nan
    last = np.where(np.isnan(found[:, 1]), found[:, 0], found[:, 1])
    found[lot[:, 1] > expit(0.9 + np.where(a == 1, 1.2, -1.2) * (last - CENTRE) / POINTS), 2] = np.nan
    return found
