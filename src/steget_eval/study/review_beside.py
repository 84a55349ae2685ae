"""Puts one programme beside the published evidence, before the gate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import MethodError, ScopeError, SpecError
from steget_eval.core.estimates import Estimate
from steget_eval.intake import read_records
from steget_eval.methods.evidence.borrowing import ArmPosterior, Arms, own_arm, power_prior
from steget_eval.methods.evidence.borrowing_contrast import BesideControls, compare_with_borrowed
from steget_eval.methods.evidence.borrowing_map import ArmsCheck, check_arms, robust_map
from steget_eval.methods.evidence.matching_adjusted import MatchingAdjusted, matching_adjusted, matching_weights
from steget_eval.methods.evidence.predictive import Place, place_programme
from steget_eval.methods.evidence.synthesis_setting import Setting
from steget_eval.protocol import Protocol
from steget_eval.protocol.evidence import Beside, Borrow, EvidenceProtocol
from steget_eval.records import Records
from steget_eval.records.trials import Trials
from steget_eval.study.analyse import evaluate
from steget_eval.study.results import Refusal, Results
from steget_eval.study.synthesise import Synthesis
from steget_eval.study.synthesise_select import control_arms, only_of

_DAYS_IN_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPeople:
    """The programme's people as a binomial method takes them.

    Attributes
    ----------
    events_1, n_1, events_0, n_0
        The comparison's are 0 of 0 where the programme has one arm.
    effective
        Whether follow-up ended early for some, so that the people are those of a share with the same standard error.
    """

    events_1: int
    n_1: int
    events_0: int
    n_0: int
    effective: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BesideEvidence:
    """One programme beside the evidence.

    Attributes
    ----------
    results
        Everything that was found of the programme: the gate decides from it.
    row
        The programme's own estimate that everything here rests on.
    note
        In what its window or dose differs from the studies'; empty where nothing does.
    place
        Where its effect lies in the predictive distribution; None for one arm.
    controls
        The comparison arm after borrowing, by the power prior and by the robust prior.
    contrasts
        The programme beside each of them.
    check
        Each published control arm held against the others.
    adjusted
        The programme's people weighted to the published features; None where none are given.
    """

    results: Results
    row: Estimate
    note: str
    place: Place | None
    own: OwnPeople | None
    arms: Arms | None
    controls: tuple[ArmPosterior, ...]
    contrasts: tuple[BesideControls, ...]
    check: ArmsCheck | None
    adjusted: MatchingAdjusted | None
    refusals: tuple[Refusal, ...]


def put_beside(protocol: EvidenceProtocol, found: Synthesis, library: Trials) -> BesideEvidence:
    """Place the programme's estimate among the effects that the pool predicts, and borrow for its comparison.

    Raises
    ------
    SpecError
        Where the estimand is unknown, asks something else, or has another window or dose and nothing says why.
    """
    beside, programme, folder = protocol.beside, protocol.programme(), protocol.programme_records()
    assert beside is not None
    assert programme is not None
    assert folder is not None
    row_contrast = _contrast(protocol, programme, beside)
    records = read_records(folder)
    results = evaluate(programme, records)
    rows = [
        row for row in results.estimates
        if row.estimand == beside.estimand and row.contrast == row_contrast and row.subgroup == "all"
    ]  # fmt: skip
    if not rows:
        raise SpecError(f"beside.estimand: {beside.estimand} of {programme.id} has no answer that can stand beside")
    arms = _arms(protocol, programme, beside, library)
    refusals: list[Refusal] = []
    place, own, adjusted, check = None, None, None, None
    controls: tuple[ArmPosterior, ...] = ()
    contrasts: tuple[BesideControls, ...] = ()
    try:
        if row_contrast == protocol.measure:
            place = place_programme(found.pooled, rows[0].estimate, rows[0].std_error, level=protocol.confidence_level)
    except MethodError as error:
        refusals.append(Refusal(estimand=beside.estimand, method="place_programme", reason=str(error), code=error.code))
    try:
        if beside.borrow is not None:
            own = own_people(rows[0])
            controls, contrasts = _borrow(beside.borrow, own, arms, protocol.confidence_level)
            check = check_arms(arms, tau_scale=beside.borrow.tau_scale, level=protocol.confidence_level)
    except MethodError as error:
        refusals.append(Refusal(estimand=beside.estimand, method="borrowing", reason=str(error), code=error.code))
    try:
        if beside.published is not None:
            adjusted = _adjusted(protocol, programme, records, beside, found)
    except MethodError as error:
        refusals.append(
            Refusal(estimand=beside.estimand, method="matching_adjusted", reason=str(error), code=error.code)
        )
    return BesideEvidence(
        results=results, row=rows[0], note=arms.note, place=place, own=own, arms=arms, controls=controls,
        contrasts=contrasts, check=check, adjusted=adjusted, refusals=tuple(refusals),
    )  # fmt: skip


def own_people(row: Estimate) -> OwnPeople:
    """Return the counts behind a programme's estimate; under censoring those of a share with its standard error."""
    if row.kind == "binary" and row.n_1 is not None and row.events_1 is not None:
        return OwnPeople(
            events_1=row.events_1, n_1=row.n_1, events_0=row.events_0 or 0, n_0=row.n_0 or 0, effective=False
        )
    if row.contrast != "risk_1" or not 0 < row.estimate < 1 or not row.std_error > 0:
        raise ScopeError("borrowing needs counted people, or the share of one arm with its standard error")
    n = round(row.estimate * (1 - row.estimate) / row.std_error**2)
    return OwnPeople(events_1=round(row.estimate * n), n_1=n, events_0=0, n_0=0, effective=True)


def _contrast(protocol: EvidenceProtocol, programme: Protocol, beside: Beside) -> str:
    asked = {estimand.id: estimand.contrast for estimand in programme.estimands}
    if beside.estimand not in asked:
        raise SpecError(f"beside.estimand is {beside.estimand!r}; {programme.id} has {', '.join(asked)}")
    contrast = asked[beside.estimand]
    if contrast not in {protocol.measure, "risk"}:
        raise SpecError(
            f"beside.estimand: {beside.estimand} is a {contrast}; the evidence is pooled as {protocol.measure}, and "
            "only that, or the risk of one arm, can stand beside it"
        )
    return "risk_1" if contrast == "risk" else str(contrast)


def _arms(protocol: EvidenceProtocol, programme: Protocol, beside: Beside, library: Trials) -> Arms:
    pool = protocol.pool(beside.pool)
    own = Setting(outcome=protocol.outcome, months=_months(programme), minimum_dose=beside.minimum_dose)
    try:
        return control_arms(
            library, protocol.outcome, own=own, months=pool.months, minimum_dose=pool.minimum_dose,
            only=only_of(pool), allow_mixed=beside.because is not None,
        )  # fmt: skip
    except MethodError as error:
        raise SpecError(f"beside: {error}; say in beside.because why the programme may stand beside them") from None


def _months(programme: Protocol) -> float:
    clock = programme.clock
    if clock.horizon is None:
        raise SpecError(f"beside: {programme.id} has no window, so that nothing of the same window can be found")
    days = {"days": 1.0, "weeks": 7.0}.get(clock.unit or "months")
    return float(clock.horizon) if days is None else clock.horizon * days / _DAYS_IN_A_MONTH


def _borrow(
    asked: Borrow, own: OwnPeople, arms: Arms, level: float
) -> tuple[tuple[ArmPosterior, ...], tuple[BesideControls, ...]]:
    mine = own_arm(own.events_1, own.n_1, level=level)
    controls = (
        power_prior(arms, asked.power, events=own.events_0, n=own.n_0, level=level),
        robust_map(
            arms, asked.informative, events=own.events_0, n=own.n_0, tau_scale=asked.tau_scale, level=level
        ),
    )  # fmt: skip
    return controls, tuple(compare_with_borrowed(mine, control, level=level) for control in controls)


def _adjusted(
    protocol: EvidenceProtocol, programme: Protocol, records: Records, beside: Beside, found: Synthesis
) -> MatchingAdjusted:
    assert beside.published is not None
    published = beside.published
    frame = found.studies.to_frame().set_index("study")
    if published.study not in frame.index:
        raise SpecError(f"beside.published.study is {published.study!r}; the pool has {', '.join(frame.index)}")
    known = {covariate.id for covariate in programme.covariates if covariate.kind != "category"}
    unknown = sorted(set(published.means) - known)
    if unknown:
        raise SpecError(f"beside.published.means: {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
    cohort = build_cohort(programme, records)
    outcome = cohort.outcomes[beside.estimand]
    if outcome.kind != "binary":
        raise ScopeError("a matching-adjusted comparison takes an outcome that is yes or no for each person")
    chosen = outcome.known & (np.asarray(cohort.a) == 1)
    names = tuple(published.means)
    people = np.column_stack([cohort.covariates[name].to_numpy(dtype=float) for name in names])[chosen]
    weights = matching_weights(people, [published.means[name] for name in names], names)
    arm = frame.loc[published.study]
    return matching_adjusted(
        outcome.y[chosen], weights, int(arm["events_0"]), int(arm["n_0"]), level=protocol.confidence_level
    )
