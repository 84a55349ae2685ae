"""What makes a number too small to tell, and the account of what was taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.core.columns import COUNT_NAMES, NUMBER_NAMES
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.release import Rule, Suppression


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The policy's three limits, asked of one number at a time; a missing number is never small."""

    policy: Disclosure

    def rule(self, count: Any) -> Rule | None:
        """Return the rule under which a count may not be told, or None where it may."""
        if count is None or pd.isna(count):
            return None
        if count == 0:
            return None if self.policy.publish_zero else "zero"
        return "small_cell" if count < self.policy.minimum_cell else None

    def is_small(self, count: Any) -> bool:
        """Tell whether a count may not be told."""
        return self.rule(count) is not None

    def is_thin(self, n: Any) -> bool:
        """Tell whether there are too few people for a share."""
        return n is not None and not pd.isna(n) and n < self.policy.minimum_denominator

    def is_gap(self, difference: float) -> bool:
        """Tell whether two published numbers that differ so would give back a few people.

        No difference at all is no gap: it says that nobody stands between the two numbers, which tells of no person
        what the outcome was. A zero *cell* does, and has its own rule.
        """
        return 0 < abs(difference) < self.policy.minimum_cell


@dataclass(frozen=True, slots=True)
class Published:
    """Numbers of people already told, by what they count; a new one must not come close to any of them.

    Two told numbers of people who are subsets of one another give back their difference, in whatever tables they
    stand. So numbers are admitted in order of importance, and one that lies 1 to `minimum_cell` − 1 from an admitted
    number of the same kind and arm is not told.
    """

    thresholds: Thresholds
    told: Mapping[Hashable, frozenset[int]] = field(default_factory=dict)

    def admits(self, key: Hashable, number: int) -> bool:
        """Tell whether a number may stand beside those already told."""
        return not any(self.thresholds.is_gap(number - other) for other in self.told.get(key, ()))

    def with_numbers(self, numbers: Iterable[tuple[Hashable, int]]) -> Published:
        """Return the told numbers with these among them."""
        told = dict(self.told)
        for key, number in numbers:
            told[key] = told.get(key, frozenset()) | {number}
        return Published(self.thresholds, told)

    def admits_all(self, numbers: Iterable[tuple[Hashable, int]]) -> bool:
        """Tell whether several numbers may be told together."""
        beside = self
        for key, number in numbers:
            if not beside.admits(key, number):
                return False
            beside = beside.with_numbers([(key, number)])
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Gated:
    """A frame after the gate, what was told in it, and what was taken away."""

    frame: pd.DataFrame
    published: Published
    taken: Counter[tuple[Rule, str]]


def size_key(arm: str) -> Hashable:
    """Return the key of numbers of people of one arm."""
    return ("people", arm)


def count_suppressions(*parts: Counter[tuple[Rule, str]]) -> tuple[Suppression, ...]:
    """Return what was taken away, by rule and place."""
    total: Counter[tuple[Rule, str]] = Counter()
    for part in parts:
        total.update(part)
    return tuple(Suppression(rule=rule, place=place, cells=cells) for (rule, place), cells in sorted(total.items()))


def complement_levels(
    counts: Mapping[str, int], thresholds: Thresholds, *, never_told: Mapping[str, Rule] = MappingProxyType({})
) -> dict[str, Rule]:
    """Return which of several counts with a known sum to hide, each with its rule.

    Those `never_told`, whatever their size; small ones; and then the next smallest, until the hidden ones are at least
    two and their sum is not small, so that subtraction gives back neither one of them nor that all of them are small.
    Where only one is left over, all go.
    """
    hidden: dict[str, Rule] = dict(never_told)
    for name, count in counts.items():
        rule = thresholds.rule(count)
        if rule is not None:
            hidden[name] = rule
    rest = sorted((name for name in counts if name not in hidden), key=lambda name: (counts[name], name))
    smallest = thresholds.policy.minimum_cell
    while hidden and rest and (len(hidden) < 2 or sum(counts[name] for name in hidden) < smallest):
        hidden[rest.pop(0)] = "complement"
    return hidden


def parts(frame: pd.DataFrame, *names: str) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Return a frame in parts by its key columns, each with its key, in the order in which they stand."""
    grouped: Any = frame.groupby(list(names), sort=False)
    return [(tuple(key), mine) for key, mine in grouped]


def blanked(estimates: pd.DataFrame, hidden: pd.Series[bool]) -> pd.DataFrame:
    """Return a table of answers whose hidden rows tell no number, no count and no words about them.

    Nor that an interval is in two parts, which says that the difference was not shown.
    """
    shown = estimates.copy()
    for name in NUMBER_NAMES:
        shown[name] = shown[name].mask(hidden, np.nan)
    for name in COUNT_NAMES:
        shown[name] = shown[name].mask(hidden, pd.NA)
    shown["note"] = shown["note"].mask(hidden, "")
    shown["interval_kind"] = shown["interval_kind"].mask(hidden & (shown["interval_kind"] == "disjoint"), "confidence")
    before = shown["suppressed"].astype(bool) if "suppressed" in shown else False
    return shown.assign(suppressed=before | hidden.astype(bool))
