"""Intervals of change and of moves hold the truth as often as they say, and bounds always."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects import longitudinal, transition
from steget_eval.methods.missing.bounds import worst_case

REPLICATES, PEOPLE, CHANGE, ALIKE = 1_000, 60, 4.0, 0.6
SD = 10.0
#: A coverage of 0.95 over the replicates, four Monte Carlo standard errors away.
ALLOWED = 4 * math.sqrt(0.95 * 0.05 / REPLICATES)


def scores(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Scores before and after that correlate by `ALIKE`, with a mean change of `CHANGE`."""
    own, one, two = rng.standard_normal((3, PEOPLE))
    share, rest = math.sqrt(ALIKE), math.sqrt(1 - ALIKE)
    return 50 + SD * (share * own + rest * one), 50 + CHANGE + SD * (share * own + rest * two)


def covered(ask, wanted: float, name: str) -> float:
    rng = stream(5, "change", name)
    rows = [ask(*scores(rng)).rows[0] for _ in range(REPLICATES)]
    return float(np.mean([row.conf_low <= wanted <= row.conf_high for row in rows]))


def test_a_mean_change_is_held():
    assert covered(longitudinal.mean_change, CHANGE, "mean_change") == pytest.approx(0.95, abs=ALLOWED)


def test_a_standardised_change_is_held():
    # The large-sample variance: a percentage point of its own beside the Monte Carlo error.
    found = covered(longitudinal.standardised_change, CHANGE / SD, "standardised_change")
    assert found == pytest.approx(0.95, abs=ALLOWED + 0.01)


def test_responders_are_held():
    spread = SD * math.sqrt(2 * (1 - ALIKE))
    share = 0.5 * math.erfc((5 - CHANGE) / spread / math.sqrt(2))
    found = covered(lambda one, two: longitudinal.responders(one, two, important=5), share, "responders")
    # A count of 60 people is whole, so no interval but an exact one has 0.95.
    assert found == pytest.approx(0.95, abs=ALLOWED + 0.02)


#: Probability of a pair of steps: before by row, after by column.
PAIRS = np.array([[0.35, 0.15, 0.10], [0.05, 0.15, 0.10], [0.02, 0.03, 0.05]])


def steps(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    drawn = rng.choice(9, size=PEOPLE, p=PAIRS.ravel())
    return drawn // 3, drawn % 3


@pytest.mark.parametrize(("name", "wanted"), [
    ("share_up", 0.35), ("share_same", 0.55), ("share_down", 0.10),
])  # fmt: skip
def test_moves_are_held(name: str, wanted: float):
    rng = stream(5, "moved")
    rows = [transition.moved(*steps(rng)).only(contrast=name) for _ in range(REPLICATES)]
    held = np.mean([row.conf_low <= wanted <= row.conf_high for row in rows])
    assert held == pytest.approx(0.95, abs=ALLOWED + 0.02)  # whole counts


def test_a_paired_difference_is_held():
    rng, wanted = stream(5, "paired"), PAIRS[:, 1:].sum() - PAIRS[1:].sum()
    rows = []
    for _ in range(REPLICATES):
        before, after = steps(rng)
        rows.append(transition.paired_difference((before > 0) * 1.0, (after > 0) * 1.0).rows[0])
    held = np.mean([row.conf_low <= wanted <= row.conf_high for row in rows])
    assert held == pytest.approx(0.95, abs=ALLOWED + 0.02)  # whole counts


def test_bounds_hold_the_share_of_the_people_whatever_hides_them():
    rng = stream(5, "bounds")
    for _ in range(200):
        y = (rng.random(PEOPLE) < 0.4) * 1.0
        # Those with the outcome are the harder to reach.
        known = rng.random(PEOPLE) > 0.15 + 0.3 * y
        row = worst_case(np.where(known, y, np.nan), known).rows[0]
        assert row.conf_low <= y.mean() <= row.conf_high
