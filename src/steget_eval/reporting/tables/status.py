"""Who had an outcome at an occasion, everyone and by sex, with what those not reached could mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import estimate_cell, estimate_ref, level_label, outcome_label, people_cell

Row = Mapping[Any, Any]


def asked_bounds(release: Release) -> list[str]:
    """Return the estimands that are told with bounds for those not reached."""
    return [one.id for one in release.protocol.estimands if "worst_case" in one.methods]


def status(release: Release) -> Table:
    """Return a row per outcome and group: the share of those reached, the bounds, the people, and how many started."""
    names = ("outcome", "group", "share", "bounds", "reached_n", "started_n")
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}"), align="left" if name in {"outcome", "group"} else "right")
        for name in names
    )
    told = status_rows(release)
    rows = []
    for line in told:
        seen, bounds = line["seen"], line["bounds"]
        first = _text(outcome_label(release.protocol, line["estimand"]))
        name = first if line["subgroup"] == "all" else Cell(format="text", state="not_applicable")
        rows.append((name, _text(line["group"]), _told(seen), _told(bounds), people_cell(seen, "1"), _started(bounds)))
    frame = pd.DataFrame(
        [row for line in told for row in (line["seen"], line["bounds"])], columns=list(release.estimates.columns)
    )
    return Table(cells=TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.status")), frame=frame)


def status_rows(release: Release) -> list[dict[str, Any]]:
    """Return, outcome by outcome, everyone and then each level of its groups: the share's row and the bounds' row."""
    frame, found = release.estimates, []
    for estimand in asked_bounds(release):
        mine = frame[(frame["estimand"] == estimand) & (frame["contrast"] == "risk_1")]
        main = next(name for name in mine["method"] if name != "worst_case")
        for subgroup in sorted(dict.fromkeys(mine["subgroup"]), key=lambda one: (one != "all", one)):
            part = mine[mine["subgroup"] == subgroup]
            seen = part[part["method"].isin([main, "wilson"])].to_dict("records")
            bounds = part[part["method"] == "worst_case"].to_dict("records")
            if seen and bounds:
                group = _group(release, str(subgroup))
                found.append({"estimand": estimand, "subgroup": subgroup, "group": group, "seen": seen[0],
                              "bounds": bounds[0]})  # fmt: skip
    return found


def _group(release: Release, subgroup: str) -> Label:
    if subgroup == "all":
        return code_label("subgroup", "all")
    name, _, level = subgroup.partition("=")
    covariates = {one.id: one for one in release.protocol.covariates}
    return level_label(covariates.get(name), level)


def _told(row: Row) -> Cell:
    return replace(estimate_cell(row), ref=estimate_ref(row))


def _started(row: Row) -> Cell:
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    return Cell(format="count", value=int(row["n_1"]))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
