"""Climbs the ladder of assumptions on outcomes that nobody saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.errors import MethodError, ScopeError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.missing.amounts_map import amounts_map
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.bounds import tipping_map, worst_case
from steget_eval.methods.missing.reference_scores import Assumption
from steget_eval.protocol import Protocol
from steget_eval.protocol.missing import Step
from steget_eval.study.answers import label_answers, method_lines
from steget_eval.study.completed import Asked, answer_completed
from steget_eval.study.design import among, columns_of_score, trimmed
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.results import Refusal

#: The subgroup of these rows is this and the step, so that nobody takes them for the main answer.
UNKNOWN = "unknown"
#: The contrasts that the ladder speaks of.
LADDER_CONTRASTS = (
    "risk_difference", "risk_ratio", "odds_ratio", "mean_difference", "mean_ratio", "rate_ratio",
    "mean_change_difference", "responders_difference",
)  # fmt: skip

#: Those that attrition weights answer.
_WEIGHED = frozenset({"risk_difference", "risk_ratio", "odds_ratio", "mean_difference", "mean_ratio"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """The answers of every step but the main one, and what refused."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


def ladder_answers(cohort: Cohort, protocol: Protocol) -> Ladder:
    """Return the steps of the protocol's ladder for every difference between arms with unknown outcomes.

    Each step is one row around the estimand's main method; the step ``complete_case`` is that method's own row. The
    tipping map is one row per pair of shifts.
    """
    parts: list[Estimates] = []
    refusals: list[Refusal] = []
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        if protocol.arms.comparison is None or estimand.contrast not in LADDER_CONTRASTS:
            continue
        if not _someone_unseen(values) or estimand.among is not None:  # whoever is not asked among is not missing
            continue
        cluster = cohort.persons["cluster"].to_numpy() if protocol.cluster is not None else None
        asked = Asked(
            cohort=cohort, protocol=protocol, estimand=estimand, values=values, X=design_matrix(cohort, protocol),
            cluster=cluster,
        )  # fmt: skip
        for name in (*protocol.missing.ladder, *(("tipping",) if _has_map(protocol) else ())):
            try:
                parts.append(_STEPS[name](asked))
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method=name, reason=str(error), code=error.code))
    return Ladder(estimates=gather(parts), refusals=tuple(refusals))


def _has_map(protocol: Protocol) -> bool:
    return bool(protocol.missing.tipping or protocol.missing.tipping_amounts)


def _someone_unseen(values: OutcomeValues) -> bool:
    if values.kind == "longitudinal":
        return bool(np.isnan(values.scores[~np.isnan(values.scores[:, 0]), 1:]).any())
    return bool(values.y.size) and not bool(values.known.all())


def _main(asked: Asked) -> Estimates:
    return Estimates()  # the main method's own row stands in the table already


def _attrition(asked: Asked) -> Estimates:
    cohort, protocol, estimand, values = asked.cohort, asked.protocol, asked.estimand, asked.values
    if estimand.contrast not in _WEIGHED:
        return Estimates()
    line = method_lines(protocol, estimand)[0]
    people: dict[str, Any] = {
        "y": np.nan_to_num(values.y), "known": values.known.astype(float), "a": cohort.a, "X": asked.X,
        "cluster": asked.cluster,
    }  # fmt: skip
    added: dict[str, Any] = {"kind": values.kind, "level": protocol.confidence_level}
    if protocol.design != "randomised":
        if not (line.adjusts and asked.X.shape[1]):
            raise ScopeError(
                "attrition weights compare the arms as they are where the main method adjusts for nothing, so they "
                "answer then only where the arms were assigned at random"
            )
        people["X"] = columns_of_score(cohort, protocol).X
        added["population"] = estimand.population
    kept = trimmed(cohort, protocol) if line.adjusts else None
    people = people if kept is None else among(people, kept.kept)
    return _told(asked, attrition_weighted(**people, **added), "attrition_weights")


def _imputed(asked: Asked) -> Estimates:
    return _told(asked, answer_completed(asked), "multiple_imputation")


def _shifted(asked: Asked) -> Estimates:
    by = asked.protocol.missing.delta
    assert by is not None
    told = f"the unseen {by.treated:+g} among the treated, {by.comparison:+g} in the comparison"
    rows = answer_completed(asked, points=np.array([by.comparison, by.treated]))
    return _told(asked, Estimates(tuple(replace(row, note=f"{told}; {row.note}") for row in rows)), "delta")


def _referred(assumption: Assumption, *, one_occasion: bool) -> Callable[[Asked], Estimates]:
    """Return the step under an assumption by reference; of one occasion only a jump can be told."""

    def step(asked: Asked) -> Estimates:
        if asked.values.kind != "longitudinal" and not one_occasion:
            return Estimates()
        return _told(asked, answer_completed(asked, assumption=assumption), assumption)

    return step


def _bounds(asked: Asked) -> Estimates:
    if asked.values.kind != "binary":
        return Estimates()
    contrast = asked.estimand.contrast
    found = worst_case(
        np.nan_to_num(asked.values.y), asked.values.known.astype(float), asked.cohort.a, contrast=contrast,  # type: ignore[arg-type]
    )  # fmt: skip
    return _told(asked, found, "worst_case")


def _tipped(asked: Asked) -> Estimates:
    values, rule = asked.values, asked.protocol.missing
    of_amounts = asked.estimand.contrast == "mean_difference"
    points = rule.tipping_amounts.get(asked.estimand.outcome, ()) if of_amounts else rule.tipping
    if not points or asked.estimand.contrast not in {"risk_difference", "mean_difference"}:
        return Estimates()
    found = (amounts_map if of_amounts else tipping_map)(
        np.nan_to_num(values.y), values.known.astype(float), asked.cohort.a, shift_1=points, shift_0=points,
        cluster=asked.cluster, level=asked.protocol.confidence_level,
    )  # fmt: skip
    pairs = [(one, zero) for one in points for zero in points]
    rows = [
        _told(asked, Estimates((row,)), f"tipping {one:+g} {zero:+g}")
        for (one, zero), row in zip(pairs, found.rows, strict=True)
    ]
    return gather(rows)


def _told(asked: Asked, found: Estimates, step: str) -> Estimates:
    """Keep the difference alone, under the step's name and without numbers of events: those of the unseen are drawn."""
    method = step.partition(" ")[0]
    rows = [
        replace(row, method=method, subgroup=f"{UNKNOWN}={step}", events_1=None, events_0=None)
        for row in found
        if row.contrast == asked.estimand.contrast
    ]
    if asked.values.kind == "longitudinal":  # how many have a first score is told nowhere, and would tell who has none
        rows = [replace(row, n_1=None, n_0=None) for row in rows]
    crude = method in {"worst_case", "tipping"} and asked.protocol.design != "randomised"
    rows = [replace(row, population="unadjusted") for row in rows] if crude else rows
    return label_answers(Estimates(tuple(rows)), asked.protocol, asked.estimand, asked.values)


_STEPS: Mapping[Step | str, Callable[[Asked], Estimates]] = {
    "complete_case": _main, "attrition_weights": _attrition, "multiple_imputation": _imputed, "delta": _shifted,
    "jump_to_reference": _referred("jump_to_reference", one_occasion=True),
    "copy_reference": _referred("copy_reference", one_occasion=False),
    "copy_increments": _referred("copy_increments", one_occasion=False),
    "worst_case": _bounds, "tipping": _tipped,
}  # fmt: skip
