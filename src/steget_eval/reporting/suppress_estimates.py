"""Which rows of the table of estimates may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.protocol.outcome import Outcome
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Published, Thresholds, blanked, size_key
from steget_eval.reporting.suppress_groups import hide_groups
from steget_eval.reporting.suppress_subgroups import hide_subgroups

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class GatedEstimates:
    """The table of estimates after the gate.

    Attributes
    ----------
    hidden
        The pairs of estimand and subgroup that may not be told; every row of such a pair is suppressed.
    """

    frame: pd.DataFrame
    hidden: frozenset[tuple[str, str]]
    published: Published
    taken: Counter[tuple[Rule, str]]


def few_positive(unknown: pd.DataFrame, protocol: Protocol, thresholds: Thresholds) -> frozenset[str]:
    """Return the amounts of which an arm has few people above zero: the mean times the people gives those back."""
    if "positive" not in unknown.columns:
        return frozenset()
    told = unknown[unknown["positive"].notna()]
    return frozenset(
        protocol.estimand(str(estimand)).outcome
        for estimand, positive in zip(told["estimand"], told["positive"], strict=True)
        if thresholds.is_small(int(positive))
    )


def gate_estimates(
    frame: pd.DataFrame, protocol: Protocol, thresholds: Thresholds, few: frozenset[str] = frozenset(),
    baseline: pd.DataFrame | None = None, stepped: Mapping[str, list[tuple[Hashable, int]]] = MappingProxyType({}),
) -> GatedEstimates:  # fmt: skip
    """Suppress rows that rest on few people, and every row that would give those back.

    Counts belong to an outcome, whatever method, contrast or estimand they stand beside, so a small one hides every
    row of its outcome and subgroup: rows without counts of their own (a hazard ratio, an adjusted difference) as
    well. Then estimands are admitted one by one, the primary first: one whose number of people or of people with
    the event lies within a small cell of an admitted one's is hidden whole, since the difference
    would tell of a few people (those with an unknown outcome, or with an event that another outcome does not count).
    `few` are amounts that few people have at all (`few_positive`), `baseline` table 1 before its own gate,
    `stepped` the numbers of people that an estimand's answer gives back (`numbers_on_steps`).
    """
    rows = frame.to_dict("records")
    rules = [_row_rule(row, thresholds) for row in rows]
    bad = {(row["outcome"], row["subgroup"]) for row, rule in zip(rows, rules, strict=True) if rule is not None}
    bad |= {(row["outcome"], row["subgroup"]) for row in rows if row["outcome"] in few}
    taken = [
        rule if rule is not None else ("dependent" if (row["outcome"], row["subgroup"]) in bad else None)
        for row, rule in zip(rows, rules, strict=True)
    ]
    hidden = frozenset((str(outcome), str(subgroup)) for outcome, subgroup in bad)
    groups = hide_groups(rows, protocol, thresholds, hidden)
    groups |= hide_subgroups(rows, protocol, thresholds, hidden | groups.keys(), baseline)
    taken = [old or groups.get((row["outcome"], row["subgroup"])) for row, old in zip(rows, taken, strict=True)]
    published = Published(thresholds)
    family = outcome_families(protocol)
    for unit in _units(rows, protocol.primary):
        mine = [place for place, row in enumerate(rows) if _unit(row) == unit]
        if any(taken[place] is not None for place in mine):
            continue
        numbers = {pair for place in mine for pair in _numbers(rows[place], family)} | set(stepped.get(unit[0], ()))
        if published.admits_all(sorted(numbers, key=str)):
            others = {pair for place in mine for pair in _others(rows[place], family)}
            published = published.with_numbers(numbers | others)
            continue
        for place in mine:
            taken[place] = "small_difference"
    return _blank(frame, _with_dependents(rows, _with_siblings(rows, taken)), published)


def _with_siblings(rows: list[dict[Hashable, Any]], rules: list[Rule | None]) -> list[Rule | None]:
    """Hide every level of a group where one level is hidden for a small difference: the others would give it back."""
    gone = {_group(row) for row, rule in zip(rows, rules, strict=True) if rule == "small_difference"}
    return [
        rule or ("complement" if _group(row) in gone and _is_level(row) else None)
        for row, rule in zip(rows, rules, strict=True)
    ]


def _is_level(row: Row) -> bool:
    """Tell whether a row is of one level of a group; sensitivity analyses are of everyone, each by its own count."""
    return "=" in str(row["subgroup"]) and not str(row["subgroup"]).startswith("sensitivity=")


def _group(row: Row) -> tuple[str, str]:
    return str(row["estimand"]), str(row["subgroup"]).partition("=")[0]


def outcome_families(protocol: Protocol) -> dict[str, str]:
    """Return each outcome's family: outcomes that share a source of events count overlapping people."""
    atoms = {outcome.id: _atoms(outcome) for outcome in protocol.outcomes}
    family: dict[str, str] = {}
    for outcome_id in atoms:
        kin = [other for other in family if atoms[other] & atoms[outcome_id]]
        names = {family[other] for other in kin}
        name = min(names, default=outcome_id)
        family = {other: name if old in names else old for other, old in family.items()} | {outcome_id: name}
    return family


def state_families(protocol: Protocol) -> dict[str, str]:
    """Return the family of each state that is a source of some outcome's events."""
    family = outcome_families(protocol)
    return {
        state: family[outcome.id]
        for outcome in protocol.outcomes
        for source in outcome.events
        for state in source.spells
    }


def events_key(arm: str, family: str) -> Hashable:
    """Return the key of numbers of people with the event."""
    return ("with", arm, family)


def others_key(arm: str, family: str) -> Hashable:
    """Return the key of numbers of people without the event."""
    return ("without", arm, family)


def _row_rule(row: Row, thresholds: Thresholds) -> Rule | None:
    for which in ("1", "0"):
        n, events = row[f"n_{which}"], row[f"events_{which}"]
        without: Any = None if pd.isna(n) or pd.isna(events) else n - events
        for count in (n, events, without):
            rule = thresholds.rule(count)
            if rule is not None:
                return rule
        if row["kind"] != "amount" and thresholds.is_thin(n):
            return "small_denominator"
    # Equal amounts, or equal changes: the mean is everybody's own.
    return "zero" if row["kind"] in {"amount", "longitudinal"} and row["std_error"] == 0 else None


def _with_dependents(rows: list[dict[Hashable, Any]], rules: list[Rule | None]) -> list[Rule | None]:
    """Hide money, reach, advice and bounds where everyone's own numbers are hidden: they rest on them, and say them."""
    gone = {
        (str(row["estimand"]), str(row["outcome"]))
        for row, rule in zip(rows, rules, strict=True)
        if rule is not None and row["subgroup"] == "all"
    }
    beside = ("cost=", "reach=", "advice=", "unknown=", "joint=", "sensitivity=", "fidelity=")
    return [
        rule
        or (
            "dependent"
            if (row["estimand"], row["outcome"]) in gone and str(row["subgroup"]).startswith(beside)
            else None
        )
        for row, rule in zip(rows, rules, strict=True)
    ]


def _units(rows: list[dict[Hashable, Any]], primary: str) -> list[tuple[str, str, str]]:
    units = dict.fromkeys(_unit(row) for row in rows)
    return sorted(units, key=lambda unit: (unit[1] != "all", unit[0] != primary))


def _unit(row: Row) -> tuple[str, str, str]:
    """Return what is told or hidden at once: an estimand's subgroup, of scores each method's by itself.

    A model of all occasions has other people than a comparison at one of them, and must not fall with it.
    """
    method = str(row["method"]) if row["kind"] == "longitudinal" else ""
    return str(row["estimand"]), str(row["subgroup"]), method


def _numbers(row: Row, family: Mapping[str, str]) -> list[tuple[Hashable, int]]:
    if str(row["subgroup"]).startswith(("cost=", "reach=", "events=", "advice=", "unknown=", "joint=")):
        return []  # the numbers of everyone again, or parts of them that their own rules hold
    kin = family.get(row["outcome"], row["outcome"])
    found: list[tuple[Hashable, int]] = []
    for which in ("1", "0"):
        arm, n, events = _whom(row, which), row[f"n_{which}"], row[f"events_{which}"]
        if pd.isna(n):
            continue
        # Who was seen at an occasion is a part of the arm: the number tells of the others.
        seen = str(row["subgroup"]).startswith("occasion=")
        found.append((size_key(str(row[f"arm_{which}"]) if seen else arm), int(n)))
        if not pd.isna(events):
            found.append((events_key(arm, kin), int(events)))
    return found


def _whom(row: Row, which: str) -> str:
    """Return the arm, or the arm's group: only numbers of the same people by different counts are held together."""
    arm, subgroup = str(row[f"arm_{which}"]), str(row["subgroup"])
    # Other definitions and windows of a sensitivity analysis count the same people as the main answer does.
    return f"{arm} {subgroup}" if "=" in subgroup and not subgroup.startswith("sensitivity=") else arm


def _others(row: Row, family: Mapping[str, str]) -> list[tuple[Hashable, int]]:
    """People without the event: held against numbers at risk, which are a part of them."""
    kin = family.get(row["outcome"], row["outcome"])
    return [
        (others_key(_whom(row, which), kin), int(row[f"n_{which}"]) - int(row[f"events_{which}"]))
        for which in ("1", "0")
        if not pd.isna(row[f"n_{which}"]) and not pd.isna(row[f"events_{which}"])
    ]


def _atoms(outcome: Outcome) -> set[Hashable]:
    found: set[Hashable] = set()
    if outcome.part_of is not None and outcome.counts is not None:
        return {("part", outcome.id)}  # parts of a whole hold nobody in common; `hide_groups` holds their sums
    if outcome.counts is not None:
        found.add(("counts", outcome.counts.of, outcome.counts.period))
    for source in outcome.events:
        found |= {("state", state) for state in source.spells}
        found |= {("end", reason) for reason in source.follow_up_ended_by}
        if source.status is not None:
            found |= {("status", source.status.occasion, one) for one in source.status.occupations}
            found |= {("income", source.status.occasion, one) for one in source.status.income_sources}
        if source.amount is not None:
            found.add(("amount", source.amount.item, source.amount.occasion))
    return found


def _blank(frame: pd.DataFrame, rules: list[Rule | None], published: Published) -> GatedEstimates:
    hidden = pd.Series([rule is not None for rule in rules], index=frame.index, dtype=bool)
    shown = blanked(frame, hidden)
    units = frame.loc[hidden, ["estimand", "subgroup"]]
    return GatedEstimates(
        frame=shown.reset_index(drop=True),
        hidden=frozenset(zip(units["estimand"], units["subgroup"], strict=True)),
        published=published,
        taken=Counter((rule, "estimates") for rule in rules if rule is not None),
    )
