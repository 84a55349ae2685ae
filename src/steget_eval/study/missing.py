"""Climbs the ladder of assumptions on outcomes that nobody saw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.bounds import tipping_map, worst_case
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.rubin import pool_answers
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.missing import Step
from steget_eval.study.answers import label_answers, method_lines
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.results import Refusal

#: The subgroup of these rows is this and the step, so that nobody takes them for the main answer.
UNKNOWN = "unknown"
#: The contrasts that the ladder speaks of.
LADDER_CONTRASTS = ("risk_difference", "mean_difference")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """The answers of every step but the main one, and what refused."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """One estimand with everything that a step needs."""

    cohort: Cohort
    protocol: Protocol
    estimand: Estimand
    values: OutcomeValues
    X: np.ndarray
    cluster: np.ndarray | None


def ladder_answers(cohort: Cohort, protocol: Protocol) -> Ladder:
    """Return the steps of the protocol's ladder for every difference between arms with unknown outcomes.

    Each step is one row around the estimand's main method; the step ``complete_case`` is that method's own row. The
    tipping map is one row per pair of shifts.
    """
    parts: list[Estimates] = []
    refusals: list[Refusal] = []
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        if protocol.arms.comparison is None or estimand.contrast not in LADDER_CONTRASTS or not values.y.size:
            continue
        if values.known.all() or estimand.among is not None:  # whoever is not asked among is not missing
            continue
        cluster = cohort.persons["cluster"].to_numpy() if protocol.cluster is not None else None
        asked = _Asked(
            cohort=cohort, protocol=protocol, estimand=estimand, values=values, X=design_matrix(cohort, protocol),
            cluster=cluster,
        )  # fmt: skip
        for name in (*protocol.missing.ladder, *(("tipping",) if protocol.missing.tipping else ())):
            try:
                parts.append(_STEPS[name](asked))
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method=name, reason=str(error)))
    return Ladder(estimates=gather(parts), refusals=tuple(refusals))


def _main(asked: _Asked) -> Estimates:
    return Estimates()  # the main method's own row stands in the table already


def _attrition(asked: _Asked) -> Estimates:
    if asked.values.kind != "binary":
        return Estimates()
    if asked.protocol.design != "randomised":
        raise MethodError(
            "attrition weights compare the arms as they are, so they answer only where the arms were assigned at random"
        )
    found = attrition_weighted(
        np.nan_to_num(asked.values.y), asked.values.known.astype(float), asked.cohort.a, asked.X, cluster=asked.cluster,
        level=asked.protocol.confidence_level,
    )  # fmt: skip
    return _told(asked, found, "attrition_weights")


def _imputed(asked: _Asked) -> Estimates:
    return _told(asked, _pooled(asked, np.zeros(2)), "multiple_imputation")


def _shifted(asked: _Asked) -> Estimates:
    by = asked.protocol.missing.delta
    assert by is not None
    points = np.array([by.comparison, by.treated])
    told = f"the unseen {by.treated:+g} among the treated, {by.comparison:+g} in the comparison"
    rows = _pooled(asked, _on_scale(asked, points))
    return _told(asked, Estimates(tuple(replace(row, note=f"{told}; {row.note}") for row in rows)), "delta")


def _on_scale(asked: _Asked, points: np.ndarray) -> np.ndarray:
    """Return the shifts of arm 0 and arm 1 on the scale of imputation: log odds for what happened or did not."""
    if asked.values.kind != "binary":
        return points
    shifts = []
    for arm in (0, 1):
        share = float(asked.values.y[asked.values.known & (asked.cohort.a == arm)].mean())
        supposed = share + points[arm] / 100
        if not (0 < share < 1 and 0 < supposed < 1):
            raise MethodError("the shift takes the share of those unseen out of the range from none to all")
        shifts.append(math.log(supposed / (1 - supposed)) - math.log(share / (1 - share)))
    return np.array(shifts)


def _pooled(asked: _Asked, shift: np.ndarray) -> Estimates:
    """Impute the outcome within arms from the covariates, answer every set by the main method, and pool."""
    values, a, protocol = asked.values, asked.cohort.a, asked.protocol
    y = np.where(values.known, values.y, np.nan)
    kind = "binary" if values.kind == "binary" else "pmm"
    names = [f"x{column}" for column in range(asked.X.shape[1])]
    variables = [Variable(name="outcome", kind=kind), *(Variable(name=name, kind="normal") for name in names)]  # type: ignore[arg-type]
    found = impute(
        np.column_stack([y, asked.X]), variables, seed=protocol.seed, sets=protocol.missing.imputations, iterations=1,
        arm=a, cluster=asked.cluster, shift={"outcome": shift[a]} if shift.any() else None,
    )  # fmt: skip
    line = method_lines(protocol, asked.estimand)[0]
    sets = [_by_main(asked, line, completed[:, 0]) for completed in found.values]
    groups = len(y) if asked.cluster is None else np.unique(asked.cluster).size
    return pool_answers(sets, complete_df=groups - (2 if asked.cluster is None else 1), level=protocol.confidence_level)


def _by_main(asked: _Asked, line: Method, y: np.ndarray) -> Estimates:
    arguments: dict[str, Any] = {**dict(line.options), "level": asked.protocol.confidence_level, "a": asked.cohort.a}
    if line.adjusts:
        arguments |= {"X": asked.X, "population": asked.estimand.population}
    if line.clusters and asked.cluster is not None:
        arguments["cluster"] = asked.cluster
    rows = line.resolve()(y, **arguments)
    return Estimates(tuple(row for row in rows if row.contrast == asked.estimand.contrast))


def _bounds(asked: _Asked) -> Estimates:
    if asked.values.kind != "binary":
        return Estimates()
    found = worst_case(np.nan_to_num(asked.values.y), asked.values.known.astype(float), asked.cohort.a)
    return _told(asked, found, "worst_case")


def _tipped(asked: _Asked) -> Estimates:
    if asked.values.kind != "binary":
        return Estimates()
    if asked.cluster is not None:
        raise MethodError(
            "the tipping map cannot take people who belong together: its limits would be too sure of themselves"
        )
    points = asked.protocol.missing.tipping
    found = tipping_map(
        np.nan_to_num(asked.values.y), asked.values.known.astype(float), asked.cohort.a, shift_1=points, shift_0=points,
        level=asked.protocol.confidence_level,
    )  # fmt: skip
    pairs = [(one, zero) for one in points for zero in points]
    rows = [
        _told(asked, Estimates((row,)), f"tipping {one:+g} {zero:+g}")
        for (one, zero), row in zip(pairs, found.rows, strict=True)
    ]
    return gather(rows)


def _told(asked: _Asked, found: Estimates, step: str) -> Estimates:
    """Keep the difference alone, under the step's name and without numbers of events: those of the unseen are drawn."""
    method = step.partition(" ")[0]
    rows = [
        replace(row, method=method, subgroup=f"{UNKNOWN}={step}", events_1=None, events_0=None)
        for row in found
        if row.contrast == asked.estimand.contrast
    ]
    crude = method in {"worst_case", "tipping"} and asked.protocol.design != "randomised"
    rows = [replace(row, population="unadjusted") for row in rows] if crude else rows
    return label_answers(Estimates(tuple(rows)), asked.protocol, asked.estimand, asked.values)


_STEPS: Mapping[Step | str, Any] = {
    "complete_case": _main, "attrition_weights": _attrition, "multiple_imputation": _imputed, "delta": _shifted,
    "worst_case": _bounds, "tipping": _tipped,
}  # fmt: skip
