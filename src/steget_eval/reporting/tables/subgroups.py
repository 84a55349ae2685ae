"""How an answer differs between groups of people, and what it is in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import (
    arm_label,
    contrast_label,
    estimate_cell,
    estimate_ref,
    level_label,
    p_cell,
    people_note,
)

Row = Mapping[Any, Any]
SCALES = ("difference", "ratio")
_ADJUSTED = ("holm", "benjamini_hochberg")


def interactions(release: Release, estimand: str) -> Table:
    """Return, group by group and scale by scale, how the answer differs and the test that it does not."""
    frame = rows_by_group(release, estimand)
    frame = frame[frame["subgroup"].str.endswith("=*")]
    adjusts = frame["contrast"].str.startswith("adjusted_p").any()
    rows = [
        _interaction(release.protocol, frame[frame["subgroup"] == f"{group}=*"], group, scale, adjusts=bool(adjusts))
        for group in groups_of(frame)
        for scale in SCALES
        if (frame[frame["subgroup"] == f"{group}=*"]["contrast"] == f"heterogeneity_{scale}").any()
    ]
    told: list[tuple[str, Literal["left", "right"]]] = [
        ("group", "left"), ("between", "right"), ("heterogeneity", "right"), ("p_value", "right"),
    ]  # fmt: skip
    told += [(method, "right") for method in _ADJUSTED if adjusts]
    columns = tuple(Column(key=key, heading=key_label(f"column.{key}"), align=side) for key, side in told)
    caption = key_label("caption.interactions")
    return Table(cells=TableBody(columns=columns, rows=tuple(rows), caption=caption), frame=frame)


def levels(release: Release, estimand: str, group: str) -> Table:
    """Return the answer in each level of a group, on its own scale and on the other, with the arms' own numbers."""
    frame = rows_by_group(release, estimand)
    frame = frame[frame["subgroup"].str.startswith(f"{group}=") & ~frame["subgroup"].str.endswith("=*")]
    contrasts = list(dict.fromkeys(frame["contrast"]))
    arms = [one for one in ("1", "0") if any(_is_arm(name) and name.endswith(f"_{one}") for name in contrasts)]
    answers = [one for one in contrasts if not _is_arm(one)]
    body = []
    for subgroup in dict.fromkeys(frame["subgroup"]):
        mine = frame[frame["subgroup"] == subgroup].to_dict("records")
        cells = [_text(level_words(release.protocol, group, _level(subgroup)))]
        cells += [_answer(mine, contrast) for contrast in answers]
        cells += [_arm(mine, which) for which in arms]
        body.append(tuple(cells))
    head = [Column(key="level", heading=key_label("column.level"))]
    head += [Column(key=one, heading=code_label("contrast", one), align="right") for one in answers]
    head += [Column(key=f"arm_{one}", heading=_arm_heading(release, one), align="right") for one in arms]
    caption = key_label("caption.subgroup_levels", group=group_words(release.protocol, group))
    methods = list(dict.fromkeys(frame.loc[~frame["contrast"].map(_is_arm), "method"])) or list(frame["method"])
    refitted = [key_label("subgroups.refitted", method=code_label("method", str(methods[0])))] if methods else []
    told = TableBody(columns=tuple(head), rows=tuple(body), caption=caption, notes=tuple(refitted))
    return Table(cells=told, frame=frame)


def rows_by_group(release: Release, estimand: str) -> pd.DataFrame:
    """Return the released rows of a question that the groups of the protocol have."""
    frame = release.estimates
    # Bounds for those not reached are told by group beside the shares of those who were.
    frame = frame[(frame["estimand"] == estimand) & (frame["interval_kind"] != "bounds")]
    asked = {one.group for one in release.subgroups if one.estimand == estimand}
    # With one arm a question may ask for shares by group of its own; without a test they are told by their own tables.
    tested = {_group(one) for one in frame["subgroup"] if str(one).endswith("=*")}
    return frame[[_group(one) in asked & tested and "=" in str(one) for one in frame["subgroup"]]]


def groups_of(frame: pd.DataFrame) -> list[str]:
    """Return the groups that have rows, in the order of the rows."""
    return list(dict.fromkeys(_group(one) for one in frame["subgroup"]))


def group_words(protocol: Protocol, group: str) -> Label:
    """Return the words of a group: its covariate's own, or those of sex."""
    covariates = {one.id: one.label.model_dump() for one in protocol.covariates}
    return covariates.get(group, key_label("groups.sex") if group == "sex" else {"sv": group, "en": group})


def level_words(protocol: Protocol, group: str, level: str) -> Label:
    """Return the words of a level: of a binary covariate yes or no."""
    covariate = {one.id: one for one in protocol.covariates}.get(group)
    if covariate is not None and covariate.kind == "binary" and level in {"0", "1"} and level not in covariate.levels:
        return key_label("subgroups.yes" if level == "1" else "subgroups.no")
    return level_label(covariate, level)


def _interaction(protocol: Protocol, frame: pd.DataFrame, group: str, scale: str, *, adjusts: bool) -> tuple[Cell, ...]:
    rows = {(row["contrast"], row["method"]): row for row in frame.to_dict("records")}
    test = rows[f"heterogeneity_{scale}", "between_groups"]
    apart = [row for (name, _), row in rows.items() if name in {f"interaction_{scale}", f"group_{scale}"}]
    cells = [
        _text(group_words(protocol, group), note=key_label(f"subgroups.scale_{scale}")),
        _between(protocol, group, apart[0]) if apart else Cell(format="number", state="not_applicable"),
        _number(test),
        p_cell(test),
    ]
    for method in _ADJUSTED if adjusts else ():
        row = rows.get((f"adjusted_p_{scale}", method))
        cell = Cell(format="p", state="not_applicable") if row is None else replace(p_cell(row), ref=estimate_ref(row))
        cells.append(cell)
    return tuple(cells)


def _between(protocol: Protocol, group: str, row: Row) -> Cell:
    shown = "risk_ratio" if row["scale"] == "log" else "risk_difference"
    if row["scale"] != "log" and str(row["unit"]) not in {"proportion", "ratio", ""}:
        shown = "mean_difference"
    cell = replace(estimate_cell({**row, "contrast": shown}), ref=estimate_ref(row))
    if row["suppressed"]:
        return cell
    first, _, second = str(row["note"]).replace(" over ", " minus ").partition(" minus ")
    words = {name: level_words(protocol, group, one) for name, one in (("first", first), ("second", second))}
    key = "subgroups.over" if row["scale"] == "log" else "subgroups.minus"
    return replace(cell, note=key_label(key, **words))


def _number(row: Row) -> Cell:
    if row["suppressed"]:
        return Cell(format="number", state="suppressed", ref=estimate_ref(row))
    return Cell(format="number", value=float(row["estimate"]), decimals=2, ref=estimate_ref(row))


def _answer(mine: list[dict[Any, Any]], contrast: str) -> Cell:
    row = next((one for one in mine if one["contrast"] == contrast), None)
    if row is None:
        return Cell(format="number", state="not_applicable")
    return replace(estimate_cell(row), ref=estimate_ref(row))


def _arm(mine: list[dict[Any, Any]], which: str) -> Cell:
    row = next((one for one in mine if _is_arm(one["contrast"]) and one["contrast"].endswith(f"_{which}")), None)
    if row is None:
        return Cell(format="number", state="not_applicable")
    note = None if row["suppressed"] or pd.isna(row[f"n_{which}"]) else people_note(row, which)
    return replace(estimate_cell(row), note=note, ref=estimate_ref(row))


def _arm_heading(release: Release, which: str) -> Label:
    if release.protocol.arms.comparison is None:
        frame = release.estimates
        row = frame[frame["contrast"].str.endswith("_1")].iloc[0].to_dict()
        return contrast_label(row, release.protocol)
    return arm_label(release.protocol, "", which)


def _is_arm(contrast: object) -> bool:
    return str(contrast).endswith(("_1", "_0"))


def _group(subgroup: object) -> str:
    return str(subgroup).partition("=")[0]


def _level(subgroup: object) -> str:
    return str(subgroup).partition("=")[2]


def _text(label: Label, *, note: Label | None = None) -> Cell:
    return Cell(format="text", label=label, note=note)
