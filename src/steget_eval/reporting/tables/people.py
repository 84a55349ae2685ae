"""Who was in the study: the flow, the start, the unknown, the states month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from steget_eval.protocol.cohort_rules import Covariate
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import arm_label, level_label, outcome_label
from steget_eval.reporting.text.cell import State


def table_one(release: Release, *, known: Literal["start", "later"] = "start") -> Table:
    """Return the participants at the index date, or what became known later: a row per level, a column per arm."""
    arms = [arm.id for arm in release.protocol.arms.compared()]
    columns = [Column(key="covariate", heading=key_label("column.covariate" if known == "start" else "column.later"))]
    columns += [Column(key=arm, heading=arm_label(release.protocol, arm), align="right") for arm in arms]
    covariates = [one for one in release.protocol.covariates if one.known == known]
    frame = release.baseline[release.baseline["covariate"].isin([one.id for one in covariates])]
    compared = [name for name in ("smd", "smd_weighted") if len(arms) > 1 and _is_told(frame, name)]
    columns += [Column(key=name, heading=key_label(f"column.{name}"), align="right") for name in compared]
    rows = [(_text(key_label("column.n")), *_people(release, arms), *(_blank("number") for _ in compared))]
    for covariate in covariates:
        mine = frame[frame["covariate"] == covariate.id]
        for level in dict.fromkeys(mine["level"].fillna("")):
            by_arm = {row["arm"]: row for row in mine[mine["level"].fillna("") == level].to_dict("records")}
            cells = [_start_cell(covariate, by_arm.get(arm)) for arm in arms]
            cells += [_smd_cell(by_arm.get(arms[0]), name) for name in compared]
            rows.append((_text(_covariate_label(covariate, level)), *cells))
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=key_label(_caption(arms, known)))
    return Table(cells=body, frame=frame)


def _caption(arms: Sequence[str], known: str) -> str:
    if known == "later":
        return "caption.known_later"
    return "caption.table_one" if len(arms) > 1 else "caption.table_one_alone"


def flow(release: Release) -> Table:
    """Return the participant flow: a row per step, everyone and then each arm."""
    arms = [arm.id for arm in release.protocol.arms.compared()]
    columns = [Column(key="step", heading=key_label("column.step")),
               Column(key="all", heading=key_label("subgroup.all"), align="right")]  # fmt: skip
    columns += [Column(key=arm, heading=arm_label(release.protocol, arm), align="right") for arm in arms]
    rows = []
    for _, step in release.flow.groupby("step", sort=True):
        first = step.iloc[0]
        by_arm = {row["arm"]: row for row in step.to_dict("records")}
        label = flow_label(release, str(first["kind"]), str(first["id"]))
        rows.append((_text(label), *(_count(by_arm.get(arm), "n") for arm in ("all", *arms))))
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=key_label("caption.flow"))
    return Table(cells=body, frame=release.flow)


def flow_label(release: Release, kind: str, step_id: str) -> Label:
    """Return the words of one step of the flow."""
    if kind == "outside":
        return key_label("flow.outside", arm=arm_label(release.protocol, step_id))
    if kind != "excluded":
        return key_label(f"flow.{kind}")
    if step_id == "suppressed":
        return key_label("flow.excluded_pooled")
    rules = {rule.id: rule.exclude.model_dump() for rule in release.protocol.eligibility}
    return key_label("flow.excluded", reason=rules.get(step_id) or code_label("flow", step_id))


def unknown(release: Release) -> Table:
    """Return how many have a known outcome: a row per outcome, a column per arm.

    Estimands that share an outcome have the same people, so that one row tells them all; where they count them
    otherwise, such as for as long as each was followed, each row says what it asks.
    """
    frame = release.unknown
    arms = [arm.id for arm in release.protocol.arms.compared() if arm.id in set(frame["arm"])]
    columns = [Column(key="outcome", heading=key_label("column.outcome"))]
    columns += [Column(key=arm, heading=arm_label(release.protocol, arm), align="right") for arm in arms]
    found: list[tuple[tuple[Cell, ...], str]] = []
    for estimand, mine in frame.groupby("estimand", sort=False):
        by_arm = {row["arm"]: row for row in mine.to_dict("records")}
        cells = [_count(by_arm.get(arm), "known", of=by_arm[arm]["n"] if arm in by_arm else None) for arm in arms]
        row = (_text(outcome_label(release.protocol, str(estimand))), *cells)
        if row not in [told for told, _ in found]:
            found.append((row, str(estimand)))
    names = [row[0] for row, _ in found]
    rows = tuple(
        (replace(row[0], note=_asked(release, one)) if names.count(row[0]) > 1 else row[0], *row[1:])
        for row, one in found
    )
    body = TableBody(columns=tuple(columns), rows=rows, caption=key_label("caption.unknown"))
    return Table(cells=body, frame=frame)


def _asked(release: Release, estimand: str) -> Label:
    return code_label("contrast", release.protocol.estimand(estimand).contrast)


def states(release: Release, *, every: int = 6) -> Table:
    """Return people by arm, month and state, every so many months."""
    names = ("arm", "month", "state", "share")
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}"), align="right" if name in {"month", "share"} else "left")
        for name in names
    )
    frame = release.states[release.states["month"] % every == 0]
    rows = tuple(
        (
            _text(arm_label(release.protocol, row["arm"])),
            Cell(format="count", value=int(row["month"])),
            _text(code_label("state", row["state"])),
            _count(row, "n", of=row["total"]),
        )
        for row in frame.to_dict("records")
    )
    body = TableBody(columns=columns, rows=rows, caption=key_label("caption.states"))
    return Table(cells=body, frame=release.states)


def _people(release: Release, arms: list[str]) -> list[Cell]:
    steps = release.flow[release.flow["kind"] == "included"]
    by_arm = {row["arm"]: row for row in steps.to_dict("records")}
    return [_count(by_arm.get(arm), "n") for arm in arms]


def _start_cell(covariate: Covariate, row: Mapping[Any, Any] | None) -> Cell:
    if row is None:
        return _blank("number")
    if covariate.kind != "number":
        return _count(row, "count", of=row["n"])
    if pd.isna(row["mean"]):
        return _blank("number", suppressed=bool(row["suppressed"]))
    spread = None if pd.isna(row["sd"]) else float(row["sd"])
    return Cell(format="number", value=float(row["mean"]), spread=spread, decimals=covariate.decimals)


def _smd_cell(row: Mapping[Any, Any] | None, name: str) -> Cell:
    if row is None or pd.isna(row[name]):
        return _blank("number", suppressed=row is not None and bool(row["suppressed"]))
    return Cell(format="number", value=float(row[name]), decimals=2)


def _covariate_label(covariate: Covariate, level: str) -> Label:
    words = covariate.label.model_dump()
    if covariate.kind == "number":
        return key_label("baseline.number", covariate=words)
    if not level:
        return key_label("baseline.binary", covariate=words)
    return key_label("baseline.level_count", covariate=words, level=level_label(covariate, level))


def _is_told(frame: pd.DataFrame, name: str) -> bool:
    return bool(frame[name].notna().any() or frame["suppressed"].any())


def _count(row: Mapping[Any, Any] | None, name: str, *, of: Any = None) -> Cell:
    if row is None:
        return _blank("count")
    if pd.isna(row[name]):
        return _blank("count", suppressed=bool(row["suppressed"]))
    return Cell(format="count", value=int(row[name]), of=None if of is None or pd.isna(of) else int(of))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)


def _blank(kind: Any, *, suppressed: bool = False) -> Cell:
    state: State = "suppressed" if suppressed else "not_applicable"
    return Cell(format=kind, state=state)
