"""Months in each state by arm, and how many months led from one state to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.protocol.occupation import ENDED
from steget_eval.reporting.release import Release
from steget_eval.reporting.suppress_moves import JOINS
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, key_label
from steget_eval.reporting.text.answers import arm_label, estimate_cell, estimate_ref

#: The contrasts of a row, in the order of its cells.
_CONTRASTS = ("months_1", "months_0", "months_difference")


def months(release: Release) -> Table:
    """Return expected months in each state, a row each: both arms and their difference, with intervals."""
    frame = release.months if release.months is not None else pd.DataFrame()
    arms = [arm_label(release.protocol, "", which) for which in ("1", "0")]
    columns = [Column(key="state", heading=key_label("column.state"))]
    columns += [Column(key=f"arm_{n}", heading=arm, align="right") for n, arm in zip("10", arms, strict=True)]
    columns.append(Column(key="difference", heading=key_label("column.months_difference"), align="right"))
    rows = []
    for subgroup, mine in frame.groupby("subgroup", sort=False):
        by_contrast: Mapping[Any, Any] = {row["contrast"]: row for row in mine.to_dict("records")}
        told = [_cell(by_contrast[contrast]) for contrast in _CONTRASTS]
        rows.append((_text(state_label(release, str(subgroup).removeprefix("state="))), *told))
    whom = "occupation.unadjusted" if release.protocol.design == "comparison" else "occupation.as_randomised"
    asked = release.protocol.occupation
    gone = asked.label(ENDED) if asked is not None and asked.ends and not asked.ended_apart else None
    within = () if gone is None else (key_label("occupation.within_other", ended=gone.model_dump()),)
    body = TableBody(
        columns=tuple(columns), rows=tuple(rows), caption=key_label("caption.months"),
        notes=(key_label("occupation.total", n=_same(release.protocol.clock.horizon or 0)), *within, *_never(frame),
               key_label(whom)),
    )  # fmt: skip
    return Table(cells=body, frame=frame)


def month_moves(release: Release, arm: str) -> Table:
    """Return the moves of one arm from month to month: a row per state before, a column per state after."""
    frame = release.month_moves if release.month_moves is not None else pd.DataFrame()
    mine = frame[frame["arm"] == arm]
    before, after = list(dict.fromkeys(mine["before"])), list(dict.fromkeys(mine["after"]))
    columns = [Column(key="before", heading=key_label("occupation.before"))]
    columns += [Column(key=one, heading=_joined(release, one), align="right") for one in after]
    cells = {(row["before"], row["after"]): _move(row) for row in mine.to_dict("records")}
    rows = tuple((_text(_joined(release, one)), *(cells[one, other] for other in after)) for one in before)
    caption = key_label("caption.month_moves", arm=arm_label(release.protocol, arm))
    body = TableBody(columns=tuple(columns), rows=rows, caption=caption, notes=(key_label("occupation.moves"),))
    return Table(cells=body, frame=mine)


def state_label(release: Release, state: str) -> Label:
    """Return the words of a state of the protocol's own."""
    asked = release.protocol.occupation
    label = None if asked is None else asked.label(state)
    return key_label(f"occupation.{state}") if label is None else label.model_dump()


def _joined(release: Release, states: str) -> Label:
    labels = [state_label(release, state) for state in states.split(JOINS)]
    told = labels[0]
    for label in labels[1:]:
        told = key_label("occupation.joined", one=told, other=label)
    return told


def _never(frame: pd.DataFrame) -> tuple[Label, ...]:
    """Return what a nought without an interval says, where one is told."""
    if frame.empty:
        return ()
    own = frame[frame["contrast"].isin(_CONTRASTS[:2]) & ~frame["suppressed"].astype(bool)]
    return (key_label("occupation.never"),) if ((own["interval_kind"] == "none") & (own["estimate"] == 0)).any() else ()


def _cell(row: Mapping[Any, Any]) -> Cell:
    return replace(estimate_cell(row), ref=estimate_ref(row))


def _move(row: Mapping[Any, Any]) -> Cell:
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    return Cell(format="count", value=int(row["n"]), of=int(row["total"]))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)


def _same(number: int) -> Label:
    return {"sv": str(number), "en": str(number)}
