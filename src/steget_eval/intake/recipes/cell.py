"""How one cell of ours is made from the cells of a source row."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.records.card import CardModel, Label

DateFormat = Literal[
    "YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD", "DD/MM/YYYY", "DD.MM.YYYY", "MM/DD/YYYY", "YYYY-MM", "YYYYMM", "YYYY"
]

#: A source column in the braces of a template.
PLACE = re.compile(r"\{([^{}]+)\}")


class Cell(CardModel):
    """One column of one of our tables.

    Attributes
    ----------
    column
        The source column, or its names over the years; of several the first that is filled in the row is taken.
    template
        A text with source columns in braces, as ``{Ar}-01-01``; empty where one of them is empty.
    constant
        The same for every row.
    key
        The person: the recipe's `key` column, pseudonymised as it says.
    count
        How many source rows share the other columns of the row; for `counts.n`.
    derive
        Birth year or sex from the identity number in the recipe's `key` column; never taken unless asked for here.
    codes
        Source text to ours; letter case is ignored. Several values of a cell may be named together, in any order,
        with ``|`` between. A text that is not named is refused unless `otherwise` says what it becomes.
    empty, filled
        What an empty source cell becomes, and what any other becomes, whatever stands in it.
    first
        How many leading characters count, as 4 for the year of a date.
    dates
        How days are written in this column, where it is not as the recipe's `file` says.
    plus_days, plus_months
        Moves a day: an end is the day after the last, so a source that names the last day is moved by 1.
    times
        What a number is multiplied by, as 100 for hundreds of kronor.
    optional
        The source column may be missing.
    assumed, because
        No source is known for this, and why it was chosen; printed in the report's data section.
    """

    column: str | tuple[str, ...] = ()
    template: str = ""
    constant: str = ""
    key: bool = False
    count: bool = False
    derive: Literal["birth_year", "sex"] | None = None
    codes: dict[str, str] = Field(default={})
    otherwise: str = ""
    empty: str = ""
    filled: str = ""
    first: int | None = Field(default=None, ge=1)
    dates: tuple[DateFormat, ...] = ()
    plus_days: int = 0
    plus_months: int = 0
    times: Decimal = Decimal(1)
    optional: bool = False
    assumed: bool = False
    because: Label | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Cell:
        given = [bool(self.column), bool(self.template), bool(self.constant), self.key, self.count, bool(self.derive)]
        if sum(given) != 1:
            raise ValueError("a column is made of exactly one of column, template, constant, key, count or derive")
        if self.assumed and self.because is None:
            raise ValueError("what is assumed needs its because, in Swedish and English")
        if self.otherwise and not self.codes:
            raise ValueError("otherwise belongs to codes")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The source columns that it is made of, or that it may be taken from, first choice first."""
        if self.template:
            return tuple(PLACE.findall(self.template))
        return (self.column,) if isinstance(self.column, str) and self.column else tuple(self.column)
