"""What every ambiguity was taken to mean, and what the other readings give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Choice, Reading
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import LANGUAGES, Cell, Label, key_label, label_text, numbers
from steget_eval.reporting.text.answers import (
    arm_label,
    contrast_label,
    count_label,
    estimate_cell,
    estimate_ref,
    people_note,
)
from steget_eval.reporting.text.sentences import main_row

Row = Mapping[Any, Any]
COLUMNS = ("question", "reading", "reading_result", "n")


def readings(release: Release) -> Table:
    """Return a row for each reading of every ambiguity, the chosen one first, with its result or why it has none."""
    rows: list[tuple[Cell, ...]] = []
    told: list[Row] = []
    for choice in release.protocol.choices:
        if choice.alternatives:
            found = [_row(release, choice.estimand, None), *(_of_reading(release, one) for one in choice.alternatives)]
            rows += _rows(release, choice, found)
            told += [row for row in found if row is not None]
    columns = tuple(Column(key=name, heading=key_label(f"column.{name}")) for name in COLUMNS)
    notes = (key_label("readings.hidden", minimum=count_label(release.policy.minimum_cell)),)
    hidden = any(row["suppressed"] for row in told)
    body = TableBody(columns=columns, rows=tuple(rows), caption=key_label("caption.readings"),
                     notes=notes if hidden else ())  # fmt: skip
    return Table(cells=body, frame=pd.DataFrame(told, columns=list(release.estimates.columns)))


def only_readings(protocol: Protocol) -> frozenset[str]:
    """Return the estimands that are there for another reading's sake alone, so that they stand among the readings.

    One that is asked by group is a question of its own, but for one with bounds, which has a section that tells them.
    Where arms are compared each is one: the readings tell the comparison alone, not the arms nor the methods beside it.
    """
    if protocol.compares:
        return frozenset()
    others = {one.estimand for choice in protocol.choices for one in choice.alternatives if one.estimand is not None}
    own = {protocol.primary, *(target.estimand for target in protocol.targets)}
    own |= {one.id for one in protocol.estimands if one.by and "worst_case" not in one.methods}
    return frozenset(others - own - {choice.estimand for choice in protocol.choices})


def _rows(release: Release, choice: Choice, found: list[Row | None]) -> list[tuple[Cell, ...]]:
    chosen = Cell(format="text", label=choice.chosen.model_dump(), note=key_label("readings.chosen"))
    first = (
        _text(choice.question.model_dump()),
        chosen,
        *_answer(release, None, found[0], asked=choice.estimand is not None),
    )
    rest = [
        (
            Cell(format="text", state="not_applicable"),
            _text(one.words.model_dump()),
            *(_between(one, found[0]) or _answer(release, one, row)),
        )
        for one, row in zip(choice.alternatives, found[1:], strict=True)
    ]
    return [first, *rest]


def _of_reading(release: Release, reading: Reading) -> Row | None:
    if reading.advised is not None:
        return _advised(release, reading.advised)
    if reading.joint is None:
        return _row(release, reading.estimand, reading.method)
    frame = release.estimates
    mine = frame[(frame["subgroup"] == f"joint={reading.joint}") & (frame["contrast"] == f"share_{reading.cell}")]
    # Everybody under censoring stands beside the goals' own figures; those followed where the others are not told.
    order = mine["suppressed"].astype(int) * 2 + (mine["method"] != "state_occupation").astype(int)
    kept = mine.loc[order.sort_values(kind="stable").index]
    return kept.to_dict("records")[0] if len(kept) else None


def _advised(release: Release, recommendation: str) -> Row | None:
    """The share that was found able to go on, told as the share of people that it is."""
    frame = release.estimates
    mine = frame[(frame["subgroup"] == f"advice={recommendation}") & (frame["contrast"] == "advised")]
    return mine.to_dict("records")[0] if len(mine) else None


def _row(release: Release, estimand: str | None, method: str | None) -> Row | None:
    main = None if estimand is None else main_row(release, estimand)
    if main is None or method is None:
        return main
    frame = release.estimates
    mine = frame[(frame["estimand"] == estimand) & (frame["subgroup"] == "all") & (frame["method"] == method)]
    mine = mine[mine["contrast"] == main["contrast"]]
    return mine.to_dict("records")[0] if len(mine) else None


def _answer(release: Release, reading: Reading | None, row: Row | None, *, asked: bool = True) -> tuple[Cell, Cell]:
    """A reading's result and the people behind it; empty where the choice was to ask nothing."""
    nothing = Cell(format="text", state="not_applicable")
    if reading is not None and reading.cannot is not None:
        return _text(reading.cannot.model_dump()), nothing
    if row is None and not asked:
        return nothing, nothing
    if row is None:
        return _text(key_label("readings.no_answer")), nothing
    shown = {**row, "contrast": "risk_1"} if row["contrast"] == "advised" else row
    estimate = replace(estimate_cell(shown), ref=estimate_ref(row), note=_of_what(release, row))
    if row["suppressed"]:
        return estimate, Cell(format="text", state="suppressed")
    return estimate, nothing if pd.isna(row["n_1"]) else _text(_people(release, row))


def _between(reading: Reading, chosen: Row | None) -> tuple[Cell, Cell] | None:
    """Bounds of a reading that cannot be answered, from the people of the chosen one; None where it has none."""
    if reading.between is None or reading.cannot is None or chosen is None or chosen["suppressed"]:
        return None
    if pd.isna(chosen["events_1"]):
        return None
    events, n = int(chosen["events_1"]), int(chosen["n_1"])
    low, high = (0, events) if reading.between in {"none_to_chosen", "of_more"} else (events, n)
    shares = {name: _share(value / n) for name, value in (("low", low), ("high", high))}
    key = {"of_fewer": "readings.between_of_fewer", "of_more": "readings.between_of_more"}.get(
        reading.between, "readings.between_people"
    )
    told = Cell(format="text", label=key_label("readings.between", **shares), note=reading.cannot.model_dump())
    people = {name: count_label(value) for name, value in (("low", low), ("high", high), ("n", n))}
    return told, _text(key_label(key, **people))


def _share(value: float) -> Label:
    return {language: numbers.percent(value, language) for language in LANGUAGES}


def _people(release: Release, row: Row) -> Label:
    """The people behind a number, arm by arm where two are compared."""
    if pd.isna(row["n_0"]):
        return people_note(row, "1")
    both = [(arm_label(release.protocol, str(row[f"arm_{which}"]), which), people_note(row, which)) for which in "10"]
    return {
        language: "; ".join(f"{label_text(arm, language)}: {label_text(people, language)}" for arm, people in both)
        for language in LANGUAGES
    }


def _of_what(release: Release, row: Row) -> Label | None:
    """Which contrast the number is, where an arm alone has no such question."""
    return None if release.protocol.arms.comparison is None else contrast_label(row, release.protocol)


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
