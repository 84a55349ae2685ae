"""Verdicts of one arm against its targets, against R's exact test and brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.effects.single_arm import at_least, between

REFERENCE = pd.read_csv(Path(__file__).parent / "single_arm.txt").set_index("key")["value"]
CLOSED = 1e-8  # closed form


def people(count: int, n: int) -> np.ndarray:
    return (np.arange(n) < count).astype(int)


@pytest.mark.parametrize(("count", "n", "target"), [(27, 42, 0.5), (26, 42, 0.5), (0, 20, 0.1), (20, 20, 0.5)])
def test_one_sided_limits_and_p_values_are_binom_tests(count, n, target):
    key = f"exact.{count}.{n}.{target}."
    (row,) = at_least(people(count, n), target).estimates
    assert row.conf_low == pytest.approx(REFERENCE[key + "low"], abs=CLOSED)
    assert row.p_value == pytest.approx(REFERENCE[key + "p_above"], abs=CLOSED)
    assert (row.conf_high, row.conf_level, row.n_1, row.events_1) == (1.0, 0.95, n, count)
    (row,) = between(people(count, n), 0.05, target).estimates
    assert row.conf_high == pytest.approx(REFERENCE[key + "high"], abs=CLOSED)
    assert row.p_value >= REFERENCE[key + "p_below"] - CLOSED
    assert row.conf_level == 0.90


@pytest.mark.parametrize("target", [0.5, 0.1])
@pytest.mark.parametrize("n", [20, 30, 42, 60, 100])
def test_the_smallest_count_that_shows_a_target_is_the_one_found_by_trying_all(target, n):
    smallest = at_least(people(0, n), target).smallest_count
    assert smallest == REFERENCE[f"count.{target}.{n}"]
    assert at_least(people(smallest, n), target).shown
    assert not at_least(people(smallest - 1, n), target).shown


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.2), (0.4, 0.6), (0.45, 0.55)])
def test_the_smallest_size_that_can_show_a_band_is_the_one_found_by_trying_all(low, high):
    assert between(people(3, 20), low, high).smallest_n == REFERENCE[f"band.{low}.{high}"]
