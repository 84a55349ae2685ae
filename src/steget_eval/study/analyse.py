"""Asks every estimand of the protocol of one cohort."""

from __future__ import annotations

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.errors import CohortError, MethodError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.records import Records
from steget_eval.study.advice import advice_answers
from steget_eval.study.aggregate import evaluate_counts
from steget_eval.study.answered import refuse_unanswered
from steget_eval.study.answers import answer, answer_benchmark, method_lines
from steget_eval.study.baseline import baseline_table
from steget_eval.study.counted import counted_answers
from steget_eval.study.curves import curve_table
from steget_eval.study.design_account import account_for_design
from steget_eval.study.fidelity import fidelity_answers
from steget_eval.study.groups import by_group
from steget_eval.study.joint import joint_answers
from steget_eval.study.missing import ladder_answers
from steget_eval.study.moves import count_moves
from steget_eval.study.occupied import Occupied, months_by_state
from steget_eval.study.results import Refusal, Results, Verdict
from steget_eval.study.sensitivity import with_sensitivity
from steget_eval.study.subgroups import subgroup_answers
from steget_eval.study.targets import hold_against
from steget_eval.study.unknown import unknown_table
from steget_eval.study.weigh import gates_of_design, gates_of_others, overlap_table


def evaluate(protocol: Protocol, records: Records) -> Results:
    """Build the cohort, ask every estimand of it, and question what was found.

    Raises
    ------
    CohortError
        Where records and protocol do not fit, or the design is one whose effects cannot be estimated.
    """
    refuse_unanswered(protocol)
    if protocol.design == "aggregate":
        return evaluate_counts(protocol, records)
    cohort = build_cohort(protocol, records)
    return with_sensitivity(analyse(cohort, protocol), cohort, records)


def analyse(cohort: Cohort, protocol: Protocol) -> Results:
    """Ask every estimand of a cohort; a method that refuses is told of, and the others go on."""
    refuse_unanswered(protocol)
    if protocol.design == "aggregate":
        raise CohortError(f"{protocol.id}: a cohort cannot be analysed by this version where counts are; use evaluate")
    refusals: list[Refusal] = []
    parts = _main_answers(cohort, protocol, refusals)
    for asked in protocol.recommendations:
        advice = advice_answers(cohort, protocol, asked)
        parts.append(advice.estimates)
        refusals += advice.refusals
    by_groups = subgroup_answers(cohort, protocol)
    parts.append(by_groups.estimates)
    refusals += by_groups.refusals
    by_fidelity = fidelity_answers(cohort, protocol)
    parts.append(by_fidelity.estimates)
    ladder = ladder_answers(cohort, protocol)
    parts.append(ladder.estimates)
    refusals += ladder.refusals
    together = joint_answers(cohort, protocol)
    parts.append(together.estimates)
    refusals += together.refusals
    occupied = _occupied(cohort, protocol, refusals)
    verdicts = _verdicts(cohort, protocol, refusals)
    estimates = gather([*parts, *(verdict.answers for verdict in verdicts)])
    estimates = estimates + counted_answers(protocol, estimates, None)
    return Results(
        protocol=protocol,
        records_fingerprint=cohort.records_fingerprint,
        origin=cohort.origin,
        estimates=_distinct(estimates),
        verdicts=tuple(verdicts),
        curves=curve_table(cohort, protocol),
        baseline=baseline_table(cohort, protocol),
        states=cohort.states,
        overlap=overlap_table(cohort, protocol),
        gates=gates_of_design(cohort, protocol),
        other_gates=gates_of_others(cohort, protocol),
        moves=count_moves(cohort, protocol),
        occupied=occupied,
        design=account_for_design(cohort, protocol),
        subgroups=by_groups.groups,
        fidelity=by_fidelity.found,
        joint=together.counts,
        unknown=unknown_table(cohort, protocol),
        flow=cohort.flow,
        refusals=tuple(refusals),
        source=cohort.source,
        account=cohort.account,
    )


def _main_answers(cohort: Cohort, protocol: Protocol, refusals: list[Refusal]) -> list[Estimates]:
    """Return what every estimand's methods say, by group and against the benchmark too; who refuses is added."""
    parts: list[Estimates] = []
    for estimand in _primary_first(protocol):
        for method in method_lines(protocol, estimand):
            try:
                parts.append(answer(cohort, protocol, estimand, method))
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method=method.name, reason=str(error), code=error.code))
        if estimand.by or estimand.pooled_by is not None:
            groups = by_group(cohort, protocol, estimand)
            parts.append(groups.estimates)
            refusals += groups.refusals
        if cohort.benchmark:
            try:
                parts.append(answer_benchmark(cohort, protocol, estimand))
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method="benchmark", reason=str(error), code=error.code))
    return parts


def _primary_first(protocol: Protocol) -> list[Estimand]:
    return sorted(protocol.estimands, key=lambda estimand: estimand.id != protocol.primary)


def _occupied(cohort: Cohort, protocol: Protocol, refusals: list[Refusal]) -> Occupied:
    try:
        return months_by_state(cohort, protocol)
    except MethodError as error:
        refusals.append(
            Refusal(estimand=protocol.primary, method="state_occupation", reason=str(error), code=error.code)
        )
        return Occupied()


def _verdicts(cohort: Cohort, protocol: Protocol, refusals: list[Refusal]) -> list[Verdict]:
    verdicts = []
    for target in protocol.targets:
        try:
            verdicts.append(hold_against(cohort, protocol, target))
        except MethodError as error:
            refusals.append(
                Refusal(estimand=target.estimand, method=f"target {target.id}", reason=str(error), code=error.code)
            )
    return verdicts


def _distinct(estimates: Estimates) -> Estimates:
    """Drop a row that repeats another: two methods of one estimand share their arms' crude risks."""
    kept: dict[tuple[str, ...], None] = {}
    rows = []
    for row in estimates:
        key = (row.estimand, row.contrast, row.method, row.subgroup, row.population, row.arm_0)
        if key not in kept:
            kept[key] = None
            rows.append(row)
    return Estimates(tuple(rows))
