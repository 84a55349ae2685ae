"""Tables of a prestudy's mapping: who does what, how many there are, what was planned and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, numbers
from steget_eval.reporting.text.answers import estimate_ref

_RIGHT = frozenset({
    "count", "span", "year", "budget", "outturn", "left", "days_late", "value", "p_1", "p_0", "known", "recruit",
    "total", "years", "size", "power", "smallest", "width", "difference", "lead",
})  # fmt: skip
_EMPTY = Cell(format="number", state="not_applicable")


def matrix(release: PrestudyRelease) -> Table:
    """Return actor by function: provided, partly, missing, or a dash where nobody asked; the second column sums up."""
    told = {one.id: one.label for one in release.prestudy.functions}
    rows = [
        (
            text(told[found.function].model_dump()),
            text(code_label("prestudy.overall", found.state)),
            *(_state(found.actors.get(actor.id, "not_asked")) for actor in release.prestudy.actors),
        )
        for found in release.functions
    ]
    columns = (
        _column("function"), _column("overall"),
        *(Column(key=actor.id, heading=actor.short.model_dump()) for actor in release.prestudy.actors),
    )  # fmt: skip
    frame = pd.DataFrame(
        [(one.function, actor, state) for one in release.functions for actor, state in one.actors.items()],
        columns=["function", "actor", "state"],
    )
    body = TableBody(
        columns=columns, rows=tuple(rows), caption=key_label("prestudy.caption.matrix"),
        notes=(key_label("prestudy.note.matrix"),),
    )  # fmt: skip
    return Table(cells=body, frame=frame)


def target_group(release: PrestudyRelease) -> Table:
    """Return each count of the target group with its limits, its year and its source."""
    rows = []
    for line in release.mapping.target_group:
        row = release.row("people" if line.people else "number", line.id)
        hidden = line.id in release.hidden
        rows.append((
            text(line.label.model_dump()), Cell(format="count", state="suppressed") if hidden else value(row),
            Cell(format="text", state="suppressed") if hidden else text(_span(line.low, line.high)),
            text(same(str(line.year))), text(line.source.model_dump()), text(_kind(line.invented)),
        ))  # fmt: skip
    frame = release.estimates[release.estimates["contrast"].isin(["people", "number"])]
    return made(("line", "count", "span", "year", "source", "standing"), rows, "target_group", frame)


def schedule(release: PrestudyRelease) -> Table:
    """Return each step with its planned and its real days, and how many days late it ended."""
    taken = {one.step: one for one in release.mapping.steps}
    rows, told = [], []
    for step in release.prestudy.steps:
        real = taken.get(step.id)
        started, ended = (None, None) if real is None else (real.started_on, real.ended_on)
        late = None if ended is None else (ended - step.ends_on).days
        note = None if real is None or real.note is None else real.note.model_dump()
        rows.append((
            Cell(format="text", label=step.label.model_dump(), note=note), _days(step.starts_on, step.ends_on),
            _days(started, ended), _EMPTY if late is None else Cell(format="count", value=late, decimals=0),
        ))  # fmt: skip
        told.append((step.id, step.starts_on, step.ends_on, started, ended, late))
    frame = pd.DataFrame(told, columns=["step", "starts_on", "ends_on", "started_on", "ended_on", "days_late"])
    return made(("step", "planned", "real", "days_late"), rows, "schedule", frame)


def grant(release: PrestudyRelease) -> Table:
    """Return the published money: budget, support, the rest, the share that they give and the share that is stated."""
    granted = release.prestudy.grant
    assert granted is not None
    amounts = [("budget", granted.budget_sek), ("support", granted.support_sek)]
    published = text(granted.source.model_dump())
    rows = [(text(key_label(f"prestudy.grant.{name}")), kronor(amount), published) for name, amount in amounts]
    worked_out = text(key_label("prestudy.worked_out"))
    rows.append((text(key_label("prestudy.grant.rest")), value(release.row("amount", "rest")), worked_out))
    rows.append((text(key_label("prestudy.grant.share")), value(release.row("budget_share", "support")), worked_out))
    if granted.stated_share is not None:
        stated = value(release.row("budget_share", "stated"))
        rows.append((text(key_label("prestudy.grant.stated")), replace(stated, decimals=0), published))
    return made(("what", "value", "source"), rows, "grant", _rows(release, "budget_share", "amount"))


def budget(release: PrestudyRelease) -> Table:
    """Return each cost with its outturn where that is known, and their sum."""
    lines, rows = release.mapping.budget, []
    for line in lines:
        spent = _EMPTY if line.outturn_sek is None else _amount(line.outturn_sek)
        left = _EMPTY if line.outturn_sek is None else _amount(line.budget_sek - line.outturn_sek)
        source = text(line.source.model_dump())
        rows.append((text(line.label.model_dump()), _amount(line.budget_sek), spent, left, source))
    total = _amount(sum(line.budget_sek for line in lines))
    rows.append((text(key_label("prestudy.total")), total, _EMPTY, _EMPTY, _EMPTY))
    frame = pd.DataFrame([(line.id, line.budget_sek, line.outturn_sek) for line in lines],
                         columns=["line", "budget_sek", "outturn_sek"]).astype({"outturn_sek": "Int64"})  # fmt: skip
    return made(("cost", "budget", "outturn", "left", "source"), rows, "budget", frame)


def inventory(release: PrestudyRelease) -> Table:
    """Return each source of data: who holds it, what a row is, whether it can be had and when."""
    rows = []
    for one in release.mapping.inventory:
        lead = text(key_label("prestudy.lead_unknown"))
        if one.lead_months is not None:
            lead = text(key_label("prestudy.at_once") if max(one.lead_months) == 0 else _span(*one.lead_months))
        rows.append((
            Cell(format="text", label=one.label.model_dump(), note=one.holder.model_dump()),
            text(code_label("prestudy.grain", one.grain)), text(code_label("prestudy.available", one.available)), lead,
            text(one.source.model_dump()),
        ))  # fmt: skip
    frame = pd.DataFrame([(one.id, one.grain, one.available) for one in release.mapping.inventory],
                         columns=["id", "grain", "available"])  # fmt: skip
    return made(("data", "grain", "available", "lead", "source"), rows, "inventory", frame)


def ethics(release: PrestudyRelease) -> Table:
    """Return the points that must be settled before anybody is asked."""
    items = release.prestudy.ethics
    rows = [
        (
            text(one.label.model_dump()),
            text(code_label("prestudy.ethics_state", one.state)),
            text(one.note.model_dump()),
        )
        for one in items
    ]
    frame = pd.DataFrame([(one.id, one.state) for one in items], columns=["id", "state"])
    return made(("point", "state", "comment"), rows, "ethics", frame)


def made(names: Iterable[str], rows: Iterable[tuple[Cell, ...]], caption: str, frame: pd.DataFrame) -> Table:
    """Return a table whose headings and caption are phrases of a prestudy."""
    columns = tuple(_column(name) for name in names)
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label(f"prestudy.caption.{caption}"))
    return Table(cells=body, frame=frame)


def value(row: Mapping[Any, Any] | None) -> Cell:
    """Return a planning value as a cell that names its row; hidden where its row is."""
    if row is None:
        return _EMPTY
    ref, unit = estimate_ref(row), str(row["unit"])
    kind, decimals = {"proportion": ("percent", 1), "years": ("number", 1)}.get(unit, ("count", 0))
    if row["suppressed"]:
        return Cell(format="count", state="suppressed", ref=ref)
    if pd.isna(row["estimate"]):
        return _EMPTY
    told = float(row["estimate"])
    return Cell(format="percent" if kind == "percent" else "number", value=told, decimals=decimals, ref=ref,
                unit="sek" if unit == "sek" else "")  # fmt: skip


def kronor(amount: int) -> Cell:
    """Return an amount in whole kronor."""
    return Cell(format="number", value=float(amount), decimals=0, unit="sek")


def _amount(amount: int) -> Cell:
    return Cell(format="number", value=float(amount), decimals=0)


def text(label: Label) -> Cell:
    """Return words as a cell."""
    return Cell(format="text", label=dict(label))


def same(words: str) -> Label:
    """Return words that are the same in both languages."""
    return dict.fromkeys(LANGUAGES, words)


def _rows(release: PrestudyRelease, *contrasts: str) -> pd.DataFrame:
    return release.estimates[release.estimates["contrast"].isin(contrasts)]


def _column(name: str) -> Column:
    return Column(key=name, heading=key_label(f"prestudy.column.{name}"), align="right" if name in _RIGHT else "left")


def _state(state: str) -> Cell:
    return text(code_label("prestudy.state", state))


def _kind(invented: bool) -> Label:
    return key_label("prestudy.invented" if invented else "prestudy.given")


def _span(low: float, high: float) -> Label:
    if low == high:
        return {language: numbers.count(low, language) for language in LANGUAGES}
    return {language: numbers.limits(low, high, language, 0) for language in LANGUAGES}


def _days(first: date | None, last: date | None) -> Cell:
    if first is None:
        return text(key_label("prestudy.not_begun"))
    told: dict[str, str] = {}
    for language in LANGUAGES:
        end = numbers.date(last, language) if last is not None else "…"
        told[language] = f"{numbers.date(first, language)} – {end}"
    return text(told)
