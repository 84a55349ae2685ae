"""Who of the simulated people a protocol lets in."""

from __future__ import annotations

import numpy as np

from steget_eval.core.errors import CohortError
from steget_eval.protocol.cohort_rules import Eligibility
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.outcomes import index_days
from steget_eval.simulate.paths import Paths
from steget_eval.simulate.people import People
from steget_eval.simulate.stretches import runs_in


def is_eligible(protocol: Protocol, people: People, paths: Paths) -> np.ndarray:
    """Return who has an index date in the arm that `paths` are of and meets every rule, shape (n,)."""
    index = index_days(protocol.clock, paths)
    met = [_meets(protocol, rule, people, paths, index) for rule in protocol.eligibility]
    eligible: np.ndarray = np.all([index < NEVER, *met], axis=0)
    return eligible


def _meets(protocol: Protocol, rule: Eligibility, people: People, paths: Paths, index: np.ndarray) -> np.ndarray:
    if rule.enrolled_between is not None:
        first, last = (int(np.datetime64(day, "D").astype(np.int64)) for day in rule.enrolled_between)
        enrolled: np.ndarray = (first <= people.enrolled_on) & (people.enrolled_on <= last)
        return enrolled
    if rule.age_between is not None:
        low, high = rule.age_between
        age = people.age if protocol.clock.index == "none" else _year(people.enrolled_on + index) - people.birth_year
        of_age: np.ndarray = (low <= age) & (age <= high)
        return of_age
    if rule.column is not None:
        values = people.column(rule.column)
        if values is None:
            raise CohortError(f"eligibility.{rule.id}: the truth has no column {rule.column}")
        texts = np.array([str(value).lower() if value in (True, False) else str(value) for value in values.tolist()])
        return np.isin(texts, rule.one_of)
    inside = [
        ((runs.start <= index[:, None]) & (index[:, None] < runs.end)).any(axis=1)
        for runs in (runs_in(state, paths) for state in rule.not_in_state if state in {**paths.runs, **paths.support})
    ]
    outside: np.ndarray = ~np.any([*inside, np.zeros_like(index, dtype=bool)], axis=0)
    return outside


def _year(day: np.ndarray) -> np.ndarray:
    near = np.minimum(day, NEVER // 2)
    year: np.ndarray = near.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return year
