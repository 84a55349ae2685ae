"""Completes outcomes that nobody saw, and answers each completed set by the main method."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.errors import OneByOneError, OutsideError, ScopeError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.reference_scores import Assumption, impute_scores
from steget_eval.methods.missing.rubin import pool_answers
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.answers import answer, method_lines


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One estimand with everything that a step of the ladder needs."""

    cohort: Cohort
    protocol: Protocol
    estimand: Estimand
    values: OutcomeValues
    X: np.ndarray
    cluster: np.ndarray | None

    @property
    def groups(self) -> int:
        """How many people there are, or clusters where people come in those."""
        return len(self.cohort.a) if self.cluster is None else int(np.unique(self.cluster).size)


def answer_completed(
    asked: Asked, *, assumption: Assumption = "missing_at_random", points: np.ndarray | None = None
) -> Estimates:  # fmt: skip
    """Return the main method's answer, pooled over completed sets; adjustment, trimming and clusters are its own.

    Parameters
    ----------
    assumption
        What those of the treated arm who were not seen are supposed to do; at one occasion every assumption but
        ``missing_at_random`` gives them the comparison's model.
    points : shape (2,), optional
        By how much the unseen of the comparison and of the treated are supposed to differ from what is drawn.
    """
    values, estimand = asked.values, asked.estimand
    if estimand.exposure is not None:
        raise ScopeError("for whom the amount is unknown the days followed are too, so a rate cannot be imputed")
    complete = _scores if values.kind == "longitudinal" else _outcomes
    line = method_lines(asked.protocol, estimand)[0]
    sets = []
    for completed in complete(asked, assumption, np.zeros(2) if points is None else points):
        cohort = replace(asked.cohort, outcomes={**asked.cohort.outcomes, estimand.id: completed})
        found = answer(cohort, asked.protocol, estimand, line)
        sets.append(found.where(contrast=estimand.contrast, method=line.name, subgroup="all"))
    if not sets[0].rows:
        raise ScopeError(f"{line.name} gives no {estimand.contrast} of its own to pool")
    without = asked.groups - (2 if asked.cluster is None else 1)
    return pool_answers(sets, complete_df=without, level=asked.protocol.confidence_level)


def _outcomes(asked: Asked, assumption: Assumption, points: np.ndarray) -> list[OutcomeValues]:
    """Draw one outcome a person within arms from the covariates."""
    values, a, protocol = asked.values, asked.cohort.a, asked.protocol
    y = np.where(values.known, values.y, np.nan)
    shift = _on_scale(asked, points)
    names = [f"x{column}" for column in range(asked.X.shape[1])]
    outcome = Variable(name="outcome", kind="binary" if values.kind == "binary" else "pmm")
    found = impute(
        np.column_stack([y, asked.X]), [outcome, *(Variable(name=name, kind="normal") for name in names)],
        seed=protocol.seed, sets=protocol.missing.imputations, iterations=1, arm=a, cluster=asked.cluster,
        shift={"outcome": shift[a]} if shift.any() else None,
        reference=() if assumption == "missing_at_random" else ("outcome",),
    )  # fmt: skip
    return [replace(values, y=completed[:, 0]) for completed in found.values]


def _scores(asked: Asked, assumption: Assumption, points: np.ndarray) -> list[OutcomeValues]:
    """Draw the later scores of everybody who has a first."""
    values, a, protocol = asked.values, asked.cohort.a, asked.protocol
    if asked.cluster is not None:
        raise OneByOneError("scores of people in clusters are not imputed: what is drawn would know of no cluster")
    began = ~np.isnan(values.scores[:, 0])
    found = impute_scores(
        values.scores[began, 0], values.scores[began, 1:], a[began], asked.X[began], assumption=assumption,
        seed=protocol.seed, sets=protocol.missing.imputations, shift=points[a[began]], names=values.occasions[1:],
    )  # fmt: skip
    sets = []
    for completed in found.values:
        scores = values.scores.copy()
        scores[began, 1:] = completed
        sets.append(replace(values, scores=scores))
    return sets


def _on_scale(asked: Asked, points: np.ndarray) -> np.ndarray:
    """Return the shifts of arm 0 and arm 1 on the scale of imputation: log odds for what happened or did not."""
    if asked.values.kind != "binary" or not points.any():
        return points
    shifts = []
    for arm in (0, 1):
        share = float(asked.values.y[asked.values.known & (asked.cohort.a == arm)].mean())
        supposed = share + points[arm] / 100
        if not (0 < share < 1 and 0 < supposed < 1):
            raise OutsideError("the shift takes the share of those unseen out of the range from none to all")
        shifts.append(math.log(supposed / (1 - supposed)) - math.log(share / (1 - share)))
    return np.array(shifts)
