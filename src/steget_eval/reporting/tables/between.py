"""What lies behind a comparison of amounts or of steps: the parts of an amount, and who stands on which step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.change import step_label
from steget_eval.reporting.text import Cell, code_label, key_label
from steget_eval.reporting.text.answers import arm_label, count_label, estimate_cell, estimate_ref, outcome_label

_PARTS = ("share_above_zero", "mean_above_zero")
_ARMS = ("1", "0")


def has_parts(release: Release, estimand: str) -> bool:
    """Tell whether a question was answered in two parts."""
    return bool(len(_rows_of_parts(release, estimand)))


def parts(release: Release, estimand: str) -> Table:
    """Return the share with any amount and the mean among those, a row for each method and part, a column an arm."""
    frame = _rows_of_parts(release, estimand)
    columns = (
        Column(key="part", heading=key_label("column.part")),
        *(Column(key=f"arm_{one}", heading=arm_label(release.protocol, "", one), align="right") for one in _ARMS),
    )
    rows = []
    for method in dict.fromkeys(frame["method"]):
        for part in _PARTS:
            mine = frame[frame["method"] == method]
            found = {which: mine[mine["contrast"] == f"{part}_{which}"].to_dict("records") for which in _ARMS}
            head = Cell(
                format="text", label=key_label(f"amounts.{part}"), note=code_label("method", str(method))
            )  # fmt: skip
            rows.append((head, *(_told(found[which], which) for which in _ARMS)))
    body = TableBody(
        columns=columns, rows=tuple(rows), notes=(key_label("amounts.parts"),),
        caption=key_label("caption.parts", outcome=outcome_label(release.protocol, estimand)),
    )  # fmt: skip
    return Table(cells=body, frame=frame)


def released_steps(release: Release, estimand: str) -> pd.DataFrame:
    """Return the released people by arm and step of one question; no rows where it asks for no steps."""
    if release.steps is None:
        return pd.DataFrame()
    return release.steps[release.steps["estimand"] == estimand].reset_index(drop=True)


def steps_by_arm(release: Release, estimand: str) -> Table:
    """Return how many stand on each step, a column an arm, the highest step first."""
    frame = released_steps(release, estimand)
    columns = (
        Column(key="step", heading=key_label("column.step_held")),
        *(Column(key=f"arm_{one}", heading=arm_label(release.protocol, "", one), align="right") for one in _ARMS),
    )
    arms = [arm.id for arm in release.protocol.arms.compared()]
    rows = []
    for step in reversed(list(dict.fromkeys(frame["step"]))):
        mine = {row["arm"]: row for row in frame[frame["step"] == step].to_dict("records")}
        head = Cell(format="text", label=step_label(release, estimand, str(step)))
        rows.append((head, *(_people(mine[arm]) for arm in arms)))
    body = TableBody(
        columns=columns, rows=tuple(rows), notes=(key_label("amounts.order"),),
        caption=key_label("caption.steps", outcome=outcome_label(release.protocol, estimand)),
    )  # fmt: skip
    return Table(cells=body, frame=frame)


def _rows_of_parts(release: Release, estimand: str) -> pd.DataFrame:
    frame = release.estimates
    mine = frame[(frame["estimand"] == estimand) & (frame["subgroup"] == "all")]
    return mine[mine["contrast"].astype(str).str.startswith(_PARTS)].reset_index(drop=True)


def _told(rows: list[dict[Any, Any]], which: str) -> Cell:
    if not rows:
        return Cell(format="text", state="not_applicable")
    row = rows[0]
    note = None if row["suppressed"] else key_label("effects.people", n=count_label(int(row[f"n_{which}"])))
    return replace(estimate_cell(row), ref=estimate_ref(row), note=note)


def _people(row: dict[Any, Any]) -> Cell:
    return Cell(format="count", value=int(row["n"]), of=int(row["total"]))
