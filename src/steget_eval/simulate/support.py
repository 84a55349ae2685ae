"""Public support: what people live on outside the spells that end it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.paths import Paths, Runs, outside
from steget_eval.simulate.people import People, pick
from steget_eval.simulate.truth import Truth

#: Spells that stop support for as long as they run.
STOPS_SUPPORT = ("competitive_employment", "employment", "self_employment", "subsidised_employment", "education")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupportRuns:
    """The days on which each person lives on support, and what kind.

    Attributes
    ----------
    runs
        Days on support; the first starts before day 0.
    kind
        The state of the support, shape (n,); empty for people without any.
    extent_percent
        100, 75, 50 or 25, shape (n,).
    job_seeking
        Whether they are registered as job seeking on the same days, shape (n,).
    """

    runs: Runs
    kind: np.ndarray
    extent_percent: np.ndarray
    job_seeking: np.ndarray


def draw_support(truth: Truth, people: People, paths: Paths, draws: Draws) -> SupportRuns:
    """Return the support of each person: it stops when work or education starts and returns when they end."""
    kind = pick(draws.uniform("support", "kind"), truth.support.kinds)
    has_support = people.months_on_support > 0
    partial = (draws.uniform("support", "part_time") < truth.support.part_time) & (kind == "sickness_benefit")
    extent = np.array([75, 50, 25])[np.floor(3 * draws.uniform("support", "extent")).astype(np.int64)]
    begin = -np.rint(people.months_on_support * DAYS_PER_MONTH).astype(np.int64)
    runs = outside([paths.runs[state] for state in STOPS_SUPPORT if state in paths.runs], begin)
    return SupportRuns(
        runs=runs,
        kind=np.where(has_support, kind, ""),
        extent_percent=np.where(partial, extent, 100),
        job_seeking=(draws.uniform("support", "job_seeking") < truth.support.job_seeking) & has_support,
    )


def with_support(truth: Truth, people: People, paths: Paths, draws: Draws) -> Paths:
    """Return the paths with the states of public support and of job seeking beside the others."""
    drawn = draw_support(truth, people, paths, draws)
    holds = {kind: drawn.kind == kind for kind in truth.support.kinds} | {"job_seeking": drawn.job_seeking}
    runs = {
        state: Runs(
            start=np.where(mine[:, None], drawn.runs.start, NEVER), end=np.where(mine[:, None], drawn.runs.end, NEVER)
        )
        for state, mine in holds.items()
    }
    return replace(paths, support=runs)
