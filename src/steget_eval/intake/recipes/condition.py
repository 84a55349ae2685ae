"""What a recipe asks of a source row."""

from __future__ import annotations

from pydantic import Field, model_validator

from steget_eval.records.card import CardModel


class Condition(CardModel):
    """Exactly one question about a row.

    Attributes
    ----------
    column
        The source column asked about; its text is compared whatever its letter case.
    one_of
        The whole cell is one of these.
    holds
        One of the values of a multi-select cell is one of these.
    filled
        Whether anything stands in the cell.
    above
        The cell is a number above that of another source column, or above a number; an empty cell is above nothing.
    all, any, none
        Of other conditions.
    """

    column: str = ""
    one_of: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    filled: bool | None = None
    above: str | int = ""
    all: tuple[Condition, ...] = Field(default=())
    any: tuple[Condition, ...] = Field(default=())
    none: tuple[Condition, ...] = Field(default=())

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Condition:
        of_cell = [bool(self.one_of), bool(self.holds), self.filled is not None, self.above != ""]
        of_others = [bool(self.all), bool(self.any), bool(self.none)]
        if sum(of_cell) + sum(of_others) != 1:
            raise ValueError("a condition is exactly one of one_of, holds, filled, above, all, any or none")
        if (sum(of_cell) == 1) != bool(self.column):
            raise ValueError("column goes with one_of, holds, filled or above, and with them alone")
        return self

    def columns(self) -> tuple[str, ...]:
        """Return the source columns that it asks about."""
        own = (self.column, self.above) if isinstance(self.above, str) else (self.column,)
        inner = tuple(name for one in (*self.all, *self.any, *self.none) for name in one.columns())
        return tuple(name for name in (*own, *inner) if name)
