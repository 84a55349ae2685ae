"""Every cell of a specification curve, none left out, with where the protocol's own choice stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.methods.sensitivity.specification import SpecificationSummary, summarise_specifications
from steget_eval.protocol.sensitivity import OWN
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.sensitivity import sensitivity_rows
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import estimate_cell, estimate_ref
from steget_eval.reporting.text.sentences import main_row

#: What a cell differs in, in the order in which it is told.
DIMENSIONS = ("method", "covariates", "definition", "window")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One released cell: its row, what it chose in words, and whether it is the protocol's own."""

    row: Mapping[Any, Any]
    choices: Mapping[str, Label]
    own: bool


def specifications(release: Release) -> tuple[Specification, ...]:
    """Return every cell in the grid's order."""
    rows = sensitivity_rows(release, "cell ").to_dict("records")
    return tuple(_specification(release, row) for row in rows)


def varied(cells: tuple[Specification, ...]) -> tuple[str, ...]:
    """Return the dimensions in which the cells differ at all."""
    return tuple(name for name in DIMENSIONS if len({str(one.choices[name]) for one in cells}) > 1)


def summary(cells: tuple[Specification, ...]) -> SpecificationSummary | None:
    """Return how the cells that may be told lie around the protocol's own; None where that one may not."""
    told = [one for one in cells if not one.row["suppressed"]]
    own = next((place for place, one in enumerate(told) if one.own), None)
    if own is None:
        return None
    columns = ([float(one.row[name]) for one in told] for name in ("estimate", "conf_low", "conf_high"))
    null = 1.0 if str(told[own].row["contrast"]) in RATIOS else 0.0
    return summarise_specifications(*columns, own=own, null=null)


def curve(release: Release) -> Table:
    """Return one row per cell, the protocol's own first and marked."""
    cells = specifications(release)
    names = varied(cells) or ("method",)
    rows = tuple(
        (
            *(Cell(format="text", label=one.choices[name]) for name in names),
            replace(
                estimate_cell(one.row),
                ref=estimate_ref(one.row),
                note=key_label("sensitivity.own") if one.own else None,
            ),
        )
        for one in cells
    )
    columns = tuple(
        Column(key=name, heading=code_label("column", name), align="right" if name == "estimate" else "left")
        for name in (*names, "estimate")
    )
    frame = pd.DataFrame([one.row for one in cells], columns=list(release.estimates.columns))
    return Table(cells=TableBody(columns=columns, rows=rows, caption=key_label("caption.curve_table")), frame=frame)


def _specification(release: Release, row: Mapping[Any, Any]) -> Specification:
    _, covariates, outcome, horizon = str(row["subgroup"]).partition("=")[2].split(" ")
    protocol = release.protocol
    main = main_row(release, protocol.primary)
    primary = protocol.estimand(protocol.primary)
    method = None if main is None else str(main["method"])
    own = (str(row["method"]), covariates, outcome, int(horizon)) == (
        method, OWN, primary.outcome, protocol.clock.horizon or 0,
    )  # fmt: skip
    return Specification(
        row=row, own=own,
        choices={
            "method": code_label("method", str(row["method"])),
            "covariates": _covariates(release, covariates),
            "definition": protocol.outcome(outcome).label.model_dump(),
            "window": _window(release, horizon),
        },
    )  # fmt: skip


def _covariates(release: Release, name: str) -> Label:
    declared = release.protocol.sensitivity.curve
    for one in () if declared is None else declared.covariates:
        if one.id == name:
            return one.label.model_dump()
    return key_label("sensitivity.own_set")


def _window(release: Release, horizon: str) -> Label:
    unit = release.protocol.clock.unit
    if unit is None:
        return key_label("sensitivity.no_window")
    return key_label(f"notice.horizon_{unit}", n={"sv": horizon, "en": horizon})
