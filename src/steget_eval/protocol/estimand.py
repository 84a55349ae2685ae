"""The questions: population, contrast, and how each intercurrent event is met."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from steget_eval.core.catalogue import Population
from steget_eval.protocol.amounts import Among
from steget_eval.protocol.base import Id, Part, Text

#: How an intercurrent event is met (ICH E9(R1)); principal strata and the like are refused, since nothing here can
#: answer them.
Strategy = Literal["treatment_policy", "composite", "while_alive", "hypothetical"]
Contrast = Literal[
    "risk", "risk_difference", "risk_ratio", "odds_ratio", "nnt", "hazard_ratio", "rmst_difference",
    "rmtl_difference", "subdistribution_hazard_ratio", "mean", "mean_difference", "mean_change",
    "standardised_change", "responders", "moved", "paired_difference", "mean_ratio", "rate_ratio", "common_odds_ratio",
    "win_ratio", "win_odds", "net_benefit", "mean_change_difference", "responders_difference",
    "share_difference", "att", "level_change", "slope_change", "trend_difference",
]  # fmt: skip

#: Contrasts of one arm by itself, with the kinds of outcome that they are asked of; None is any.
ONE_ARM: dict[str, str | None] = {
    "risk": None, "mean": None, "mean_change": "longitudinal", "standardised_change": "longitudinal",
    "responders": "longitudinal", "moved": "transition", "paired_difference": "transition",
}  # fmt: skip


class BetaPrior(Part):
    """What is believed of a share beforehand: as if so many with and without the outcome had been seen already.

    A half of each, Jeffreys' prior, where nothing else is said.
    """

    successes: float = Field(default=0.5, gt=0, le=1000)
    failures: float = Field(default=0.5, gt=0, le=1000)


class Estimand(Part):
    """One question.

    Attributes
    ----------
    strategies
        Intercurrent event to strategy; every event of the outcome must be met. ``treatment_policy`` looks through
        it, ``composite`` counts it as not reaching the outcome, ``while_alive`` lets it compete, ``hypothetical``
        asks for a world without it, by inverse probability of censoring or pseudo-values.
    censoring_covariates
        Ids of covariates, binary or in categories, whose combinations are the strata within which
        ``censoring_weights``, and the pseudo-values of ``aipw`` and ``g_computation``, take people to leave alike;
        empty takes them to leave alike within an arm.
    by
        The share of a binary outcome in one arm is told within each level as well: ids of covariates in categories, or
        ``sex`` and ``site`` where an outcome was counted.
    pooled_by
        The same, with each level's share drawn towards what they have in common; never a league table.
    among
        An amount is asked among everyone; with this among a part of them, which needs a reason.
    exposure
        ``days_followed``: a rate ratio compares what was gathered for each day followed, so that whoever was followed
        for a part of the window counts with that part; the rate is then taken to be the same afterwards.
    occasion
        Which later occasion of an outcome of scores two arms are compared at; None is the last.
    prior
        Of the method ``posterior``, printed beneath its answer; Jeffreys' where none is given.
    methods
        Names in the catalogue; the first is the main one and heads the report. Empty takes the design's default.
    """

    id: Id
    question: Text
    outcome: Id
    population: Population = "ATE"
    contrast: Contrast
    strategies: dict[Id, Strategy] = Field(default_factory=dict)
    methods: tuple[str, ...] = ()
    censoring_covariates: tuple[Id, ...] = ()
    by: tuple[Id, ...] = ()
    pooled_by: Id | None = None
    among: Among | None = None
    exposure: Literal["days_followed"] | None = None
    occasion: str | None = None
    prior: BetaPrior | None = None

    @model_validator(mode="after")
    def _has_a_use_for_its_prior(self) -> Estimand:
        if self.prior is not None and "posterior" not in self.methods:
            raise ValueError("a prior belongs to an estimand with posterior among its methods")
        return self


class Target(Part):
    """A programme's own goal for one arm: at least a share, or a share between two limits.

    Attributes
    ----------
    method
        How the one-sided limit is taken: ``exact``, ``wilson``, ``mid_p`` or ``bayesian``. Where follow-up ended early
        for some, or there are clusters, ``exact`` gives way to the log–log limit, ``wilson`` and ``bayesian`` rest on
        the people that the variance is worth, and ``mid_p`` is refused.
    prior
        Of the Bayesian limit, printed beside it.
    """

    id: Id
    label: Text
    estimand: Id
    at_least: float | None = Field(default=None, gt=0, lt=1)
    between: tuple[float, float] | None = None
    method: Literal["exact", "wilson", "mid_p", "bayesian"] = "exact"
    prior: BetaPrior | None = None

    @model_validator(mode="after")
    def _is_one_goal(self) -> Target:
        if (self.at_least is None) == (self.between is None):
            raise ValueError("a target is exactly one of at_least and between")
        if self.between is not None and not 0 < self.between[0] < self.between[1] < 1:
            raise ValueError("between needs two shares, the lower first, both strictly inside 0 and 1")
        if self.prior is not None and self.method != "bayesian":
            raise ValueError(f"a prior belongs to method bayesian, not to {self.method}")
        return self


#: How what cannot be answered is bounded by the reading that can.
Bound = Literal["none_to_chosen", "chosen_to_all", "of_fewer", "of_more"]


class Reading(Part):
    """Another reading of what was decided, with the estimand that answers it or why nothing can.

    `method` takes that method's answer instead of the main one's; `joint` is answered by one `cell` of a joint question
    instead of an estimand.
    `advised` is answered by the share that a recommendation of that id found able to go on.
    `between` bounds what cannot be answered by the chosen reading's people: at most or at least those who had the
    outcome (``none_to_chosen``, ``chosen_to_all``), or the same of fewer or of more people (``of_fewer``, ``of_more``).
    """

    words: Text
    estimand: Id | None = None
    method: str | None = None
    joint: Id | None = None
    cell: Literal["neither", "first", "second", "both"] | None = None
    advised: Id | None = None
    cannot: Text | None = None
    between: Bound | None = None

    @model_validator(mode="after")
    def _is_answered_or_says_why(self) -> Reading:
        if sum(one is not None for one in (self.estimand, self.joint, self.advised, self.cannot)) != 1:
            raise ValueError("a reading has exactly one of estimand, joint, advised and cannot")
        if (self.joint is None) != (self.cell is None):
            raise ValueError("joint and cell go together")
        if self.between is not None and self.cannot is None:
            raise ValueError("between belongs to a reading that cannot be answered")
        return self


class Choice(Part):
    """An ambiguity that was decided: what could be read in several ways, and what was chosen, and why.

    Attributes
    ----------
    estimand
        The estimand that the chosen reading gives, so that its result stands beside the others'.
    alternatives
        The other readings, each with its result.
    """

    id: Id
    question: Text
    chosen: Text
    because: Text
    estimand: Id | None = None
    alternatives: tuple[Reading, ...] = ()


class Benchmark(Part):
    """A randomised comparison in the same records that an adjusted estimate is held against.

    The arm must stand among `arms.outside`; its people are used for nothing else.
    """

    comparison: str
    label: Text
