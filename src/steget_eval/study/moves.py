"""Counts where people stood before against where they stood after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol
from steget_eval.study.between import BETWEEN_STEPS

if TYPE_CHECKING:
    from steget_eval.cohort import OutcomeValues

MOVE_COLUMNS = ("estimand", "before", "after", "n")
STEP_COLUMNS = ("estimand", "arm", "step", "n")
PAIR_COLUMNS = ("estimand", "both", "gained", "lost", "neither")


def _no_rows(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moves(Tidy):
    """The people behind every question that looks at two occasions, before the gate.

    Attributes
    ----------
    matrix
        `estimand`, `before`, `after` (ids of steps, in their order), `n`; every pair has a row, zero or not.
    pairs
        The four counts behind each paired difference: `estimand`, `both`, `gained`, `lost`, `neither`.
    steps
        The people behind each comparison of two arms' later steps: `estimand`, `arm`, `step`, `n`; every step of each
        arm has a row, held by somebody or not.
    """

    matrix: pd.DataFrame = field(default_factory=lambda: _no_rows(MOVE_COLUMNS))
    pairs: pd.DataFrame = field(default_factory=lambda: _no_rows(PAIR_COLUMNS))
    steps: pd.DataFrame = field(default_factory=lambda: _no_rows(STEP_COLUMNS))

    def to_frame(self) -> pd.DataFrame:
        """Return the matrix."""
        return self.matrix.copy()


def count_moves(cohort: Cohort, protocol: Protocol) -> Moves:
    """Return the counts of every question of moves, every paired difference and every comparison of steps."""
    matrices, pairs, steps = [], [], []
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        if estimand.contrast in BETWEEN_STEPS:
            steps += [(estimand.id, *row) for row in _steps(cohort, values)]
        if estimand.contrast == "moved":
            matrices += [(estimand.id, *row) for row in _matrix(values)]
        looks = protocol.outcome(estimand.outcome).before_after
        if estimand.contrast == "paired_difference" and looks is not None:
            pairs.append((estimand.id, *_pairs(values, looks.counts)))
    return Moves(
        matrix=pd.DataFrame(matrices, columns=list(MOVE_COLUMNS)),
        pairs=pd.DataFrame(pairs, columns=list(PAIR_COLUMNS)),
        steps=pd.DataFrame(steps, columns=list(STEP_COLUMNS)),
    )


def _steps(cohort: Cohort, values: OutcomeValues) -> list[tuple[str, str, int]]:
    arms = cohort.persons["arm"].to_numpy()[values.known]
    after = values.after[values.known]
    return [
        (arm, step, int(((arms == arm) & (after == place)).sum()))
        for arm in cohort.arms
        for place, step in enumerate(values.levels)
    ]


def _matrix(values: OutcomeValues) -> list[tuple[str, str, int]]:
    known = values.known
    before, after = values.before[known], values.after[known]
    return [
        (one, other, int(((before == row) & (after == column)).sum()))
        for row, one in enumerate(values.levels)
        for column, other in enumerate(values.levels)
    ]


def _pairs(values: OutcomeValues, counts: tuple[str, ...]) -> tuple[int, int, int, int]:
    counted = [place for place, name in enumerate(values.levels) if name in counts]
    known = values.known
    had, has = np.isin(values.before[known], counted), np.isin(values.after[known], counted)
    return int((had & has).sum()), int((~had & has).sum()), int((had & ~has).sum()), int((~had & ~has).sum())
