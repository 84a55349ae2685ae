"""How sure the answers of several groups are together, each fitted to its own people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.protocol import Protocol
from steget_eval.study.within import Road, answer_within

#: How many parts the people are left out in, one by one, where an adjusted method is fitted within each level.
PARTS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Errors:
    """The levels' covariance on one scale, and its degrees of freedom."""

    covariance: np.ndarray
    degrees: float = math.inf


def errors_between(
    cohort: Cohort, protocol: Protocol, levels: Mapping[str, np.ndarray], roads: Sequence[Road],
    answers: Sequence[Sequence[Estimates]],
) -> list[Errors]:  # fmt: skip
    """Return how sure the levels' answers are together, scale by scale.

    Crude answers of different people are independent. People of several levels share clusters, so there everything is
    fitted anew without each cluster in turn. Without clusters an adjusted method is fitted anew without each fortieth
    of the people in turn: among few people its sandwich is too small, and this is not.
    """
    effects = [
        np.array([road.effect(one) for one in rows]) for road, rows in zip(roads, answers, strict=True)
    ]  # fmt: skip
    clustered = protocol.cluster is not None
    if not clustered and not any(road.line.adjusts for road in roads):
        return [Errors(covariance=found[:, 1] ** 2) for found in effects]
    parts = cohort.persons["cluster"].to_numpy() if clustered else _fortieths(cohort, protocol, levels)
    names = np.unique(parts)
    # An adjusted method's own leaving-out of clusters would be for nothing; a regression of clusters needs them.
    alone = protocol.model_copy(update={"cluster": None}) if roads[0].line.needs_covariates else protocol
    moved = np.array([
        [_effects(cohort, alone, roads, mine & (parts != one)) for mine in levels.values()] for one in names
    ])  # fmt: skip
    errors = []
    for place, found in enumerate(effects):
        apart = moved[:, :, place] - found[:, 0]
        covariance = (names.size - 1) / names.size * apart.T @ apart
        # People of different levels are different people; only clusters hold them together.
        covariance = covariance if clustered else np.diag(covariance)
        errors.append(Errors(covariance=covariance, degrees=float(names.size - 1)))
    return errors


def _effects(cohort: Cohort, protocol: Protocol, roads: Sequence[Road], mine: np.ndarray) -> list[float]:
    """Return the answer of some of the people on every scale; a ratio by the same fit as its difference, if it can."""
    difference = next((road for road in roads if road.scale == "difference"), None)
    rows = Estimates() if difference is None else answer_within(cohort, protocol, difference, mine)
    found = []
    for road in roads:
        same = difference is not None and road.line.name == difference.line.name
        own = road.effect_of_arms(rows) if same and road.scale == "ratio" else None
        if own is None:
            own = road.effect(rows if road is difference else answer_within(cohort, protocol, road, mine))[0]
        found.append(own)
    return found


def _fortieths(cohort: Cohort, protocol: Protocol, levels: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return forty parts of the people, drawn by the protocol's seed within each arm of each level, shape (n,)."""
    drawn = np.zeros(len(cohort.persons), dtype=np.int64)
    rng = stream(protocol.seed, "subgroups")
    for mine in levels.values():
        for arm in (1, 0):
            places = np.flatnonzero(mine & (cohort.a == arm))
            drawn[places] = (rng.permutation(places.size) + rng.integers(PARTS)) % PARTS
    return drawn
