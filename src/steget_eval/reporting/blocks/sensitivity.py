"""How sensitive the answer is: to what nobody measured, to what was decided, and to those who were not seen."""

from __future__ import annotations

from typing import Any

import pandas as pd

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import behind, tipping_behind
from steget_eval.reporting.figures.tipping_map import mapped
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, Label, key_label
from steget_eval.reporting.text.answers import estimate_cell, outcome_label


def sensitivity(release: Release) -> Block:
    """Return every sensitivity analysis of the release, each with what it asks; absent where there is none."""
    children = [
        *_e_values(release), *_omitted(release), *_hidden_bias(release), *_controls(release), *_clock(release),
        *_curve(release), *_tipping(release),
    ]  # fmt: skip
    if not children:
        return build.absent("sensitivity", "absent.sensitivity")
    lead = [build.paragraph("sensitivity-lead", key_label("sensitivity.lead"))]
    told = lead if release.protocol.design == "comparison" else []
    return build.section("sensitivity", build.heading_of("robustness"), [*told, *children])


def _e_values(release: Release) -> list[Block]:
    if _rows(release, "e_value").empty:
        return []
    return [
        build.heading("sensitivity-e-values", build.heading_of("e_values")),
        build.paragraph("sensitivity-e-values-reading", key_label("sensitivity.e_values")),
        build.table("sensitivity-e-values-table", tables.e_values(release)),
    ]


def _omitted(release: Release) -> list[Block]:
    rows = _rows(release, "omitted ")
    if rows.empty:
        return []
    benchmark = {"benchmark": _benchmark(release)}
    said: list[Label] = [key_label("sensitivity.omitted", **benchmark)]
    if _rows(release, "omitted ")["subgroup"].nunique() <= len(release.protocol.sensitivity.times):
        said.append(key_label("sensitivity.impossible"))
    children = [
        build.heading("sensitivity-omitted", build.heading_of("omitted", **benchmark)),
        build.paragraph("sensitivity-omitted-reading", *said),
    ]
    children += [
        build.table(f"sensitivity-omitted-{estimand}", tables.omitted(release, estimand)) for estimand in _asked(rows)
    ]
    children.append(build.paragraph("sensitivity-robustness-reading", key_label("sensitivity.robustness")))
    children.append(build.table("sensitivity-robustness", tables.robustness(release)))
    return children


def _hidden_bias(release: Release) -> list[Block]:
    rows = _rows(release, "hidden_bias")
    if rows.empty:
        return []
    children = [
        build.heading("sensitivity-hidden-bias", build.heading_of("hidden_bias")),
        build.paragraph("sensitivity-hidden-bias-reading", key_label("sensitivity.hidden_bias"), _limit(release)),
    ]
    for estimand in _asked(rows):
        children.append(build.table(f"sensitivity-hidden-bias-{estimand}", tables.hidden_bias(release, estimand)))
        cell = tables.turns_at(release, estimand)
        if cell.state == "suppressed":
            continue
        key = "turns_at_once" if cell.value == 1 else "turns"
        outcome = build.text_cell(outcome_label(release.protocol, estimand))
        said = build.sentence(f"sensitivity.{key}", outcome=outcome, gamma=cell)
        children.append(build.paragraph(f"sensitivity-hidden-bias-{estimand}-turns", said))
    return children


def _limit(release: Release) -> Any:
    """Return below which one-sided p-value something is shown, as a two-sided one of the protocol's level."""
    one = (1 - release.protocol.confidence_level) / 2
    return build.sentence(
        "sensitivity.shown_below", one=Cell(format="number", value=one, decimals=3),
        both=Cell(format="number", value=2 * one, decimals=2),
    )  # fmt: skip


def _controls(release: Release) -> list[Block]:
    rows = _rows(release, "placebo ", "control ")
    if rows.empty:
        return []
    children = [
        build.heading("sensitivity-controls", build.heading_of("controls")),
        build.paragraph("sensitivity-controls-reading", key_label("sensitivity.controls")),
        build.table("sensitivity-controls-table", tables.controls(release)),
        build.paragraph("sensitivity-controls-says", *_differ(rows)),
    ]
    if len(_rows(release, "calibrated")):
        children.append(build.table("sensitivity-calibrated", tables.calibrated(release)))
    else:
        contrast = release.protocol.estimand(release.protocol.primary).contrast
        few = Cell(format="count", value=int((rows["contrast"] == contrast).sum()))
        said = build.sentence("sensitivity.few_controls", n=few)
        children.append(build.paragraph("sensitivity-few-controls", said, style="small"))
    return children


def _differ(rows: pd.DataFrame) -> list[Any]:
    told = rows[~rows["suppressed"].astype(bool)]
    if told.empty:
        return [key_label("sensitivity.controls_hidden")]
    null = 1.0 if str(told["contrast"].iloc[0]).endswith("ratio") else 0.0
    differ = int(((told["conf_low"] > null) | (told["conf_high"] < null)).sum())
    if not differ:
        return [key_label("sensitivity.controls_alike")]
    counts = {"n": Cell(format="count", value=differ), "of": Cell(format="count", value=len(told))}
    return [build.sentence("sensitivity.controls_differ", **counts)]


def _clock(release: Release) -> list[Block]:
    rows = _rows(release, "immortal_time", "prevalent_users")
    if rows.empty:
        return []
    hidden = bool(rows["suppressed"].astype(bool).any())
    warns = bool((rows["estimate"].fillna(0) > 0).any())
    key = "clock_warns" if warns else "clock_hidden" if hidden else "clock_fine"
    return [
        build.heading("sensitivity-clock", build.heading_of("clock")),
        build.paragraph("sensitivity-clock-reading", key_label("sensitivity.clock"), key_label(f"sensitivity.{key}")),
        build.table("sensitivity-clock-table", tables.clock(release)),
    ]


def _curve(release: Release) -> list[Block]:
    cells = tables.specifications(release)
    if not cells:
        return []
    children = [build.heading("sensitivity-curve", build.heading_of("curve"))]
    found = tables.summary(cells)
    if found is not None:
        row = next(one.row for one in cells if one.own)
        ends = {
            name: estimate_cell({**row, "estimate": getattr(found, name)}, interval=False)
            for name in ("low", "high", "median")
        }
        counts = {
            name: Cell(format="count", value=value)
            for name, value in (("cells", found.cells), ("same", found.same_side), ("shown", found.shown))
        }
        said: list[Any] = [build.sentence("sensitivity.curve", **ends, **counts)]
        if found.cells < len(cells):
            said.append(key_label("sensitivity.curve_hidden"))
        children.append(build.paragraph("sensitivity-curve-reading", *said))
        frame = behind("spec_curve", release)
        children.append(build.figure("sensitivity-curve-figure", "spec_curve", frame, key_label("caption.curve")))
    children.append(build.paragraph("sensitivity-curve-caveat", key_label("sensitivity.curve_caveat")))
    children.append(build.table("sensitivity-curve-table", tables.curve(release)))
    return children


def _tipping(release: Release) -> list[Block]:
    asked = mapped(release)
    if not asked:
        return []
    children = [
        build.heading("sensitivity-tipping", build.heading_of("tipping")),
        build.paragraph("sensitivity-tipping-reading", key_label("sensitivity.tipping")),
    ]
    for estimand in asked:
        caption = key_label("caption.tipping_figure", outcome=outcome_label(release.protocol, estimand))
        frame = tipping_behind(release, estimand)
        children.append(build.figure(f"sensitivity-tipping-{estimand}", "tipping_map", frame, caption))
    return children


def _rows(release: Release, *what: str) -> pd.DataFrame:
    return tables.sensitivity_rows(release, *what)


def _asked(rows: pd.DataFrame) -> list[str]:
    return [str(one) for one in dict.fromkeys(rows["estimand"])]


def _benchmark(release: Release) -> Label:
    asked = release.protocol.sensitivity.benchmark
    return next(one.label.model_dump() for one in release.protocol.covariates if one.id == asked)
