"""What a panel found: who started when, the series, the averages, the event study, and an interrupted series."""

from __future__ import annotations

import re

import pandas as pd

from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.event_study import behind as event_behind
from steget_eval.reporting.figures.interrupted_series import behind as interrupted_behind
from steget_eval.reporting.figures.panel_series import behind as series_behind
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.tables import panel as tables
from steget_eval.reporting.text import Cell, Label, code_label, key_label, numbers
from steget_eval.reporting.text.answers import outcome_label
from steget_eval.reporting.text.cell import LANGUAGES


def starts(release: PanelRelease) -> Block:
    """Return the groups that start together, and the periods."""
    panel = release.panel
    said = build.sentence(
        "panel.periods", first=build.same(panel.labels[0]), last=build.same(panel.labels[-1]),
        periods=Cell(format="count", value=len(panel.labels)), units=Cell(format="count", value=len(panel.units)),
        begun=Cell(format="count", value=sum(panel.start_of(unit) >= 0 for unit in panel.units)),
    )  # fmt: skip
    weights = panel.weights if release.protocol.design == "staggered" else "together"
    children = [
        build.paragraph("starts-periods", said, key_label(f"panel.weights_{weights}")),
        build.table("starts-table", tables.starts(release)),
        build.paragraph("starts-rule", key_label("panel.start_rule"), *_hidden(release), style="small"),
    ]
    return build.section("starts", key_label("panel.heading.starts"), children)


def series(release: PanelRelease) -> Block:
    """Return each question's series, by start."""
    children = [
        build.figure(
            f"series-{one.id}", "panel_series", series_behind(release, one.id),
            key_label("panel.caption.series", outcome=outcome_label(release.protocol, one.id)),
        )
        for one in _asked(release)
    ]  # fmt: skip
    return build.section("series", key_label("panel.heading.series"), children)


def averages(release: PanelRelease) -> Block:
    """Return the difference for those that started: over everything, by start and by calendar period."""
    if release.protocol.design != "staggered" or release.estimates.empty:
        return build.absent("averages", "panel.absent.averages")
    children = [build.paragraph("averages-reads", key_label("panel.reads.averages"))]
    children += [build.table(f"averages-{one.id}", tables.averages(release, one.id)) for one in _asked(release)]
    return build.section("averages", key_label("panel.heading.averages"), children)


def event_study(release: PanelRelease) -> Block:
    """Return the difference by time since the start, the periods before it, and what a test of them cannot say."""
    if release.protocol.design != "staggered" or release.estimates.empty:
        return build.absent("event_study", "panel.absent.event_study")
    children = [build.paragraph("event_study-reads", key_label("panel.reads.event_study"))]
    for one in _asked(release):
        children += [
            build.figure(f"event_study-{one.id}", "event_study", event_behind(release, one.id),
                         key_label("panel.caption.event_study", level=_level(release))),
            build.paragraph(f"event_study-{one.id}-before", *_before(release, one)),
            build.table(f"event_study-{one.id}-checks", tables.checks(release, one.id)),
            build.table(f"event_study-{one.id}-table", tables.events(release, one.id)),
        ]  # fmt: skip
    return build.section("event_study", key_label("panel.heading.event_study"), children)


def interrupted(release: PanelRelease) -> Block:
    """Return the series with its old trend carried on, and the changes of level and slope."""
    if release.protocol.design != "interrupted" or release.estimates.empty:
        return build.absent("interrupted", "panel.absent.interrupted")
    panel = release.panel
    beside = any(panel.start_of(unit) < 0 for unit in panel.units)
    said = [key_label("panel.reads.interrupted"), key_label(f"panel.reads.{'beside' if beside else 'alone'}"),
            key_label(f"panel.season.{panel.season}")]  # fmt: skip
    children = [build.paragraph("interrupted-reads", *said)]
    for one in _asked(release):
        mine = release.estimates[release.estimates["estimand"] == one.id]
        children += [
            build.figure(f"interrupted-{one.id}", "interrupted_series", interrupted_behind(release, one.id),
                         key_label("panel.caption.interrupted", method=code_label("method", mine["method"].iloc[0]))),
            build.table(f"interrupted-{one.id}-table", tables.segments(release, one.id)),
            build.paragraph(f"interrupted-{one.id}-errors", *_errors(release, one), style="small"),
        ]  # fmt: skip
    return build.section("interrupted", key_label("panel.heading.interrupted"), children)


def _asked(release: PanelRelease) -> list[Estimand]:
    told = set(release.estimates["estimand"])
    estimands = sorted(release.protocol.estimands, key=lambda one: one.id != release.protocol.primary)
    return [one for one in estimands if one.id in told]


def _hidden(release: PanelRelease) -> list[build.Item]:
    return [key_label("panel.hidden")] if release.hides_cells else []


def _before(release: PanelRelease, estimand: Estimand) -> list[build.Item]:
    """Return what the test of the periods before found, always with what it cannot say."""
    row = tables.main_row(release, estimand.id, "pre_trend")
    if row is None or row["suppressed"] or pd.isna(row["p_value"]):
        said: list[build.Item] = [key_label("panel.pre_trend.none")]
    else:
        found = "found" if float(row["p_value"]) < 0.05 else "nothing"
        said = [build.sentence(f"panel.pre_trend.{found}", p=tables.p_of(row))]
    said.append(key_label("panel.pre_trend.no_proof"))
    broken = tables.main_row(release, estimand.id, "breakdown")
    if broken is not None and not broken["suppressed"]:
        times = Cell(format="number", value=float(broken["estimate"]), decimals=2)
        said.append(build.sentence("panel.breakdown.zero" if broken["estimate"] == 0 else "panel.breakdown.told",
                                   times=times))  # fmt: skip
    return said


def _errors(release: PanelRelease, estimand: Estimand) -> list[build.Item]:
    """Return how the errors of each method were taken, and what its intervals are known not to hold."""
    mine = release.estimates[(release.estimates["estimand"] == estimand.id) & ~release.estimates["suppressed"]]
    said: list[build.Item] = []
    for method, rows in mine.groupby("method", sort=False):
        told = [[float(one) for one in re.findall(r"-?\d+\.?\d*", str(note))] for note in rows["note"]]
        if {len(one) for one in told} != {3}:
            continue
        value, watson, _ = told[0]
        said.append(build.sentence(
            f"panel.errors.{method}", watson=Cell(format="number", value=watson, decimals=2),
            value=Cell(format="number", value=value, decimals=0 if method == "segmented" else 2),
            degrees=Cell(format="number", value=min(one[2] for one in told), decimals=1),
        ))  # fmt: skip
    return [*said, key_label("panel.errors.short")]


def _level(release: PanelRelease) -> Label:
    level = release.protocol.confidence_level
    return {language: numbers.percent(level, language, 0) for language in LANGUAGES}
