"""Scores of two arms over time: means at each occasion and what the arms differ by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import arm_label, count_label, estimate_cell, estimate_ref, outcome_label
from steget_eval.reporting.text.sentences import main_row

Row = Mapping[Any, Any]
#: What an arm's own number is called, by the contrast that is asked for.
OWN = {"mean_change_difference": "mean", "share_difference": "share"}
#: The methods of the arms' own numbers as they were seen.
_SEEN = frozenset({"t", "wilson", "clusters_left_out"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOccasion:
    """One occasion of one question.

    Attributes
    ----------
    means
        The arms' rows, by ``1`` and ``0``: the main method's where it models every occasion, else as they were seen.
    seen
        The arms' rows as they were seen, with their people.
    difference
        The main method's row; None at the first occasion, and at others for a method of one occasion.
    """

    occasion: str
    means: Mapping[str, Row]
    seen: Mapping[str, Row]
    difference: Row | None


def scale_questions(release: Release) -> list[Estimand]:
    """Return the questions of a difference in change, or in a share, at occasions; in the protocol's order."""
    return [one for one in release.protocol.estimands if one.contrast in OWN]


def occasions_of(release: Release, estimand: Estimand) -> list[AtOccasion]:
    """Return what is released of each occasion, in the protocol's order; none where the main method refused."""
    main, scores = main_row(release, estimand.id), release.protocol.outcome(estimand.outcome).scores
    if main is None or scores is None:
        return []
    asked = estimand.occasion or scores.occasions[-1]
    frame = release.estimates[release.estimates["estimand"] == estimand.id]
    found = []
    for occasion in scores.occasions:
        rows = frame[frame["subgroup"] == f"occasion={occasion}"].to_dict("records")
        name = OWN[estimand.contrast]
        seen = _arms([row for row in rows if row["method"] in _SEEN], name)
        mine = [row for row in rows if row["method"] == main["method"]]
        means = _arms(mine, name) or seen
        own = [row for row in mine if row["contrast"] == estimand.contrast]
        difference = main if occasion == asked else own[0] if own else None
        found.append(AtOccasion(occasion=occasion, means=means, seen=seen, difference=difference))
    return found


def is_modelled(release: Release, estimand: Estimand) -> bool:
    """Tell whether the main method has means of its own at the later occasions."""
    return any(row["method"] not in _SEEN for one in occasions_of(release, estimand) for row in one.means.values())


def are_means_hidden(release: Release, estimand: Estimand) -> bool:
    """Tell whether the gate took the means of some occasion."""
    return any(row["suppressed"] for one in occasions_of(release, estimand) for row in one.means.values())


def scale_means(release: Release, estimand: Estimand) -> Table:
    """Return a row per occasion: the mean in each arm, the difference between them, and how many answered."""
    told = occasions_of(release, estimand)
    columns = (
        Column(key="occasion", heading=key_label("column.occasion")),
        *(Column(key=f"mean_{which}", heading=arm_label(release.protocol, "", which), align="right") for which in "10"),
        Column(key="difference", heading=key_label("column.scale_difference"), align="right"),
        Column(key="people", heading=key_label("column.n"), align="right"),
    )
    rows = tuple(
        (Cell(format="text", label=occasion_label(one.occasion)), *(_cell(one.means.get(w)) for w in "10"),
         _cell(one.difference), _people(one.seen))
        for one in told
    )  # fmt: skip
    main = main_row(release, estimand.id)
    method = code_label("method", str(main["method"])) if main is not None else key_label("cell.not_applicable")
    share = estimand.contrast == "share_difference"
    caption = key_label(
        "caption.share_means" if share else "caption.scale_means",
        outcome=outcome_label(release.protocol, estimand.id),
        method=method,
    )
    notes = (key_label("scales.share_seen" if share else "scales.seen"),) if is_modelled(release, estimand) else ()
    frame = pd.DataFrame(
        [row for one in told for row in (*one.means.values(), one.difference) if row is not None],
        columns=list(release.estimates.columns),
    )
    return Table(cells=TableBody(columns=columns, rows=rows, caption=caption, notes=notes), frame=frame)


def occasion_label(occasion: str) -> Label:
    """Return the words of an occasion; a number of months or weeks is told whatever the number."""
    found = re.fullmatch(r"(month|week)_(\d+)", occasion)
    if found is None:
        return code_label("occasion", occasion)
    return key_label(f"picture.at_{found[1]}s", n={"sv": found[2], "en": found[2]})


def _arms(rows: list[dict[Any, Any]], name: str) -> dict[str, Row]:
    mine = {str(row["contrast"]): row for row in rows}
    return {which: mine[f"{name}_{which}"] for which in "10" if f"{name}_{which}" in mine}


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell(format="number", state="not_applicable")
    return replace(estimate_cell(row), ref=estimate_ref(row))


def _people(seen: Mapping[str, Row]) -> Cell:
    if set(seen) != {"1", "0"}:
        return Cell(format="count", state="not_applicable")
    if any(row["suppressed"] for row in seen.values()):
        return Cell(format="count", state="suppressed")
    people = {f"n_{which}": count_label(int(row[f"n_{which}"])) for which, row in seen.items()}
    return Cell(format="text", label=key_label("scales.people", **people))
