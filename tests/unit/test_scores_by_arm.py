"""What an arm's scores cannot be drawn from is refused by a sentence, so that the rest of the study is answered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steget_eval.core.errors import DependentError, MethodError, SpreadError
from steget_eval.core.streams import stream
from steget_eval.methods.missing.reference_scores import impute_scores

N = 80
ARM = np.repeat([0, 1], N // 2)


def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = stream(1, "scores by arm")
    first = draws.normal(50, 10, N)
    later = first[:, None] + draws.normal(0, 5, (N, 2))
    later[draws.random((N, 2)) < 0.2] = np.nan
    return first, later, draws.normal(size=(N, 2))


def _level_of_nobody_in_arm_1(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    X[ARM == 1, 0] = 0


def _first_alike_in_arm_0(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    first[ARM == 0] = 50


def _level_of_one_who_was_never_seen(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    X[:, 1], later[50] = np.arange(N) == 50, np.nan


def _floor_in_arm_1(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    later[ARM == 1, 1] = np.where(np.isnan(later[ARM == 1, 1]), np.nan, 10.0)


def _second_repeats_the_first(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    later[:, 1] = later[:, 0]


def _nothing_has_changed(first: np.ndarray, later: np.ndarray, X: np.ndarray) -> None:
    later[:, 0] = first


@pytest.mark.parametrize(("change", "error"), [
    (_level_of_nobody_in_arm_1, DependentError), (_first_alike_in_arm_0, DependentError),
    (_level_of_one_who_was_never_seen, DependentError), (_floor_in_arm_1, SpreadError),
    (_second_repeats_the_first, DependentError), (_nothing_has_changed, DependentError),
])  # fmt: skip
def test_scores_that_no_model_of_an_arm_can_be_drawn_from_are_refused(
    change: Callable[[np.ndarray, np.ndarray, np.ndarray], None], error: type[MethodError]
) -> None:
    first, later, X = drawn()
    change(first, later, X)
    with pytest.raises(error):
        impute_scores(first, later, ARM, X, assumption="jump_to_reference", seed=1, sets=3, iterations=30)
