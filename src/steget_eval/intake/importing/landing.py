"""Lets source rows land in one of our tables, as text under our column names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from steget_eval.core.errors import RecordsError
from steget_eval.intake.importing.cells import converter
from steget_eval.intake.importing.merging import ROW
from steget_eval.intake.importing.person import Person
from steget_eval.intake.importing.source import Source
from steget_eval.intake.recipes.cell import PLACE, Cell
from steget_eval.intake.recipes.recipe import FileLayout, Landing
from steget_eval.records.tables import Column


def land(
    landing: Landing, rows: np.ndarray, source: Source, *, columns: Mapping[str, Column], person: Person,
    layout: FileLayout,
) -> pd.DataFrame:  # fmt: skip
    """Return the rows at these positions as rows of the table: our columns as text, and `_row`.

    Raises
    ------
    RecordsError
        With one sentence for every column that has cells the recipe does not allow; never a cell.
    """
    faults: list[str] = []
    made: dict[str, np.ndarray] = {ROW: rows}
    for name, cell in landing.columns.items():
        texts = _source_texts(cell, source, person, rows)
        made[name] = texts if cell.key or cell.derive or cell.count else _converted(
            texts, cell, columns[name], layout, (faults, source, rows, landing.table)
        )  # fmt: skip
    if faults:
        raise RecordsError("\n".join(faults))
    return pd.DataFrame(made, index=range(len(rows)))


def _source_texts(cell: Cell, source: Source, person: Person, rows: np.ndarray) -> np.ndarray:
    if cell.key or cell.derive:
        own = {None: person.pseudonym, "birth_year": person.birth_year, "sex": person.sex}[cell.derive]
        taken: np.ndarray = own[rows]
        return taken
    if cell.constant or cell.count:
        return np.full(len(rows), cell.constant, dtype=object)
    if cell.template:
        return _filled_template(cell.template, source, rows)
    texts = np.full(len(rows), "", dtype=object)
    for name in reversed(cell.names):
        column = source.column(name).to_numpy()[rows]
        texts = np.where(column != "", column, texts)
    return texts


def _filled_template(template: str, source: Source, rows: np.ndarray) -> np.ndarray:
    pieces = PLACE.split(template)
    texts = pd.Series(pieces[0], index=range(len(rows)), dtype=object)
    is_whole = np.ones(len(rows), dtype=bool)
    for name, after in zip(pieces[1::2], pieces[2::2], strict=True):
        column = source.column(name).to_numpy()[rows]
        is_whole &= column != ""
        texts = texts + column + after
    return np.where(is_whole, texts.to_numpy(), "")


def _converted(
    texts: np.ndarray, cell: Cell, column: Column, layout: FileLayout,
    told: tuple[list[str], Source, np.ndarray, str],
) -> np.ndarray:  # fmt: skip
    codes, different = pd.factorize(texts)
    convert = converter(cell, column, layout)
    ours = np.array([convert(text) for text in different] or [""], dtype=object)[codes]
    is_wrong = pd.isna(ours)
    if is_wrong.any():
        faults, source, rows, table = told
        faults.append(f"{source.place(rows[is_wrong])}: {_asked(cell)}, for {table}.{column.name}, "
                      f"is not what the recipe allows: {_allowed(cell, column, layout)}")  # fmt: skip
    return ours


def _asked(cell: Cell) -> str:
    return f"column {' or '.join(cell.names)}" if cell.names else "a constant of the recipe"


def _allowed(cell: Cell, column: Column, layout: FileLayout) -> str:
    if cell.codes:
        return ", ".join(cell.codes)
    if column.type == "date":
        return f"a day written {' or '.join(cell.dates or layout.dates)}"
    kind = "a whole number" if column.type == "integer" else "a number"
    return f"{kind} with decimal {'comma' if layout.decimal == ',' else 'point'}"
