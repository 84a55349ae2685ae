"""Counts how many people each rule removed."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import Flow, FlowStep
from steget_eval.cohort.tables import fetch
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol

#: The reason of who has no value of a covariate that is adjusted for.
COVARIATE_MISSING = "covariate_missing"
#: The reason of who has not been discharged, where the clock starts on discharge.
NO_INDEX = "no_index"


def count_flow(participants: ir.Table, removed: ir.Table, protocol: Protocol, known: Mapping[str, int]) -> Flow:
    """Return the participant flow: records = outside + excluded + included.

    Parameters
    ----------
    participants
        Everyone in the records.
    removed
        The people of the question, with `arm` and `removed_by` (-1 for who stays; the number of rules for a missing
        covariate, and one more for a missing index date).
    known
        By arm, people of the cohort whose outcome for the primary estimand is known.
    """
    everyone = _counts(participants, "arm")
    by_rule = _counts(removed, "arm", "removed_by")
    arms = [arm.id for arm in protocol.arms.compared()]
    steps = [FlowStep(kind="records", id="records", n=int(everyone["n"].sum()), by_arm=_by_arm(everyone, arms))]
    for arm in protocol.arms.outside:
        n = int(everyone.loc[everyone["arm"] == arm.id, "n"].sum())
        steps.append(FlowStep(kind="outside", id=arm.id, n=n, by_arm={}))
    for number, reason in _reasons(protocol):
        here = _by_arm(by_rule[by_rule["removed_by"] == number], arms)
        steps.append(FlowStep(kind="excluded", id=reason, n=sum(here.values()), by_arm=here))
    stay = _by_arm(by_rule[by_rule["removed_by"] == -1], arms)
    steps.append(FlowStep(kind="included", id="included", n=sum(stay.values()), by_arm=stay))
    of_arm = {arm: known.get(arm, 0) for arm in arms}
    steps.append(FlowStep(kind="known", id="known", n=sum(of_arm.values()), by_arm=of_arm))
    return Flow(tuple(steps))


def _reasons(protocol: Protocol) -> list[tuple[int, str]]:
    """Return each reason with its number in `removed_by`, in the order in which they are told."""
    rules = [(number, rule.id) for number, rule in enumerate(protocol.eligibility)]
    if any(covariate.adjust for covariate in protocol.covariates):
        rules.append((len(protocol.eligibility), COVARIATE_MISSING))
    undischarged = [(len(protocol.eligibility) + 1, NO_INDEX)] if protocol.clock.index == "discharged_on" else []
    return undischarged + rules


def count_known(arms: np.ndarray, known: np.ndarray) -> dict[str, int]:
    """Return how many of each arm have a known outcome."""
    return {str(arm): int(known[arms == arm].sum()) for arm in np.unique(arms)}


def refuse_empty_arms(removed: ir.Table, protocol: Protocol) -> None:
    """Raise `CohortError` where nobody of an arm of the question, or of the benchmark, is left."""
    stay = _counts(removed.filter(removed.removed_by == -1), "arm")
    needed = [arm.id for arm in protocol.arms.compared()]
    if protocol.benchmark is not None:
        needed.append(protocol.benchmark.comparison)
    empty = [arm for arm in needed if arm not in set(stay["arm"])]
    if empty:
        raise CohortError(
            f"{protocol.id}: nobody is eligible in arm {', '.join(empty)}; every arm of the question needs somebody"
        )


def _counts(table: ir.Table, *keys: str) -> pd.DataFrame:
    return fetch(table.group_by(*keys).agg(n=table.count()), *keys)


def _by_arm(counts: pd.DataFrame, arms: list[str]) -> dict[str, int]:
    return {arm: int(counts.loc[counts["arm"] == arm, "n"].sum()) for arm in arms}
