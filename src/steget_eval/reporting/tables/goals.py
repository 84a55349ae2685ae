"""The programme's goals and the randomised benchmark, each beside what was estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release, ReleasedVerdict
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.effects import Line, lines_of, people_cells
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, keyed, numbers
from steget_eval.reporting.text.answers import (
    arm_label,
    count_label,
    estimate_cell,
    estimate_ref,
    outcome_label,
    speaks_of,
)
from steget_eval.reporting.text.cell import State

Row = Mapping[Any, Any]


def targets(release: Release) -> Table:
    """Return one row per goal: its level, what was estimated, reached or not, shown or not."""
    names = ("target", "goal", "estimate", "limit", "reached", "shown", "events", "needed")
    columns = tuple(
        Column(
            key=name,
            heading=key_label(f"column.{name}"),
            align="right" if name in {"estimate", "limit", "needed"} else "left",
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
            _with_outcome(verdict),
            count_cell(verdict, verdict.needed),
        )
        for verdict in release.verdicts
    )
    frame = pd.DataFrame([asdict(verdict) for verdict in release.verdicts], columns=list(ReleasedVerdict.__slots__))
    return Table(cells=TableBody(columns=columns, rows=rows, caption=key_label("caption.targets")), frame=frame)


def benchmark(release: Release) -> Table:
    """Return, for each outcome held against it, the randomised comparison and then every method's own estimate."""
    frame = release.estimates
    held = frame[frame["subgroup"] == "benchmark"]
    names = ("outcome", "comparison", "estimate", "people_1", "people_0")
    heads: list[Label] = [key_label(f"column.{name}") for name in names[:3]]
    heads += [arm_label(release.protocol, "", "1"), key_label("column.comparison_arm")]
    columns = tuple(
        Column(key=name, heading=heading, align="left" if name in {"outcome", "comparison"} else "right")
        for name, heading in zip(names, heads, strict=True)
    )
    # What the answer withstands and what the programme cannot have touched are no answers to hold against it.
    answers = frame[frame["subgroup"] == "all"]
    lines: list[Line] = []
    for estimand, mine in held.groupby("estimand", sort=False):
        lines += [Line(answer=row, arms={}) for row in mine.to_dict("records")]
        asked = lines_of(release, answers[answers["estimand"] == estimand])
        lines += [line for line in asked if line.answer["contrast"] in set(mine["contrast"])]
    rows = tuple(
        (
            Cell(format="text", label=outcome_label(release.protocol, line.answer["estimand"])),
            Cell(format="text", label=_compared(release, line.answer), note=_with_whom(line.answer)),
            replace(estimate_cell(line.answer), ref=estimate_ref(line.answer)),
            people_cells(line, "1"),
            people_cells(line, "0"),
        )
        for line in lines
    )
    body = TableBody(columns=columns, rows=rows, caption=key_label("caption.benchmark"))
    told = [row for line in lines for row in line.rows]
    return Table(cells=body, frame=pd.DataFrame(told, columns=list(frame.columns)))


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
        low: Label = {one: numbers.percent(verdict.conf_low, one) for one in LANGUAGES}
        return keyed("verdict.goal_at_least", low=low)
    return _band(verdict.conf_low, verdict.conf_high, 1)


def _band(low: float, high: float, decimals: int) -> Cell:
    below: Label = {one: numbers.number(100 * low, one, decimals) for one in LANGUAGES}
    above: Label = {one: numbers.percent(high, one, decimals) for one in LANGUAGES}
    return keyed("verdict.goal_between", low=below, high=above)


def count_cell(verdict: ReleasedVerdict, value: int | None, *, of: int | None = None) -> Cell:
    """Return a verdict's count; suppressed with the verdict."""
    state: State = "suppressed" if verdict.suppressed else "value" if value is not None else "not_applicable"
    return Cell(format="count", value=value if state == "value" else None, state=state, of=of)


def _with_outcome(verdict: ReleasedVerdict) -> Cell:
    """How many had the outcome; under censoring that is no share of those who were followed."""
    if verdict.suppressed or verdict.n is None or verdict.events is None or not verdict.method.startswith("log_log"):
        return count_cell(verdict, verdict.events, of=verdict.n)
    told = {name: count_label(count) for name, count in (("n", verdict.n), ("events", verdict.events))}
    return keyed("effects.followed", **told)


def _word(verdict: ReleasedVerdict, word: str | None) -> Cell:
    if word is None:
        return Cell(format="text", state="suppressed" if verdict.suppressed else "not_applicable")
    return keyed(f"verdict.word_{word}")


def _compared(release: Release, row: Row) -> Label:
    told = release.protocol.benchmark
    if row["subgroup"] == "benchmark" and told is not None:
        return told.label.model_dump()
    return code_label("method", row["method"])


def _with_whom(row: Row) -> Label | None:
    if row["subgroup"] == "benchmark":
        return code_label("subgroup", "benchmark")
    return speaks_of(row)
