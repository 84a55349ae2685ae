"""Every estimate of a release, absolute measures first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, code_label, key_label
from steget_eval.reporting.text.answers import (
    arm_label,
    contrast_label,
    contrast_rank,
    estimate_cell,
    outcome_label,
    p_cell,
    people_cell,
)


def effects(release: Release, *, estimand: str | None = None) -> Table:
    """Return one row per estimate of the question itself, or of one estimand; the benchmark has a table of its own."""
    frame = release.estimates
    frame = frame[frame["subgroup"] != "benchmark"]
    if estimand is not None:
        frame = frame[frame["estimand"] == estimand]
    return effects_table(release, frame, caption="caption.effects")


def effects_table(release: Release, frame: pd.DataFrame, *, caption: str) -> Table:
    """Return rows of the table of estimates as a table; estimands keep their order."""
    ordered = _absolute_first(frame)
    protocol = release.protocol
    both = len(protocol.arms.compared()) > 1
    columns = [
        Column(key="outcome", heading=key_label("column.outcome")),
        Column(key="contrast", heading=key_label("column.contrast")),
        Column(key="method", heading=key_label("column.method")),
        Column(key="population", heading=key_label("column.population")),
        Column(key="estimate", heading=key_label("column.estimate"), align="right"),
        Column(key="p_value", heading=key_label("column.p_value"), align="right"),
    ]
    for which in ("1", "0") if both else ("1",):
        code = _arm_code(ordered, which)
        heading = key_label("column.comparison_with")
        if code:
            heading = key_label("column.arm_with", arm=arm_label(protocol, code, which))
        columns.append(Column(key=f"people_{which}", heading=heading, align="right"))
    rows = []
    for row in ordered.to_dict("records"):
        told = [
            Cell(format="text", label=outcome_label(protocol, row["estimand"])),
            Cell(format="text", label=contrast_label(row, protocol)),
            Cell(format="text", label=code_label("method", row["method"])),
            Cell(format="text", label=code_label("population", row["population"])),
            estimate_cell(row),
            p_cell(row),
            *(_people(row, which) for which in (("1", "0") if both else ("1",))),
        ]
        rows.append(tuple(told))
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=key_label(caption))
    return Table(cells=body, frame=ordered.reset_index(drop=True))


def _people(row: Mapping[Any, Any], which: str) -> Cell:
    """A number of one arm rests on that arm alone."""
    other = {"1": "_0", "0": "_1"}[which]
    return Cell(format="count", state="not_applicable") if row["contrast"].endswith(other) else people_cell(row, which)


def _absolute_first(frame: pd.DataFrame) -> pd.DataFrame:
    asked = {estimand: place for place, estimand in enumerate(dict.fromkeys(frame["estimand"]))}
    keys = frame.assign(_asked=frame["estimand"].map(asked), _rank=frame["contrast"].map(contrast_rank))
    return frame.loc[keys.sort_values(["_asked", "_rank"], kind="stable").index]


def _arm_code(frame: pd.DataFrame, which: str) -> str:
    codes = [code for code in frame[f"arm_{which}"].unique() if code]
    return codes[0] if len(codes) == 1 else ""
