"""Answers questions that set one arm's later steps against the other's, and amounts asked among a part of everyone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import EmptyArmError
from steget_eval.core.estimates import Estimates
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.design_matrix import design_matrix

#: Contrasts of two arms' later steps.
BETWEEN_STEPS = frozenset({"common_odds_ratio", "win_ratio", "win_odds", "net_benefit"})
#: The parts of an amount that many have none of, as a model in two parts tells them.
PARTS = ("share_above_zero_1", "share_above_zero_0", "mean_above_zero_1", "mean_above_zero_0")


def answer_between(
    cohort: Cohort, protocol: Protocol, estimand: Estimand, method: Method, values: OutcomeValues
) -> Estimates:
    """Return one method's answer from those who were seen both times: their later steps, arm against arm."""
    known = values.known
    if not known.any():
        raise EmptyArmError("nobody was seen both times")
    arguments: dict[str, Any] = dict(method.options)
    if not method.is_test:
        arguments["level"] = protocol.confidence_level
    if method.adjusts:
        arguments |= {"X": design_matrix(cohort, protocol)[known], "population": estimand.population}
    if method.clusters and protocol.cluster is not None:
        arguments["cluster"] = cohort.persons["cluster"].to_numpy()[known]
    return method.resolve()(values.after[known].astype(np.float64), cohort.a[known], **arguments)


def asked_among(values: OutcomeValues, estimand: Estimand) -> OutcomeValues:
    """Return the same values with whoever the question is not asked among left unknown."""
    if estimand.among is None:
        return values
    return replace(values, y=np.where(values.y > 0, values.y, np.nan))
