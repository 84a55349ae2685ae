"""Asks a question by groups of people: first whether the answer differs between them, then what it is in each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimate, Estimates, gather
from steget_eval.methods.effects.interaction import interaction
from steget_eval.methods.numerics.multiplicity import benjamini_hochberg, holm
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.subgroups import asked_by_group, group_names
from steget_eval.study.answers import label_answers, method_lines
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewest:
    """The smallest numbers of people that an answer would rest on.

    Attributes
    ----------
    people
        Of an arm with a known outcome.
    cell
        Of an arm with the outcome or without it; of an amount, above zero.
    """

    people: int
    cell: int


def subgroup_answers(cohort: Cohort, protocol: Protocol) -> BySubgroup:
    """Return the protocol's questions by its groups, sex always among them, with the tests of the family adjusted.

    A group is told whole or not at all: with too few people in an arm of one level it is not (`protocol.subgroups`).
    """
    parts: list[Estimates] = []
    groups: list[Subgroup] = []
    refusals: list[Refusal] = []
    for estimand in (protocol.estimand(one) for one in asked_by_group(protocol)):
        for name in group_names(protocol):
            levels = levels_of(cohort, protocol, name)
            if not levels:
                continue
            standing: Literal["told", "few", "refused"] = "few"
            if has_enough(cohort, protocol, estimand, levels):
                try:
                    parts.append(_by_level(cohort, protocol, estimand, name, levels))
                    standing = "told"
                except MethodError as error:
                    refusals.append(Refusal(estimand=estimand.id, method="between_groups", reason=str(error)))
                    standing = "refused"
            groups.append(Subgroup(estimand=estimand.id, group=name, standing=standing))
    found = gather(parts)
    return BySubgroup(estimates=_adjusted(found) + found, groups=tuple(groups), refusals=tuple(refusals))


def levels_of(cohort: Cohort, protocol: Protocol, group: str) -> Mapping[str, np.ndarray]:
    """Return who is at each level of a group, shape (n,), in the protocol's order; empty where nothing is recorded."""
    source = cohort.covariates if group in cohort.covariates else cohort.recorded
    if group not in source or not source[group].notna().any():
        return {}
    column, known = source[group], source[group].notna().to_numpy()
    named = {one.id: tuple(one.levels) for one in protocol.covariates}.get(group, ())
    levels = {_code(value): known & (column == value).to_numpy() for value in sorted(column[known].unique())}
    order = [one for one in named if one in levels]
    return {one: levels[one] for one in (*order, *(other for other in levels if other not in order))}


def has_enough(cohort: Cohort, protocol: Protocol, estimand: Estimand, levels: Mapping[str, np.ndarray]) -> bool:
    """Tell whether every level of a group has enough people in each arm, with and without the outcome."""
    fewest = [fewest_people(cohort, protocol, estimand, mine) for mine in levels.values()]
    return len(levels) > 1 and all(
        one.people >= protocol.subgroups.minimum and one.cell >= protocol.disclosure.minimum_cell for one in fewest
    )


def fewest_people(cohort: Cohort, protocol: Protocol, estimand: Estimand, mine: np.ndarray) -> Fewest:
    """Return the smallest arm of some of the people, shape (n,), and the smallest part of an arm."""
    values = cohort.outcomes[estimand.id]
    people, cells = [], []
    for arm in (1, 0) if protocol.arms.comparison is not None else (1,):
        asked = mine & values.known & (cohort.a == arm)
        people.append(int(asked.sum()))
        if values.kind in {"binary", "time_to_event", "competing"}:
            has = values.y[asked] == 1 if values.y.size else values.d[asked] == 1
            cells += [int(has.sum()), int((~has).sum())]
        elif values.kind == "amount":
            cells.append(int((values.y[asked] > 0).sum()))
    return Fewest(people=min(people), cell=min(cells, default=min(people)))


def sites_of(cohort: Cohort, protocol: Protocol) -> Mapping[str, np.ndarray]:
    """Return who is at each site, shape (n,); empty where no site is recorded."""
    named = next((one.id for one in protocol.covariates if one.column == "site"), "site")
    return levels_of(cohort, protocol, named)


def _code(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _by_level(
    cohort: Cohort, protocol: Protocol, estimand: Estimand, group: str, levels: Mapping[str, np.ndarray]
) -> Estimates:
    line = method_lines(protocol, estimand)[0]
    roads = roads_of(protocol, estimand, line)
    if not roads or line.sees_unknown:
        raise MethodError(f"{line.name} gives no answer of {estimand.contrast} that groups can be compared by")
    between, told = [], []
    for road in roads:
        rows = {level: answer_within(cohort, protocol, road, mine) for level, mine in levels.items()}
        between.append(_between(cohort, protocol, road, group, levels, rows))
        told += [_kept(road, found).label(subgroup=f"{group}={level}") for level, found in rows.items()]
    return gather([*between, *told])


def _kept(road: Road, rows: Estimates) -> Estimates:
    """Return what is told of a level: the question's own answer with its arms, or the other scale's answer alone."""
    if road.is_own:
        return Estimates(tuple(row for row in rows if row.method != "schoenfeld"))
    return Estimates((road.answer_row(rows),)) if road.estimand.contrast not in {"risk", "mean"} else Estimates()


def _between(
    cohort: Cohort, protocol: Protocol, road: Road, group: str, levels: Mapping[str, np.ndarray],
    rows: Mapping[str, Estimates],
) -> Estimates:  # fmt: skip
    effects = np.array([road.effect(found) for found in rows.values()])
    covariance, degrees = effects[:, 1] ** 2, math.inf
    if protocol.cluster is not None:
        covariance, degrees = _left_out(cohort, protocol, road, levels, effects[:, 0])
    found = interaction(
        effects[:, 0], covariance, scale=road.scale, degrees=degrees, level=protocol.confidence_level
    )  # fmt: skip
    own = road.answer_row(next(iter(rows.values())))
    first, second = list(levels)[:2]
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


def _left_out(
    cohort: Cohort, protocol: Protocol, road: Road, levels: Mapping[str, np.ndarray], whole: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the levels' covariance and its degrees of freedom by leaving out one cluster at a time.

    People of several levels share clusters, so the levels' answers are not independent.
    """
    cluster = cohort.persons["cluster"].to_numpy()
    alone = protocol.model_copy(update={"cluster": None})
    names = np.unique(cluster)
    moved = np.array([
        [road.effect(answer_within(cohort, alone, road, mine & (cluster != one)))[0] for mine in levels.values()]
        for one in names
    ])  # fmt: skip
    apart = moved - whole
    return (names.size - 1) / names.size * apart.T @ apart, float(names.size - 1)


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
