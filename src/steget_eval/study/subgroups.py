"""Asks a question by groups of people: first whether the answer differs between them, then what it is in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates, gather
from steget_eval.methods.effects.interaction import interaction
from steget_eval.methods.numerics.multiplicity import benjamini_hochberg, holm
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.subgroups import asked_by_group
from steget_eval.study.answers import label_answers, method_lines
from steget_eval.study.errors_between import Errors, errors_between
from steget_eval.study.levels import has_enough, levels_of
from steget_eval.study.results import Refusal, Subgroup
from steget_eval.study.within import Road, answer_within, roads_of

#: The level that stands for all levels of a group together: what is said of how they differ.
BETWEEN = "*"
_ADJUSTMENTS = {"holm": holm, "benjamini_hochberg": benjamini_hochberg}
#: With one arm it is groups that differ, not what an arm does in them.
_ONE_ARM = {"interaction_difference": "group_difference", "interaction_ratio": "group_ratio"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BySubgroup:
    """Every answer by group; `subgroup` is ``group=level``, and ``group=*`` for how the levels differ."""

    estimates: Estimates
    groups: tuple[Subgroup, ...]
    refusals: tuple[Refusal, ...]


def subgroup_answers(cohort: Cohort, protocol: Protocol) -> BySubgroup:
    """Return the protocol's questions by its groups, sex always among them, with the tests of the family adjusted.

    A group is told whole or not at all: with too few people in an arm of one level it is not (`protocol.subgroups`).
    """
    parts: list[Estimates] = []
    groups: list[Subgroup] = []
    refusals: list[Refusal] = []
    for asked, name in asked_by_group(protocol):
        estimand, levels = protocol.estimand(asked), levels_of(cohort, protocol, name)
        if not levels:
            continue
        standing: Literal["told", "few", "refused"] = "few"
        if has_enough(cohort, protocol, estimand, levels):
            try:
                parts.append(_by_level(cohort, protocol, estimand, name, levels))
                standing = "told"
            except MethodError as error:
                refusals.append(
                    Refusal(estimand=estimand.id, method="between_groups", reason=str(error), code=error.code)
                )
                standing = "refused"
        groups.append(Subgroup(estimand=estimand.id, group=name, standing=standing))
    found = gather(parts)
    return BySubgroup(estimates=_adjusted(found) + found, groups=tuple(groups), refusals=tuple(refusals))


def _by_level(
    cohort: Cohort, protocol: Protocol, estimand: Estimand, group: str, levels: Mapping[str, np.ndarray]
) -> Estimates:
    line = method_lines(protocol, estimand)[0]
    roads = roads_of(protocol, estimand, line)
    if not roads or line.sees_unknown:
        raise ScopeError(f"{line.name} gives no answer of {estimand.contrast} that groups can be compared by")
    between, told = [], []
    answers = [[answer_within(cohort, protocol, road, mine) for mine in levels.values()] for road in roads]
    errors = errors_between(cohort, protocol, levels, roads, answers)
    for road, error, found in zip(roads, errors, answers, strict=True):
        rows = dict(zip(levels, found, strict=True))
        between.append(_between(cohort, protocol, road, group, rows, error))
        told += [_kept(road, one).label(subgroup=f"{group}={level}") for level, one in rows.items()]
    return gather([*between, *told])


def _kept(road: Road, rows: Estimates) -> Estimates:
    """Return what is told of a level: the question's own answer with its arms, or the other scale's answer alone."""
    if road.is_own:
        return Estimates(tuple(row for row in rows if row.method != "schoenfeld"))
    return Estimates((road.answer_row(rows),)) if road.estimand.contrast not in {"risk", "mean"} else Estimates()


def _between(
    cohort: Cohort, protocol: Protocol, road: Road, group: str, rows: Mapping[str, Estimates], errors: Errors
) -> Estimates:
    effects = [road.effect(found)[0] for found in rows.values()]
    found = interaction(
        effects, errors.covariance, scale=road.scale, degrees=errors.degrees, level=protocol.confidence_level
    )  # fmt: skip
    own = road.answer_row(next(iter(rows.values())))
    first, second = list(rows)[:2]
    said = f"{second} {'over' if road.scale == 'ratio' else 'minus'} {first}"
    labelled = label_answers(found, protocol, road.estimand, cohort.outcomes[road.estimand.id]).label(
        subgroup=f"{group}={BETWEEN}", population=own.population
    )
    return Estimates(tuple(_named(row, protocol, said, own.unit) for row in labelled))


def _named(row: Estimate, protocol: Protocol, said: str, unit: str) -> Estimate:
    if not row.contrast.startswith("interaction"):
        return replace(row, unit="")
    ratio = row.scale == "log"
    contrast = row.contrast if protocol.arms.comparison is not None else _ONE_ARM[row.contrast]
    return replace(row, contrast=contrast, note=said, unit="ratio" if ratio else unit)


def _adjusted(found: Estimates) -> Estimates:
    """Return the adjusted p-values of the tests on each scale, a row for each; nothing where there is one test."""
    rows: list[Estimate] = []
    for scale in ("difference", "ratio"):
        family = found.where(contrast=f"heterogeneity_{scale}").rows
        if len(family) < 2:
            continue
        for method, adjust in _ADJUSTMENTS.items():
            rows += [
                replace(
                    row, contrast=f"adjusted_p_{scale}", method=method, estimate=float(p), p_value=float(p), unit="",
                    note=f"family of {len(family)} tests",
                )
                for row, p in zip(family, adjust([one.p_value for one in family]), strict=True)
            ]  # fmt: skip
    return Estimates(tuple(rows))
