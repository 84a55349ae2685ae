"""Where two arms have no common region of scores, and where they have one in part."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import OverlapError
from steget_eval.methods.design.common_region import refuse_no_overlap

A = np.arange(200) % 2
DRAWN = np.random.default_rng(7).normal(size=(200, 2))


def test_arms_that_meet_are_not_refused():
    refuse_no_overlap(A, DRAWN + A[:, None])


@pytest.mark.parametrize("margin", [1e-3, 1.0, 1e3])
def test_arms_that_a_sum_of_columns_tells_apart_are_refused_however_near(margin):
    apart = DRAWN.copy()
    apart[:, 1] = np.where(A == 1, 1, -1) * margin * (1 + np.abs(DRAWN[:, 1])) - apart[:, 0]
    with pytest.raises(OverlapError, match="tells of each person which arm it was"):
        refuse_no_overlap(A, apart)


def test_a_level_that_one_arm_alone_has_leaves_the_others_in_common():
    rare = np.zeros(200)
    rare[np.flatnonzero(A == 1)[:5]] = 1
    refuse_no_overlap(A, np.column_stack([DRAWN, rare]))


def test_an_arm_of_which_no_score_lies_within_the_others_range_is_refused():
    x = np.concatenate([[-3.0, 5.0], np.linspace(-1, 1, 50)])[:, None]
    a = np.concatenate([[1, 1], np.zeros(50)])
    with pytest.raises(OverlapError, match="no score of arm 1 is within the range"):
        refuse_no_overlap(a, x)
    with pytest.raises(OverlapError, match="no score of arm 0 is within the range"):
        refuse_no_overlap(1 - a, x)


def test_covariates_that_say_nothing_of_the_arm_leave_everybody_in_common():
    x = np.concatenate([[-3.0, 3.0], np.linspace(-1, 1, 50)])[:, None]
    a = np.concatenate([[1, 1], np.zeros(50)])
    refuse_no_overlap(a, x)
    refuse_no_overlap(1 - a, x)


@pytest.mark.parametrize("extra", [np.ones((200, 1)), DRAWN[:, :1], DRAWN.sum(axis=1, keepdims=True)])
def test_columns_that_say_nothing_new_change_nothing(extra):
    refuse_no_overlap(A, np.column_stack([DRAWN, extra]))


@pytest.mark.parametrize(
    ("a", "X"),
    [(np.ones(200), DRAWN), (A, np.where(np.arange(200)[:, None] == 3, np.nan, DRAWN)), (A[:2], DRAWN[:2]),
     (A, DRAWN[:, :0]), (A[:0], DRAWN[:0])],
)  # fmt: skip
def test_what_the_method_itself_refuses_is_left_to_it(a, X):
    refuse_no_overlap(a, X)
