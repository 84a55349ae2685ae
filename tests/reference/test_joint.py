"""Two outcomes at once against prop.test and survfit for several states, by joint.R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import HorizonError, MethodError
from steget_eval.methods.effects.joint import CELLS, joint_occupation, joint_shares

REFERENCE = pd.read_csv(Path(__file__).parent / "joint.txt").set_index("key")["value"]
CLOSED = 1e-10  # closed form
HORIZON = 100
COUNTS = {"seen": (20, 13, 5, 6), "few": (9, 0, 2, 1)}


def of_counts(counts):
    cells = np.repeat(np.arange(4), counts)
    return cells % 2, cells // 2


def followed():
    """The people of joint.R: days and causes of both outcomes."""
    i = np.arange(1, 91)
    day_1, day_2 = 3 + (i * 37) % 167, 5 + (i * 53) % 211
    day_2 = np.where(i % 23 == 0, day_1, day_2)
    death = np.where(i % 17 == 0, 10.0 + (i * 29) % 90, np.inf)
    censor = np.where(i % 3 == 0, 30.0 + (i * 41) % 90, np.inf)
    day_1, death = np.where(i == 34, 40, day_1), np.where(i == 34, 40.0, death)
    end = np.minimum(np.minimum(death, censor), HORIZON)
    dies = death <= end

    def of(day):
        has = (day <= end) & (day <= HORIZON)
        return np.where(has, day, end).astype(int), np.where(has, 1, np.where(dies, 2, 0))

    return *of(day_1), *of(day_2)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("level", [0.95, 0.9])
def test_goodmans_limits_are_score_limits_at_a_quarter_of_alpha(name, level):
    rows = joint_shares(*of_counts(COUNTS[name]), level=level)
    assert [row.contrast for row in rows] == list(CELLS)
    assert tuple(row.events_1 for row in rows) == COUNTS[name]
    for cell, row in enumerate(rows, start=1):
        key = f"goodman.{name}.{level:g}.{cell}"
        assert row.conf_low == pytest.approx(REFERENCE[f"{key}.low"], abs=CLOSED)
        assert row.conf_high == pytest.approx(REFERENCE[f"{key}.high"], abs=CLOSED)


def test_occupation_its_error_and_limits_are_survfits():
    for row in joint_occupation(*followed(), horizon=HORIZON):
        assert row.estimate == pytest.approx(REFERENCE[f"occupation.{row.contrast}"], abs=CLOSED)
        assert row.std_error == pytest.approx(REFERENCE[f"occupation_se.{row.contrast}"], abs=CLOSED)
        assert row.conf_low == pytest.approx(REFERENCE[f"occupation.{row.contrast}.low"], abs=CLOSED)
        assert row.conf_high == pytest.approx(REFERENCE[f"occupation.{row.contrast}.high"], abs=CLOSED)


def test_where_everybody_is_followed_the_occupation_is_the_plain_share():
    first, second = of_counts((20, 13, 5, 6))
    n = first.size
    days = 1 + np.arange(n) % 60
    found = joint_occupation(
        np.where(first, days, HORIZON), first, np.where(second, days[::-1], HORIZON), second, horizon=HORIZON
    )
    plain = joint_shares(first, second)
    for row, want in zip(found, plain, strict=True):
        assert row.estimate == pytest.approx(want.estimate, abs=CLOSED)
        assert row.std_error == pytest.approx(np.sqrt(want.estimate * (1 - want.estimate) / n), abs=CLOSED)
        assert (row.n_1, row.events_1) == (want.n_1, want.events_1)


def test_the_four_shares_are_everybody():
    assert sum(row.estimate for row in joint_occupation(*followed(), horizon=HORIZON)) == pytest.approx(1, abs=CLOSED)


def test_an_outcome_that_goes_on_after_the_others_end_is_refused():
    with pytest.raises(MethodError, match="same follow-up"):
        joint_occupation([10, 20], [0, 0], [10, 30], [0, 0], horizon=30)


def test_a_horizon_beyond_all_follow_up_is_refused():
    t_1, d_1, t_2, d_2 = followed()
    with pytest.raises(HorizonError):
        joint_occupation(t_1, d_1, t_2, d_2, horizon=HORIZON + 1)


def test_a_cell_that_nobody_stands_in_is_refused():
    with pytest.raises(MethodError, match="nobody"):
        joint_occupation([5, 50, 50], [1, 0, 0], [50, 7, 50], [0, 1, 0], horizon=50)
