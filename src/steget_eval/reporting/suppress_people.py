"""Which numbers of table 1, of unknown outcomes and of the weights may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Gated, Published, Thresholds, complement_levels, parts, size_key

_CELLS = ("n", "count", "mean", "sd", "smd", "smd_weighted")
Row = Mapping[Any, Any]
Hidden = dict[tuple[int, str], Rule]


def gate_baseline(frame: pd.DataFrame, protocol: Protocol, published: Published) -> Gated:
    """Hide small counts of table 1, what would give them back, and numbers of few people.

    A category's levels add up to the arm: a hidden level takes the next smallest with it. Where a covariate has any
    hidden count its standardised differences go too, since they can be solved for a share. An arm's `n` that lies
    close to another told number of that arm would tell how few have no value; it goes, with the counts that add up
    to it.
    """
    kinds = {covariate.id: covariate.kind for covariate in protocol.covariates}
    shown = frame.reset_index(drop=True)
    hidden: Hidden = {}
    for (covariate, arm), mine in parts(shown, "covariate", "arm"):
        n = int(mine["n"].iloc[0])
        told = _told(n, arm, published)
        if told is None:
            published = published.with_numbers([(size_key(arm), n)])
        find = _hide_number if kinds[covariate] == "number" else _hide_counts
        hidden |= find(mine, told, published.thresholds)
    for _, mine in parts(shown, "covariate"):
        if any((place, name) in hidden for place in mine.index for name in ("count", "mean")):
            hidden |= {(place, name): "dependent" for place in mine.index for name in ("smd", "smd_weighted")}
    return _hide(shown, hidden, published, "baseline")


def gate_unknown(frame: pd.DataFrame, published: Published) -> Gated:
    """Hide how many are known, or how many there are, where that gives back the few who are unknown."""
    shown = frame.drop(columns="positive", errors="ignore").reset_index(drop=True)
    hidden: Hidden = {}
    for place, row in enumerate(shown.to_dict("records")):
        for name in ("known", "n"):
            rule = _told(int(row[name]), row["arm"], published)
            if rule is None:
                published = published.with_numbers([(size_key(row["arm"]), int(row[name]))])
            else:
                hidden[place, name] = rule
    return _hide(shown, hidden, published, "unknown")


def gate_overlap(frame: pd.DataFrame, published: Published) -> Gated:
    """Hide extremes, which belong to one person, and an arm's figures where its number of people may not be told.

    With equal weights the effective sample size is that number.
    """
    shown = frame.reset_index(drop=True)
    hidden: Hidden = {}
    for place, row in enumerate(shown.to_dict("records")):
        if str(row["key"]).startswith(("largest", "smallest", "minimum", "maximum", "min_", "max_", "score")):
            hidden[place, "value"] = "small_cell"
            continue
        same = shown[(shown["arm"] == row["arm"]) & (shown["key"] == "n")]["value"]
        rule = _told(int(same.iloc[0]), row["arm"], published) if len(same) else None
        if rule is not None:
            hidden[place, "value"] = rule if row["key"] == "n" else "dependent"
    return _hide(shown, hidden, published, "overlap")


def _told(n: int, arm: str, published: Published) -> Rule | None:
    rule = published.thresholds.rule(n)
    if rule is None and not published.admits(size_key(arm), n):
        return "small_difference"
    return rule


def _hide_number(mine: pd.DataFrame, told: Rule | None, thresholds: Thresholds) -> Hidden:
    hidden: Hidden = {}
    for place, row in zip(mine.index, mine.to_dict("records"), strict=True):
        thin = thresholds.is_thin(row["n"]) or told in {"small_cell", "zero"}
        if told is not None:
            hidden[place, "n"] = told
        if thin or row["sd"] == 0:
            rule: Rule = "small_denominator" if thin else "zero"
            hidden |= {(place, name): rule for name in ("mean", "sd")}
    return hidden


def _hide_counts(mine: pd.DataFrame, told: Rule | None, thresholds: Thresholds) -> Hidden:
    n = int(mine["n"].iloc[0])
    counts = {str(place): int(count) for place, count in mine["count"].items() if not pd.isna(count)}
    if len(counts) == 1:
        # What does not hold is a level of its own, though it has no row.
        found = complement_levels({**counts, "rest": n - sum(counts.values())}, thresholds)
        found.pop("rest", None)
    else:
        found = complement_levels(counts, thresholds)
    if thresholds.is_thin(n):
        found = dict.fromkeys(counts, "small_denominator")
    elif told is not None and not found:
        found = {min(counts, key=lambda place: (counts[place], place)): "small_difference"}
    hidden: Hidden = {(int(place), name): rule for place, rule in found.items() for name in ("count", "mean", "sd")}
    if told is not None:
        hidden |= {(place, name): told for place in mine.index for name in ("n", "mean")}
    return hidden


def _hide(frame: pd.DataFrame, hidden: Hidden, published: Published, place: str) -> Gated:
    shown = frame.copy()
    suppressed = np.zeros(len(shown), dtype=bool)
    taken: Counter[tuple[Rule, str]] = Counter()
    for (row, name), rule in hidden.items():
        if not pd.isna(shown.at[row, name]):
            taken[rule, place] += 1
            suppressed[row] = True
    for name in {name for _, name in hidden}:
        gone = np.array([(row, name) in hidden for row in range(len(shown))])
        whole = name in {"n", "count", "known"}
        column = shown[name].astype("Int64") if whole else shown[name]
        shown[name] = column.mask(gone, pd.NA if whole else np.nan)
    shown["suppressed"] = suppressed
    return Gated(shown, published, taken)
