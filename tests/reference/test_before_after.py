"""Change, moves between steps and win ratios against R (before_after.R) and Newcombe's published interval."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.core.estimates import Estimate
from steget_eval.methods.effects.longitudinal import ancova, mean_change, responders, standardised_change
from steget_eval.methods.effects.pairwise import win_statistics
from steget_eval.methods.effects.transition import moved, paired_difference

TOLERANCE = 1e-8  # closed forms on either side
WITNESS = pd.read_csv(Path(__file__).with_name("before_after.txt"))
ENDS = {"estimate": "estimate", "std_error": "std_error", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}
NUMBER = np.arange(1, 41)
BEFORE = 20.0 + (NUMBER * 7) % 23
AFTER = BEFORE + (NUMBER * 11) % 13 - 4
ARM = (NUMBER % 3 == 0).astype(float)
STEP = (NUMBER * 5) % 8 + 2 * ARM


def agrees(row: Estimate, case: str) -> None:
    wanted = WITNESS[WITNESS["case"] == case]
    assert len(wanted) > 0
    for key, value in zip(wanted["key"], wanted["value"], strict=True):
        assert abs(getattr(row, ENDS[key]) - value) <= TOLERANCE * max(abs(value), 1), key


def occasions(both: int, gained: int, lost: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    cells = [both, gained, lost, neither]
    return np.repeat([1.0, 0, 1, 0], cells), np.repeat([1.0, 1, 0, 0], cells)


@pytest.mark.parametrize(("case", "row"), [
    ("change", lambda: mean_change(BEFORE, AFTER)),
    ("standardised", lambda: standardised_change(BEFORE, AFTER)),
    ("responders", lambda: responders(BEFORE, AFTER, important=3)),
    ("ancova", lambda: ancova(BEFORE, AFTER, ARM)),
])  # fmt: skip
def test_changes_of_a_score_are_those_of_r(case, row) -> None:
    agrees(row().rows[0], case)


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if case.startswith("paired")])
def test_paired_difference_is_that_of_r(case: str) -> None:
    agrees(paired_difference(*occasions(*(int(part) for part in case.split("_")[1:]))).rows[0], case)


def test_paired_limits_are_those_that_newcombe_printed() -> None:
    row = paired_difference(*occasions(36, 12, 2, 0)).rows[0]
    assert (round(row.estimate, 1), round(row.conf_low, 4), round(row.conf_high, 4)) == (0.2, 0.0569, 0.3404)


@pytest.mark.parametrize("contrast", ["win_ratio", "win_odds"])
def test_win_ratio_is_that_of_all_pairs(contrast: str) -> None:
    agrees(win_statistics(STEP, ARM).only(contrast=contrast), contrast)


def test_win_odds_collapse_to_mann_whitney_and_arms_exchanged_turn_them_over() -> None:
    from scipy.stats import mannwhitneyu

    upper, lower = STEP[ARM == 1], STEP[ARM == 0]
    share = mannwhitneyu(upper, lower).statistic / (upper.size * lower.size)
    found = win_statistics(STEP, ARM).only(contrast="win_odds")
    assert abs(found.estimate - share / (1 - share)) < 1e-12  # rounding
    turned = win_statistics(STEP, 1 - ARM).only(contrast="win_odds")
    assert abs(turned.estimate - 1 / found.estimate) < 1e-12
    assert abs(turned.std_error - found.std_error) < 1e-12


def test_moves_are_counted_by_hand() -> None:
    rows = moved([0, 1, 2, 3, 4, 5, 6, 2], [3, 1, 1, 6, 4, 7, 6, 0])
    assert [(row.contrast, row.events_1) for row in rows] == [("share_up", 3), ("share_same", 3), ("share_down", 2)]
    assert sum(row.estimate for row in rows) == pytest.approx(1, abs=1e-15)  # rounding


def test_lower_is_better_counts_falls() -> None:
    assert responders([10.0, 10, 10], [7.0, 8, 15], important=3, higher_is_better=False).rows[0].events_1 == 1


def test_refusals_are_sentences() -> None:
    with pytest.raises(EmptyArmError, match="two people or more"):
        mean_change([1.0], [2.0])
    with pytest.raises(MethodError, match="cannot be standardised"):
        standardised_change([1.0, 1, 1], [1.0, 2, 3])
    with pytest.raises(MethodError, match="lies above zero"):
        responders([1.0, 2], [2.0, 3], important=0)
    with pytest.raises(MethodError, match="ancova needs"):
        ancova([1.0, 1, 1, 1], [1.0, 2, 3, 4], [1.0, 0, 1, 0])
    with pytest.raises(MethodError, match="no finite value"):
        win_statistics([5.0, 6, 1, 2], [1.0, 1, 0, 0])
    with pytest.raises(MethodError, match="same people"):
        moved([1.0, 2], [1.0])
