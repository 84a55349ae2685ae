"""What each design did to the people of the main question, and which gates it passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.suppress import parts
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import arm_label

#: So many methods stand beside each other on a page; more stand one under the other.
_ABREAST = 4


def design_counts(release: Release) -> Table:
    """Return whom the design took away: a row per method and reason or subclass, a column per arm."""
    frame = release.design if release.design is not None else pd.DataFrame()
    arms = [arm.id for arm in release.protocol.arms.compared()]
    columns = [Column(key="method", heading=key_label("column.method")),
               Column(key="what", heading=key_label("column.design_count"))]  # fmt: skip
    columns += [Column(key=arm, heading=arm_label(release.protocol, arm), align="right") for arm in arms]
    rows = []
    for (method, key, level), mine in parts(frame, "method", "key", "level"):
        by_arm = {row["arm"]: row for row in mine.to_dict("records")}
        name: Label = code_label("method", method) if method else key_label("design.all_adjusted")
        what = key_label(f"design.{key}", level=_same(int(level)))
        rows.append((_text(name), _text(what), *(_count(by_arm[arm]) for arm in arms)))
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=key_label("caption.design_counts"))
    return Table(cells=body, frame=frame)


def design_gates(release: Release) -> Table:
    """Return the gates of each design: a row per gate, a column per method; the other way where methods are many."""
    found = release.design_gates
    names = list(dict.fromkeys(gate.name for one in found for gate in one.gates))
    passed = {(one.method, gate.name): gate.passed for one in found for gate in one.gates}
    frame = pd.DataFrame([(method, gate, held) for (method, gate), held in passed.items()],
                         columns=["method", "gate", "passed"])  # fmt: skip
    made = _across(release, names, passed) if len(found) > _ABREAST else _abreast(release, names, passed)
    return Table(cells=made, frame=frame)


def _across(release: Release, names: Sequence[str], passed: Mapping[tuple[str, str], bool]) -> TableBody:
    columns = [Column(key="method", heading=key_label("column.method"))]
    columns += [Column(key=name, heading=key_label(f"gate_short.{name}")) for name in names]
    rows = tuple(
        (_text(code_label("method", one.method)), *(_held(passed.get((one.method, name))) for name in names))
        for one in release.design_gates
    )
    notes = tuple(
        key_label("gate_short.whole", short=key_label(f"gate_short.{name}"), whole=code_label("design_gate", name))
        for name in names
    )
    return TableBody(columns=tuple(columns), rows=rows, caption=key_label("caption.design_gates"), notes=notes)


def _abreast(release: Release, names: Sequence[str], passed: Mapping[tuple[str, str], bool]) -> TableBody:
    found = release.design_gates
    columns = [Column(key="design_gate", heading=key_label("column.design_gate"))]
    columns += [Column(key=one.method, heading=code_label("method", one.method)) for one in found]
    rows = tuple(
        (_text(code_label("design_gate", name)), *(_held(passed.get((one.method, name))) for one in found))
        for name in names
    )
    return TableBody(columns=tuple(columns), rows=rows, caption=key_label("caption.design_gates"))


def _held(passed: bool | None) -> Cell:
    if passed is None:
        return Cell(format="text", state="not_applicable")
    return _text(key_label("gate_passed" if passed else "gate_failed"))


def _count(row: Mapping[Any, Any]) -> Cell:
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    return Cell(format="count", value=int(row["n"]), of=int(row["of"]))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)


def _same(number: int) -> Label:
    return {"sv": str(number), "en": str(number)}
