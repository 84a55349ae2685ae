"""A table as typed cells: what a block carries, not yet said in any language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from steget_eval.core.frames import Tidy
from steget_eval.reporting.text import Cell, Label

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a key, its heading and the side its cells lean to."""

    key: str
    heading: Label
    align: Literal["left", "right"] = "left"

    def to_json(self) -> dict[str, Any]:
        """Return the column as strict JSON."""
        return {"key": self.key, "heading": dict(self.heading), "align": self.align}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBody:
    """Columns and rows of cells; the first column heads its row, `notes` stand beneath."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: Label
    notes: tuple[Label, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return ``columns``, ``rows``, ``caption`` and ``notes`` as strict JSON."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "rows": [[cell.to_json() for cell in row] for row in self.rows],
            "caption": dict(self.caption),
            "notes": [dict(note) for note in self.notes],
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Table(Tidy):
    """A table for reading: typed cells for a block, and the released frame behind them."""

    cells: TableBody
    frame: pd.DataFrame

    def body(self) -> dict[str, Any]:
        """Return the table as the JSON that a block carries."""
        return self.cells.to_json()

    def to_frame(self) -> pd.DataFrame:
        """Return the released values behind the table, as they passed the gate."""
        return self.frame.copy()
