"""The test of interaction is wrong as seldom as it says, and Holm's family is wrong as seldom as one test."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary_adjusted import augmented
from steget_eval.methods.effects.interaction import Scale, interaction
from steget_eval.methods.numerics.multiplicity import benjamini_hochberg, holm

REPLICATES = 2_000
#: Four Monte Carlo standard errors of a share of 0.05 over the replicates.
ALLOWED = 4 * math.sqrt(0.05 * 0.95 / REPLICATES)
TREATED, COMPARISON = 0.5, 0.35


def answers(rng: np.random.Generator, people: int, groups: int, scale: Scale, apart: float = 0.0) -> np.ndarray:
    """Each group's difference or log ratio with its variance, shape (groups, 2); the last one's differs by `apart`."""
    risks = np.full(groups, TREATED)
    risks[-1] += apart
    p_1, p_0 = rng.binomial(people, risks) / people, rng.binomial(people, COMPARISON, groups) / people
    if scale == "difference":
        return np.column_stack([p_1 - p_0, (p_1 * (1 - p_1) + p_0 * (1 - p_0)) / people])
    return np.column_stack([np.log(p_1 / p_0), (1 - p_1) / (people * p_1) + (1 - p_0) / (people * p_0)])


@pytest.mark.parametrize("scale", ["difference", "ratio"])
@pytest.mark.parametrize("groups", [2, 3])
def test_groups_that_do_not_differ_are_called_different_once_in_twenty(scale: Scale, groups: int) -> None:
    rng = stream(5, f"subgroups {scale} {groups}")
    p_values = []
    for _ in range(REPLICATES):
        found = answers(rng, 60, groups, scale)
        p_values.append(interaction(found[:, 0], found[:, 1], scale=scale).rows[-1].p_value)
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=ALLOWED)


@pytest.mark.parametrize("scale", ["difference", "ratio"])
def test_the_interval_of_an_interaction_holds_the_truth(scale: Scale) -> None:
    rng, apart = stream(6, f"subgroups {scale}"), 0.2
    truth = apart if scale == "difference" else (TREATED + apart) / TREATED
    held = []
    for _ in range(REPLICATES):
        found = answers(rng, 80, 2, scale, apart)
        row = interaction(found[:, 0], found[:, 1], scale=scale).rows[0]
        held.append(row.conf_low <= truth <= row.conf_high)
    assert np.mean(held) == pytest.approx(0.95, abs=ALLOWED)


def test_a_family_by_holm_is_wrong_once_in_twenty_and_unadjusted_far_more() -> None:
    # Six tests of the same people: two outcomes that go together by three groupings; nothing differs.
    rng, people, family = stream(7, "subgroups family"), 600, []
    for _ in range(REPLICATES // 2):
        a, groups = rng.integers(0, 2, people), rng.integers(0, 2, (3, people))
        drawn = rng.random(people)
        outcomes = (drawn < 0.35 + 0.15 * a, (0.7 * drawn + 0.3 * rng.random(people)) < 0.35 + 0.15 * a)
        tests = []
        for y in outcomes:
            for group in groups:
                cells = [[y[(a == arm) & (group == level)] for arm in (1, 0)] for level in (0, 1)]
                effects = [one.mean() - other.mean() for one, other in cells]
                errors = [sum(arm.mean() * (1 - arm.mean()) / arm.size for arm in pair) for pair in cells]
                tests.append(interaction(effects, errors).rows[-1].p_value)
        family.append(tests)
    drawn_p = np.array(family)
    wrong = {
        "holm": np.mean([(holm(tests) < 0.05).any() for tests in drawn_p]),
        "bh": np.mean([(benjamini_hochberg(tests) < 0.05).any() for tests in drawn_p]),
        "none": np.mean((drawn_p < 0.05).any(axis=1)),
    }
    allowed = 4 * math.sqrt(0.05 * 0.95 / len(family))
    assert wrong["holm"] <= 0.05 + allowed
    assert wrong["holm"] <= wrong["bh"] <= 0.05 + allowed  # with nothing true the false share is the family's error
    assert wrong["none"] > 0.12


PEOPLE, COLUMNS, PARTS = 50, 6, 40


def _drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X = rng.standard_normal((PEOPLE, COLUMNS))
    a = (rng.random(PEOPLE) < 1 / (1 + np.exp(-0.3 * X[:, 0]))).astype(float)
    y = (rng.random(PEOPLE) < 1 / (1 + np.exp(0.4 - 0.6 * a - 0.5 * X[:, 0]))).astype(float)
    return y, a, X


@pytest.mark.slow
def test_leaving_out_fortieths_is_sure_enough_where_the_sandwich_is_too_sure() -> None:
    rng = stream(8, "subgroups fortieths")
    points, sandwich, left_out = [], [], []
    for replicate in range(150):
        y, a, X = _drawn(rng)
        row = augmented(y, a, X).only(contrast="risk_difference")
        points.append(row.estimate)
        sandwich.append(row.std_error**2)
        if replicate < 25:
            part = rng.permutation(PEOPLE) % PARTS
            moved = [
                augmented(y[part != one], a[part != one], X[part != one]).only(contrast="risk_difference").estimate
                for one in range(PARTS)
            ]
            left_out.append((PARTS - 1) / PARTS * float(np.sum((np.array(moved) - row.estimate) ** 2)))
    spread = float(np.std(points, ddof=1))
    # 150 replicates tell a standard deviation within 12 per cent, two of its standard errors.
    assert math.sqrt(np.mean(left_out)) > 0.88 * spread
    assert math.sqrt(np.mean(sandwich)) < 0.95 * spread
