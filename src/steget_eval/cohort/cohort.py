"""A cohort: one row per person with the outcome of every estimand, and how many were removed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from steget_eval.cohort.paths import Paths
from steget_eval.core.catalogue import Kind
from steget_eval.core.frames import Tidy
from steget_eval.records.account import DataAccount

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One box of the participant flow.

    Attributes
    ----------
    kind
        ``records`` everyone in the records; ``outside`` people of an arm that this question leaves aside (one step
        an arm); ``excluded`` people removed by the eligibility rule or named reason `id`; ``included`` those who
        stay, the cohort; ``known`` those of them whose outcome for the primary estimand is known.
    id
        The eligibility rule's id, the arm's id, or the kind again.
    n
        People in all.
    by_arm
        People by arm, for the arms of the question only.
    """

    kind: Literal["records", "outside", "excluded", "included", "known"]
    id: str
    n: int
    by_arm: Mapping[str, int]


@dataclass(frozen=True, slots=True, repr=False)
class Flow(Tidy):
    """The participant flow in order; records = outside + excluded + included."""

    steps: tuple[FlowStep, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per step and arm (`arm` is ``all`` for the total)."""
        import pandas as pd

        rows = [
            {"step": number, "kind": step.kind, "id": step.id, "arm": arm, "n": n}
            for number, step in enumerate(self.steps)
            for arm, n in (("all", step.n), *step.by_arm.items())
        ]
        return pd.DataFrame(rows, columns=["step", "kind", "id", "arm", "n"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OutcomeValues(Tidy):
    """The outcome of one estimand, person by person, in the order of `Cohort.persons`.

    Attributes
    ----------
    y
        For ``binary`` 0, 1 or NaN (unknown); for ``amount`` the amount in shown units or NaN; empty otherwise.
    t, d
        For ``time_to_event`` and ``competing``: whole days from the index date, and 0 (follow-up ended), 1 (the
        event) or 2 and more (a competing event, in the order of `causes`); empty otherwise. Whoever was followed
        through the own window has t equal to `horizon_days` and d = 0.
    exposure
        For an ``amount`` that is asked over the days followed: how many they were, or NaN; empty otherwise.
    before, after
        For ``transition``: places in `levels`, -1 where unknown; empty otherwise.
    scores
        For ``longitudinal``, shape (n, occasions): NaN where no score is known; no rows otherwise.
    entry
        For a time that is not observed from the index date on: the day after which each person is at risk, 0 from the
        beginning; empty otherwise. Whoever ended by then is not known.
    causes
        Ids of the competing events that `d` = 2, 3, … stand for.
    """

    kind: Kind
    y: np.ndarray
    t: np.ndarray
    d: np.ndarray
    entry: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    causes: tuple[str, ...] = ()
    horizon_days: int | None = None
    unit: str = "proportion"
    exposure: np.ndarray = field(default_factory=lambda: np.empty(0))
    before: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    after: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    levels: tuple[str, ...] = ()
    scores: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    occasions: tuple[str, ...] = ()

    @property
    def known(self) -> np.ndarray:
        """Whether each person can be analysed.

        Times are always known; a transition where both looks are; scores where the first and a later one are.
        """
        if self.kind == "transition":
            return np.asarray((self.before >= 0) & (self.after >= 0))
        if self.kind == "longitudinal":
            seen = ~np.isnan(self.scores)
            return np.asarray(seen[:, 0] & seen[:, 1:].any(axis=1))
        if self.entry.size:
            return np.asarray((self.entry == 0) | (self.t > self.entry))
        return ~np.isnan(self.y) if self.y.size else np.ones(self.t.size, dtype=bool)

    @property
    def change(self) -> np.ndarray:
        """Scores of the later occasions minus those of the first, shape (n, occasions - 1)."""
        return np.asarray(self.scores[:, 1:] - self.scores[:, :1])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per person."""
        import pandas as pd

        if self.kind == "transition":
            names = np.array([*self.levels, None], dtype=object)
            return pd.DataFrame({"before": names[self.before], "after": names[self.after]})
        if self.kind == "longitudinal":
            return pd.DataFrame(self.scores, columns=list(self.occasions))
        return pd.DataFrame({"y": self.y} if self.y.size else {"t": self.t, "d": self.d})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Cohort(Tidy):
    """One row per person, ready for methods.

    Attributes
    ----------
    arms
        The arms of the question, treated first.
    persons
        Sorted by participant_id: `participant_id`, `arm`, `a` (1 treated, 0 comparison), `index_on` (may be missing
        where the clock has no index date), `observed_days` (days of the window that were followed), `cluster` where
        the protocol names one.
    covariates
        One column per covariate id: float for ``number`` and ``binary`` (0/1), text for ``category``; same order.
    outcomes
        Estimand id to its values.
    states
        People by arm, month point and state: `arm`, `month` (0 … horizon), `state` (``none`` where no spell runs,
        ``not_followed`` once the follow-up has ended), `n`; a state that nobody is in has no row. An arm adds up to
        the same people at every point. Empty where there are no spells or no months.
    months_in_state
        Per person and state that occurs: `participant_id`, `arm`, `state`, `months` (month points, from 0 to the
        one before the horizon, at which the state held).
    flow
        Counts removed per rule.
    benchmark
        The outcomes of the benchmark comparison arm, estimand id to values, all of them with a = 0; empty without.
    source
        What the records' card says of them: `title_sv`, `title_en`, `source_sv`, `source_en`, `licence`, `citation`;
        with them `first_read`, as in `Records`, in ISO 8601 or empty.
    account
        What is told of the files behind the records.
    recorded
        `sex` where no covariate is that, and `site` where fidelity is compared, as the records have them; a column
        each where there is one, one row per person.
    paths
        Each person's way through the states, month by month; empty where there are no spells or no months.
    """

    arms: tuple[str, ...]
    persons: pd.DataFrame
    covariates: pd.DataFrame
    outcomes: Mapping[str, OutcomeValues]
    states: pd.DataFrame
    months_in_state: pd.DataFrame
    flow: Flow
    benchmark: Mapping[str, OutcomeValues]
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    source: Mapping[str, str]
    account: DataAccount = field(default_factory=DataAccount)
    recorded: pd.DataFrame = field(default_factory=lambda: _no_columns())
    paths: Paths = field(default_factory=Paths)

    @property
    def a(self) -> np.ndarray:
        """The arm of each person: 1 treated, 0 comparison."""
        return self.persons["a"].to_numpy(dtype=np.int64)

    def to_frame(self) -> pd.DataFrame:
        """Return how many people each arm has; rows of persons are not shown by themselves."""
        counts = self.persons.groupby("arm", sort=True).size()
        return counts.rename("n").reset_index()


def _no_columns() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()
