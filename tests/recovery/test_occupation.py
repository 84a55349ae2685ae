"""Months in each state recover a chain's own, where a third are lost on the way."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.occupation import months_in_states

REPLICATES, PEOPLE, M, STATES = 300, 160, 24, ("none", "work", "study")
MOVES = {
    1: np.array([[0.88, 0.09, 0.03], [0.04, 0.95, 0.01], [0.06, 0.06, 0.88]]),
    0: np.array([[0.93, 0.04, 0.03], [0.06, 0.93, 0.01], [0.06, 0.04, 0.90]]),
}


def true_months(arm: int) -> np.ndarray:
    share, total = np.array([1.0, 0.0, 0.0]), np.zeros(3)
    for _ in range(M):
        total += share
        share = share @ MOVES[arm]
    return total


def draw(replicate: int) -> tuple[np.ndarray, np.ndarray]:
    draws = stream(20_261_122, "occupation", replicate)
    a = np.arange(PEOPLE) % 2
    reach = np.array([np.cumsum(MOVES[arm], axis=1) for arm in (0, 1)])
    path = np.zeros((PEOPLE, M + 1), dtype=np.int64)
    for month in range(M):
        u = draws.random(PEOPLE)
        path[:, month + 1] = (u[:, None] > reach[a, path[:, month]][:, :2]).sum(axis=1)
    last = np.where(draws.random(PEOPLE) < 0.35, draws.integers(3, M, PEOPLE), M)
    path[np.arange(M + 1) > last[:, None]] = -1
    return path, a


@pytest.mark.parametrize("state", [0, 1, 2])
def test_the_difference_in_months_is_covered(state):
    truth = float((true_months(1) - true_months(0))[state])
    rows = [months_in_states(*draw(r), STATES).rows[3 * state + 2] for r in range(REPLICATES)]
    estimate = np.array([row.estimate for row in rows])
    spread = estimate.std(ddof=1)
    assert abs(estimate.mean() - truth) < 4 * spread / np.sqrt(REPLICATES)
    covered = np.mean([row.conf_low <= truth <= row.conf_high for row in rows])
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / REPLICATES))
    assert np.mean([row.std_error for row in rows]) / spread == pytest.approx(1, abs=4 / np.sqrt(2 * REPLICATES))
