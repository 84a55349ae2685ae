"""Expands counts into one row per counted person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.counted import Counts
from steget_eval.protocol.estimand import Estimand
from steget_eval.records import Records
from steget_eval.records.codes import SEXES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountedPeople:
    """As many rows as were counted.

    Attributes
    ----------
    y
        Shape (n,): 1 with the outcome, 0 without.
    groups
        ``sex`` or ``site`` to that group's `y` by level, where the counts tell it apart.
    """

    y: np.ndarray
    groups: Mapping[str, Mapping[str, np.ndarray]]


def count_people(protocol: Protocol, records: Records, estimand: Estimand) -> CountedPeople:
    """Return the counted people of one estimand.

    Raises
    ------
    CohortError
        Where there are no counts, the protocol names a category or period that they lack, or numbers do not add up.
    """
    outcome = protocol.outcome(estimand.outcome)
    at = f"outcomes.{outcome.id}.counts"
    if outcome.counts is None:
        raise CohortError(f"{protocol.id}: outcomes.{outcome.id} is asked in an aggregate design and has no counts")
    told = read_counts(records, at, outcome.counts.period)
    whole = _of(told, outcome.counts.of, at)
    part = _of(told, outcome.counts.category, at)
    n, events = sum(whole.values()), sum(part.values())
    if outcome.counts.sex is not None:
        events = part.get(outcome.counts.sex, 0)
    groups: dict[str, Mapping[str, np.ndarray]] = {}
    for name in (*estimand.by, *((estimand.pooled_by,) if estimand.pooled_by else ())):
        levels = (
            _sexes(whole, part, at) if name == "sex" else _sites(told, outcome.counts, n, events, at)
        )  # fmt: skip
        groups[name] = {level: _rows(*pair, at) for level, pair in levels.items()}
    return CountedPeople(y=_rows(n, events, at), groups=groups)


def read_counts(records: Records, at: str, period: str) -> dict[str, dict[str, int]]:
    """Return category to sex (empty where not told) to number, of one calendar period."""
    table = records.tables.get("counts")
    if table is None:
        raise CohortError(f"{at}: the records have no table counts")
    rows = [row for row in table.to_pylist() if row["period"] == period]
    if not rows:
        raise CohortError(f"{at}.period: counts has no period {period!r}")
    told: dict[str, dict[str, int]] = {}
    for row in rows:
        told.setdefault(row["category"], {})[row["sex"] or ""] = int(row["n"])
    return told


def _of(told: Mapping[str, dict[str, int]], category: str, at: str) -> dict[str, int]:
    if category not in told:
        raise CohortError(f"{at}: counts has no category {category!r} in that period")
    return told[category]


def _sexes(whole: Mapping[str, int], part: Mapping[str, int], at: str) -> dict[str, tuple[int, int]]:
    """Return people and events by sex; refused where either was counted without sex."""
    if "" in whole or "" in part:
        raise CohortError(f"{at}: the outcome was counted without sex, so it cannot be told by sex")
    return {sex: (whole[sex], part.get(sex, 0)) for sex in SEXES if sex in whole}


def _sites(
    told: Mapping[str, dict[str, int]], counts: Counts, n: int, events: int, at: str
) -> dict[str, tuple[int, int]]:  # fmt: skip
    levels = {
        site.id: (sum(_of(told, site.of, at).values()), sum(told.get(site.category, {}).values()))
        for site in counts.sites
    }
    if (sum(one[0] for one in levels.values()), sum(one[1] for one in levels.values())) != (n, events):
        raise CohortError(f"{at}.sites: the sites' numbers do not add up to those of everyone")
    return levels


def _rows(n: int, events: int, at: str) -> np.ndarray:
    if not 0 <= events <= n:
        raise CohortError(f"{at}: the numerator is larger than the denominator, so it is no part of it")
    return np.repeat(np.array([1.0, 0.0]), [events, n - events])
