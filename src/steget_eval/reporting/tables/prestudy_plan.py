"""Tables of a planned study: whom it needs, and what it can tell with fewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.prestudy import made, same, text, value
from steget_eval.reporting.text import LANGUAGES, Cell, Label, key_label, numbers


def sizes(release: PrestudyRelease) -> Table:
    """Return how many people each supposed pair of shares asks for, and how long they take to find."""
    rows = []
    for one in release.prestudy.plan.supposed:
        years = release.row("recruitment_years", one.id)
        rows.append((
            Cell(format="text", label=one.label.model_dump(), note=one.source.model_dump()),
            value(release.row("sample_size_known", one.id)), value(release.row("sample_size_1", one.id)),
            value(release.row("sample_size", one.id)), Cell(format="number", state="not_applicable")
            if years is None else _years(years),
        ))  # fmt: skip
    frame = release.estimates[release.estimates["contrast"].str.startswith(("sample_size", "recruitment"))]
    return made(("supposed", "known", "recruit", "total", "years"), rows, "sizes", frame)


def powers(release: PrestudyRelease) -> Table:
    """Return power by people per arm for each supposed pair, and the smallest difference that would be told."""
    plan = release.prestudy.plan
    first = plan.supposed[0]
    rows = [
        (
            text(_whole(n)), *(value(release.row("power", f"{one.id}_{n}")) for one in plan.supposed),
            _points(release.row("detectable_difference", f"{first.id}_{n}")),
        )
        for n in plan.sizes
    ]  # fmt: skip
    base: dict[str, str] = {language: numbers.percent(first.p_0, language, 0) for language in LANGUAGES}
    columns = (
        Column(key="size", heading=key_label("prestudy.column.size")),
        *(Column(key=one.id, heading=_pair(one.p_1, one.p_0), align="right") for one in plan.supposed),
        Column(key="difference", heading=key_label("prestudy.column.difference"), align="right"),
    )
    frame = release.estimates[release.estimates["contrast"].isin(["power", "detectable_difference"])]
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("prestudy.caption.powers"),
                     notes=(key_label("prestudy.note.powers", share=base),))  # fmt: skip
    return Table(cells=body, frame=frame)


def against(release: PrestudyRelease) -> Table:
    """Return, for one arm against its target, the fewest who must reach it, power and how wide the interval will be."""
    rows = []
    for n in release.prestudy.plan.sizes:
        named = f"target_{n}"
        rows.append((
            text(_whole(n)), value(release.row("smallest_count", named)), value(release.row("power", named)),
            _points(release.row("interval_width", named)),
        ))  # fmt: skip
    frame = release.estimates[release.estimates["subgroup"].str.startswith("target")]
    return made(("with_known", "smallest", "power", "width"), rows, "against", frame)


def _years(row: Mapping[Any, Any]) -> Cell:
    cell = value(row)
    if cell.state != "value":
        return cell
    low, high = float(row["conf_low"]), float(row["conf_high"])
    told: dict[str, str] = {language: numbers.limits(low, high, language, 1) for language in LANGUAGES}
    return Cell(format=cell.format, value=cell.value, decimals=1, ref=cell.ref,
                note=key_label("prestudy.years_between", limits=told))  # fmt: skip


def _points(row: Mapping[Any, Any] | None) -> Cell:
    """Return a difference between shares in percentage points."""
    cell = value(row)
    if row is None or cell.state != "value" or pd.isna(row["estimate"]):
        return cell
    return Cell(format="per_hundred", value=cell.value, decimals=0, ref=cell.ref)


def _whole(n: int) -> Label:
    told: dict[str, str] = {language: numbers.count(n, language) for language in LANGUAGES}
    return key_label("prestudy.people", n=told)


def _pair(p_1: float, p_0: float) -> Label:
    told: dict[str, str] = {language: numbers.percent(p_0, language, 0) for language in LANGUAGES}
    return key_label("prestudy.pair", p_1=same(f"{100 * p_1:.0f}"), p_0=told)
