"""Tells a share within each level of a group, by itself or drawn towards what the levels have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError, OneByOneError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.effects.binary import risk
from steget_eval.methods.effects.sites import pooled_sites
from steget_eval.methods.missing.bounds import worst_case
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.results import Refusal

#: The level that holds the people of several small ones.
OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ByGroup:
    """Shares by group; `subgroup` is ``group=level``, in the order of the protocol and never of the shares."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


def by_group(cohort: Cohort, protocol: Protocol, estimand: Estimand) -> ByGroup:
    """Return an estimand's shares by the levels of its covariates, over those whose outcome and level are known."""
    asked = (*estimand.by, *((estimand.pooled_by,) if estimand.pooled_by else ()))
    try:
        refuse_clusters(protocol, "a share by group")
    except OneByOneError as error:
        refused = Refusal(estimand=estimand.id, method="by_group", reason=str(error), code=error.code)
        return ByGroup(estimates=Estimates(), refusals=(refused,))
    values = cohort.outcomes[estimand.id]
    groups: dict[str, dict[str, np.ndarray]] = {}
    for name in asked:
        column = cohort.covariates[name]
        known = values.known & column.notna().to_numpy()
        levels = sorted(column[known].unique())
        groups[name] = {str(level): values.y[known & (column == level).to_numpy()] for level in levels}
    found = by_answers(protocol, estimand, values.y[values.known], groups)
    if "worst_case" not in estimand.methods:
        return found
    keys = {"estimand": estimand.id, "outcome": estimand.outcome}
    bounds = [
        worst_case(values.y[mine], values.known[mine].astype(float)).label(subgroup=f"{name}={level}", **keys)
        for name in estimand.by
        for level, mine in _people(cohort.covariates[name])
        if values.known[mine].any()
    ]
    arm = {"programme": protocol.programme.id, "arm_1": protocol.arms.treated.id}
    return replace(found, estimates=found.estimates + gather(bounds).label(**arm))


def _people(column: pd.Series) -> list[tuple[str, np.ndarray]]:
    """Return each level with who has it, whether their outcome is known or not."""
    return [(str(level), (column == level).to_numpy()) for level in sorted(column.dropna().unique())]


def by_answers(
    protocol: Protocol, estimand: Estimand, y: np.ndarray, groups: Mapping[str, Mapping[str, np.ndarray]]
) -> ByGroup:  # fmt: skip
    """Return the shares of groups that are given as arrays by level."""
    found: list[Estimates] = []
    refusals: list[Refusal] = []
    groups = {name: _held(levels) for name, levels in groups.items()}
    for name in estimand.by:
        for level, mine in groups[name].items():
            rows = risk(mine, interval="wilson", level=protocol.confidence_level)
            found.append(rows.label(subgroup=f"{name}={level}"))
    if estimand.pooled_by is not None and groups[estimand.pooled_by]:
        name, levels = estimand.pooled_by, _merged(groups[estimand.pooled_by], protocol.disclosure.minimum_cell)
        site = np.repeat(np.array(list(levels), dtype=object), [mine.size for mine in levels.values()])
        try:
            pooled = pooled_sites(np.concatenate(list(levels.values())), site, level=protocol.confidence_level)
            # What is common to all stands in the table already, as the share of all.
            own = tuple(
                replace(row, subgroup=f"{name}={row.subgroup}")
                for row in pooled.estimates
                if row.subgroup not in {"all", "new_site"}
            )
            found.append(Estimates(own))
        except MethodError as error:
            refusals.append(Refusal(estimand=estimand.id, method="partial_pooling", reason=str(error), code=error.code))
    labels = {
        "programme": protocol.programme.id, "estimand": estimand.id, "outcome": estimand.outcome, "kind": "binary",
        "arm_1": protocol.arms.treated.id,
    }  # fmt: skip
    if protocol.clock.horizon is not None and protocol.outcome(estimand.outcome).needs_clock:
        labels |= {"horizon": float(protocol.clock.horizon), "horizon_unit": protocol.clock.unit}  # type: ignore[dict-item]
    return ByGroup(estimates=gather(found).label(**labels), refusals=tuple(refusals))


def _merged(levels: Mapping[str, np.ndarray], minimum: int) -> Mapping[str, np.ndarray]:
    """Put levels with too few people on either side together, before anything is drawn from them.

    What all have in common is fitted to every level: a level hidden afterwards could be solved for from the others.
    """

    def side(mine: np.ndarray) -> int:
        return int(min(mine.sum(), mine.size - mine.sum()))

    small = [level for level, mine in levels.items() if side(mine) < minimum]
    rest = sorted((level for level in levels if level not in small), key=lambda level: (side(levels[level]), level))
    while small and rest and (len(small) < 2 or side(np.concatenate([levels[one] for one in small])) < minimum):
        small.append(rest.pop(0))
    if not small:
        return levels
    kept = {level: mine for level, mine in levels.items() if level not in small}
    return {**kept, OTHERS: np.concatenate([levels[level] for level in small])}


def _held(levels: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """Return the levels that somebody is in; none where that is one alone, which is everyone again."""
    held = {level: mine for level, mine in levels.items() if mine.size}
    return held if len(held) > 1 else {}
