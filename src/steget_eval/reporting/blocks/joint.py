"""Who had neither of two outcomes, one of them, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.protocol.joint import Joint
from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import joint_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.joint import ALL, FOLLOWED, joint_rows, of_hundred
from steget_eval.reporting.text import Cell, key_label
from steget_eval.reporting.text.answers import count_label, estimate_ref, outcome_label
from steget_eval.reporting.text.sentences import main_row


def joint(release: Release) -> Block:
    """Return each pair of outcomes as four shares, of those followed and of everybody, and how the two differ."""
    if not release.protocol.joint:
        return build.absent("joint", "absent.joint")
    children = [build.paragraph("joint-reads", key_label("joint.reads"))]
    for asked in release.protocol.joint:
        children += _of(release, asked)
    return build.section("joint", build.heading_of("joint"), children)


def _of(release: Release, asked: Joint) -> list[Block]:
    name, frame = f"joint-{asked.id}", joint_behind(release, asked.id)
    children = [build.heading(name, asked.question)]
    if len(frame) and not frame["suppressed"].all():
        children.append(build.figure(f"{name}-figure", "joint_shares", frame, key_label("caption.joint_figure")))
    said_first = _of_hundred(release, asked)
    if said_first:
        children.insert(1, build.paragraph(f"{name}-hundred", *said_first))
    children.append(build.table(f"{name}-table", tables.joint(release, asked)))
    said = [*_who(release, asked), *_margins(release, asked)]
    if said:
        children.append(build.paragraph(f"{name}-who", *said, style="small"))
    return children


def _of_hundred(release: Release, asked: Joint) -> list[Any]:
    """Return the four groups in people of a hundred: of those followed, or of everybody where only they are told."""
    for method in (FOLLOWED, ALL):
        told = of_hundred(release, asked, method)
        if told:
            people = {name: count_label(number) for name, number in told.items()}
            words = {"first": asked.first.model_dump(), "second": asked.second.model_dump()}
            return [key_label(f"joint.hundred_{method}", **people, **words)]
    return []


def _who(release: Release, asked: Joint) -> list[Any]:
    said: list[Any] = []
    rows = release.unknown[release.unknown["estimand"] == asked.estimands[0]].to_dict("records")
    if joint_rows(release, asked, FOLLOWED) and rows and not rows[0]["suppressed"] and not pd.isna(rows[0]["known"]):
        told = {name: count_label(int(rows[0][name])) for name in ("known", "n")}
        said.append(key_label("joint.followed", **told))
    if joint_rows(release, asked, ALL):
        said.append(key_label("joint.censored"))
    return said


def _margins(release: Release, asked: Joint) -> list[Any]:
    """Return how the cells' sum stands to the first outcome's own cumulative incidence, where both are told."""
    rows = joint_rows(release, asked, ALL)
    if asked.under_censoring is None or not rows or any(row["suppressed"] for row in rows.values()):
        return []
    alone = main_row(release, asked.under_censoring[0])
    if alone is None or alone["suppressed"]:
        return []
    together = sum(float(rows[name]["estimate"]) for name in ("share_first", "share_both"))
    outcome = outcome_label(release.protocol, asked.under_censoring[0])
    return [build.sentence(
        "joint.margins", outcome=outcome, sum=Cell(format="percent", value=together), alone=_percent(alone)
    )]  # fmt: skip


def _percent(row: Mapping[Any, Any]) -> Cell:
    return Cell(format="percent", value=float(row["estimate"]), ref=estimate_ref(row))
