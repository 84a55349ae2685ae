"""What is told of the files behind records: what was found in them, what was assumed, where each row went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.records.card import AccountingLine, Label
from steget_eval.records.codes import Words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule that rows of a table break.

    Attributes
    ----------
    rows
        How many rows; 0 where the rule is not about rows.
    message
        What is wrong; it never holds a cell of the records.
    """

    rule: str
    severity: Literal["error", "warning"]
    table: str
    column: str
    rows: int
    message: Words


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DataAccount(Tidy):
    """What the reader of a report is told of the files.

    Attributes
    ----------
    found
        What the rules of intake found without refusing it.
    assumptions
        What the import took for granted without a source.
    accounting
        Where rows of the source files went.
    """

    found: tuple[Found, ...] = ()
    assumptions: tuple[Label, ...] = ()
    accounting: tuple[AccountingLine, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding: rule, severity, table, column, rows."""
        import pandas as pd

        names = ["rule", "severity", "table", "column", "rows"]
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.found], columns=names)
