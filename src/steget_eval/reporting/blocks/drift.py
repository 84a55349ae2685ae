"""What regression to the mean alone would have given one arm, where the protocol can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.change import asked
from steget_eval.reporting.text import Cell, Label, Sentence, key_label
from steget_eval.reporting.text.answers import estimate_cell, estimate_ref, outcome_label


def regression_to_the_mean(release: Release) -> list[Label | Sentence]:
    """Return the warning of a change in one arm, and for each scale of known reliability what was to be expected."""
    told = _told(release)
    warning = key_label("change.regression_known" if told else "change.regression")
    return [warning, *told, key_label("change.who")]


def _told(release: Release) -> list[Sentence]:
    said = []
    for estimand in asked(release, "mean_change"):
        scores = release.protocol.outcome(estimand.outcome).scores
        drift, beyond = (_row(release, estimand.id, name) for name in ("expected_drift", "change_beyond_drift"))
        if scores is None or scores.reliability is None or drift is None or beyond is None:
            continue
        said.append(build.sentence(
            "change.drift", outcome=outcome_label(release.protocol, estimand.id),
            correlation=Cell(format="number", value=scores.reliability.correlation, decimals=2),
            drift=_cell(drift), beyond=_cell(beyond), source=scores.reliability.source,
        ))  # fmt: skip
    return said


def _row(release: Release, estimand: str, contrast: str) -> Mapping[Any, Any] | None:
    frame = release.estimates
    mine = frame[(frame["estimand"] == estimand) & (frame["contrast"] == contrast)].to_dict("records")
    return mine[0] if mine and not mine[0]["suppressed"] else None


def _cell(row: Mapping[Any, Any]) -> Cell:
    return replace(estimate_cell(row), ref=estimate_ref(row))
