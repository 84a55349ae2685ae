"""Every estimate of a release, a row for each method of each question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import (
    ADJUSTED,
    arm_label,
    contrast_label,
    estimate_cell,
    estimate_ref,
    outcome_label,
    p_cell,
    people_cell,
    people_note,
    speaks_of,
)
from steget_eval.reporting.text.sentences import main_row

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: a contrast with the two arms' own numbers beside it, where the method gives them.

    Attributes
    ----------
    answer
        The row of the contrast; with one arm alone, that arm's own row.
    arms
        The arms' own rows, by ``1`` and ``0``.
    is_main
        Whether it is the main method's answer, of several.
    is_one_of_several
        Whether the method answers in more than one contrast, so that the contrast must be said.
    """

    answer: Row
    arms: Mapping[str, Row]
    is_main: bool = False
    is_one_of_several: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows of the table of estimates that the line tells."""
        own = (self.arms[which] for which in ("1", "0") if which in self.arms)
        return (self.answer, *(row for row in own if row is not self.answer))


def effects(release: Release, *, estimand: str | None = None, goals: bool = True) -> Table:
    """Return one row per method of the question itself, or of one estimand; the benchmark has a table of its own.

    `goals` says whether the goals' own one-sided limits are among the rows.
    """
    frame = release.estimates[release.estimates["subgroup"] == "all"]
    frame = frame if goals else frame[~frame["method"].astype(str).str.endswith("one_sided")]
    asked = list(dict.fromkeys(frame["estimand"])) if estimand is None else [estimand]
    lines = [line for one in asked for line in lines_of(release, frame[frame["estimand"] == one])]
    # A goal's one-sided limit comes last: it answers the goal, not the question.
    lines.sort(key=lambda line: (asked.index(line.answer["estimand"]), _is_one_sided(line.answer)))
    columns, rows = _columns(release, lines, asked), [_cells(release, line, asked) for line in lines]
    kept = [place for place, column in enumerate(columns) if column.key != "p_value" or _any_told(rows, place)]
    body = TableBody(
        columns=tuple(columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in rows),
        caption=key_label("caption.effects"),
        notes=tuple(_notes(lines)),
    )
    told = [row for line in lines for row in line.rows]
    return Table(cells=body, frame=pd.DataFrame(told, columns=list(frame.columns)))


def lines_of(release: Release, frame: pd.DataFrame) -> list[Line]:
    """Return the lines of one estimand, the main method first."""
    rows = frame.to_dict("records")
    own = [row for row in rows if str(row["contrast"]).endswith(("_1", "_0"))]
    answers = [row for row in rows if row not in own]
    if not answers:
        return [Line(answer=row, arms={row["contrast"][-1]: row}) for row in own]
    main = main_row(release, str(rows[0]["estimand"]))
    asked = None if main is None else (main["method"], main["contrast"])
    methods = [row["method"] for row in answers]
    lines = [
        Line(
            answer=row, arms=_own(row, own, answers), is_one_of_several=methods.count(row["method"]) > 1,
            is_main=len(answers) > 1 and (row["method"], row["contrast"]) == asked,
        )
        for row in answers
    ]  # fmt: skip
    return sorted(lines, key=lambda line: not line.is_main)


def people_cells(line: Line, which: str) -> Cell:
    """Return an arm's own number with the people behind it, or the people alone.

    Beside an adjusted answer, those who had the outcome are told as what they are: counted without adjustment.
    """
    if which not in line.arms:
        counted = people_cell(line.answer, which)
        as_they_are = counted.of is not None and line.answer["method"] in ADJUSTED
        return replace(counted, note=key_label("population.unadjusted")) if as_they_are else counted
    row = line.arms[which]
    note = None if row["suppressed"] else people_note(row, which)
    return replace(estimate_cell(row), note=note, ref=estimate_ref(row))


def _own(answer: Row, own: Iterable[Row], answers: Iterable[Row]) -> dict[str, Row]:
    """A method's own arms; a crude difference takes the crude ones, which no method of its own stands for."""
    contrast = str(answer["contrast"])
    if contrast == "rate_ratio":
        return {row["contrast"][-1]: row for row in own}  # the arms as they are, whatever the ratio is adjusted for
    if not contrast.endswith("difference") and contrast != "mean_ratio":
        return {}
    stem = contrast.removesuffix("_difference").removesuffix("_ratio")
    mine = [row for row in own if row["contrast"][:-2] == stem]
    same = [row for row in mine if row["method"] == answer["method"]]
    if not same and answer["method"] not in ADJUSTED:
        named = {row["method"] for row in answers}
        same = [row for row in mine if row["method"] not in named]
    return {row["contrast"][-1]: row for row in reversed(same)}


def _columns(release: Release, lines: list[Line], asked: list[str]) -> list[Column]:
    contrasts = {str(line.answer["contrast"]) for line in lines}
    alone = release.protocol.arms.comparison is None
    heading: Label = key_label("column.share" if contrasts == {"risk_1"} else "column.estimate")
    if len(contrasts) == 1 and not alone:
        heading = code_label("contrast", next(iter(contrasts)))
    told: list[tuple[str, Label, str]] = [
        ("method", key_label("column.method"), "left"),
        ("estimate", heading, "right"),
    ]
    if len(asked) > 1:
        told.insert(0, ("outcome", key_label("column.outcome"), "left"))
    if alone:
        told.append(("people", key_label("column.n"), "right"))
    else:
        told += [(f"arm_{which}", _arm(release, lines, which), "right") for which in ("1", "0")]
    told.append(("p_value", key_label("column.p_value"), "right"))
    return [Column(key=key, heading=label, align="left" if side == "left" else "right") for key, label, side in told]


def _arm(release: Release, lines: list[Line], which: str) -> Label:
    codes = {str(line.answer[f"arm_{which}"]) for line in lines} - {""}
    return arm_label(release.protocol, codes.pop() if len(codes) == 1 else "", which)


def _cells(release: Release, line: Line, asked: list[str]) -> tuple[Cell, ...]:
    row = line.answer
    alone = release.protocol.arms.comparison is None
    method = Cell(format="text", label=code_label("method", row["method"]), note=_beneath(release, line, alone=alone))
    estimate = replace(estimate_cell(row), ref=estimate_ref(row))
    if (len(asked) > 1 and not alone) or line.is_one_of_several:
        estimate = replace(estimate, note=contrast_label(row, release.protocol))
    cells = [method, estimate]
    if len(asked) > 1:
        cells.insert(0, Cell(format="text", label=outcome_label(release.protocol, row["estimand"])))
    if alone:
        cells.append(_people(row))
    else:
        cells += [people_cells(line, which) for which in ("1", "0")]
    return (*cells, p_cell(row))


def _people(row: Row) -> Cell:
    """The people of a single arm, in words: under censoring they are no share by themselves."""
    if row["suppressed"]:
        return Cell(format="text", state="suppressed")
    return Cell(format="text", label=people_note(row, "1"))


def _beneath(release: Release, line: Line, *, alone: bool) -> Label | None:
    whom = None if alone else speaks_of(line.answer)
    part = release.protocol.estimand(str(line.answer["estimand"])).among is not None
    if part and whom is not None and line.answer["population"] != "unadjusted":
        whom = key_label("effects.speaks_of", population=key_label("amounts.those_with_any"))
    if not line.is_main:
        return whom
    return key_label("effects.main") if whom is None else key_label("effects.main_of", whom=whom)


def _notes(lines: list[Line]) -> list[Label]:
    told = {"nnt": "effects.nnt", "proportional_hazards": "effects.proportional", "rate_ratio": "effects.rate",
            "common_odds_ratio": "effects.common_odds", "win_ratio": "effects.wins"}  # fmt: skip
    contrasts = {line.answer["contrast"] for line in lines}
    return [key_label(key) for contrast, key in told.items() if contrast in contrasts]


def _is_one_sided(row: Row) -> bool:
    return str(row["method"]).endswith("one_sided")


def _any_told(rows: list[tuple[Cell, ...]], place: int) -> bool:
    return any(row[place].state == "value" for row in rows)
