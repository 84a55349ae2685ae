"""Scores before and after, moves between steps, and who can be followed when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.core.dates import add_units
from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.release import Release
from steget_eval.reporting.suppress_moves import JOINS, TOTAL
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, Sentence, code_label, key_label
from steget_eval.reporting.text.answers import count_label, estimate_cell, estimate_ref, outcome_label
from steget_eval.reporting.text.cell import LANGUAGES
from steget_eval.reporting.text.phrases import label_text

Row = Mapping[Any, Any]
_CHANGE = ("mean_before", "mean_after", "mean_change", "expected_drift", "change_beyond_drift", "standardised_change",
           "responders")  # fmt: skip


def asked(release: Release, *contrasts: str) -> list[Estimand]:
    """Return the questions that ask for one of some contrasts, in the protocol's order."""
    return [one for one in release.protocol.estimands if one.contrast in contrasts]


def change(release: Release) -> Table:
    """Return a row per instrument: means before and after, the change in points and in standard deviations, pairs."""
    frame = release.estimates
    shown = [one for one in _CHANGE if (frame["contrast"] == one).any()]
    mixed = is_mirrored(release)
    columns = [Column(key="instrument", heading=key_label("column.measured" if mixed else "column.instrument"))]
    columns += [Column(key=one, heading=key_label(f"column.{one}"), align="right") for one in shown]
    rows, told = [], []
    for estimand in asked(release, "mean_change"):
        found = {name: _one(frame, estimand.id, name) for name in shown}
        told += [row for row in found.values() if row is not None]
        cells = [_told(row, interval=not name.startswith(("mean_before", "mean_after"))) for name, row in found.items()]
        name = Cell(
            format="text", label=outcome_label(release.protocol, estimand.id), note=_pairs(release, estimand.id)
        )
        rows.append((name, *cells))
    body = TableBody(columns=tuple(columns), rows=tuple(rows),
                     caption=key_label("caption.change_since" if mixed else "caption.change"),
                     notes=tuple(_sources(release)))  # fmt: skip
    return Table(cells=body, frame=pd.DataFrame(told, columns=list(frame.columns)))


def is_mirrored(release: Release) -> bool:
    """Tell whether a change is asked of what is counted before and after the start, beside or instead of scores."""
    asked_of = {one.outcome for one in asked(release, "mean_change")}
    return any(release.protocol.outcome(one).mirror is not None for one in asked_of)


def moved(release: Release, estimand: str) -> Table:
    """Return the shares that moved up, stayed and moved down."""
    frame = release.estimates[release.estimates["estimand"] == estimand]
    names = ("share_up", "share_same", "share_down")
    columns = (Column(key="move", heading=key_label("column.move")),
               Column(key="share", heading=key_label("column.share"), align="right"),
               Column(key="n", heading=key_label("column.n"), align="right"))  # fmt: skip
    found = [(name, _one(frame, estimand, name)) for name in names]
    rows = tuple(
        (_text(code_label("contrast", name)), _told(row), _people(row)) for name, row in found if row is not None
    )
    caption = key_label("caption.moved", outcome=outcome_label(release.protocol, estimand))
    told = pd.DataFrame([row for _, row in found if row is not None], columns=list(frame.columns))
    return Table(cells=TableBody(columns=columns, rows=rows, caption=caption), frame=told)


def matrix(release: Release, estimand: str) -> Table:
    """Return the table of moves: a row per step before, a column per step after, and totals."""
    frame = released_moves(release, estimand)
    after = list(dict.fromkeys(frame["after"]))
    columns = [Column(key="before", heading=key_label("column.before_after"))]
    columns += [
        Column(key=f"after_{place}", heading=step_label(release, estimand, one), align="right")
        for place, one in enumerate(after)
    ]
    rows = []
    for before in dict.fromkeys(frame["before"]):
        mine = {row["after"]: row for row in frame[frame["before"] == before].to_dict("records")}
        rows.append((_text(step_label(release, estimand, before)), *(_count(mine[one]) for one in after)))
    caption = key_label("caption.matrix", outcome=outcome_label(release.protocol, estimand))
    notes = (key_label("moves.pooled"),) if any(JOINS in one for one in (*after, *frame["before"])) else ()
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=caption, notes=notes)
    return Table(cells=body, frame=frame)


def released_moves(release: Release, estimand: str) -> pd.DataFrame:
    """Return the released counts of one question of moves."""
    assert release.moves is not None
    return release.moves[release.moves["estimand"] == estimand].reset_index(drop=True)


def step_label(release: Release, estimand: str, ids: str) -> Label:
    """Return the words of a step, of several taken together, or of everybody."""
    if ids == TOTAL:
        return key_label("moves.total")
    outcome = release.protocol.outcome(release.protocol.estimand(estimand).outcome)
    words = {step.id: step.label.model_dump() for step in outcome.ladder}
    parts = [words.get(one) or code_label("level", one) for one in ids.split(JOINS)]
    return {
        language: label_text(key_label("moves.or"), language).join(label_text(part, language) for part in parts)
        for language in LANGUAGES
    }


def calendar(release: Release) -> Table:
    """Return, for each month in which people could start, when they leave and can be followed, as it was planned."""
    names = ("started", "leaves", "followed_up", "inside")
    columns = tuple(Column(key=name, heading=key_label(f"column.{name}")) for name in names)
    told = list(calendar_rows(release))
    rows = tuple(
        (*(_month(row[name]) for name in names[:3]), _text(key_label(f"calendar.{row['inside']}"))) for row in told
    )
    body = TableBody(columns=columns, rows=rows, caption=key_label("caption.calendar"))
    return Table(cells=body, frame=pd.DataFrame(told, columns=list(names)))


def calendar_rows(release: Release) -> Iterator[dict[str, Any]]:
    """Give, month by month, when somebody who starts then leaves and is followed up; nobody's own dates."""
    told = release.protocol.programme.calendar
    if told is None:
        return
    first, last = told.project
    start = first.replace(day=1)
    while start <= last:
        leaves = add_units(start, told.stay_months, "months")
        followed = add_units(leaves, told.follow_up_months, "months")
        inside = "both" if followed <= last else "exit" if leaves <= last else "none"
        yield {"started": start, "leaves": leaves, "followed_up": followed, "inside": inside}
        start = add_units(start, 1, "months")


def month_label(day: Any) -> Label:
    """Return a month of a year in words."""
    from babel.dates import format_date

    return {
        "sv": str(format_date(day, "MMMM y", locale="sv_SE")),
        "en": str(format_date(day, "MMMM y", locale="en_GB")),
    }


def _pairs(release: Release, estimand: str) -> Label | None:
    """How many were seen both times, of how many who started."""
    rows = release.unknown[release.unknown["estimand"] == estimand].to_dict("records")
    if not rows or pd.isna(rows[0]["known"]) or pd.isna(rows[0]["n"]):
        return None
    told = {name: count_label(int(rows[0][name])) for name in ("known", "n")}
    mirrored = release.protocol.outcome(release.protocol.estimand(estimand).outcome).mirror is not None
    return key_label("change.pairs_mirrored" if mirrored else "change.pairs", **told)


def _month(day: Any) -> Cell:
    return _text(month_label(day))


def _sources(release: Release) -> list[Label]:
    found = []
    for estimand in asked(release, "mean_change"):
        scores = release.protocol.outcome(estimand.outcome).scores
        if scores is not None and scores.important is not None and "wilson" in estimand.methods:
            points = Cell(format="number", value=scores.important.points)
            found.append(_important(outcome_label(release.protocol, estimand.id), points, scores.important.source))
    return found


def _important(outcome: Label, points: Cell, source: Any) -> Label:
    from steget_eval.reporting.text import render

    values = {"outcome": _text(outcome), "points": points, "source": _text(source.model_dump())}
    return {language: render(Sentence("change.important", values), language) for language in LANGUAGES}


def _one(frame: pd.DataFrame, estimand: str, contrast: str) -> Row | None:
    mine = frame[(frame["estimand"] == estimand) & (frame["contrast"] == contrast) & (frame["subgroup"] == "all")]
    return mine.to_dict("records")[0] if len(mine) else None


def _told(row: Row | None, *, interval: bool = True) -> Cell:
    if row is None:
        return Cell(format="number", state="not_applicable")
    return replace(estimate_cell(row, interval=interval), ref=estimate_ref(row))


def _people(row: Row) -> Cell:
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    return Cell(format="count", value=int(row["events_1"]), of=int(row["n_1"]))


def _count(row: Row) -> Cell:
    if pd.isna(row["n"]):
        return Cell(format="count", state="suppressed")
    return Cell(format="count", value=int(row["n"]))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
