"""The way of each person through the states, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.cohort.months import NO_STATE
from steget_eval.cohort.spells import RANKS
from steget_eval.cohort.windows import days_of_points, last_point
from steget_eval.core.frames import Tidy
from steget_eval.protocol.clock import Clock

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Paths(Tidy):
    """Where each person is at each month point.

    Attributes
    ----------
    states
        Names of the codes 0, 1, …, the last of them ``none``: followed, and in no spell.
    code : np.ndarray, shape (n, M + 1)
        The state at each month point, -1 from where the person is no longer followed; in the order of
        `Cohort.persons`.
    ended_by : np.ndarray, shape (n,)
        Why the follow-up ended inside the window; empty where it did not.
    """

    states: tuple[str, ...] = ()
    code: np.ndarray = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    ended_by: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))

    def to_frame(self) -> pd.DataFrame:
        """Return how many people are in each state at each point; rows of persons are not shown by themselves."""
        import pandas as pd

        names = np.array([*self.states, "not_followed"], dtype=object)
        points = np.broadcast_to(np.arange(self.code.shape[1]), self.code.shape)
        frame = pd.DataFrame({"month": points.ravel(), "state": names[self.code].ravel()})
        return frame.groupby(["month", "state"]).size().rename("n").reset_index()


def person_paths(people: pd.DataFrame, clock: Clock, states: Sequence[str]) -> Paths:
    """Return the path of each person.

    Parameters
    ----------
    people
        `index_on`, `observed_days`, `follow_days`, `window_days`, `follow_up_ended_by`, and the ranks `at_0`, ….
    states
        Those that occur, in the order in which one wins over another.
    """
    import pandas as pd

    dates = pd.to_datetime(people["index_on"]).to_numpy(dtype="datetime64[D]")
    starts, place = np.unique(dates, return_inverse=True)
    days, observed = days_of_points(starts.tolist(), clock), people["observed_days"].to_numpy(dtype=np.int64)
    codes = np.full(max(RANKS.values()) + 2, len(states), dtype=np.int64)  # the last place is rank -1: no spell
    for number, state in enumerate(states):
        codes[RANKS[state]] = number
    points = range(last_point(clock) + 1)
    ranks = people[[f"at_{point}" for point in points]].to_numpy(dtype=np.int64)
    code = np.where(days[place] >= observed[:, None], -1, codes[ranks])
    inside = people["follow_days"].to_numpy(dtype=np.int64) < people["window_days"].to_numpy(dtype=np.int64)
    reason = people["follow_up_ended_by"].astype(object).where(people["follow_up_ended_by"].notna(), "")
    return Paths(
        states=(*states, NO_STATE), code=code, ended_by=np.where(inside, reason.to_numpy(dtype=object), "")
    )  # fmt: skip
