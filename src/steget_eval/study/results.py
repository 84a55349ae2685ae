"""Everything one evaluation found, before the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from steget_eval.cohort import Flow
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.design.gates import Gate
from steget_eval.protocol import Protocol
from steget_eval.records.account import DataAccount
from steget_eval.study.design_account import DesignAccount
from steget_eval.study.fidelity_found import FidelityFound
from steget_eval.study.moves import Moves
from steget_eval.study.occupied import Occupied
from steget_eval.study.weigh import PopulationGates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A method that refused to answer, and why.

    Attributes
    ----------
    reason
        The method's own sentence.
    code
        The reason in one word, by the class of the error; what was kept before there were codes is ``method``.
    """

    estimand: str
    method: str
    reason: str
    code: str = "method"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One group that a question was asked by.

    Attributes
    ----------
    standing
        ``told``; ``few`` where some level has too few people, so that the group is not told at all; ``refused`` where
        the method did not answer within every level; ``hidden`` where the gate took it away, since beside what else is
        told it would say how few somebody are.
    """

    estimand: str
    group: str
    standing: Literal["told", "few", "refused", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A programme's goal held against what was found.

    Attributes
    ----------
    point
        What the point estimate says: ``reached`` or ``not_reached`` for at_least; ``below``, ``within`` or ``above``
        for a band.
    shown
        Whether it is shown by the one-sided exact 5 % test (for a band: both one-sided limits inside it).
    needed
        For at_least: the smallest number of people with the outcome, of those analysed, that would have shown it.
        For a band: the smallest number of people with which *shown within* becomes possible at all. None under
        censoring.
    answers
        The one row of the table of estimates that the verdict rests on, with its limits and counts.
    probability
        Posterior probability that the share is above the goal; None but for the Bayesian limit of an at_least.
    """

    target: str
    estimand: str
    goal: Literal["at_least", "between"]
    low: float
    high: float | None
    point: Literal["reached", "not_reached", "below", "within", "above"]
    shown: bool
    needed: int | None
    answers: Estimates
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Results(Tidy):
    """What one evaluation found.

    Attributes
    ----------
    estimates
        Every inference, the primary estimand's first; `estimand` is the protocol's id. The benchmark's rows have
        `subgroup` ``benchmark``.
    curves
        Step functions: `estimand`, `arm`, `cause` (``event`` or the id of a competing event), `time` (days),
        `estimate` (cumulative risk), `conf_low`, `conf_high`, `at_risk`, `events`, `competing`, `censored` (the
        last three: people on that day); one row per distinct day with an event or an end, and a row at day 0.
    baseline
        Table 1: `covariate`, `level` (empty but for a category), `arm`, `n` (people with a value), `count` (people
        with the level or for whom a binary holds; missing for a number), `mean`, `sd` (missing but for a number),
        `smd`, `smd_weighted` (arm 1 minus arm 0 over the pooled standard deviation; on the treated arm's rows).
    states
        People by arm, month and state, ``not_followed`` among them, as in `Cohort.states`: an arm adds up to the
        same people every month.
    overlap
        Key figures of the weights: `population`, `arm`, `key` (``n`` or ``ess``, the effective sample size), `value`.
    refusals
        Methods that refused, each with its reason.
    gates
        What must hold of the weighted arms before their comparison is believed, each passed or failed; empty where
        the design weighs nothing.
    other_gates
        The same of each other population that an adjusted question speaks of.
    unknown
        `estimand`, `arm`, `n`, `known`: how many have a known outcome; `positive`: how many an amount above zero.
    account
        What is told of the files behind the records.
    moves
        The people behind every question of moves between steps.
    design
        Whom each design among the main question's methods took away, and its gates.
    occupied
        Months in each state by arm, and the moves between the states.
    joint
        The people behind every joint question, as in `JointAnswers.counts`; None where there is none.
    subgroups
        Every question and group that was asked by group, told or not.
    fidelity
        The reviews of fidelity with their scores; None where the protocol has none.
    """

    protocol: Protocol
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    estimates: Estimates
    verdicts: tuple[Verdict, ...]
    curves: pd.DataFrame
    baseline: pd.DataFrame
    states: pd.DataFrame
    overlap: pd.DataFrame
    unknown: pd.DataFrame
    flow: Flow
    refusals: tuple[Refusal, ...]
    source: Mapping[str, str]
    account: DataAccount = field(default_factory=DataAccount)
    gates: tuple[Gate, ...] = ()
    other_gates: tuple[PopulationGates, ...] = ()
    moves: Moves = field(default_factory=Moves)
    occupied: Occupied = field(default_factory=Occupied)
    design: DesignAccount = field(default_factory=DesignAccount)
    joint: pd.DataFrame | None = None
    subgroups: tuple[Subgroup, ...] = ()
    fidelity: FidelityFound | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the table of estimates."""
        return self.estimates.to_frame()
