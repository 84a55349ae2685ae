"""How far the answers lean on what is supposed of outcomes that nobody saw."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import estimate_cell, estimate_ref, outcome_label
from steget_eval.reporting.text.sentences import main_row

_STEP = "unknown="


def ladder(release: Release) -> Table:
    """Return one row per step of the ladder and question, the main answer first, with what each step supposes."""
    columns = tuple(
        Column(key=key, heading=key_label(f"column.{key}"), align="right" if key == "estimate" else "left")
        for key in ("outcome", "step", "supposes", "estimate")
    )
    frame = _steps(release)
    frame = frame[frame["method"] != "tipping"]
    rows: list[tuple[Cell, ...]] = []
    for estimand, mine in frame.groupby("estimand", sort=False):
        main = main_row(release, str(estimand))
        lines = [] if main is None else [{**main, "method": "complete_case", "_ref": estimate_ref(main)}]
        lines += [{**row, "_ref": estimate_ref(row)} for row in mine.to_dict("records")]
        for row in lines:
            step = str(row["method"])
            rows.append((
                Cell(format="text", label=outcome_label(release.protocol, str(estimand)), note=_compared(row)),
                Cell(format="text", label=key_label(f"step.{step}")),
                Cell(format="text", label=key_label(f"supposes.{step}")),
                replace(estimate_cell(row), ref=str(row["_ref"])),
            ))  # fmt: skip
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.ladder"))
    return Table(cells=body, frame=frame)


def _compared(row: dict[Hashable, Any]) -> Label:
    """Return how the arms are compared, and for whom: questions of one outcome differ by it."""
    names = {name: code_label(name, str(row[name])) for name in ("contrast", "population")}
    return key_label("ladder.compared", **names)


def tipped(release: Release) -> tuple[str, ...]:
    """Return the estimands that have a tipping map; a table has the numbers of each, also where two are alike."""
    frame = _steps(release)
    return tuple(dict.fromkeys(frame.loc[frame["method"] == "tipping", "estimand"]))


def tipping(release: Release, estimand: str) -> Table:
    """Return the difference by how the unseen are supposed to differ: treated arm downwards, comparison across."""
    frame = _steps(release)
    frame = frame[(frame["method"] == "tipping") & (frame["estimand"] == estimand)]
    of_amounts = str(frame["contrast"].iloc[0]) == "mean_difference"
    unit = code_label("unit", str(frame["unit"].iloc[0]))
    pairs = frame["subgroup"].str.split(" ", expand=True)[[1, 2]].astype(float)
    downwards, across = (tuple(dict.fromkeys(pairs[place])) for place in (1, 2))
    cells = {
        (one, zero): replace(estimate_cell(row), ref=estimate_ref(row))
        for one, zero, row in zip(pairs[1], pairs[2], frame.to_dict("records"), strict=True)
    }

    def shift(by: float) -> Label:
        if of_amounts and by:
            return key_label("tipping.above" if by > 0 else "tipping.below", points=_size(by), unit=unit)
        return key_label(_points(by), points=_size(by))

    columns = [Column(key="treated", heading=key_label("column.tipping"), align="left")]
    columns += [
        Column(key=f"{zero:+g}", heading=key_label("tipping.across", shift=shift(zero)), align="right")
        for zero in across
    ]
    rows = tuple(
        (
            Cell(format="text", label=key_label("tipping.down", shift=shift(one))),
            *(cells[one, zero] for zero in across),
        )
        for one in downwards
    )
    about = "caption.tipping_amounts" if of_amounts else "caption.tipping"
    told = {"outcome": outcome_label(release.protocol, estimand)}
    if _repeats(release, estimand):
        about, told = (
            "caption.tipping_again",
            told | {"question": release.protocol.estimand(estimand).question.model_dump()},
        )
    caption = key_label(about, **told)
    return Table(cells=TableBody(columns=tuple(columns), rows=rows, caption=caption), frame=frame)


def _repeats(release: Release, estimand: str) -> bool:
    """Tell whether an earlier question of the same outcome has the same map: adjustment and population do not enter."""
    frame = _steps(release)
    frame = frame[(frame["method"] == "tipping") & ~frame["suppressed"].astype(bool)]
    maps = {name: (mine["outcome"].iloc[0], *mine["estimate"]) for name, mine in frame.groupby("estimand", sort=False)}
    before = list(maps).index(estimand) if estimand in maps else 0
    return maps.get(estimand) in list(maps.values())[:before]


def _points(points: float) -> str:
    return "tipping.alike" if points == 0 else "tipping.more" if points > 0 else "tipping.fewer"


def _size(points: float) -> dict[str, str]:
    return {language: f"{abs(points):g}".replace(".", "," if language == "sv" else ".") for language in ("sv", "en")}


def _steps(release: Release) -> pd.DataFrame:
    frame = release.estimates
    return frame[frame["subgroup"].astype(str).str.startswith(_STEP)]
