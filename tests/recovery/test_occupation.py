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


def test_the_difference_is_covered_where_eight_places_differ_and_forgetting_it_is_not():
    """Work as likely in both arms on the whole, but each place has an arm that it does better by."""
    site, a = np.tile(np.arange(8), 20), (np.arange(PEOPLE) % 16 >= 8) * 1
    held = {"jackknife": 0, "sandwich": 0}
    for replicate in range(REPLICATES):
        draws = stream(20_261_122, "occupation in places", replicate)
        odds = draws.normal(size=8)[site] * (2 * a - 1)
        path = (draws.random((PEOPLE, 7)) < 1 / (1 + np.exp(-odds[:, None]))).astype(np.int64)
        for variance in held:
            found = months_in_states(path, a, ("none", "work"), cluster=site, variance=variance)
            row = found.only(contrast="months_difference", subgroup="state=work")
            held[variance] += row.conf_low <= 0 <= row.conf_high
    assert held["jackknife"] / REPLICATES == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / REPLICATES))
    assert held["sandwich"] < held["jackknife"] - 0.02 * REPLICATES
