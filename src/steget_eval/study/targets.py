"""Holds a programme's own goals against what was found."""

from __future__ import annotations

from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.errors import ScopeError, SpecError
from steget_eval.methods.effects import single_arm, single_arm_censored
from steget_eval.methods.effects.single_arm_censored import Censored
from steget_eval.methods.numerics.one_sided import Prior
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Target
from steget_eval.study.results import Verdict


def check_targets(protocol: Protocol) -> None:
    """Raise `SpecError` where a target is set for an estimand that no goal can be held against."""
    for target in protocol.targets:
        sentence = _why_not_held(protocol, target)
        if sentence:
            raise SpecError(f"targets.{target.id}.estimand: {sentence}")


def hold_against(cohort: Cohort, protocol: Protocol, target: Target) -> Verdict:
    """Return the verdict on one target, for the treated arm.

    Where everyone's outcome is known and people stand for themselves, by the target's own method. Under censoring, and
    with clusters, the risk at the horizon is held against the goal by its one-sided log–log limit where the method is
    exact, and by the score's or the posterior's limit of the people that its variance is worth.
    """
    estimand = protocol.estimand(target.estimand)
    sentence = _why_not_held(protocol, target)
    if sentence:
        raise ScopeError(sentence)
    values = cohort.outcomes[estimand.id]
    goal: tuple[float, ...] = (target.at_least,) if target.at_least is not None else target.between or ()
    belief = Prior() if target.prior is None else Prior(**target.prior.model_dump())
    found = _held(cohort, protocol, target, values, goal, belief)
    answers = found.estimates.label(
        programme=protocol.programme.id,
        estimand=estimand.id,
        outcome=estimand.outcome,
        kind=values.kind,
        arm_1=protocol.arms.treated.id,
    )
    if protocol.clock.horizon is not None:
        answers = answers.label(horizon=float(protocol.clock.horizon), horizon_unit=protocol.clock.unit)
    return Verdict(
        target=target.id,
        estimand=estimand.id,
        goal="at_least" if len(goal) == 1 else "between",
        low=goal[0],
        high=goal[1] if len(goal) == 2 else None,
        point=found.point,
        shown=found.shown,
        needed=_needed(found, target),
        probability=found.probability if len(goal) == 1 else None,
        answers=answers,
    )


def _held(
    cohort: Cohort, protocol: Protocol, target: Target, values: OutcomeValues, goal: tuple[float, ...], belief: Prior
) -> Any:
    fully_followed = values.t.size > 0 and not ((values.d == 0) & (values.t < values.horizon_days)).any()
    counted = values.horizon_days is None or values.y.size > 0 or fully_followed
    if counted and protocol.cluster is None:
        exact = single_arm.at_least if len(goal) == 1 else single_arm.between
        y = values.y[values.known] if values.y.size else (values.d == 1).astype(float)
        return exact(y, *goal, method=target.method, prior=belief)
    if target.method == "mid_p":
        why = "the protocol names clusters" if counted else "follow-up ended early for some"
        raise ScopeError(
            f"the mid_p limit of a goal counts people one by one, and {why}; allowed: exact, which then takes the "
            "log–log limit of the cumulative incidence, wilson and bayesian"
        )
    of_curve: Censored = "log_log" if target.method == "exact" else target.method
    at_least, between = single_arm_censored.at_least_under_censoring, single_arm_censored.between_under_censoring
    known = values.known
    if values.y.size or values.horizon_days is None:  # everybody known was followed for the one period that counts
        t, d, horizon = np.ones(int(known.sum()), dtype=np.int64), values.y[known].astype(np.int64), 1
    else:
        t, d, horizon = values.t[known], values.d[known], values.horizon_days
    cluster = cohort.persons["cluster"].to_numpy()[known] if protocol.cluster is not None else None
    censored = at_least if len(goal) == 1 else between
    return censored(t, d, *goal, horizon=horizon, method=of_curve, prior=belief, cluster=cluster)


def _needed(found: Any, target: Target) -> int | None:
    """The smallest count of a goal by its own method; of a band the smallest number of people, by the exact one."""
    if target.at_least is not None:
        return found.smallest_count  # type: ignore[no-any-return]
    return found.smallest_n if target.method == "exact" else None


def _why_not_held(protocol: Protocol, target: Target) -> str:
    estimand = protocol.estimand(target.estimand)
    if estimand.contrast == "risk":
        return ""
    return f"a target is held against a risk; estimand {estimand.id} asks for {estimand.contrast}"
