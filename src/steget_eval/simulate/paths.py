"""What happens to each person in an arm, in days from enrolment, whether anybody sees it or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import NEVER, Process
from steget_eval.simulate.people import People
from steget_eval.simulate.truth import Truth

#: States that carry hours and pay, and whether the job is subsidised.
JOBS = {"competitive_employment": False, "employment": False, "subsidised_employment": True}
HOURS = np.array([10.0, 20.0, 30.0, 40.0])
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
    hours
        Hours a week of each spell, of the same shape; None for a state that has none.
    """

    start: np.ndarray
    end: np.ndarray
    hours: np.ndarray | None = None

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
    death, emigration, withdrawn, lost, discharge
        Day, shape (n,); `NEVER` without it.
    support
        State to its spells, of those that people live on outside the runs; empty until `with_support`.
    """

    runs: Mapping[str, Runs]
    death: np.ndarray
    emigration: np.ndarray
    withdrawn: np.ndarray
    lost: np.ndarray
    discharge: np.ndarray
    support: Mapping[str, Runs] = field(default_factory=dict)


def draw_paths(truth: Truth, people: People, draws: Draws, a: np.ndarray) -> Paths:
    """Return what happens to each person in the arm `a`, shape (n,); the same draws whatever the arm."""
    runs: dict[str, Runs] = {}
    for state, process in truth.processes.items():
        runs[state] = draw_runs(state, process, people, draws, a)
    for state, winners in GIVES_WAY.items():
        for winner in winners:
            if state in runs and winner in runs:
                runs[state] = _give_way(runs[state], runs[winner])
    features = people.features
    death = truth.death.days(features, a, draws.uniform("death"))
    emigration = truth.emigration.days(features, a, draws.uniform("emigration"))
    return Paths(
        runs=runs,
        death=death,
        emigration=emigration,
        withdrawn=truth.withdrawn.days(features, a, draws.uniform("withdrawn")),
        lost=truth.lost.days(features, a, draws.uniform("lost")),
        discharge=_discharge(truth, people, draws, a, np.minimum(death, emigration)),
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


def draw_runs(state: str, process: Process, people: People, draws: Draws, a: np.ndarray) -> Runs:
    """Return the spells of one process from day 0 on; the draws are named for the state."""
    starts, ends = [], []
    rate, after = process.start, np.zeros(draws.people, dtype=np.int64)
    for number in range(process.most if process.again else 1):
        u = draws.uniform(state, "start", number)
        start = np.minimum(after + rate.days(people.features, a, u, people.push), NEVER)
        tenure = process.end.days(people.features, a, draws.uniform(state, "end", number))
        end = np.minimum(start + tenure, NEVER)
        starts.append(start)
        ends.append(end)
        rate, after = process.again or rate, end
    return Runs(start=np.column_stack(starts), end=np.column_stack(ends), hours=_hours(state, len(starts), draws))


def _discharge(truth: Truth, people: People, draws: Draws, a: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Return the day of discharge; `NEVER` for whoever is gone by then, or where the truth has no discharge."""
    if truth.discharge is None:
        return np.full(draws.people, NEVER)
    latest = int(truth.discharge.latest_month * DAYS_PER_MONTH)
    day = np.minimum(truth.discharge.rate.days(people.features, a, draws.uniform("discharge")), latest)
    left: np.ndarray = np.where(day < gone, day, NEVER)
    return left


def _hours(state: str, most: int, draws: Draws) -> np.ndarray | None:
    if state not in JOBS:
        return None
    u = np.column_stack([draws.uniform(state, "hours", number) for number in range(most)])
    hours: np.ndarray = HOURS[np.floor(len(HOURS) * u).astype(np.int64)]
    return hours


def _give_way(runs: Runs, winner: Runs) -> Runs:
    """Return the runs without what falls on a day of the winner's, or after its start within one run."""
    start, end = runs.start.copy(), runs.end.copy()
    for won_from, won_to in zip(winner.start.T[:, :, None], winner.end.T[:, :, None], strict=True):
        inside = (won_from <= start) & (start < won_to)
        start, end = np.where(inside, NEVER, start), np.where(inside, NEVER, end)
        end = np.where((start < won_from) & (won_from < end), won_from, end)
    return Runs(start=start, end=end, hours=runs.hours)
