"""Answers what two arms differ by in a score, at one occasion or from a model of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import EmptyArmError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.amount import mean
from steget_eval.methods.effects.binary import risk
from steget_eval.methods.effects.crude_clustered import own_by_cluster
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.scales import BETWEEN_SCORES
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.own_arms import clusters_of

__all__ = ["BETWEEN_SCORES", "OCCASION", "compare_scores"]

#: What the subgroup of a row at one occasion begins with.
OCCASION = "occasion="


def compare_scores(
    cohort: Cohort, protocol: Protocol, estimand: Estimand, method: Method, values: OutcomeValues
) -> Estimates:
    """Return one method's difference between arms, and beside it the arms' means at every occasion as they were seen.

    Everybody with a first and a later score takes part in a model of all occasions; a method of one occasion takes
    those who were seen then. The rows beside the answer have the `subgroup` ``occasion=`` and its name.
    """
    known = values.known
    if not known.any():
        raise EmptyArmError("nobody has a first and a later score")
    first, *later = values.occasions
    asked = len(later) - 1 if estimand.occasion is None else later.index(estimand.occasion)
    a = cohort.a[known]
    arguments: dict[str, Any] = dict(method.options) | {
        "before": values.scores[known, 0], "later": values.scores[known, 1:], "a": a, "occasion": asked,
        "names": tuple(later), "level": protocol.confidence_level,
    }  # fmt: skip
    if method.adjusts:
        arguments |= {"X": design_matrix(cohort, protocol)[known], "population": estimand.population}
    if method.clusters and protocol.cluster is not None:
        arguments["cluster"] = cohort.persons["cluster"].to_numpy()[known]
    important = protocol.outcome(estimand.outcome).scores
    if estimand.contrast == "responders_difference" and important is not None and important.important is not None:
        better = protocol.outcome(estimand.outcome).higher_is_better
        arguments |= {"important": important.important.points, "higher_is_better": better}
        return method.resolve()(**arguments)
    tell = _share if estimand.contrast == "share_difference" else _mean
    found = method.resolve()(**arguments)
    cluster = clusters_of(cohort, protocol)
    own = None if cluster is None else cluster[known]
    return found + _seen(values.scores[known], a, (first, *later), partial(tell, level=protocol.confidence_level), own)


def _seen(
    scores: np.ndarray, a: np.ndarray, occasions: tuple[str, ...], tell: Callable[..., Estimate],
    cluster: np.ndarray | None,
) -> Estimates:  # fmt: skip
    """Return the arms' own numbers at each occasion, of those seen then; an arm of one or none then has no row."""
    rows: list[Estimate] = []
    for place, occasion in enumerate(occasions):
        for arm in (1, 0):
            who = (a == arm) & ~np.isnan(scores[:, place])
            mine = scores[who, place]
            if mine.size > 1:
                told = tell(mine, arm, cluster=None if cluster is None else cluster[who])
                rows.append(replace(told, kind="longitudinal", subgroup=f"{OCCASION}{occasion}"))
    return Estimates(tuple(rows))


def _mean(mine: np.ndarray, arm: int, *, level: float, cluster: np.ndarray | None) -> Estimate:
    row = _own(mine, cluster, binary=False, level=level)
    return _of_arm(row, arm, contrast=f"mean_{arm}", unit="score", n=int(mine.size), events=None)


def _share(mine: np.ndarray, arm: int, *, level: float, cluster: np.ndarray | None) -> Estimate:
    row = _own(mine, cluster, binary=True, level=level)
    return _of_arm(row, arm, contrast=f"share_{arm}", unit="proportion", n=int(mine.size), events=int(mine.sum()))


def _own(mine: np.ndarray, cluster: np.ndarray | None, *, binary: bool, level: float) -> Estimate:
    """Return the share or mean of an arm as it was seen; with clusters each of them is left out in turn."""
    if cluster is not None:
        return own_by_cluster(mine, cluster=cluster, binary=binary, level=level)
    (row,) = risk(mine, level=level) if binary else mean(mine, level=level)
    return row


def _of_arm(row: Estimate, arm: int, *, contrast: str, unit: str, n: int, events: int | None) -> Estimate:
    """Return a row of one arm with its counts in the columns of that arm."""
    own = {"n_1": n, "events_1": events} if arm == 1 else {"n_0": n, "events_0": events}
    none: dict[str, int | None] = {"n_1": None, "n_0": None, "events_1": None, "events_0": None}
    counts: dict[str, Any] = none | own
    return replace(row, contrast=contrast, unit=unit, **counts)
