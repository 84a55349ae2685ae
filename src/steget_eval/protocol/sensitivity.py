"""What is asked of an answer beyond itself: how much it leans on what nobody measured and on what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text

if TYPE_CHECKING:
    from steget_eval.protocol.estimand import Estimand, Strategy
    from steget_eval.protocol.outcome import Outcome
    from steget_eval.protocol.protocol import Protocol

#: The protocol's own set of covariates in a specification curve.
OWN = "own"

_MOST_CELLS = 120


class Control(Part):
    """An outcome that the programme cannot have touched, asked as the primary question is.

    Attributes
    ----------
    without
        Covariates that are not adjusted for in this question alone: an outcome of the period before must not be
        explained by itself, nor by what came after it.
    """

    outcome: Id
    without: tuple[Id, ...] = ()


class ProgrammeStart(Part):
    """The programme's first day, person by person: the first day on which one of these services was delivered.

    No services named is any service.
    """

    services: tuple[str, ...] = ()


class CovariateSet(Part):
    """Another set of covariates that could have been adjusted for."""

    id: Id
    label: Text
    covariates: tuple[Id, ...] = Field(min_length=1)


class Curve(Part):
    """The grid of a specification curve around the primary question; the protocol's own cell always stands in it.

    Attributes
    ----------
    methods
        Names in the catalogue; empty takes the primary's own that estimate.
    covariates
        Sets beside the protocol's own.
    outcomes
        Definitions beside the primary's own, of the same kind.
    horizons
        Windows beside the clock's own, in its unit.
    """

    methods: tuple[str, ...] = ()
    covariates: tuple[CovariateSet, ...] = ()
    outcomes: tuple[Id, ...] = ()
    horizons: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _names_each_once(self) -> Curve:
        sets = [one.id for one in self.covariates]
        for name, told in (("methods", self.methods), ("covariates", sets), ("outcomes", self.outcomes),
                           ("horizons", self.horizons)):  # fmt: skip
            if len(set(told)) < len(told):
                raise ValueError(f"curve.{name} names something more than once")
        if OWN in sets:
            raise ValueError(f"curve.covariates: {OWN} is the protocol's own set, which stands in the grid already")
        cells = max(len(self.methods), 1) * (1 + len(sets)) * (1 + len(self.outcomes)) * (1 + len(self.horizons))
        if cells > _MOST_CELLS:
            raise ValueError(f"curve has {cells} cells; allowed: at most {_MOST_CELLS}, so that a reader can see each")
        return self


class Sensitivity(Part):
    """How much the answers lean on what nobody measured.

    Attributes
    ----------
    e_values
        E-values of every main answer, in a comparison.
    rare_below
        An odds or hazard ratio is read as a ratio of risks where both arms' risks are below this.
    benchmark
        A covariate that is adjusted for, prior employment where there is one: what an omitted variable `times` as
        strong would do.
    hidden_bias
        Rosenbaum's bounds of matched pairs, at each `gamma`.
    placebos
        Outcomes of the period before.
    negative_controls
        Other outcomes that the programme cannot have touched. With placebos on the same scale they calibrate the main
        answer where they are ten or more.
    programme_start
        Where the programme's first day stands, for the checks of immortal time and prevalent users.
    curve
        The grid of the specification curve.
    """

    e_values: bool = True
    rare_below: float = Field(default=0.15, gt=0, lt=1)
    benchmark: Id | None = None
    times: tuple[float, ...] = Field(default=(1.0, 2.0, 3.0), min_length=1, max_length=5)
    hidden_bias: bool = False
    gamma: tuple[float, ...] = Field(default=(1.0, 1.5, 2.0, 3.0), min_length=1, max_length=8)
    placebos: tuple[Control, ...] = ()
    negative_controls: tuple[Control, ...] = ()
    programme_start: ProgrammeStart | None = None
    curve: Curve | None = None

    @model_validator(mode="after")
    def _rises(self) -> Sensitivity:
        for name, least in (("times", 0.0), ("gamma", 1.0)):
            told = getattr(self, name)
            if list(told) != sorted(set(told)) or told[0] < least or told[0] <= 0:
                raise ValueError(f"sensitivity.{name} is numbers from {'one' if least else 'above zero'} on, rising")
        named = [one.outcome for one in (*self.placebos, *self.negative_controls)]
        if len(set(named)) < len(named):
            raise ValueError("sensitivity: an outcome is a placebo or a negative control once")
        return self

    @property
    def controls(self) -> tuple[Control, ...]:
        """Placebos and negative controls."""
        return (*self.placebos, *self.negative_controls)


def refuse_blind_questions(protocol: Protocol) -> None:
    """Raise `ValueError` where the section asks what the rest of the protocol cannot give."""
    told = protocol.sensitivity
    asks_comparison = {
        "benchmark": told.benchmark is not None, "hidden_bias": told.hidden_bias, "placebos": bool(told.placebos),
        "negative_controls": bool(told.negative_controls), "programme_start": told.programme_start is not None,
    }  # fmt: skip
    for name, asked in asks_comparison.items():
        if asked and protocol.design != "comparison":
            raise ValueError(f"sensitivity.{name} questions a comparison; the design is {protocol.design}")
    if told.curve is not None and not protocol.compares:
        raise ValueError(f"sensitivity.curve needs two arms; the design is {protocol.design}")
    adjusted = [one.id for one in protocol.covariates if one.adjust]
    if told.benchmark is not None and told.benchmark not in adjusted:
        raise ValueError(
            f"sensitivity.benchmark is {told.benchmark!r}; allowed, adjusted for: {', '.join(adjusted) or 'none'}"
        )
    if told.programme_start is not None and protocol.clock.index == "none":
        raise ValueError("sensitivity.programme_start is held against the index date, and the clock has none")
    _controls_fit(protocol, adjusted)
    if told.curve is not None:
        _curve_fits(protocol, told.curve, adjusted)


def strategies_of(primary: Estimand, outcome: Outcome) -> dict[str, Strategy]:
    """Return how another outcome's intercurrent events are met: as the primary question meets those of the same id."""
    return {event.id: primary.strategies[event.id] for event in outcome.intercurrent_events}


def _controls_fit(protocol: Protocol, adjusted: list[str]) -> None:
    primary = protocol.estimand(protocol.primary)
    for control in protocol.sensitivity.controls:
        at = f"sensitivity: the control {control.outcome!r}"
        outcome = _known(protocol, control.outcome, at)
        if control.outcome == primary.outcome:
            raise ValueError(f"{at} is the primary outcome itself")
        if outcome.kind not in {"binary", "amount", protocol.outcome(primary.outcome).kind}:
            raise ValueError(f"{at} is of kind {outcome.kind}; allowed: binary, amount or the primary's own kind")
        _meets_events(primary, outcome, at)
        for name in control.without:
            if name not in adjusted:
                raise ValueError(f"{at}.without is {name!r}; allowed, adjusted for: {', '.join(adjusted) or 'none'}")
        if set(adjusted) and not set(adjusted) - set(control.without):
            raise ValueError(f"{at}.without leaves nothing to adjust for")


def _curve_fits(protocol: Protocol, curve: Curve, adjusted: list[str]) -> None:
    primary = protocol.estimand(protocol.primary)
    own = protocol.outcome(primary.outcome)
    for one in curve.covariates:
        for name in one.covariates:
            if name not in adjusted:
                raise ValueError(
                    f"sensitivity.curve.covariates.{one.id} names {name!r}; allowed, adjusted for: "
                    f"{', '.join(adjusted) or 'none'}"
                )
    for name in curve.outcomes:
        at = f"sensitivity.curve.outcomes: {name!r}"
        outcome = _known(protocol, name, at)
        if name == own.id or outcome.kind != own.kind:
            raise ValueError(f"{at} must be another outcome of the primary's kind, {own.kind}")
        _meets_events(primary, outcome, at)
    if curve.horizons and (protocol.clock.horizon is None or not own.needs_clock):
        raise ValueError("sensitivity.curve.horizons belong to outcomes that are counted in a window")
    for months in curve.horizons:
        if months == protocol.clock.horizon or months < 1:
            raise ValueError("sensitivity.curve.horizons are other windows than the clock's own, one or longer")


def _known(protocol: Protocol, name: str, at: str) -> Outcome:
    outcomes = {one.id: one for one in protocol.outcomes}
    if name not in outcomes:
        raise ValueError(f"{at} is no outcome; allowed: {', '.join(sorted(outcomes))}")
    return outcomes[name]


def _meets_events(primary: Estimand, outcome: Outcome, at: str) -> None:
    strangers = sorted({event.id for event in outcome.intercurrent_events} - set(primary.strategies))
    if strangers:
        raise ValueError(f"{at} has the intercurrent event {strangers[0]!r}, which the primary question does not meet")
