"""Months in each state by arm, and moves between the states, from the paths of the people."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.occupation import months_in_states
from steget_eval.protocol import Protocol
from steget_eval.protocol.occupation import Occupation

MOVE_COLUMNS = ("arm", "before", "after", "n", "people")
EVER_COLUMNS = ("arm", "state", "people", "n")


def _no_rows(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Occupied(Tidy):
    """Months in each state, before the gate.

    Attributes
    ----------
    months
        Expected months in each state in both arms, and their difference; `subgroup` is ``state=<id>``.
    ever
        `arm`, `state`, `people` who were ever seen in it, `n` people of the arm.
    moves
        `arm`, `before`, `after`, `n` (months that ended so, staying among them), `people` (how many different people
        did it at some time).
    """

    months: Estimates = field(default_factory=Estimates)
    ever: pd.DataFrame = field(default_factory=lambda: _no_rows(EVER_COLUMNS))
    moves: pd.DataFrame = field(default_factory=lambda: _no_rows(MOVE_COLUMNS))

    def to_frame(self) -> pd.DataFrame:
        """Return the months in each state."""
        return self.months.to_frame()


def months_by_state(cohort: Cohort, protocol: Protocol) -> Occupied:
    """Return months in each state by arm and the moves between them; empty where the protocol does not ask.

    Raises `MethodError` where the method refuses.
    """
    asked = protocol.occupation
    if asked is None:
        return Occupied()
    path = told_paths(cohort, asked)
    cluster = cohort.persons["cluster"].to_numpy() if protocol.cluster is not None else None
    found = months_in_states(path, cohort.a, asked.names, cluster=cluster, level=protocol.confidence_level)
    return Occupied(
        months=_labelled(found, protocol),
        ever=_ever(path, cohort, asked.names),
        moves=_moves(path, cohort, asked.names),
    )


def told_paths(cohort: Cohort, asked: Occupation) -> np.ndarray:
    """Return each person's path through the protocol's states, shape (n, M + 1); -1 from where somebody is lost."""
    group_of = {state: number for number, group in enumerate(asked.groups) for state in group.states}
    other = len(asked.groups)
    codes = np.array([*(group_of.get(state, other) for state in cohort.paths.states), -1], dtype=np.int64)
    path = codes[cohort.paths.code]
    gone_for_good = np.isin(cohort.paths.ended_by, asked.ends)[:, None]
    return np.asarray(np.where((path < 0) & gone_for_good, other + asked.ended_apart, path))


def _ever(path: np.ndarray, cohort: Cohort, names: tuple[str, ...]) -> pd.DataFrame:
    rows = [
        (arm, state, int((path[mine] == code).any(axis=1).sum()), int(mine.sum()))
        for arm, mine in _arms(cohort)
        for code, state in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=list(EVER_COLUMNS))


def _moves(path: np.ndarray, cohort: Cohort, names: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm, mine in _arms(cohort):
        before, after = path[mine, :-1], path[mine, 1:]
        for one, left in enumerate(names):
            for other, entered in enumerate(names):
                did = (before == one) & (after == other)
                rows.append((arm, left, entered, int(did.sum()), int(did.any(axis=1).sum())))
    return pd.DataFrame(rows, columns=list(MOVE_COLUMNS))


def _arms(cohort: Cohort) -> list[tuple[str, np.ndarray]]:
    return [(arm, cohort.persons["arm"].to_numpy() == arm) for arm in cohort.arms]


def _labelled(found: Estimates, protocol: Protocol) -> Estimates:
    comparison = protocol.arms.comparison
    told = found.label(
        programme=protocol.programme.id, estimand="occupation", outcome="occupation",
        arm_1=protocol.arms.treated.id, arm_0="" if comparison is None else comparison.id,
        horizon=float(protocol.clock.horizon or 0), horizon_unit=protocol.clock.unit or "",
    )  # fmt: skip
    return told if protocol.design == "randomised" else told.label(population="unadjusted")
