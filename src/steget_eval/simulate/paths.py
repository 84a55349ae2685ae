"""What happens to each person in an arm, in days from enrolment, whether anybody sees it or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import NEVER, Process
from steget_eval.simulate.people import People
from steget_eval.simulate.truth import Truth

#: States that give way: a spell is cut off by, or does not begin during, a spell of the states to the right.
GIVES_WAY: dict[str, tuple[str, ...]] = {
    "subsidised_employment": ("competitive_employment",),
    "work_practice": ("competitive_employment", "subsidised_employment"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """Spells of one state, [start, end), in order; a spell that does not come about starts on day `NEVER`.

    Attributes
    ----------
    start, end
        Days from enrolment, shape (n, most).
    """

    start: np.ndarray
    end: np.ndarray

    def first(self) -> np.ndarray:
        """Return the day on which the first spell starts, shape (n,); `NEVER` without one."""
        day: np.ndarray = self.start.min(axis=1)
        return day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """What happens to each person in one arm.

    Attributes
    ----------
    runs
        State to its spells.
    death, emigration, withdrawn, lost
        Day, shape (n,); `NEVER` without it.
    """

    runs: Mapping[str, Runs]
    death: np.ndarray
    emigration: np.ndarray
    withdrawn: np.ndarray
    lost: np.ndarray


def draw_paths(truth: Truth, people: People, draws: Draws, a: np.ndarray) -> Paths:
    """Return what happens to each person in the arm `a`, shape (n,); the same draws whatever the arm."""
    runs: dict[str, Runs] = {}
    for state, process in truth.processes.items():
        runs[state] = _draw_runs(state, process, people, draws, a)
    for state, winners in GIVES_WAY.items():
        for winner in winners:
            if state in runs and winner in runs:
                runs[state] = _give_way(runs[state], runs[winner])
    features = people.features
    return Paths(
        runs=runs,
        death=truth.death.days(features, a, draws.uniform("death")),
        emigration=truth.emigration.days(features, a, draws.uniform("emigration")),
        withdrawn=truth.withdrawn.days(features, a, draws.uniform("withdrawn")),
        lost=truth.lost.days(features, a, draws.uniform("lost")),
    )


def outside(runs: Sequence[Runs], begin: np.ndarray) -> Runs:
    """Return the stretches from `begin` (days, shape (n,)) to the end of time outside every one of the runs."""
    never = np.full((len(begin), 1), NEVER)
    starts = np.hstack([*(run.start for run in runs), never])
    ends = np.hstack([*(run.end for run in runs), never])
    order = np.argsort(starts, axis=1, kind="stable")
    starts, ends = np.take_along_axis(starts, order, 1), np.take_along_axis(ends, order, 1)
    resumes = np.maximum.accumulate(np.hstack([begin[:, None], ends[:, :-1]]), axis=1)
    empty = resumes >= starts
    return Runs(start=np.where(empty, NEVER, resumes), end=np.where(empty, NEVER, starts))


def _draw_runs(state: str, process: Process, people: People, draws: Draws, a: np.ndarray) -> Runs:
    starts, ends = [], []
    rate, after = process.start, np.zeros(draws.people, dtype=np.int64)
    for number in range(process.most if process.again else 1):
        start = np.minimum(after + rate.days(people.features, a, draws.uniform(state, "start", number)), NEVER)
        tenure = process.end.days(people.features, a, draws.uniform(state, "end", number))
        end = np.minimum(start + tenure, NEVER)
        starts.append(start)
        ends.append(end)
        rate, after = process.again or rate, end
    return Runs(start=np.column_stack(starts), end=np.column_stack(ends))


def _give_way(runs: Runs, winner: Runs) -> Runs:
    """Return the runs without what falls on a day of the winner's, or after its start within one run."""
    start, end = runs.start.copy(), runs.end.copy()
    for won_from, won_to in zip(winner.start.T[:, :, None], winner.end.T[:, :, None], strict=True):
        inside = (won_from <= start) & (start < won_to)
        start, end = np.where(inside, NEVER, start), np.where(inside, NEVER, end)
        end = np.where((start < won_from) & (won_from < end), won_from, end)
    return Runs(start=start, end=end)
