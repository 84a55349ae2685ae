"""What passed the gate: the only thing that tables, figures and sentences accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.release_account import ReleasedAccount
from steget_eval.study.fidelity_found import FidelityFound
from steget_eval.study.results import Refusal, Subgroup

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedVerdict:
    """A verdict that passed the gate; a suppressed one keeps its goal and loses everything else.

    `needed` is told only where the count it is held against is.
    """

    target: str
    estimand: str
    goal: Literal["at_least", "between"]
    low: float
    high: float | None
    suppressed: bool
    point: Literal["reached", "not_reached", "below", "within", "above"] | None
    shown: bool | None
    needed: int | None
    estimate: float | None
    conf_low: float | None
    conf_high: float | None
    n: int | None
    events: int | None
    method: str
    probability: float | None = None


#: Why the gate took something away.
Rule = Literal["small_cell", "complement", "small_denominator", "curve_step", "zero", "dependent", "small_difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """How many cells a rule of the gate took away, and where."""

    rule: Rule
    place: str
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedGate:
    """A gate of the design: what it is called and whether it was passed, never the value, which may be one person's."""

    name: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedDesign:
    """The gates of one method's weights or matches."""

    method: str
    gates: tuple[ReleasedGate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedPopulation:
    """The gates of the weights that make both arms stand for one population."""

    population: str
    gates: tuple[ReleasedGate, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Release(Tidy):
    """Results after the gate. Every frame has a column `suppressed`; a suppressed cell is missing, never masked text.

    Attributes
    ----------
    estimates
        The answer's columns in their order, then `suppressed`. In a suppressed row every number, count and note that
        depends on them is missing.
    curves
        `estimand`, `arm`, `cause`, `time`, `estimate`, `conf_low`, `conf_high`, `suppressed`: steps with too few
        events merged into the next, ended where too few are at risk.
    at_risk
        `estimand`, `arm`, `time`, `at_risk`, `suppressed`: numbers at risk at the marked times.
    baseline
        As in `Results.baseline`, then `suppressed`.
    states
        `arm`, `month`, `state`, `n`, `total`, `share`, `suppressed`; the small states of a month are one row of state
        ``suppressed`` whose `n` is large enough by itself.
    flow
        `step`, `kind`, `id`, `arm`, `n`, `suppressed`.
    overlap, unknown
        As in `Results`, then `suppressed`.
    suppressions
        What was taken away, by rule and place.
    policy
        The limits that were held.
    internal
        True for the internal view: nothing was taken away, and every page carries a watermark.
    account
        What was found in the files, what was assumed, and where their rows went.
    moves
        `estimand`, `before`, `after` (ids of steps, joined by ``+`` where they were taken together, ``all`` for
        everybody), `n`, `suppressed`.
    design
        `method`, `key`, `level`, `arm`, `n`, `of`, `suppressed`: whom each design took away.
    design_gates
        The gates of each design; none where the size of a weighted arm was taken away.
    months
        Expected months in each state: the answer's columns, `subgroup` ``state=<id>``, then `suppressed`.
    month_moves
        `arm`, `before`, `after` (states, joined by ``+`` where they stand together), `n` months that ended so, `total`
        of them that began so, `suppressed`.
    steps
        `estimand`, `arm`, `step`, `n`, `total`, `suppressed`: who stands on which later step of two arms compared; a
        question that is not told is one suppressed row.
    gates
        Which gates the weighted arms passed; none where the size of a weighted arm was taken away.
    other_gates
        The same of each other population that an adjusted question speaks of.
    subgroups
        Every question and group that was asked by group; ``hidden`` where the gate took it away.
    fidelity
        The reviews of fidelity as they are, since a site's score is nobody's; without its smallest number of people.
    """

    protocol: Protocol
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    source: Mapping[str, str]
    estimates: pd.DataFrame
    verdicts: tuple[ReleasedVerdict, ...]
    curves: pd.DataFrame
    at_risk: pd.DataFrame
    baseline: pd.DataFrame
    states: pd.DataFrame
    overlap: pd.DataFrame
    unknown: pd.DataFrame
    flow: pd.DataFrame
    refusals: tuple[Refusal, ...]
    suppressions: tuple[Suppression, ...]
    policy: Disclosure
    internal: bool = False
    account: ReleasedAccount = field(default_factory=ReleasedAccount)
    gates: tuple[ReleasedGate, ...] = ()
    other_gates: tuple[ReleasedPopulation, ...] = ()
    moves: pd.DataFrame | None = None
    steps: pd.DataFrame | None = None
    months: pd.DataFrame | None = None
    month_moves: pd.DataFrame | None = None
    design: pd.DataFrame | None = None
    design_gates: tuple[ReleasedDesign, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    fidelity: FidelityFound | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the released table of estimates."""
        return self.estimates.copy()
