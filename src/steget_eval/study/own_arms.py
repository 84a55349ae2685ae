"""Tells each arm's own crude number beside what compares them, with the clusters that the protocol names."""

from __future__ import annotations

from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects import amount, amount_rate, binary, crude_clustered
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand

#: Days that a rate is told for: a year.
_YEAR = 365.25


def clusters_of(cohort: Cohort, protocol: Protocol) -> np.ndarray | None:
    """Return what each person belongs to, shape (n,); None where the protocol names no clusters."""
    return None if protocol.cluster is None else cohort.persons["cluster"].to_numpy()


def own_numbers(cohort: Cohort, protocol: Protocol, values: OutcomeValues) -> Estimates:
    """Return the crude share or mean of each arm."""
    y, a, told = _asked(cohort, protocol, values)
    clustered = "cluster" in told
    if values.kind == "binary":
        return crude_clustered.risks_by_cluster(y, a, **told) if clustered else binary.risks(y, a, **told)
    return crude_clustered.means_by_cluster(y, a, **told) if clustered else amount.means(y, a, **told)


def own_amounts(cohort: Cohort, protocol: Protocol, estimand: Estimand, values: OutcomeValues) -> Estimates:
    """Return the crude mean of each arm, or its total for each year followed where the question is of that."""
    y, a, told = _asked(cohort, protocol, values)
    if estimand.exposure is None:
        return crude_clustered.means_by_cluster(y, a, **told) if "cluster" in told else amount.means(y, a, **told)
    told |= {"exposure": values.exposure[values.known], "per": _YEAR}
    return crude_clustered.rates_by_cluster(y, a, **told) if "cluster" in told else amount_rate.rates(y, a, **told)


def _asked(cohort: Cohort, protocol: Protocol, values: OutcomeValues) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    known, cluster = values.known, clusters_of(cohort, protocol)
    told: dict[str, Any] = {"level": protocol.confidence_level}
    if cluster is not None:
        told["cluster"] = cluster[known]
    return values.y[known], cohort.a[known], told
