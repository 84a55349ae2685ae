"""What a report owes its reader: refusals, suppressions, choices, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from steget_eval.protocol.base import Text
from steget_eval.reporting.release import Release, Suppression
from steget_eval.reporting.suppress import parts
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label, phrase
from steget_eval.reporting.text.answers import arm_label, outcome_label
from steget_eval.study.results import Refusal


def refusals(release: Release) -> Table:
    """Return the methods that gave no answer; their own messages stand in the frame, since they are in English."""
    rows = tuple(
        (
            replace(_text(outcome_label(release.protocol, refusal.estimand)), note=_asked(release, refusal)),
            _text(code_label("method", refusal.method)),
            _text(refusal_label(refusal)),
        )
        for refusal in release.refusals
    )
    frame = pd.DataFrame(
        [asdict(refusal) for refusal in release.refusals], columns=["estimand", "method", "reason", "code"]
    )
    return _table(("outcome", "method", "reason"), rows, "caption.refusals", frame)


def _asked(release: Release, refusal: Refusal) -> Label:
    """Return what the question asks for: a method may answer one question of an outcome and refuse another."""
    return code_label("contrast", release.protocol.estimand(refusal.estimand).contrast)


def refusal_label(refusal: Refusal) -> Label:
    """Return why a method refused: the general reason in Swedish, the method's own sentence in English."""
    return {"sv": phrase(f"refusal.{refusal.code}", "sv"), "en": refusal.reason}


def suppressions(release: Release) -> Table:
    """Return what the gate took away, by rule and place."""
    rows = tuple(
        (
            _text(code_label("rule", one.rule)),
            _text(code_label("place", one.place)),
            Cell(format="count", value=one.cells),
        )
        for one in release.suppressions
    )
    frame = pd.DataFrame([asdict(one) for one in release.suppressions], columns=list(Suppression.__slots__))
    return _table(("rule", "place", "cells"), rows, "caption.suppressions", frame)


def choices(release: Release) -> Table:
    """Return the readings decided before the data were opened."""
    made = release.protocol.choices
    rows = tuple(tuple(_words(words) for words in (one.question, one.chosen, one.because)) for one in made)
    frame = pd.DataFrame(
        [(one.id, one.question.en, one.chosen.en, one.because.en) for one in made],
        columns=["id", "question", "chosen", "because"],
    )
    return _table(("question", "chosen", "because"), rows, "caption.choices", frame)


def overlap(release: Release) -> Table:
    """Return the key figures of the weights: a row per population and arm, a column per figure."""
    frame = release.overlap
    keys = list(dict.fromkeys(frame["key"]))
    columns = [Column(key=name, heading=key_label(f"column.{name}")) for name in ("population", "arm")]
    columns += [Column(key=key, heading=code_label("overlap", key), align="right") for key in keys]
    rows = []
    for (population, arm), mine in parts(frame, "population", "arm"):
        figures = {row["key"]: row for row in mine.to_dict("records")}
        words = (_text(code_label("population", population)), _text(arm_label(release.protocol, arm)))
        rows.append((*words, *(_figure(key, figures.get(key)) for key in keys)))
    body = TableBody(columns=tuple(columns), rows=tuple(rows), caption=key_label("caption.overlap"))
    return Table(cells=body, frame=frame)


def gates(release: Release) -> Table:
    """Return the gates of the weighted arms, each with its threshold in words and whether it was passed."""
    rows = tuple(
        (_text(code_label("design_gate", gate.name)), _text(key_label(f"gate_{'passed' if gate.passed else 'failed'}")))
        for gate in release.gates
    )
    frame = pd.DataFrame([asdict(gate) for gate in release.gates], columns=["name", "passed"])
    return _table(("design_gate", "gate_result"), rows, "caption.design_gates", frame)


def _figure(key: str, row: Mapping[Any, Any] | None) -> Cell:
    decimals = 0 if key == "n" else 1
    if row is None or pd.isna(row["value"]):
        hidden = row is not None and row["suppressed"]
        return Cell(format="number", state="suppressed" if hidden else "not_applicable", decimals=decimals)
    return Cell(format="number", value=float(row["value"]), decimals=decimals)


def _table(names: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], caption: str, frame: pd.DataFrame) -> Table:
    numeric = {"cells"}
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}"), align="right" if name in numeric else "left")
        for name in names
    )
    return Table(cells=TableBody(columns=columns, rows=rows, caption=key_label(caption)), frame=frame)


def _words(words: Text) -> Cell:
    return _text(words.model_dump())


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
