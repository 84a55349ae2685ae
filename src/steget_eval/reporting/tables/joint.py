"""Two outcomes of the same people at once: neither, one of them, both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.methods.effects.joint import CELLS
from steget_eval.protocol.joint import Joint
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, key_label
from steget_eval.reporting.text.answers import count_label, estimate_cell, estimate_ref

Row = Mapping[Any, Any]
#: The method of those followed throughout, and of everybody.
FOLLOWED, ALL = "goodman", "state_occupation"


def joint(release: Release, asked: Joint) -> Table:
    """Return a row per cell: the share of those followed and of everybody under censoring, each with its people."""
    shown = [method for method in (FOLLOWED, ALL) if joint_rows(release, asked, method)]
    headings = {FOLLOWED: "joint_followed", ALL: "joint_all"}
    names = ["joint_cell", *(headings[method] for method in shown)]
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}"), align="left" if name == "joint_cell" else "right")
        for name in names
    )
    told = {method: joint_rows(release, asked, method) for method in shown}
    rows = []
    for name in CELLS:
        shares = [_share(told[method][name], method) for method in shown]
        rows.append((Cell(format="text", label=cell_label(asked, name)), *shares))
    found = [row for mine in told.values() for row in mine.values()]
    hidden = any(row["suppressed"] for row in found)
    notes = (key_label("joint.hidden", minimum=count_label(release.policy.minimum_cell)),) if hidden else ()
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.joint"), notes=notes)
    return Table(cells=body, frame=pd.DataFrame(found, columns=list(release.estimates.columns)))


def joint_rows(release: Release, asked: Joint, method: str) -> dict[str, Row]:
    """Return the rows of a joint question by one method, by cell; none where it refused."""
    frame = release.estimates
    mine = frame[(frame["subgroup"] == f"joint={asked.id}") & (frame["method"] == method)]
    return {str(row["contrast"]): row for row in mine.to_dict("records")}


def of_hundred(release: Release, asked: Joint, method: str) -> dict[str, int]:
    """Return the cells as people of a hundred, by largest remainder so that they add up to it; none where hidden."""
    rows = joint_rows(release, asked, method)
    if not rows or any(row["suppressed"] for row in rows.values()):
        return {}
    shares = {name: 100 * float(rows[name]["estimate"]) for name in CELLS}
    whole = {name: int(share) for name, share in shares.items()}
    rest = sorted(CELLS, key=lambda name: whole[name] - shares[name])
    for name in rest[: 100 - sum(whole.values())]:
        whole[name] += 1
    return whole


def cell_label(asked: Joint, name: str) -> Label:
    """Return the words of a cell: neither, the first alone, the second alone, both."""
    words = {"first": asked.first.model_dump(), "second": asked.second.model_dump()}
    return key_label(f"joint.{name}", **words)


def _share(row: Row, method: str) -> Cell:
    """A share with its people: under censoring they are no simple part of those followed."""
    told = replace(estimate_cell(row), ref=estimate_ref(row))
    if row["suppressed"]:
        return told
    people = {name: count_label(int(row[f"{name}_1"])) for name in ("n", "events")}
    return replace(told, note=key_label(f"joint.people_{method}", **people))
