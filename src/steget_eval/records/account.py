"""What is told of the files behind records: what was found in them, what was assumed, where each row went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.records.card import AccountingLine, Label, RecordsCard
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

    @classmethod
    def of(cls, card: RecordsCard, found: tuple[Found, ...]) -> DataAccount:
        """Return the account of records with this card, in which the rules found something beside."""
        at_the_source = tuple(
            Found(rule=one.rule, severity=one.severity, table=one.table, column=one.column, rows=one.rows,
                  message=Words(one.message.sv, one.message.en))
            for one in card.found
        )  # fmt: skip
        return cls(found=(*at_the_source, *found), assumptions=card.assumptions, accounting=card.accounting)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding: rule, severity, table, column, rows."""
        import pandas as pd

        names = ["rule", "severity", "table", "column", "rows"]
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.found], columns=names)
