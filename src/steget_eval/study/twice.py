"""Answers questions that look twice at the same people: scores before and after, steps before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from steget_eval.cohort import OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import EmptyArmError, SpecError
from steget_eval.core.estimates import Estimates
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand


def check_looks(protocol: Protocol, estimand: Estimand, line: Method) -> None:
    """Refuse responders without an important difference, and a paired difference that does not say what counts."""
    outcome = protocol.outcome(estimand.outcome)
    if outcome.scores is not None and _is_responders(line) and outcome.scores.important is None:
        raise SpecError(
            f"estimands.{estimand.id}.methods: {line.name} counts responders, which needs "
            f"outcomes.{outcome.id}.scores.important with its source"
        )
    if estimand.contrast != "paired_difference" or outcome.before_after is None:
        return
    if not outcome.before_after.counts:
        raise SpecError(f"estimands.{estimand.id}: a paired difference needs outcomes.{outcome.id}.before_after.counts")


def look_twice(protocol: Protocol, estimand: Estimand, method: Method, values: OutcomeValues) -> Estimates:
    """Return one method's answer from those who were seen both times.

    Scores are compared between the first and the last occasion; their means at the two come with the mean change.
    """
    outcome = protocol.outcome(estimand.outcome)
    arguments: dict[str, Any] = dict(method.options) | {"level": protocol.confidence_level}
    before, after = pairs_of(values)
    if not before.size:
        raise EmptyArmError("nobody was seen both times")
    if outcome.before_after is not None and estimand.contrast == "paired_difference":
        before, after = (_has(side, values, protocol, estimand) for side in (before, after))
    if outcome.scores is not None and outcome.scores.important is not None and _is_responders(method):
        arguments |= {"important": outcome.scores.important.points, "higher_is_better": outcome.higher_is_better}
    found = method.resolve()(before, after, **arguments)
    if "mean_change" not in {row.contrast for row in found}:
        return found
    told = found + _means(before, after, protocol) + _drift(before, after, protocol, estimand)
    return told if outcome.mirror is None else _in_units(told, values.unit)


def _in_units(rows: Estimates, unit: str) -> Estimates:
    """Return changes and means in what they count; a standardised change has no unit of its own."""
    return Estimates(tuple(row if row.unit != "score" else replace(row, unit=unit) for row in rows))


def pairs_of(values: OutcomeValues) -> tuple[np.ndarray, np.ndarray]:
    """Return what was seen the first and the last time, of those who were seen both times, shape (pairs,) each."""
    if values.kind == "transition":
        known = (values.before >= 0) & (values.after >= 0)
        return values.before[known].astype(np.float64), values.after[known].astype(np.float64)
    first, last = values.scores[:, 0], values.scores[:, -1]
    both = ~np.isnan(first) & ~np.isnan(last)
    return first[both], last[both]


def _is_responders(line: Method) -> bool:
    return "responders" in line.contrasts


def _has(places: np.ndarray, values: OutcomeValues, protocol: Protocol, estimand: Estimand) -> np.ndarray:
    """1 where the person stood in what counts, 0 where not."""
    looks = protocol.outcome(estimand.outcome).before_after
    assert looks is not None
    unknown = sorted(set(looks.counts) - set(values.levels))
    if unknown:
        raise SpecError(
            f"outcomes.{estimand.outcome}.before_after.counts: {unknown[0]!r} is none of {', '.join(values.levels)}"
        )
    counted = [values.levels.index(name) for name in looks.counts]
    return np.isin(places, counted).astype(np.float64)


def _drift(before: np.ndarray, after: np.ndarray, protocol: Protocol, estimand: Estimand) -> Estimates:
    """What regression to the mean alone would have given, and the change beyond it, where the protocol can tell."""
    from steget_eval.methods.effects.regression_to_the_mean import expected_drift

    scores = protocol.outcome(estimand.outcome).scores
    if scores is None or scores.reliability is None:
        return Estimates()
    return expected_drift(
        before, after, reliability=scores.reliability.correlation, usual_mean=scores.reliability.usual_mean,
        level=protocol.confidence_level,
    )  # fmt: skip


def _means(before: np.ndarray, after: np.ndarray, protocol: Protocol) -> Estimates:
    from steget_eval.methods.effects.amount import mean

    return Estimates(tuple(
        replace(row, contrast=f"mean_{name}", kind="longitudinal", unit="score")
        for name, side in (("before", before), ("after", after))
        for row in mean(side, level=protocol.confidence_level)
    ))  # fmt: skip
