"""The protocol: one frozen value with a fingerprint."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.html import frame_html
from steget_eval.protocol.adjustment import Adjustment
from steget_eval.protocol.amounts import refuse_amounts
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.clock import Clock
from steget_eval.protocol.cohort_rules import Covariate, Eligibility
from steget_eval.protocol.counted import Account, CountedEvents, Reach, Recommendation
from steget_eval.protocol.counted_rules import refuse_misfits
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.protocol.estimand import ONE_ARM, Benchmark, Choice, Estimand, Target
from steget_eval.protocol.fidelity import FidelityReviews, refuse_fidelity
from steget_eval.protocol.intervention import Intervention
from steget_eval.protocol.joint import Joint, refuse_unlike
from steget_eval.protocol.lock import Standing
from steget_eval.protocol.measures import COUNTED
from steget_eval.protocol.missing import Missing, refuse_missing
from steget_eval.protocol.occupation import Occupation
from steget_eval.protocol.outcome import Outcome
from steget_eval.protocol.panel import Panel
from steget_eval.protocol.panel_rules import refuse_panel_misfits
from steget_eval.protocol.prestudy import Prestudy
from steget_eval.protocol.programme import Arms, Design, Programme
from steget_eval.protocol.scales import refuse_occasions
from steget_eval.protocol.sensitivity import Sensitivity, refuse_blind_questions
from steget_eval.protocol.subgroups import Subgroups, refuse_groups

#: Designs with two arms compared, and designs that must not name a comparison.
TWO_ARMS = frozenset({"randomised", "comparison"})


class Protocol(Part):
    """What was decided before the data were opened.

    Attributes
    ----------
    decided_on
        The day the protocol was decided.
    primary
        The one estimand that heads the report.
    prestudy
        What a prestudy maps and plans; its arms, outcomes and estimands are those of the planned study.
    panel
        Units over periods, for the designs staggered and interrupted.
    cluster
        A column of `participants` whose values are clusters, or None.
    intervention
        What was done, in the words of TIDieR; None where the protocol does not tell.
    limits
        Sentences on what the design cannot say, printed in every report.
    missing
        The ladder of assumptions on unknown outcomes; by default the main answer and the worst case.
    sensitivity
        How much the answers lean on what nobody measured; by default E-values in a comparison.
    subgroups
        The groups the answer is told by, and the family of tests that is adjusted for; sex alone unless more are named.
    fidelity
        Reviews of the programme's fidelity, item by item; None where there are none.
    joint
        Pairs of questions that are told at once: neither, one, both.
    adjustment
        How arms that were not randomised are made comparable; the defaults where the protocol says nothing.
    occupation
        Months in each state by arm and the moves between states; None where the report does not tell them.
    events, reach, economics, recommendations
        Reports in a period, people reached of those in need, money, and advice against what happened later.
    """

    schema_version: Literal[1]
    id: Id
    title: Text
    decided_on: date
    programme: Programme
    design: Design
    arms: Arms
    clock: Clock
    eligibility: tuple[Eligibility, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    estimands: tuple[Estimand, ...] = Field(min_length=1)
    primary: Id
    targets: tuple[Target, ...] = ()
    joint: tuple[Joint, ...] = ()
    benchmark: Benchmark | None = None
    prestudy: Prestudy | None = None
    panel: Panel | None = None
    cluster: str | None = None
    intervention: Intervention | None = None
    choices: tuple[Choice, ...] = ()
    events: tuple[CountedEvents, ...] = ()
    reach: tuple[Reach, ...] = ()
    economics: tuple[Account, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    limits: tuple[Text, ...] = ()
    missing: Missing = Missing()
    sensitivity: Sensitivity = Sensitivity()
    occupation: Occupation | None = None
    adjustment: Adjustment = Adjustment()
    subgroups: Subgroups = Subgroups()
    fidelity: FidelityReviews | None = None
    disclosure: Disclosure = Disclosure()
    confidence_level: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=2026, ge=0)
    _standing: Standing | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _holds_together(self) -> Protocol:
        self._ids_are_unique()
        self._design_fits_arms()
        self._estimands_fit_outcomes()
        self._references_exist()
        self._censoring_covariates_exist()
        self._late_fits()
        self._occupation_fits()
        self.adjustment.refuse_misfits(self.covariates)
        refuse_misfits(self)
        refuse_panel_misfits(self)
        refuse_blind_questions(self)
        refuse_amounts(self)
        refuse_unlike(self)
        refuse_occasions(self)
        refuse_groups(self)
        refuse_fidelity(self)
        refuse_missing(self)
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of every decision, defaults included, whatever the file looked like."""
        return fingerprint_json(self.model_dump(mode="json"))

    @property
    def standing(self) -> Standing | None:
        """How the file it was read from stands to its lock; None where it was never locked."""
        return self._standing

    def with_standing(self, standing: Standing | None) -> Protocol:
        """Return the same decisions, knowing how they stand to their lock; no part of the fingerprint."""
        copy = self.model_copy()
        copy._standing = standing
        return copy

    @property
    def compares(self) -> bool:
        """Whether two arms are compared; of a prestudy, whether the planned study is to compare two."""
        return self.design in TWO_ARMS or (self.design == "prestudy" and self.arms.comparison is not None)

    def outcome(self, outcome_id: str) -> Outcome:
        """Return the outcome of that id; raises `KeyError` where there is none."""
        return {outcome.id: outcome for outcome in self.outcomes}[outcome_id]

    def estimand(self, estimand_id: str) -> Estimand:
        """Return the estimand of that id; raises `KeyError` where there is none."""
        return {estimand.id: estimand for estimand in self.estimands}[estimand_id]

    def _ids_are_unique(self) -> None:
        named = ("eligibility", "covariates", "outcomes", "estimands", "targets", "joint", "choices", "events",
                 "reach", "economics", "recommendations")  # fmt: skip
        for name in named:
            ids = [part.id for part in getattr(self, name)]
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"{name}: the id {twice[0]!r} stands more than once")

    def _design_fits_arms(self) -> None:
        has_comparison = self.arms.comparison is not None
        if self.design in TWO_ARMS and not has_comparison:
            raise ValueError(f"design {self.design} needs arms.comparison")
        if self.design not in (*TWO_ARMS, "prestudy") and has_comparison:
            raise ValueError(f"design {self.design} has one arm; arms.comparison belongs to randomised or comparison")
        if self.prestudy is not None and self.design != "prestudy":
            raise ValueError(f"prestudy belongs to design prestudy, not to {self.design}")

    def _estimands_fit_outcomes(self) -> None:
        outcomes = {outcome.id: outcome for outcome in self.outcomes}
        for estimand in self.estimands:
            at = f"estimands.{estimand.id}"
            if estimand.outcome not in outcomes:
                raise ValueError(f"{at}.outcome is {estimand.outcome!r}; allowed: {', '.join(sorted(outcomes))}")
            self._strategies_are_complete(at, estimand, outcomes[estimand.outcome])
            if self.panel is None:
                self._contrast_fits_design(at, estimand, outcomes[estimand.outcome])
            if outcomes[estimand.outcome].needs_clock and self.clock.index == "none":
                raise ValueError(f"{at}: outcome {estimand.outcome} counts days, so clock.index cannot be none")

    def _contrast_fits_design(self, at: str, estimand: Estimand, outcome: Outcome) -> None:
        if not self.compares and estimand.population != "arm":
            raise ValueError(f"{at}.population must be arm in a {self.design} design")
        if not self.compares and estimand.contrast not in ONE_ARM:
            raise ValueError(f"{at}.contrast must be {', '.join(ONE_ARM)} in a {self.design} design")
        if self.compares and (estimand.population == "arm" or estimand.contrast in ONE_ARM):
            raise ValueError(
                f"{at}: a {self.design} design compares two arms; population arm and {', '.join(ONE_ARM)} "
                "belong to one arm"
            )
        kind = ONE_ARM.get(estimand.contrast)
        if kind is not None and outcome.kind != kind:
            raise ValueError(f"{at}.contrast {estimand.contrast} is asked of an outcome of kind {kind}")

    def _strategies_are_complete(self, at: str, estimand: Estimand, outcome: Outcome) -> None:
        events = {event.id for event in outcome.intercurrent_events}
        met = set(estimand.strategies)
        if events != met:
            raise ValueError(
                f"{at}.strategies must meet exactly the intercurrent events of {outcome.id}: "
                f"{', '.join(sorted(events)) or 'none'}; found {', '.join(sorted(met)) or 'none'}"
            )
        competes = "while_alive" in estimand.strategies.values()
        may_compete = outcome.kind == "competing" or (outcome.kind == "amount" and outcome.measure in COUNTED)
        if (competes and not may_compete) or (outcome.kind == "competing" and not competes):
            raise ValueError(
                f"{at}.strategies: while_alive goes with an outcome of kind competing, which needs it, "
                "or an amount that is counted from spells, and with no other"
            )

    def _censoring_covariates_exist(self) -> None:
        allowed = [one.id for one in self.covariates if one.kind != "number"]
        for estimand in self.estimands:
            for name in estimand.censoring_covariates:
                if name not in allowed:
                    raise ValueError(
                        f"estimands.{estimand.id}.censoring_covariates: {name!r} is no covariate in strata; "
                        f"allowed, of kind binary or category: {', '.join(allowed) or 'none'}"
                    )

    def _late_fits(self) -> None:
        """Refuse what counts everybody from the index date: of who is observed late only a time is known."""
        if self.clock.observed_from is None:
            return
        for estimand in self.estimands:
            kind = self.outcome(estimand.outcome).kind
            if kind not in {"time_to_event", "competing"}:
                raise ValueError(
                    f"clock.observed_from: estimands.{estimand.id} asks of a {kind} outcome, which is not known of who "
                    "is observed late; allowed: outcomes of kind time_to_event and competing"
                )
        for name in ("occupation", "benchmark", "targets"):
            if getattr(self, name):
                raise ValueError(f"clock.observed_from: {name} counts everybody from the index date, so it cannot be")

    def _occupation_fits(self) -> None:
        if self.occupation is not None and not (self.compares and self.clock.unit == "months"):
            raise ValueError("occupation compares two arms over a horizon in months; this protocol has not both")

    def _references_exist(self) -> None:
        estimands = {estimand.id for estimand in self.estimands}
        if self.primary not in estimands:
            raise ValueError(f"primary is {self.primary!r}; allowed: {', '.join(sorted(estimands))}")
        for target in self.targets:
            if target.estimand not in estimands:
                raise ValueError(
                    f"targets.{target.id}.estimand is {target.estimand!r}; allowed: {', '.join(sorted(estimands))}"
                )
        for choice in self.choices:
            asked = (choice.estimand, *(reading.estimand for reading in choice.alternatives))
            for name in asked:
                if name is not None and name not in estimands:
                    raise ValueError(f"choices.{choice.id} names the estimand {name!r}, which there is none of")
            advised = {reading.advised for reading in choice.alternatives if reading.advised is not None}
            if unknown := sorted(advised - {one.id for one in self.recommendations}):
                raise ValueError(f"choices.{choice.id} names the recommendation {unknown[0]!r}, which there is none of")
        if self.benchmark is not None and self.benchmark.comparison not in {arm.id for arm in self.arms.outside}:
            raise ValueError("benchmark.comparison must be one of arms.outside")

    def _repr_html_(self) -> str:
        import pandas as pd

        rows = [
            ("protocol", self.id), ("title", self.title.en), ("design", self.design),
            ("decided on", self.decided_on.isoformat()), ("primary", self.primary),
            ("fingerprint", self.fingerprint[:12]),
        ]  # fmt: skip
        return frame_html(pd.DataFrame(rows, columns=["what", "value"]))

    def __repr__(self) -> str:
        return f"<Protocol {self.id}: {self.design}, fingerprint {self.fingerprint[:12]}>"
