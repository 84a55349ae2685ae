"""Holds an assessment's advice against what happened later."""

from __future__ import annotations

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.recommendation import accuracy, agreement, calibration
from steget_eval.protocol import Protocol
from steget_eval.protocol.counted import Recommendation
from steget_eval.study.groups import ByGroup
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.results import Refusal

#: The subgroup of these rows is this, and the recommendation's id.
ADVICE = "advice"


def advice_answers(cohort: Cohort, protocol: Protocol, asked: Recommendation) -> ByGroup:
    """Return accuracy, kappa and calibration over those whose later outcome is known, and what refused."""
    values = cohort.outcomes[asked.estimand]
    advised = cohort.covariates[asked.advised].to_numpy(dtype=float)
    known = values.known & (advised == advised)
    y, said = values.y[known], advised[known]
    found, refusals = Estimates(), list[Refusal]()
    try:
        refuse_clusters(protocol, "a recommendation held against the outcome")
        found = accuracy(said, y, level=protocol.confidence_level) + agreement(said, y, level=protocol.confidence_level)
        if asked.expected is not None:
            share = cohort.covariates[asked.expected].to_numpy(dtype=float)[known] / 100
            found = found + calibration(share.clip(0.01, 0.99), y, level=protocol.confidence_level)
    except MethodError as error:
        refusals.append(Refusal(estimand=asked.estimand, method="recommendation", reason=str(error), code=error.code))
    outcome = protocol.estimand(asked.estimand).outcome
    labelled = found.label(
        programme=protocol.programme.id, estimand=asked.estimand, outcome=outcome, kind="binary",
        subgroup=f"{ADVICE}={asked.id}", arm_1=protocol.arms.treated.id,
    )  # fmt: skip
    return ByGroup(estimates=labelled, refusals=tuple(refusals))
