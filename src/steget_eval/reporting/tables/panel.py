"""Tables of a panel: who started when, every average, the times since the start, and an interrupted series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, numbers
from steget_eval.reporting.text.answers import estimate_ref

_RIGHT = frozenset({"units", "people", "first", "last", "estimate", "interval", "p", "point", "band", "value"})
_EMPTY = Cell(format="number", state="not_applicable")


def starts(release: PanelRelease) -> Table:
    """Return the groups that start together: their units, and people and value in the first and last period."""
    estimand = release.protocol.primary
    frame = release.series[release.series["estimand"] == estimand]
    last = len(release.panel.labels) - 1
    rows = []
    for start in _in_order(frame["start"].unique()):
        mine = frame[frame["start"] == start].set_index("period").to_dict("index")
        units = [one for one in release.panel.units if release.panel.start_of(one) == start]
        names: Label = {
            language: ", ".join(one.label.model_dump()[language] for one in units) for language in LANGUAGES
        }
        rows.append((
            _text(start_label(release, int(start))), Cell(format="count", value=len(units)), _text(names),
            _value(release, mine[0]), _value(release, mine[last]),
        ))  # fmt: skip
    first, end = (same(release.panel.labels[place]) for place in (0, last))
    columns = (
        _column("start"), _column("units"), _column("names"),
        Column(key="first", heading=first, align="right"), Column(key="last", heading=end, align="right"),
    )  # fmt: skip
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("panel.caption.starts"))
    return Table(cells=body, frame=frame)


def averages(release: PanelRelease, estimand: str) -> Table:
    """Return the average over everything by each method, then the main method's by group and calendar period."""
    mine = _of(release, estimand)
    main = mine[mine["contrast"] == "att"]
    kinds = ("all", "mean", "group", "calendar")
    rows = [
        (_text(average_label(str(row["subgroup"]))), _text(code_label("method", str(row["method"]))),
         estimate(row), p_of(row))
        for kind in kinds for row in main.to_dict("records") if str(row["subgroup"]).split("=")[0] == kind
    ]  # fmt: skip
    return _made(("average", "method", "estimate", "p"), rows, "averages", main)


def events(release: PanelRelease, estimand: str) -> Table:
    """Return the placebos and the differences by time since the start, each with its own interval and the band."""
    mine = _of(release, estimand)
    bands = {str(row["subgroup"]).split("=")[1]: row for row in mine.to_dict("records")
             if str(row["subgroup"]).startswith("band=")}  # fmt: skip
    own = mine[mine["subgroup"].str.startswith("event=")]
    rows = []
    for row in own.to_dict("records"):
        key = str(row["subgroup"]).split("=")[1]
        rows.append((
            _text(since_label(int(key))), estimate(row), estimate(bands[key]) if key in bands else _EMPTY,
        ))  # fmt: skip
    return _made(("since", "estimate", "band"), rows, "events", own)


def segments(release: PanelRelease, estimand: str) -> Table:
    """Return change of level and of slope, and the distance from the carried-on trend, by each method."""
    mine = _of(release, estimand)
    rows = [
        (_text(code_label("contrast", str(row["contrast"]))), _text(code_label("method", str(row["method"]))),
         estimate(row), p_of(row))
        for contrast in dict.fromkeys(mine["contrast"]) for row in mine[mine["contrast"] == contrast].to_dict("records")
    ]  # fmt: skip
    return _made(("measure", "method", "estimate", "p"), rows, "segments", mine)


def checks(release: PanelRelease, estimand: str) -> Table:
    """Return the joint test of the periods before the start, and the breakdown, by each method."""
    mine = _of(release, estimand)
    mine = mine[mine["contrast"].isin(["pre_trend", "breakdown"])]
    rows = [
        (_text(code_label("contrast", str(row["contrast"]))), _text(code_label("method", str(row["method"]))),
         estimate(row), p_of(row))
        for row in mine.to_dict("records")
    ]  # fmt: skip
    return _made(("check", "method", "value", "p"), rows, "checks", mine)


def main_row(release: PanelRelease, estimand: str, contrast: str) -> dict[Any, Any] | None:
    """Return the row over everything by the main method; None where no method answered."""
    mine = _of(release, estimand)
    mine = mine[(mine["contrast"] == contrast) & (mine["subgroup"] == "all")]
    found: dict[Any, Any] | None = mine.iloc[0].to_dict() if len(mine) else None
    return found


def estimate(row: Mapping[Any, Any]) -> Cell:
    """Return a row as a cell that names it: percentage points for a share, with its interval or why there is none."""
    ref, contrast = estimate_ref(row), str(row["contrast"])
    is_share = row["unit"] == "proportion" and contrast not in {"pre_trend", "breakdown"}
    decimals = 2 if contrast in {"slope_change", "trend_before", "pre_trend", "breakdown"} else 1
    cell = Cell(format="points" if is_share else "number", decimals=decimals, ref=ref)
    if row["suppressed"]:
        return replace(cell, state="suppressed")
    if pd.isna(row["estimate"]):
        return replace(cell, state="not_applicable")
    cell = replace(cell, value=float(row["estimate"]))
    if row["interval_kind"] == "none":
        few = contrast == "att"
        return replace(cell, note=key_label("panel.no_interval")) if few else cell
    return replace(cell, low=float(row["conf_low"]), high=float(row["conf_high"]), level=float(row["conf_level"]))


def p_of(row: Mapping[Any, Any]) -> Cell:
    """Return a row's p-value."""
    if row["suppressed"]:
        return Cell(format="p", state="suppressed")
    if pd.isna(row["p_value"]):
        return Cell(format="p", state="not_applicable")
    return Cell(format="p", value=float(row["p_value"]))


def start_label(release: PanelRelease, start: int) -> Label:
    """Return the words of a start: its period, or that there is none."""
    return key_label("panel.never") if start < 0 else same(release.panel.labels[start])


def average_label(name: str) -> Label:
    """Return the words of an average."""
    kind, _, key = name.partition("=")
    if kind in {"group", "calendar"}:
        return key_label(f"panel.average.{kind}", period=same(key))
    return key_label(f"panel.average.{kind}_{key}" if kind == "mean" else "panel.average.all")


def since_label(since: int) -> Label:
    """Return the words of a time since the start."""
    if since == 0:
        return key_label("panel.at_start")
    return key_label("panel.before" if since < 0 else "panel.after", n=_whole(abs(since)))


def same(text: str) -> Label:
    """Return words that are the same in both languages."""
    return {"sv": text, "en": text}


def _whole(number: int) -> Label:
    return {language: numbers.count(number, language) for language in LANGUAGES}


def _in_order(found: Iterable[Any]) -> list[int]:
    """Return the starts in order, those that never start last."""
    return sorted((int(one) for one in found), key=lambda one: (one < 0, one))


def _value(release: PanelRelease, row: Mapping[Any, Any]) -> Cell:
    kind = release.protocol.outcome(release.protocol.estimand(release.protocol.primary).outcome).kind
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    if kind == "binary":
        people = key_label("effects.people", n=_whole(int(row["n"])))
        return Cell(format="percent", value=float(row["value"]), decimals=1, note=people)
    return Cell(format="number", value=float(row["value"]), decimals=1)


def _of(release: PanelRelease, estimand: str) -> pd.DataFrame:
    return release.estimates[release.estimates["estimand"] == estimand]


def _made(names: Iterable[str], rows: Iterable[tuple[Cell, ...]], caption: str, frame: pd.DataFrame) -> Table:
    body = TableBody(
        columns=tuple(_column(name) for name in names), rows=tuple(rows), caption=key_label(f"panel.caption.{caption}")
    )
    return Table(cells=body, frame=frame)


def _column(name: str) -> Column:
    return Column(key=name, heading=key_label(f"panel.column.{name}"), align="right" if name in _RIGHT else "left")


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
