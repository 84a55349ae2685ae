"""Hides groups and parts so that no sum or difference of what is told gives a small number back.

Every told number counts a union of cells (part of the outcome × level of a group), so what can be computed from the
told ones is linear algebra: a union of cells is given back when its indicator lies in the span of theirs. Groups are
hidden, the least important first, until no union with fewer people than the minimum does.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.protocol.subgroups import group_names
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Thresholds, complement_levels

#: An outcome and a subgroup of the table of estimates.
Unit = tuple[str, str]
#: People, those with the outcome and those without.
_WHAT = ("n", "events", "without")
#: Whom no level holds, as those whose sex was not told; and whom no part holds.
_REST = ""
_TOLERANCE = 1e-9
#: Unions of so many levels at most are looked at; more levels than this are looked at one by one and all together.
_MOST_LEVELS = 9


@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    """A whole outcome with its parts, over one group: what is counted, and every cell of it.

    Attributes
    ----------
    counts
        Unit to its people and how many of them have the outcome.
    classes
        The parts, what of the whole no part holds, and those without.
    """

    whole: str
    parts: tuple[str, ...]
    levels: tuple[str, ...]
    group: str
    counts: Mapping[Unit, tuple[int, int]]

    @property
    def classes(self) -> tuple[str, ...]:
        return (*self.parts, *self.rest, "without")

    @property
    def rest(self) -> tuple[str, ...]:
        """What of the whole no part holds; nothing where the parts are all of it, which a reader may know."""
        parts = sum(self.counts[part, "all"][1] for part in self.parts)
        return () if self.parts and parts == self.counts[self.whole, "all"][1] else ("rest",)

    def indicator(self, classes: Sequence[str], levels: Sequence[str]) -> np.ndarray:
        """Return the cells of a union, shape (classes × levels,)."""
        chosen = np.zeros((len(self.classes), len(self.levels)))
        rows = [self.classes.index(one) for one in classes]
        columns = [self.levels.index(one) for one in levels]
        chosen[np.ix_(rows, columns)] = 1
        return chosen.ravel()

    def told(self, unit: Unit) -> list[tuple[np.ndarray, int]]:
        """Return the three numbers that a row of the table tells: people, with the outcome, without."""
        outcome, subgroup = unit
        n, events = self.counts[unit]
        levels = self.levels if subgroup == "all" else (subgroup.partition("=")[2],)
        mine = (*self.parts, *self.rest) if outcome == self.whole else (outcome,)
        others = tuple(one for one in self.classes if one not in mine)
        both = (self.classes, mine, others)
        numbers = (n, events, n - events)
        return [(self.indicator(one, levels), number) for one, number in zip(both, numbers, strict=True)]


def hide_groups(
    rows: Sequence[Mapping[Any, Any]], protocol: Protocol, thresholds: Thresholds, hidden: frozenset[Unit]
) -> dict[Unit, Rule]:
    """Return the groups to hide beside those that are `hidden` already, since their numbers are small.

    A group is a row whose subgroup is ``group=level``. Reach, events and money are told by themselves.
    """
    counts = _counts(rows, protocol)
    found: dict[Unit, Rule] = {}
    for family in _families(counts, protocol):
        found |= _hide(family, protocol, thresholds, hidden | found.keys())
    return found


def is_group(subgroup: str, protocol: Protocol) -> bool:
    """Tell whether a subgroup is a level of a group that the protocol or an estimand asks by."""
    name = subgroup.partition("=")[0]
    asked = {*group_names(protocol), *(group for one in protocol.estimands for group in (*one.by, one.pooled_by))}
    return "=" in subgroup and name in asked


def _counts(rows: Sequence[Mapping[Any, Any]], protocol: Protocol) -> dict[Unit, tuple[int, int]]:
    counts: dict[Unit, tuple[int, int]] = {}
    for row in rows:
        subgroup = str(row["subgroup"])
        # Bounds count everybody, the unknown too; their number is held against that of the known elsewhere.
        if row["contrast"] != "risk_1" or row["kind"] != "binary" or row["interval_kind"] == "bounds":
            continue
        if pd.isna(row["n_1"]) or pd.isna(row["events_1"]):
            continue
        if subgroup == "all" or is_group(subgroup, protocol):
            counts[str(row["outcome"]), subgroup] = (int(row["n_1"]), int(row["events_1"]))
    return counts


def _families(counts: Mapping[Unit, tuple[int, int]], protocol: Protocol) -> Iterator[_Family]:
    wholes = [one for one in protocol.outcomes if one.part_of is None and (one.id, "all") in counts]
    for whole in wholes:
        parts = tuple(
            one.id for one in protocol.outcomes if one.part_of == whole.id and (one.id, "all") in counts
        )  # fmt: skip
        mine = {unit: pair for unit, pair in counts.items() if unit[0] in (whole.id, *parts)}
        groups = list(dict.fromkeys(unit[1].partition("=")[0] for unit in mine if unit[1] != "all"))
        if not groups and parts:
            groups = [""]
        for group in groups:
            kept = {u: pair for u, pair in mine.items() if u[1] == "all" or u[1].partition("=")[0] == group}
            levels = tuple(dict.fromkeys(u[1].partition("=")[2] for u in kept if u[1] != "all"))
            held = sum({u[1]: pair[0] for u, pair in kept.items() if u[1] != "all"}.values())
            left = () if held == mine[whole.id, "all"][0] else (_REST,)
            yield _Family(whole=whole.id, parts=parts, levels=(*levels, *left), group=group, counts=kept)


def _hide(
    family: _Family, protocol: Protocol, thresholds: Thresholds, hidden: Collection[Unit]
) -> dict[Unit, Rule]:  # fmt: skip
    told = [unit for unit in family.counts if unit not in hidden]
    small = _small_unions(family, thresholds)
    aside = _aside(family, protocol, thresholds)
    found: dict[Unit, Rule] = {}
    while (culprit := _culprit(family, told, small, aside, protocol)) is not None:
        found[culprit] = "complement"
        told.remove(culprit)
    return found


def _small_unions(family: _Family, thresholds: Thresholds) -> np.ndarray:
    """Return the unions with too few people, one a row, of those that the numbers before the gate would give."""
    known = [pair for unit in family.counts for pair in family.told(unit)]
    raw, numbers = np.array([one for one, _ in known]), np.array([number for _, number in known])
    unions = np.array(list(_unions(family)))
    unions = unions[_spanned(unions, raw)]
    weights, *_ = np.linalg.lstsq(raw.T, unions.T, rcond=None)
    found = np.rint(numbers @ weights).astype(int)
    kept = [place for place, number in enumerate(found) if _is_small(unions[place], int(number), family, thresholds)]
    return np.asarray(unions[kept])


def _spanned(unions: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Return which unions are sums and differences of the told ones."""
    _, sizes, basis = np.linalg.svd(told, full_matrices=False)
    basis = basis[sizes > _TOLERANCE * sizes.max()]
    apart = unions - (unions @ basis.T) @ basis
    return np.asarray(np.abs(apart).max(axis=1, initial=0) < _TOLERANCE)


def _unions(family: _Family) -> Iterator[np.ndarray]:
    """Return the unions that somebody may ask of: any classes by any levels, but for everyone at once."""
    levels = family.levels
    some: list[tuple[str, ...]] = [
        one for size in range(1, len(levels) + 1) for one in itertools.combinations(levels, size)
    ] if len(levels) <= _MOST_LEVELS else [*((one,) for one in levels), levels]  # fmt: skip
    for size in range(1, len(family.classes)):
        for classes in itertools.combinations(family.classes, size):
            for chosen in some:
                yield family.indicator(classes, chosen)
    # How many a level holds is a number of people too; that nobody is left over tells of no one.
    for chosen in some:
        if chosen != (_REST,):
            yield family.indicator(family.classes, chosen)


def _is_small(union: np.ndarray, number: int, family: _Family, thresholds: Thresholds) -> bool:
    if number:
        return thresholds.is_small(number)
    # That no part or level leaves anybody over tells of nobody; that a part of a level is nobody does.
    cells = union.reshape(len(family.classes), len(family.levels)).copy()
    cells[[place for place, one in enumerate(family.classes) if one == "rest"]] = 0
    cells[:, [place for place, one in enumerate(family.levels) if one == _REST]] = 0
    return bool(cells.any()) and thresholds.is_small(0)


def _aside(family: _Family, protocol: Protocol, thresholds: Thresholds) -> list[np.ndarray]:
    """Return the numbers of people by level that table 1 may tell: every one that it would not hide itself."""
    if not any(one.id == family.group for one in protocol.covariates):
        return []
    sizes = {u[1].partition("=")[2]: pair[0] for u, pair in family.counts.items() if u[1] != "all"}
    gone = complement_levels(sizes, thresholds)
    return [family.indicator(family.classes, (level,)) for level in sizes if level not in gone]


def _culprit(
    family: _Family, told: Sequence[Unit], small: np.ndarray, aside: Sequence[np.ndarray], protocol: Protocol
) -> Unit | None:  # fmt: skip
    """Return the least important told unit without which a small union could not be computed; None where none can."""
    owners: list[Unit | None] = [unit for unit in told for _ in _WHAT] + [None] * len(aside)
    vectors = [vector for unit in told for vector, _ in family.told(unit)] + list(aside)
    if not vectors or not len(small):
        return None
    matrix = np.array(vectors)
    for union in small[_spanned(small, matrix)]:
        weights, *_ = np.linalg.lstsq(matrix.T, union, rcond=None)
        used = zip(owners, weights, strict=True)
        guilty = {owner for owner, weight in used if owner is not None and abs(weight) > _TOLERANCE}
        if guilty:
            return min(guilty, key=lambda unit: _importance(family, unit, protocol))
    return None


def _importance(family: _Family, unit: Unit, protocol: Protocol) -> tuple[bool, bool, bool, int, str]:
    primary = protocol.estimand(protocol.primary).outcome
    n, events = family.counts[unit]
    least = min(events, n - events)
    return (unit[1] == "all", unit[0] == primary, unit[0] == family.whole, least, f"{unit}")
