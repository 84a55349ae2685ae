"""Who is at each level of a group, and whether they are enough to be told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.between import asked_among


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
    values = asked_among(cohort.outcomes[estimand.id], estimand)
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


def of_a_site(cohort: Cohort, protocol: Protocol, people: Mapping[str, np.ndarray]) -> Protocol:
    """Return the protocol by which each site is answered alone.

    Without clusters where a site lies in one, since nobody of it is then more alike than others; with them where people
    of some site belong to several.
    """
    if protocol.cluster is None:
        return protocol
    cluster = cohort.persons["cluster"].to_numpy()
    several = any(np.unique(cluster[mine]).size > 1 for mine in people.values())
    return protocol if several else protocol.model_copy(update={"cluster": None})


def _code(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
