"""Hides a group of people whole where any of its levels, or the people of no level, are too few in an arm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.protocol.subgroups import group_names
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Thresholds
from steget_eval.study.results import Subgroup

#: An outcome and a subgroup of the table of estimates.
Unit = tuple[str, str]
#: What is counted of one arm: its people, and those of them with the outcome.
Counts = dict[str, int]


def hide_subgroups(
    rows: Sequence[Mapping[Any, Any]], protocol: Protocol, thresholds: Thresholds, hidden: Collection[Unit],
    baseline: pd.DataFrame | None = None,
) -> dict[Unit, Rule]:  # fmt: skip
    """Return the levels to hide beside those that are `hidden` already.

    With the whole told, a hidden level is what the others leave of it; so a group with a hidden level is hidden whole,
    and so is what is said of how its levels differ. The people whose level nobody knows are a level too: they are
    what the others leave. Table 1 tells how many have each level (`baseline`, before its own gate): a level with a few
    fewer than that would tell how few of it have no known outcome.
    """
    found: dict[Unit, Rule] = {}
    units = {(str(row["outcome"]), str(row["subgroup"])) for row in rows}
    for group in group_names(protocol):
        for outcome in dict.fromkeys(one for one, subgroup in units if subgroup == f"{group}=*"):
            mine = {unit for unit in units if unit[0] == outcome and unit[1].startswith(f"{group}=")}
            rule = _rule(rows, outcome, mine, thresholds, hidden, baseline)
            if rule is None:
                continue
            # One arm's shares hide level by level, by their own rule; how the levels differ rests on all of them.
            shares = all(row["kind"] == "binary" for row in rows if row["outcome"] == outcome)
            alone = protocol.arms.comparison is None and shares and rule == "dependent"
            found |= {unit: rule for unit in mine if unit not in hidden and (not alone or unit[1].endswith("=*"))}
    return found


def told_groups(groups: Sequence[Subgroup], frame: pd.DataFrame) -> tuple[Subgroup, ...]:
    """Return every group that was asked by, ``hidden`` where something of it was taken away.

    Parameters
    ----------
    frame
        The estimates after the gate.
    """
    gone = frame[frame["suppressed"].astype(bool)]
    lost = {(str(row["estimand"]), str(row["subgroup"]).partition("=")[0]) for row in gone.to_dict("records")}
    return tuple(replace(one, standing="hidden") if (one.estimand, one.group) in lost else one for one in groups)


def _rule(
    rows: Sequence[Mapping[Any, Any]], outcome: str, mine: Collection[Unit], thresholds: Thresholds,
    hidden: Collection[Unit], baseline: pd.DataFrame | None,
) -> Rule | None:  # fmt: skip
    if (outcome, "all") in hidden or any(unit in hidden for unit in mine):
        return "dependent"
    whole = _counts(rows, outcome, "all")
    levels = {unit[1]: _counts(rows, outcome, unit[1]) for unit in mine if not unit[1].endswith("=*")}
    for arm, counts in whole.items():
        told = [one[arm] for one in levels.values() if arm in one]
        left = {name: counts[name] - sum(one.get(name, 0) for one in told) for name in counts}
        people, events = left["people"], left.get("events")
        others = [] if events is None else [events, people - events]
        if people and any(thresholds.is_small(one) for one in (people, *others)):
            return "complement"
    for level, by_arm in levels.items():
        for arm, counts in by_arm.items():
            beside = _in_table_one(baseline, level, arm)
            if beside is not None and thresholds.is_gap(beside - counts["people"]):
                return "small_difference"
    return None


def _counts(rows: Sequence[Mapping[Any, Any]], outcome: str, subgroup: str) -> dict[str, Counts]:
    """Return what the rows of an outcome and a subgroup count, arm by arm."""
    found: dict[str, Counts] = {}
    for row in rows:
        if row["outcome"] != outcome or row["subgroup"] != subgroup or row["interval_kind"] == "bounds":
            continue
        for which in ("1", "0"):
            if pd.isna(row[f"n_{which}"]):
                continue
            mine = found.setdefault(str(row[f"arm_{which}"]), {"people": int(row[f"n_{which}"])})
            if not pd.isna(row[f"events_{which}"]):
                mine["events"] = int(row[f"events_{which}"])
    return found


def _in_table_one(baseline: pd.DataFrame | None, subgroup: str, arm: str) -> int | None:
    if baseline is None or baseline.empty:
        return None
    group, _, level = subgroup.partition("=")
    mine = baseline[(baseline["covariate"] == group) & (baseline["arm"] == arm)]
    exact = mine[mine["level"] == level]
    if len(exact):
        return int(exact["count"].iloc[0])
    # A binary has one row: how many it holds for; the others have the other level.
    if len(mine) == 1 and level in {"0", "1"} and not pd.isna(mine["count"].iloc[0]):
        holds = int(mine["count"].iloc[0])
        return holds if level == "1" else int(mine["n"].iloc[0]) - holds
    return None
