"""How much the answers lean on what nobody measured, row by row of the released table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import (
    count_label,
    estimate_cell,
    estimate_ref,
    outcome_label,
    p_cell,
    speaks_of,
)
from steget_eval.reporting.text.sentences import main_row

Row = Mapping[Any, Any]

_PREFIX = "sensitivity="
_RIGHT = frozenset({"e_value", "e_value_limit", "explains_arm", "explains_outcome", "partial_r2",
                    "robustness_value", "robustness_value_limit", "months_affected", "share_affected"})  # fmt: skip


def sensitivity_rows(release: Release, *what: str) -> pd.DataFrame:
    """Return the rows of sensitivity analyses whose name begins with one of these; all of them where none is named."""
    frame = release.estimates
    told = frame["subgroup"].astype(str)
    mine = told.str.startswith(tuple(f"{_PREFIX}{one}" for one in what) or _PREFIX)
    return frame[mine]


def e_values(release: Release) -> Table:
    """Return the E-value of each main answer and of its limit, with the answer and how it became a ratio of risks."""
    frame = sensitivity_rows(release, "e_value")
    rows = []
    for estimand, mine in frame.groupby("estimand", sort=False):
        told = {str(row["contrast"]): row for row in mine.to_dict("records")}
        main = main_row(release, str(estimand))
        conversion = str(told["e_value"]["note"]).removeprefix("conversion: ")
        rows.append((
            _words(outcome_label(release.protocol, str(estimand))),
            _answer(main),
            replace(number_cell(told["e_value"]), note=_conversion(conversion)),
            number_cell(told["e_value_limit"]),
        ))  # fmt: skip
    return _table(("outcome", "estimate", "e_value", "e_value_limit"), rows, key_label("caption.e_values"), frame)


def robustness(release: Release) -> Table:
    """Return how much of arm and outcome a confounder must explain, for each difference that a regression answers."""
    frame = sensitivity_rows(release, "omitted 0")
    names = ("partial_r2", "robustness_value", "robustness_value_limit")
    frame = frame[frame["contrast"].isin(names)]
    rows = []
    for estimand, mine in frame.groupby("estimand", sort=False):
        told = {str(row["contrast"]): row for row in mine.to_dict("records")}
        outcome = _words(outcome_label(release.protocol, str(estimand)))
        rows.append((outcome, *(number_cell(told[name], decimals=3) for name in names)))
    return _table(("outcome", *names), rows, key_label("caption.robustness"), frame)


def omitted(release: Release, estimand: str) -> Table:
    """Return what a confounder so many times as strong as the benchmark would leave of one difference."""
    frame = sensitivity_rows(release, "omitted ")
    frame = frame[(frame["estimand"] == estimand) & ~frame["contrast"].str.contains("r2|robustness")]
    rows = []
    for subgroup, mine in frame.groupby("subgroup", sort=False):
        told = {str(row["contrast"]): row for row in mine.to_dict("records")}
        times = str(subgroup).rsplit(" ", 1)[1]
        answer = next(row for name, row in told.items() if name.endswith("difference"))
        rows.append((
            _words(key_label("sensitivity.as_it_is") if times == "0" else _times(release, times)),
            *(_explained(told.get(name)) for name in ("confounder_arm", "confounder_outcome")),
            replace(estimate_cell(answer), ref=estimate_ref(answer)),
        ))  # fmt: skip
    caption = key_label("caption.omitted", outcome=outcome_label(release.protocol, estimand))
    return _table(("strength", "explains_arm", "explains_outcome", "estimate"), rows, caption, frame)


def hidden_bias(release: Release, estimand: str) -> Table:
    """Return the largest p-value under a hidden bias of each size, the range of the shift, and where it turns."""
    frame = sensitivity_rows(release, "hidden_bias")
    frame = frame[frame["estimand"] == estimand]
    told = {str(row["contrast"]): row for row in frame.to_dict("records")}
    gammas = [name for name in told if name.startswith("gamma_")]
    shifts = any(name.startswith("shift_") for name in told)
    rows = []
    for name in gammas:
        shift = told.get(name.replace("gamma_", "shift_"))
        cells = [number_cell(told[name]), p_cell(told[name])]
        if shifts:
            cells.append(_shift(shift))
        rows.append(tuple(cells))
    here = [number_cell(told["gamma"]), _words(key_label("sensitivity.turns_here"))]
    rows.append((*here, Cell(format="number", state="not_applicable")) if shifts else tuple(here))
    names = ("gamma", "largest_p", "shift") if shifts else ("gamma", "largest_p")
    caption = key_label("caption.hidden_bias", outcome=outcome_label(release.protocol, estimand))
    return _table(names, rows, caption, frame)


def turns_at(release: Release, estimand: str) -> Cell:
    """Return the gamma at which the conclusion turns."""
    frame = sensitivity_rows(release, "hidden_bias")
    mine = frame[(frame["estimand"] == estimand) & (frame["contrast"] == "gamma")]
    return number_cell(mine.to_dict("records")[0])


def controls(release: Release) -> Table:
    """Return the primary question asked of outcomes that the programme cannot have touched."""
    frame = sensitivity_rows(release, "placebo ", "control ")
    outcomes = {one.id: one.label.model_dump() for one in release.protocol.outcomes}
    rows = [
        (
            _words(outcomes[str(row["outcome"])]),
            _words(key_label(f"sensitivity.{str(row['subgroup']).removeprefix(_PREFIX).split(' ')[0]}")),
            replace(estimate_cell(row), ref=estimate_ref(row)),
            p_cell(row),
        )
        for row in frame.to_dict("records")
    ]
    return _table(("outcome", "untouched", "estimate", "p_value"), rows, key_label("caption.controls"), frame)


def calibrated(release: Release) -> Table:
    """Return the main answer as it is and with the systematic error of the controls taken into account."""
    frame = sensitivity_rows(release, "calibrated")
    rows = []
    main = main_row(release, release.protocol.primary)
    if main is not None:
        rows.append((_words(key_label("sensitivity.as_it_is")), estimate_cell(main), p_cell(main)))
    for row in frame.to_dict("records"):
        name = str(row["contrast"]) if str(row["contrast"]).startswith("systematic") else "calibrated"
        systematic = name != "calibrated"
        unit = {} if main is None else {"contrast": main["contrast"], "unit": main["unit"]}
        logs = main is not None and str(main["contrast"]).endswith("ratio")
        told = number_cell(row) if logs else estimate_cell({**row, **unit})
        rows.append((
            _words(key_label(f"sensitivity.{name}")), replace(told, ref=estimate_ref(row)),
            Cell(format="p", state="not_applicable") if systematic else p_cell(row),
        ))  # fmt: skip
    return _table(("item", "estimate", "p_value"), rows, key_label("caption.calibrated"), frame)


def clock(release: Release) -> Table:
    """Return how many of the treated stand on the wrong side of their index date, and by how much."""
    frame = sensitivity_rows(release, "immortal_time", "prevalent_users")
    rows = []
    for check, mine in frame.groupby("method", sort=False):
        told = {str(row["contrast"]): row for row in mine.to_dict("records")}
        months, share = told["months_affected"], told["share_affected"]
        rows.append((
            _words(key_label(f"sensitivity.{check}")), _affected(months),
            number_cell(months, decimals=1), replace(number_cell(share, decimals=1), format="percent"),
        ))  # fmt: skip
    return _table(("item", "affected", "months_affected", "share_affected"), rows, key_label("caption.clock"), frame)


def number_cell(row: Row, *, decimals: int = 2) -> Cell:
    """Return a row's estimate as a plain number; a share of variance is no share of people, so it is no percentage."""
    if row["suppressed"]:
        return Cell(format="number", state="suppressed", decimals=decimals, ref=estimate_ref(row))
    return Cell(format="number", value=float(row["estimate"]), decimals=decimals, ref=estimate_ref(row))


def _answer(main: Row | None) -> Cell:
    if main is None:
        return Cell(format="number", state="not_applicable")
    return estimate_cell(main) if main["suppressed"] else replace(estimate_cell(main), note=speaks_of(main))


def _explained(row: Row | None) -> Cell:
    return Cell(format="number", state="not_applicable") if row is None else number_cell(row, decimals=3)


def _shift(row: Row | None) -> Cell:
    if row is None:
        return Cell(format="number", state="not_applicable")
    return replace(estimate_cell({**row, "contrast": "mean_difference"}), ref=estimate_ref(row))


def _affected(row: Row) -> Cell:
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    if pd.isna(row["events_1"]):
        return _words(key_label("sensitivity.none_of", n=count_label(int(row["n_1"]))))
    return Cell(format="count", value=int(row["events_1"]), of=int(row["n_1"]))


def _times(release: Release, times: str) -> Label:
    benchmark = next(one for one in release.protocol.covariates if one.id == release.protocol.sensitivity.benchmark)
    told = {"sv": times.replace(".", ","), "en": times}
    return key_label("sensitivity.times", times=told, benchmark=benchmark.label.model_dump())


def _conversion(name: str) -> Label | None:
    return None if name in {"", "as_it_is"} else key_label(f"conversion.{name}")


def _words(label: Label) -> Cell:
    return Cell(format="text", label=label)


def _table(names: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], caption: Label, frame: pd.DataFrame) -> Table:
    columns = tuple(
        Column(key=name, heading=code_label("column", name), align="right" if name in _RIGHT else "left")
        for name in names
    )
    return Table(cells=TableBody(columns=columns, rows=tuple(rows), caption=caption), frame=frame)
