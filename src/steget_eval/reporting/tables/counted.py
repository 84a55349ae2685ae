"""Shares by group, reports in a period, money, and advice against what happened later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.protocol.counted import Account
from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, numbers
from steget_eval.reporting.text.answers import estimate_cell, estimate_ref, level_label, people_note

Row = Mapping[Any, Any]
#: Contrasts of advice that are no shares.
_PLAIN = frozenset({"kappa", "calibration_intercept", "calibration_slope"})


def groups(release: Release, estimand: Estimand, group: str) -> Table:
    """Return an estimand's share in each level of a group, in the order of the protocol or of the levels' names."""
    frame = rows_of(release, f"{group}=", estimand.id)
    # What is told of all the groups together has no people of its own, and a section of its own.
    frame = frame[frame["subgroup"] != f"{group}=*"]
    order = _order(release.protocol, estimand, group)
    frame = frame.assign(_place=[order.get(_level(one), len(order)) for one in frame["subgroup"]])
    frame = frame.sort_values("_place", kind="stable").drop(columns="_place")
    rows = [
        (
            _text(group_label(release.protocol, estimand, group, _level(row["subgroup"]))),
            replace(estimate_cell(row), ref=estimate_ref(row)),
            _people(row),
        )
        for row in frame.to_dict("records")
    ]
    pooled = group == estimand.pooled_by
    caption = key_label("caption.groups_pooled" if pooled else "caption.groups")
    columns = _columns(("group", "left"), ("share", "right"), ("n", "right"))
    return Table(cells=TableBody(columns=columns, rows=tuple(rows), caption=caption), frame=frame)


def events(release: Release) -> Table:
    """Return how many reports came in each period, with the limits of the number expected."""
    frame = rows_of(release, "events=")
    asked = {one.id: one for one in release.protocol.events}
    rows = []
    for row in frame.to_dict("records"):
        one = asked[_level(row["subgroup"])]
        rows.append(
            (
                _text(one.label.model_dump()),
                _text(one.period_label.model_dump()),
                _told(row, Cell(format="count", value=_whole(row["events_1"]), ref=estimate_ref(row))),
                _told(row, _text(_between(row))),
            )
        )
    columns = _columns(("what_counted", "left"), ("period", "left"), ("count", "right"), ("expected", "right"))
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.events"))
    return Table(cells=body, frame=frame)


def costs(release: Release) -> Table:
    """Return each account with its period, what it is divided by, and the result."""
    frame = rows_of(release, "cost=")
    rows: list[tuple[Cell, ...]] = []
    for account in release.protocol.economics:
        mine = frame[frame["subgroup"] == f"cost={account.id}"].to_dict("records")
        head = _text(account.label.model_dump(), note=account.period.model_dump())
        amount = Cell(format="number", value=float(account.amount_sek), decimals=0, unit="sek")
        rows += [(head, amount, *_divided(release.protocol, account, row)) for row in mine]
        if not mine:
            rows.append((head, amount, _text(key_label("costs.nothing")), Cell(format="text", state="not_applicable")))
    columns = _columns(("account", "left"), ("amount", "right"), ("divided_by", "left"), ("result", "right"))
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.costs"))
    return Table(cells=body, frame=frame)


def advice(release: Release, recommendation: str) -> Table:
    """Return accuracy, agreement and calibration, each with its interval and whom it is a share of."""
    frame = rows_of(release, f"advice={recommendation}")
    rows = []
    for row in frame.to_dict("records"):
        contrast = str(row["contrast"])
        cell = estimate_cell({**row, "contrast": "risk_1"} if contrast not in _PLAIN else row)
        cell = cell if contrast not in _PLAIN else replace(cell, decimals=2)
        rows.append((_text(code_label("contrast", contrast)), replace(cell, ref=estimate_ref(row)), _people(row)))
    columns = _columns(("contrast", "left"), ("estimate", "right"), ("n", "right"))
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.advice"))
    return Table(cells=body, frame=frame)


def rows_of(release: Release, beginning: str, estimand: str | None = None) -> pd.DataFrame:
    """Return the released rows whose subgroup begins so."""
    frame = release.estimates
    mine = frame["subgroup"].astype(str).str.startswith(beginning)
    return frame[mine if estimand is None else mine & (frame["estimand"] == estimand)]


def group_label(protocol: Protocol, estimand: Estimand, group: str, level: str) -> Label:
    """Return the words of a level: of a site that was counted, of a covariate, or of a sex."""
    counts = protocol.outcome(estimand.outcome).counts
    if group == estimand.pooled_by and level == "others":
        return key_label("groups.others")
    if counts is not None and group == "site":
        return {site.id: site.label for site in counts.sites}[level].model_dump()
    covariates = {one.id: one for one in protocol.covariates}
    return level_label(covariates.get(group), level)


def _order(protocol: Protocol, estimand: Estimand, group: str) -> dict[str, int]:
    counts = protocol.outcome(estimand.outcome).counts
    if counts is not None and group == "site":
        return {site.id: place for place, site in enumerate(counts.sites)}
    levels = {one.id: one.levels for one in protocol.covariates}.get(group, {})
    return {level: place for place, level in enumerate(levels)}


def _divided(protocol: Protocol, account: Account, row: Row) -> tuple[Cell, Cell]:
    if row["contrast"] == "budget_share":
        whole = {one.id: one.label for one in protocol.economics}[str(account.share_of)]
        by = key_label("costs.of_account", account=whole.model_dump())
        return _text(by), Cell(format="percent", value=float(row["estimate"]), ref=estimate_ref(row))
    key = "success" if row["contrast"] == "cost_per_success" else "people"
    if row["suppressed"]:
        return _text(key_label(f"costs.{key}_hidden")), Cell(format="number", state="suppressed")
    count = row["events_1"] if key == "success" else row["n_1"]
    said: Label = {one: numbers.count(int(count), one) for one in LANGUAGES}
    outcome = protocol.outcome(str(row["outcome"])).label.model_dump()
    cell = Cell(format="number", value=float(row["estimate"]), decimals=0, unit="sek", ref=estimate_ref(row))
    if not pd.isna(row["conf_low"]):
        cell = replace(cell, low=float(row["conf_low"]), high=float(row["conf_high"]), level=float(row["conf_level"]))
    return _text(key_label(f"costs.{key}", n=said, outcome=outcome)), cell


def _between(row: Row) -> Label:
    if row["suppressed"]:
        return {"sv": "", "en": ""}
    limits: Label = {
        one: f"{numbers.number(row['conf_low'], one, 1)}–{numbers.number(row['conf_high'], one, 1)}"
        for one in LANGUAGES
    }
    return key_label("events.limits", limits=limits)


def _people(row: Row) -> Cell:
    return Cell(format="text", state="suppressed") if row["suppressed"] else _text(people_note(row, "1"))


def _told(row: Row, cell: Cell) -> Cell:
    return Cell(format=cell.format, state="suppressed") if row["suppressed"] else cell


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _level(subgroup: object) -> str:
    return str(subgroup).partition("=")[2]


def _columns(*told: tuple[str, Literal["left", "right"]]) -> tuple[Column, ...]:
    return tuple(Column(key=key, heading=key_label(f"column.{key}"), align=side) for key, side in told)


def _text(label: Label, *, note: Label | None = None) -> Cell:
    return Cell(format="text", label=label, note=note)
