"""The programme's goals and the randomised benchmark, each beside what was estimated."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from steget_eval.reporting.release import Release, ReleasedVerdict
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.effects import effects_table
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, keyed, numbers
from steget_eval.reporting.text.cell import State


def targets(release: Release) -> Table:
    """Return one row per goal: its level, what was estimated, reached or not, shown or not."""
    names = ("target", "goal", "estimate", "limit", "reached", "shown", "events", "needed")
    columns = tuple(
        Column(
            key=name,
            heading=key_label(f"column.{name}"),
            align="right" if name in {"estimate", "limit", "events", "needed"} else "left",
        )
        for name in names
    )
    labels = {target.id: target.label.model_dump() for target in release.protocol.targets}
    rows = tuple(
        (
            Cell(format="text", label=labels[verdict.target]),
            goal_cell(verdict),
            verdict_estimate(verdict),
            limit_cell(verdict),
            _word(verdict, verdict.point),
            _word(verdict, None if verdict.shown is None else "shown" if verdict.shown else "not_shown"),
            count_cell(verdict, verdict.events, of=verdict.n),
            count_cell(verdict, verdict.needed),
        )
        for verdict in release.verdicts
    )
    frame = pd.DataFrame([asdict(verdict) for verdict in release.verdicts], columns=list(ReleasedVerdict.__slots__))
    return Table(cells=TableBody(columns=columns, rows=rows, caption=key_label("caption.targets")), frame=frame)


def benchmark(release: Release) -> Table:
    """Return the adjusted estimates and, beside them, the same contrast from the randomised comparison."""
    frame = release.estimates
    held = frame[frame["subgroup"] == "benchmark"]
    asked = frame["estimand"].isin(held["estimand"]) & frame["contrast"].isin(held["contrast"])
    main = frame[asked & (frame["subgroup"] == "all")]
    shown = pd.concat([held, main])
    table = effects_table(release, shown, caption="caption.benchmark")
    head = Column(key="comparison", heading=key_label("column.comparison"))
    rows = tuple(
        (_compared(release, subgroup), *cells)
        for subgroup, cells in zip(table.frame["subgroup"], table.cells.rows, strict=True)
    )
    body = TableBody(columns=(head, *table.cells.columns), rows=rows, caption=table.cells.caption)
    return Table(cells=body, frame=table.frame)


def goal_cell(verdict: ReleasedVerdict) -> Cell:
    """Return a goal's level, or its band."""
    if verdict.high is None:
        low: Label = {one: numbers.percent(verdict.low, one, 0) for one in LANGUAGES}
        return keyed("verdict.goal_at_least", low=low)
    return _band(verdict.low, verdict.high, 0)


def verdict_estimate(verdict: ReleasedVerdict) -> Cell:
    """Return what the goal is held against."""
    if verdict.suppressed or verdict.estimate is None:
        return Cell(format="percent", state="suppressed" if verdict.suppressed else "not_applicable")
    return Cell(format="percent", value=verdict.estimate)


def limit_cell(verdict: ReleasedVerdict) -> Cell:
    """Return the one-sided 95 per cent limit below, and for a band the one above beside it."""
    if verdict.suppressed or verdict.conf_low is None or verdict.conf_high is None:
        return Cell(format="percent", state="suppressed" if verdict.suppressed else "not_applicable")
    if verdict.high is None:
        return Cell(format="percent", value=verdict.conf_low)
    return _band(verdict.conf_low, verdict.conf_high, 1)


def _band(low: float, high: float, decimals: int) -> Cell:
    below: Label = {one: numbers.number(100 * low, one, decimals) for one in LANGUAGES}
    above: Label = {one: numbers.percent(high, one, decimals) for one in LANGUAGES}
    return keyed("verdict.goal_between", low=below, high=above)


def count_cell(verdict: ReleasedVerdict, value: int | None, *, of: int | None = None) -> Cell:
    """Return a verdict's count; suppressed with the verdict."""
    state: State = "suppressed" if verdict.suppressed else "value" if value is not None else "not_applicable"
    return Cell(format="count", value=value if state == "value" else None, state=state, of=of)


def _word(verdict: ReleasedVerdict, word: str | None) -> Cell:
    if word is None:
        return Cell(format="text", state="suppressed" if verdict.suppressed else "not_applicable")
    return keyed(f"verdict.word_{word}")


def _compared(release: Release, subgroup: str) -> Cell:
    told = release.protocol.benchmark
    if subgroup == "benchmark" and told is not None:
        return Cell(format="text", label=told.label.model_dump())
    return Cell(format="text", label=code_label("design", release.protocol.design))
