"""Tables of what the published evidence says together."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.evidence_rows import (
    bare_cell,
    counts_label,
    evidence_cell,
    one_row,
    pool_label,
    pooled_row,
    prediction_row,
    same,
    studies_of,
    text,
    word_label,
)
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import count_label, estimate_ref, p_cell

_EMPTY = Cell(format="number", state="not_applicable")
_RIGHT = frozenset({
    "lines", "trials", "pooled", "common", "prediction", "i_squared", "months", "counts", "weight", "ratio", "change",
    "slope", "value_limits", "p_value", "estimate", "borrow_weight", "borrow_people", "borrow_control",
    "borrow_difference", "borrow_ratio", "conflict", "predicted",
})  # fmt: skip


def studies(release: EvidenceRelease, pool: str) -> Table:
    """Return the studies of a pool: whom, how long, the counts with their status, the effect, the verdict."""
    frame = studies_of(release, pool)
    mixed = frame["months"].nunique() > 1 or frame["minimum_dose"].nunique() > 1
    rows = tuple(_study_cells(release, one, mixed=mixed) for one in frame.to_dict("records"))
    names = ("trial", "whom", *(("months", "dose") if mixed else ()), "counts", "estimate", "verdict")
    return table(names, rows, key_label("evidence.caption.studies", pool=pool_label(release, pool)), frame)


def pools(release: EvidenceRelease) -> Table:
    """Return one row a pool: how many trials, the pooled effects, the prediction, the heterogeneity."""
    rows, told = [], []
    for pool in release.protocol.pools:
        row = pooled_row(release, pool.id)
        if row is None:
            continue
        mine = studies_of(release, pool.id)
        i_squared = one_row(release, pool.id, "i_squared", "_q_profile")
        common = one_row(release, pool.id, release.protocol.measure, "mantel_haenszel")
        further = prediction_row(release, pool.id)
        rows.append((
            text(pool_label(release, pool.id)),
            Cell(format="count", value=len(mine), note=key_label("effects.people", n=count_label(people_of(mine)))),
            bare_cell(row), _or_empty(common), _EMPTY if further is None else bare_cell(further, value=False),
            _or_empty(i_squared),
        ))  # fmt: skip
        told += [one for one in (row, common, further, i_squared) if one is not None]
    names = ("pool", "trials", "pooled", "common", "prediction", "i_squared")
    return table(names, tuple(rows), key_label("evidence.caption.pools"), pd.DataFrame(told))


def heterogeneity(release: EvidenceRelease) -> Table:
    """Return Q, τ², τ, I² and H² of the explored pool, with their intervals."""
    pool = release.protocol.explored
    told = [
        row for contrast, method in (
            ("q", "cochran"), ("tau_squared", "_q_profile"), ("tau", "_q_profile"), ("i_squared", "_q_profile"),
            ("h_squared", "_q_profile"),
        )
        if (row := one_row(release, pool, contrast, method)) is not None
    ]  # fmt: skip
    rows = tuple((text(code_label("contrast", row["contrast"])), evidence_cell(row), p_cell(row)) for row in told)
    return table(("what_measure", "value_limits", "p_value"), rows, key_label("evidence.caption.heterogeneity"),
                 pd.DataFrame(told))  # fmt: skip


def subgroups(release: EvidenceRelease) -> Table:
    """Return the pooled effect of each part of the explored pool."""
    pool = release.protocol.explored
    mine = release.rows(pool, contrast=release.protocol.measure, method="_hartung_knapp_floor")
    mine = mine[(mine["subgroup"] != "all") & (mine["subgroup"] != "programme")]
    rows = tuple((text(_group(release, row["subgroup"])), evidence_cell(row)) for row in mine.to_dict("records"))
    return table(
        ("part", "pooled"), rows, key_label("evidence.caption.subgroups", pool=pool_label(release, pool)), mine
    )


def regression(release: EvidenceRelease) -> Table:
    """Return how the effect changes with each feature of the trials; as a ratio of effects for ratios."""
    pool, ratio = release.protocol.explored, release.protocol.measure in RATIOS
    mine = release.rows(pool, contrast="coefficient")
    mine = mine[mine["subgroup"] != "intercept"]
    rows = tuple(
        (text(code_label("evidence_feature", row["subgroup"])), _slope(row, ratio=ratio), p_cell(row))
        for row in mine.to_dict("records")
    )
    key = "evidence.caption.regression" if ratio else "evidence.caption.regression_plain"
    names = ("feature", "ratio" if ratio else "change", "p_value")
    return table(names, rows, key_label(key, pool=pool_label(release, pool)), mine)


def small_studies(release: EvidenceRelease) -> Table:
    """Return the tests of whether small trials show larger effects."""
    pool = release.protocol.explored
    mine = release.rows(pool, contrast="asymmetry")
    rows = tuple(
        (text(code_label("method", row["method"])), evidence_cell(row), p_cell(row)) for row in mine.to_dict("records")
    )
    caption = key_label("evidence.caption.small", pool=pool_label(release, pool))
    return table(("test", "slope", "p_value"), rows, caption, mine)


def borrowed(release: EvidenceRelease) -> Table:
    """Return each way to borrow: the weight given, the people gained, the comparison, the programme beside it."""
    assert release.beside is not None
    beside = release.beside
    own = release.rows(beside.pool)
    rows = []
    for one in beside.borrowed.to_dict("records"):
        name = str(one["method"])
        control = own[(own["contrast"] == "risk_0") & (own["method"] == name)].to_dict("records")
        beside_it = own[own["method"].astype(str).str.endswith(f"_beside_{name}")]
        difference = beside_it[beside_it["contrast"] == "risk_difference"].to_dict("records")
        ratio = beside_it[beside_it["contrast"] == "risk_ratio"].to_dict("records")
        hidden = bool(one["suppressed"])
        rows.append((
            text(code_label("method", name)), _number(one["weight"], hidden, "percent", 0),
            _number(one["ess_borrowed"], hidden, "number", 0), _first(control, hidden), _first(difference, hidden),
            _first(ratio, hidden),
        ))  # fmt: skip
    names = ("borrow", "borrow_weight", "borrow_people", "borrow_control", "borrow_difference", "borrow_ratio")
    return table(names, tuple(rows), key_label("evidence.caption.borrow"), beside.borrowed)


def control_check(release: EvidenceRelease) -> Table:
    """Return each published control arm beside what the others predict."""
    assert release.beside is not None
    pool = release.beside.pool
    mine = release.rows(pool, method="predicted_by_others")
    names = dict(zip(*(studies_of(release, pool)[column] for column in ("study", "name")), strict=True))
    rows = tuple(
        (
            text(same(names[row["subgroup"]])),
            Cell(format="count", value=int(row["events_0"]), of=int(row["n_0"]), ref=estimate_ref(row)),
            bare_cell(row, value=False),
            p_cell(row),
        )
        for row in mine.to_dict("records")
    )  # fmt: skip
    return table(("trial", "borrow_control", "predicted", "p_value"), rows, key_label("evidence.caption.check"), mine)


def table(names: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], caption: Label, frame: pd.DataFrame) -> Table:
    """Return a table with the headings of these columns."""
    columns = tuple(
        Column(key=name, heading=_heading(name), align="right" if name in _RIGHT else "left") for name in names
    )
    return Table(cells=TableBody(columns=columns, rows=rows, caption=caption), frame=frame)


def people_of(studies: pd.DataFrame) -> int:
    """Return everyone in these trials."""
    return int(studies["n_1"].sum() + studies["n_0"].sum())


def _heading(name: str) -> Label:
    own = {"p_value": "column.p_value", "estimate": "column.estimate", "outcome": "column.outcome",
           "reason": "column.reason"}  # fmt: skip
    return key_label(own.get(name, f"column.evidence_{name}"))


def _study_cells(release: EvidenceRelease, one: dict[Any, Any], *, mixed: bool) -> tuple[Cell, ...]:
    setting = (
        Cell(format="count", value=int(one["months"])), text(word_label("evidence_dose", one["minimum_dose"])),
    )  # fmt: skip
    status = code_label("evidence_status", one["status"])
    return (
        text(same(one["name"])), text(word_label("evidence_population", one["population"])),
        *(setting if mixed else ()), Cell(format="text", label=counts_label(one), note=status),
        _study_effect(release, one), _verdict(one),
    )  # fmt: skip


def _verdict(one: dict[Any, Any]) -> Cell:
    """The verdict with the printed measure that it is on, which need not be the one that is pooled."""
    judged = code_label("evidence_measure", one["judged"])
    return Cell(format="text", label=code_label("evidence_verdict", one["verdict"]), note=judged)


def _study_effect(release: EvidenceRelease, one: dict[Any, Any]) -> Cell:
    if pd.isna(one["estimate"]):
        return _EMPTY
    row = {**one, "contrast": release.protocol.measure, "unit": "", "suppressed": False, "method": "",
           "interval_kind": "confidence", "conf_level": release.protocol.confidence_level}  # fmt: skip
    return evidence_cell(row, ref=False)


def _or_empty(row: Any) -> Cell:
    return _EMPTY if row is None else bare_cell(row)


def _group(release: EvidenceRelease, name: str) -> Label:
    if name.startswith("months_"):
        return key_label("evidence.months", n=same(name.removeprefix("months_")))
    family, told, kind = name.partition(": ")
    return word_label(f"evidence_{family}", kind) if told else code_label("evidence_group", name)


def _slope(row: dict[Any, Any], *, ratio: bool) -> Cell:
    if not ratio:
        return evidence_cell(row)
    shown = {name: math.exp(float(row[name])) for name in ("estimate", "conf_low", "conf_high")}
    return evidence_cell({**row, **shown, "contrast": "risk_ratio"}, ref=False)


def _first(rows: list[dict[Any, Any]], hidden: bool) -> Cell:
    if hidden:
        return Cell(format="number", state="suppressed")
    return bare_cell(rows[0]) if rows else _EMPTY


def _number(value: float, hidden: bool, kind: Any, decimals: int) -> Cell:
    if hidden:
        return Cell(format=kind, state="suppressed", decimals=decimals)
    return Cell(format=kind, value=float(value), decimals=decimals)
