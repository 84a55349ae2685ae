"""Paths through three states, month by month, and the months that are truly spent in each."""

from __future__ import annotations

import numpy as np

from steget_eval.simulate.drawn_times import Floats, Ints

#: The states by code; whoever has left stays away.
STATES = ("employed", "not_employed", "left")
MONTHS = 24
_LOSES, _LEAVES = 0.06, 0.006


def draw_paths(draws: np.random.Generator, X: Floats, gain: Floats, shared: Floats, last: Ints) -> Ints:
    """Return the state at each month point, -1 from where the person is no longer followed, shape (n, MONTHS + 1).

    Parameters
    ----------
    last : shape (n,)
        The last month point at which each person is seen, 0 or later.
    """
    n = gain.size
    path = np.empty((n, MONTHS + 1), dtype=np.int64)
    path[:, 0] = np.where(draws.random(n) < 0.1, 0, 1)
    moves = np.cumsum(transitions(X, gain, shared), axis=2)
    for month in range(1, MONTHS + 1):
        ladder = moves[np.arange(n), path[:, month - 1]]
        path[:, month] = np.minimum((draws.random(n)[:, None] >= ladder).sum(axis=1), len(STATES) - 1)
    return np.where(np.arange(MONTHS + 1) <= last[:, None], path, -1)


def true_months(X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Return the expected months in each state of each kind of person, shape (n, 3): by the powers of their matrix."""
    matrix = transitions(X, gain, shared)
    here = np.tile([0.1, 0.9, 0.0], (gain.size, 1))
    months = np.zeros_like(here)
    for _ in range(MONTHS):
        months += here
        here = np.einsum("ij,ijk->ik", here, matrix)
    return months


def transitions(X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Return each person's chances from month to month, from the row to the column, shape (n, 3, 3)."""
    finds = (1 - _LEAVES) / (1 + np.exp(-(-2.8 + 0.6 * gain + 0.4 * X[:, 0] + 0.4 * X[:, 1] + shared)))
    matrix = np.zeros((finds.size, 3, 3))
    matrix[:, 0] = [1 - _LOSES - _LEAVES, _LOSES, _LEAVES]
    matrix[:, 1] = np.column_stack([finds, 1 - _LEAVES - finds, np.full(finds.size, _LEAVES)])
    matrix[:, 2, 2] = 1.0
    return matrix
