"""A step of a weighted curve that is told is never one person's, whoever the people are and however much they weigh."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.drawn_curves import weighted_arm_curves
from steget_eval.methods.effects.weighted_curves import scored_weights
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.suppress import Thresholds
from steget_eval.reporting.suppress_curves import choose_steps

POLICY = Disclosure(minimum_cell=5, minimum_denominator=10)


def _situation(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return days, causes, arms and a covariate far from the other arm's for a few: those weigh like many."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(80, 200))
    x = draw.normal(size=n) * np.where(draw.random(n) < 0.05, 3, 1)
    a = (draw.random(n) < 1 / (1 + np.exp(-1.2 * x))).astype(np.int64)
    return draw.integers(1, 60, n), draw.integers(0, 3, n), a, x[:, None]


def _largest_share(told: list[int], mine: np.ndarray, w: np.ndarray, days: np.ndarray, t: np.ndarray) -> float:
    """Return the most that one person makes up of a told step's weight, the rest to the horizon being told too."""
    ends = [-1.0, *days[told], np.inf]
    parts = [w[mine & (t > low) & (t <= high)] for low, high in pairwise(ends)] if told else []
    return max((part.max() / part.sum() for part in parts if part.size), default=0.0)


def _attacked(seed: int, *, weighs: bool) -> float:
    t, d, a, X = _situation(seed)
    try:
        found, scored = weighted_arm_curves(t, d, a, X), scored_weights(a, X, "ATE")
    except MethodError:
        assume(False)
        raise
    shares = []
    for number, curve, carried, w in zip((1, 0), (found.one, found.zero), found.carried, scored.weights, strict=True):
        frame = pd.DataFrame({"events": curve.events, "at_risk": curve.at_risk})
        frame = frame.assign(weight=carried[:, 0], square=carried[:, 1]) if weighs else frame
        told = choose_steps(frame, Thresholds(POLICY))
        shares.append(_largest_share(told, (a == number) & (d == 1), w, curve.times, t))
    return max(shares)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_nobody_makes_up_half_of_a_told_step_by_weight(seed: int) -> None:
    assert (
        _attacked(seed, weighs=True) <= 1 / np.sqrt(POLICY.minimum_cell) + 1e-9
    )  # what five alike allow, and rounding


def test_counting_heads_alone_would_tell_steps_that_are_one_persons() -> None:
    assert max(_attacked(seed, weighs=False) for seed in (1, 2, 3, 5, 8, 13, 21, 34)) > 0.5


@pytest.mark.parametrize(("heavy", "weighs", "told"), [
    (2, 0.1, [4, 9, 14]), (2, 0.4, [7, 14]), (14, 0.4, [4, 14]), (2, 100.0, []), (14, 100.0, []),
])  # fmt: skip
def test_a_step_waits_for_as_many_as_the_smallest_cell_by_their_weights(
    heavy: int, weighs: float, told: list[int]
) -> None:
    weight = np.where(np.arange(15) == heavy, weighs, 0.1)
    curve = pd.DataFrame({"events": 1, "at_risk": 50 - np.arange(15), "weight": weight, "square": weight**2})
    assert choose_steps(curve, Thresholds(POLICY)) == told
