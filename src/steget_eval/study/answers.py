"""Takes one estimand and one line of the catalogue to an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import EmptyArmError, ScopeError, SpecError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.catalogue import CATALOGUE, find_method, method_names
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.between import BETWEEN_STEPS, PARTS, answer_between, asked_among
from steget_eval.study.common_region import refuse_without_region
from steget_eval.study.design import among, design_arguments, trimmed
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.own_arms import own_amounts, own_numbers
from steget_eval.study.panel_lines import panel_lines
from steget_eval.study.scales import BETWEEN_SCORES, compare_scores
from steget_eval.study.twice import check_looks, look_twice

#: Contrast of the protocol to the contrasts of the answer that belong to it: the arms beside their comparison.
_ROWS = {
    "risk": ("risk_1",),
    "mean": ("mean_1",),
    "risk_difference": ("risk_difference", "risk_1", "risk_0", "gray"),
    "risk_ratio": ("risk_ratio",),
    "odds_ratio": ("odds_ratio",),
    "nnt": ("nnt",),
    "hazard_ratio": ("hazard_ratio", "log_rank", "proportional_hazards"),
    "subdistribution_hazard_ratio": ("subdistribution_hazard_ratio", "gray"),
    "rmst_difference": ("rmst_difference", "rmst_1", "rmst_0"),
    "rmtl_difference": ("rmtl_difference", "rmtl_1", "rmtl_0"),
    "mean_difference": ("mean_difference", "mean_1", "mean_0", *PARTS),
    "mean_change": (
        "mean_change",
        "standardised_change",
        "responders",
        "mean_before",
        "mean_after",
        "expected_drift",
        "change_beyond_drift",
    ),
    "standardised_change": ("standardised_change",),
    "responders": ("responders",),
    "moved": ("share_up", "share_same", "share_down"),
    "paired_difference": ("paired_difference",),
    "mean_ratio": ("mean_ratio", "mean_1", "mean_0", *PARTS),
    "rate_ratio": ("rate_ratio", "mean_1", "mean_0", "rate_1", "rate_0"),
    "common_odds_ratio": ("common_odds_ratio", "proportionality"),
    "win_ratio": ("win_ratio", "win_odds", "net_benefit"),
    "win_odds": ("win_odds", "win_ratio", "net_benefit"),
    "net_benefit": ("net_benefit", "win_ratio", "win_odds"),
    "mean_change_difference": ("mean_change_difference", "mean_1", "mean_0"),
    "responders_difference": ("responders_difference", "responders_1", "responders_0"),
    "share_difference": ("share_difference", "share_1", "share_0"),
}
#: Methods that take people who are observed only from a day after their index date.
LATE = tuple(dict.fromkeys(line.name for line in CATALOGUE if line.takes_entry))
#: Regressions of hazards: conditional on covariates, so of no population, and without a horizon.
_HAZARDS = frozenset({"cox", "fine_gray", "schoenfeld"})
#: Contrasts whose arms' own crude numbers come with a crude method.
_WITH_CRUDE_ARMS = frozenset({"risk_difference", "risk_ratio", "mean_difference", "mean_ratio"})
#: The method that answers when the protocol names none, by contrast; an adjusted one where the design needs it.
_CRUDE = {
    "risk": {"binary": "wilson", "time_to_event": "kaplan_meier", "competing": "aalen_johansen"},
    "mean": {"amount": "t"},
    "risk_difference": {"binary": "miettinen_nurminen", "time_to_event": "kaplan_meier", "competing": "aalen_johansen"},
    "risk_ratio": {"binary": "log", "time_to_event": "kaplan_meier", "competing": "aalen_johansen"},
    "odds_ratio": {"binary": "log"},
    "nnt": {"binary": "newcombe", "time_to_event": "kaplan_meier", "competing": "aalen_johansen"},
    "hazard_ratio": {"time_to_event": "cox", "competing": "cox"},
    "subdistribution_hazard_ratio": {"competing": "fine_gray"},
    "rmst_difference": {"time_to_event": "restricted_mean"},
    "rmtl_difference": {"competing": "time_lost"},
    "mean_difference": {"amount": "welch"},
    "mean_change": {"longitudinal": "paired_t"},
    "standardised_change": {"longitudinal": "becker"},
    "responders": {"longitudinal": "wilson"},
    "moved": {"transition": "wilson"},
    "paired_difference": {"transition": "newcombe_paired"},
    "mean_ratio": {"amount": "log"},
    "rate_ratio": {"amount": "quasi_poisson"},
    "common_odds_ratio": {"transition": "proportional_odds"},
    "win_ratio": {"transition": "u_statistic"},
    "win_odds": {"transition": "u_statistic"},
    "net_benefit": {"transition": "u_statistic"},
    "mean_change_difference": {"longitudinal": "ancova"},
    "responders_difference": {"longitudinal": "newcombe"},
    "share_difference": {"longitudinal": "gee_exchangeable"},
}


def method_lines(protocol: Protocol, estimand: Estimand) -> tuple[Method, ...]:
    """Return the catalogue's lines for an estimand, the main one first.

    Raises
    ------
    SpecError
        Where a method is not in the catalogue for this kind and contrast, or cannot speak of the population.
    """
    if protocol.panel is not None:
        return panel_lines(protocol, estimand)
    kind = protocol.outcome(estimand.outcome).kind
    hypothetical = "hypothetical" in estimand.strategies.values()
    names = estimand.methods or (_default(protocol, estimand, kind, hypothetical=hypothetical),)
    lines = []
    for name in _checked_with(names, clustered=protocol.cluster is not None):
        line = find_method(kind, estimand.contrast, name)
        if line is None and kind == "competing" and name in {"kaplan_meier", "restricted_mean", "log_rank"}:
            raise SpecError(
                f"estimands.{estimand.id}.methods: {name} is refused where the protocol names a competing event, since "
                "one minus survival overstates the risk; allowed: aalen_johansen, time_lost, censoring_weights, cox"
            )
        if line is None:
            allowed = ", ".join(method_names(kind, estimand.contrast, estimand.population)) or "none"
            raise SpecError(
                f"estimands.{estimand.id}.methods: {name!r} does not answer {estimand.contrast} "
                f"of a {kind} outcome; allowed: {allowed}"
            )
        if line.is_test and name == names[0]:
            raise SpecError(
                f"estimands.{estimand.id}.methods: {name} tests and estimates nothing, so it cannot come first"
            )
        if line.adjusts and name not in _HAZARDS and estimand.population not in line.populations:
            raise SpecError(
                f"estimands.{estimand.id}: {name} cannot speak of population {estimand.population}; "
                f"allowed: {', '.join(line.populations)}"
            )
        if protocol.design == "randomised" and not line.adjusts and estimand.population not in {"ATE", "arm"}:
            raise SpecError(
                f"estimands.{estimand.id}: {name} compares the arms as they are and speaks of everyone (ATE), not of "
                f"{estimand.population}; allowed: population ATE, or a method that adjusts"
            )
        _check_line(protocol, estimand, line)
        lines.append(line)
    return tuple(lines)


def _checked_with(names: tuple[str, ...], *, clustered: bool) -> tuple[str, ...]:
    """Let the check of proportional hazards or odds follow its regression, asked for or not, where it can."""
    odds = {"proportional_odds", "proportional_odds_score"} & set(names)
    if odds and "brant" not in names and not clustered:
        return (*names, "brant")
    return (*names, "schoenfeld") if "cox" in names and "schoenfeld" not in names else names


def _check_line(protocol: Protocol, estimand: Estimand, line: Method) -> None:
    """Refuse a line that would leave out in silence something that the protocol asks for."""
    at = f"estimands.{estimand.id}.methods: {line.name}"
    if protocol.cluster is not None and not line.clusters and line.name != "schoenfeld":
        raise SpecError(f"{at} does not take clusters, and the protocol names {protocol.cluster} as cluster")
    if line.needs_assignment and protocol.design != "randomised":
        raise SpecError(f"{at} answers only where the arms were assigned at random; the design is {protocol.design}")
    if line.adjusts and line.needs_covariates and not any(covariate.adjust for covariate in protocol.covariates):
        raise SpecError(f"{at} adjusts for covariates, and the protocol names none to adjust for")
    outcome = protocol.outcome(estimand.outcome)
    if protocol.clock.observed_from is not None and not line.takes_entry:
        raise SpecError(
            f"{at} takes nobody who is observed late, and clock.observed_from says that some are; "
            f"allowed: {', '.join(LATE)}"
        )
    check_looks(protocol, estimand, line)
    for event in outcome.intercurrent_events:
        ends = any(source.follow_up_ended_by for source in event.sources)
        if ends and estimand.strategies[event.id] == "treatment_policy":
            raise SpecError(
                f"estimands.{estimand.id}.strategies.{event.id}: treatment_policy cannot look through an event that "
                "ends follow-up; allowed: composite, while_alive, hypothetical"
            )
    if "death" in outcome.censoring and outcome.kind in {"time_to_event", "competing"}:
        raise SpecError(
            f"outcomes.{outcome.id}.censoring: death is no censoring, since nobody has the outcome after it; "
            "name it among intercurrent_events"
        )
    by_strata = ", ".join(
        one.name
        for one in CATALOGUE
        if one.takes_strata and outcome.kind in one.kinds and estimand.contrast in one.contrasts
    )
    if estimand.censoring_covariates and not line.takes_strata:
        raise SpecError(
            f"{at} takes no censoring_covariates, and estimands.{estimand.id} names some; "
            f"allowed: {by_strata or 'none'}"
        )
    if "hypothetical" in estimand.strategies.values() and not line.takes_strata:
        raise SpecError(f"{at} does not answer the hypothetical strategy; allowed: {by_strata or 'none'}")


def answer(cohort: Cohort, protocol: Protocol, estimand: Estimand, method: Method) -> Estimates:
    """Return one method's answer to one estimand, labelled with the protocol's names."""
    values = asked_among(cohort.outcomes[estimand.id], estimand)
    refuse_without_region(cohort, protocol, method, values.known)
    if not method.clusters:
        refuse_clusters(protocol, "this method")
    if estimand.contrast in BETWEEN_STEPS:
        found = answer_between(cohort, protocol, estimand, method, values)
    elif estimand.contrast in BETWEEN_SCORES:
        found = compare_scores(cohort, protocol, estimand, method, values)
    elif values.kind in {"longitudinal", "transition"}:
        found = look_twice(protocol, estimand, method, values)
    else:
        found = _call(cohort, protocol, estimand, method, values)
    if not method.adjusts and estimand.contrast in _WITH_CRUDE_ARMS and values.y.size:
        found = found + own_numbers(cohort, protocol, values)
    wanted = _ROWS[estimand.contrast]
    rows = Estimates(tuple(row for row in found if row.contrast in wanted))
    adjusted = method.adjusts and any(covariate.adjust for covariate in protocol.covariates)
    if protocol.design == "comparison" and not adjusted:
        rows = _unadjusted(rows)
    if estimand.contrast == "rate_ratio":
        own = own_amounts(cohort, protocol, estimand, values)
        rows = rows + (_unadjusted(own) if protocol.design == "comparison" else own)
    return label_answers(rows, protocol, estimand, values)


def answer_benchmark(cohort: Cohort, protocol: Protocol, estimand: Estimand) -> Estimates:
    """Return the crude answer of the treated against the benchmark arm; empty where no crude method answers."""
    kind = protocol.outcome(estimand.outcome).kind
    name = _CRUDE.get(estimand.contrast, {}).get(kind)
    line = None if name is None else find_method(kind, estimand.contrast, name)
    if line is None or protocol.benchmark is None or line.adjusts or kind in {"longitudinal", "transition"}:
        return Estimates()
    refuse_clusters(protocol, "a comparison with a benchmark")
    values = asked_among(_joined(cohort, estimand.id), estimand)
    theirs = _size(asked_among(cohort.benchmark[estimand.id], estimand))
    a = np.concatenate([np.ones(_size(values) - theirs), np.zeros(theirs)]).astype(np.int64)
    arguments = _arguments(values, a, line, protocol)
    rows = Estimates(tuple(r for r in line.resolve()(**arguments) if r.contrast == _ROWS[estimand.contrast][0]))
    labelled = label_answers(rows, protocol, estimand, values)
    return labelled.label(subgroup="benchmark", arm_0=protocol.benchmark.comparison)


def crude_method(contrast: str, kind: str) -> str | None:
    """Return the name of the method that answers a contrast unadjusted where a protocol names none."""
    return _CRUDE.get(contrast, {}).get(kind)


def is_asked(contrast: str) -> bool:
    """Tell whether a protocol may ask for the contrast."""
    return contrast in _ROWS


def _default(protocol: Protocol, estimand: Estimand, kind: str, *, hypothetical: bool) -> str:
    adjusts = protocol.design == "comparison" and any(covariate.adjust for covariate in protocol.covariates)
    adjusted = ("aipw", "ipw") if adjusts else ()
    for name in adjusted:
        line = find_method(kind, estimand.contrast, name)
        if line is not None and (line.takes_strata or not hypothetical):
            return name
    if hypothetical:
        return "censoring_weights"
    crude = _CRUDE.get(estimand.contrast, {}).get(kind)
    if crude == "ancova" and protocol.cluster is not None:
        return "ancova_cr2"
    if crude is None:
        raise SpecError(f"estimands.{estimand.id}: no method answers {estimand.contrast} of a {kind} outcome")
    return crude


def _call(cohort: Cohort, protocol: Protocol, estimand: Estimand, method: Method, values: OutcomeValues) -> Estimates:
    known = values.known
    if not known.any():
        raise EmptyArmError("nobody has a known outcome")
    a = cohort.a[known] if protocol.arms.comparison is not None else None
    arguments = _arguments(values, a, method, protocol)
    if method.adjusts:
        X = design_matrix(cohort, protocol)[known]
        arguments["X"] = X if X.shape[1] or method.name not in _HAZARDS else None
        if method.name not in _HAZARDS:
            arguments["population"] = estimand.population
        arguments |= design_arguments(cohort, protocol, method, known)
    if estimand.censoring_covariates and method.takes_strata:
        arguments["stratum"] = _strata(cohort, estimand)[known]
    if estimand.prior is not None and method.name == "posterior":
        arguments |= {f"prior_{name}": value for name, value in estimand.prior.model_dump().items()}
    if estimand.exposure is not None:
        arguments["exposure"] = values.exposure[known]
    if method.clusters and protocol.cluster is not None:
        arguments["cluster"] = cohort.persons["cluster"].to_numpy()[known]
    kept = trimmed(cohort, protocol) if method.adjusts else None
    if kept is not None:
        arguments = among(arguments, kept.kept[known])
    return method.resolve()(**arguments)


def _strata(cohort: Cohort, estimand: Estimand) -> np.ndarray:
    """Return the stratum of each person, shape (n,): one for every combination; unknown is a level of its own."""
    rows = cohort.covariates[list(estimand.censoring_covariates)].astype(str)
    joined = rows.agg("\x1f".join, axis=1).to_numpy(dtype=str)
    return np.unique(joined, return_inverse=True)[1].astype(np.int64)


def _arguments(values: OutcomeValues, a: np.ndarray | None, method: Method, protocol: Protocol) -> dict[str, Any]:
    arguments: dict[str, Any] = dict(method.options)
    if not method.is_test:
        arguments["level"] = protocol.confidence_level
    if method.sees_unknown:
        return {"y": values.y, "known": values.known.astype(np.float64)}
    if values.y.size:
        arguments["y"] = values.y[values.known]
    else:
        arguments |= {"t": values.t[values.known], "d": values.d[values.known]}
        if values.entry.size:
            arguments["entry"] = values.entry[values.known]
        if method.name not in _HAZARDS and not method.is_test:
            arguments["horizon"] = values.horizon_days
    if a is not None:
        arguments["a"] = a
    elif not {"risk", "mean"} & set(method.contrasts):
        raise ScopeError(f"{method.name} compares two arms, and the protocol has one")
    return arguments


def _joined(cohort: Cohort, estimand_id: str) -> OutcomeValues:
    """The treated of the cohort beside the benchmark arm."""
    mine, theirs = cohort.outcomes[estimand_id], cohort.benchmark[estimand_id]
    treated = cohort.a == 1
    keep_mine = treated & mine.known
    keep_theirs = theirs.known
    if mine.y.size:
        y = np.concatenate([mine.y[keep_mine], theirs.y[keep_theirs]])
        return OutcomeValues(kind=mine.kind, y=y, t=mine.t[:0], d=mine.d[:0], unit=mine.unit)
    return OutcomeValues(
        kind=mine.kind,
        y=mine.y,
        t=np.concatenate([mine.t[keep_mine], theirs.t[keep_theirs]]),
        d=np.concatenate([mine.d[keep_mine], theirs.d[keep_theirs]]),
        causes=mine.causes,
        horizon_days=mine.horizon_days,
        unit=mine.unit,
    )


def _unadjusted(rows: Estimates) -> Estimates:
    """Arms that were not randomised stand for nobody but themselves until something is adjusted for."""
    return Estimates(tuple(row if row.population == "arm" else replace(row, population="unadjusted") for row in rows))


def _size(values: OutcomeValues) -> int:
    return int(values.known.sum())


def label_answers(rows: Estimates, protocol: Protocol, estimand: Estimand, values: OutcomeValues) -> Estimates:
    """Return the rows with the protocol's names for programme, estimand, outcome, arms and horizon."""
    comparison = protocol.arms.comparison
    labels: dict[str, Any] = {
        "programme": protocol.programme.id,
        "estimand": estimand.id,
        "outcome": estimand.outcome,
        "kind": values.kind,
        "arm_1": protocol.arms.treated.id,
        "arm_0": "" if comparison is None else comparison.id,
    }
    asked = protocol.outcome(estimand.outcome)
    if protocol.clock.horizon is not None and asked.needs_clock and asked.until is None:
        labels |= {"horizon": float(protocol.clock.horizon), "horizon_unit": protocol.clock.unit}
    labelled = rows.label(**labels)
    if values.kind == "amount":
        own = {"ratio", "proportion"}
        labelled = Estimates(tuple(row if row.unit in own else replace(row, unit=values.unit) for row in labelled))
    return labelled
