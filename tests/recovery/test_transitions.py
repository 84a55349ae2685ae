"""Intervals of odds and of wins between arms hold the truth as often as they say, and Brant's test keeps its level."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.ordinal import brant, proportional_odds
from steget_eval.methods.effects.pairwise import win_statistics
from steget_eval.methods.numerics.cumulative_logit import Steps, score_of_last

REPLICATES, PEOPLE, CUTS, SLOPE = 600, 200, np.array([-1.0, 0.0, 1.0, 2.2]), 0.7
#: A coverage of 0.95 over the replicates, four Monte Carlo standard errors away.
ALLOWED = 4 * math.sqrt(0.95 * 0.05 / REPLICATES)

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray]


def people(rng: np.random.Generator) -> Drawn:
    """Steps that follow the model: log odds of standing higher move by `SLOPE` with the arm."""
    X = rng.standard_normal((PEOPLE, 1))
    a = (rng.random(PEOPLE) < 0.5) * 1.0
    return np.digitize(SLOPE * a + 0.5 * X[:, 0] + rng.logistic(size=PEOPLE), CUTS), a, X


def plain(rng: np.random.Generator) -> Drawn:
    """The same without the covariate, so that the shares of the steps are known."""
    a = (rng.random(PEOPLE) < 0.5) * 1.0
    return np.digitize(SLOPE * a + rng.logistic(size=PEOPLE), CUTS), a, np.empty((PEOPLE, 0))


def wins() -> dict[str, float]:
    """What the shares of the steps imply for pairs."""
    upper, lower = (np.diff([0, *(1 / (1 + np.exp(-(CUTS - shift)))), 1]) for shift in (SLOPE, 0.0))
    pairs = np.outer(upper, lower)
    win, loss = float(np.tril(pairs, -1).sum()), float(np.triu(pairs, 1).sum())
    tie = 1 - win - loss
    return {"win_ratio": win / loss, "win_odds": (win + tie / 2) / (loss + tie / 2), "net_benefit": win - loss}


def coverage(draw: Callable[..., Drawn], ask: Callable[..., Estimates], wanted: dict[str, float]) -> dict[str, float]:
    rng, held = stream(11, "transitions"), dict.fromkeys(wanted, 0)
    for _ in range(REPLICATES):
        rows = ask(*draw(rng))
        for contrast, value in wanted.items():
            row = rows.only(contrast=contrast)
            held[contrast] += row.conf_low <= value <= row.conf_high
    return {contrast: count / REPLICATES for contrast, count in held.items()}


def test_common_odds_ratio_is_held_given_a_covariate() -> None:
    found = coverage(people, proportional_odds, {"common_odds_ratio": math.exp(SLOPE)})
    assert found["common_odds_ratio"] == pytest.approx(0.95, abs=ALLOWED)


def test_score_interval_of_the_odds_ratio_is_held() -> None:
    rng, held = stream(11, "transitions"), []
    for replicate in range(REPLICATES):
        step, a, X = plain(rng)
        # The interval holds what the test does not reject, which is asked once instead of looked for; twenty are.
        score, variance = score_of_last(Steps(place=step, X=a[:, None], w=np.ones(PEOPLE), count=5), SLOPE)
        held.append(abs(score) / math.sqrt(variance) <= norm.isf(0.025))
        if replicate < 20:
            row = proportional_odds(step, a, X, interval="score").rows[0]
            assert held[-1] == (row.conf_low <= math.exp(SLOPE) <= row.conf_high)
    assert float(np.mean(held)) == pytest.approx(0.95, abs=ALLOWED)


def test_win_statistics_are_held() -> None:
    found = coverage(plain, lambda step, a, _: win_statistics(step, a), wins())
    for contrast, held in found.items():
        assert held == pytest.approx(0.95, abs=ALLOWED), contrast


def test_brant_rejects_proportional_odds_one_time_in_twenty() -> None:
    rng = stream(11, "brant")
    rejected = [brant(*people(rng)).rows[0].p_value < 0.05 for _ in range(REPLICATES)]
    # A large-sample test of four logistic regressions: a percentage point of its own beside the Monte Carlo error.
    assert float(np.mean(rejected)) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / REPLICATES) + 0.01)


def test_brant_finds_odds_that_are_not_proportional() -> None:
    rng = stream(11, "not proportional")
    found = []
    for _ in range(100):
        a = (rng.random(400) < 0.5) * 1.0
        # The arm moves people out of the lowest step and no further.
        step = np.digitize(rng.logistic(size=400), CUTS)
        step = np.where((a == 1) & (step == 0) & (rng.random(400) < 0.6), 1, step)
        found.append(brant(step, a, np.empty((400, 0))).rows[0].p_value < 0.05)
    assert np.mean(found) > 0.8
