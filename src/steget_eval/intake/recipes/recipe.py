"""A recipe: source columns to our tables, what is dropped for which reason, and what was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from steget_eval.intake.recipes.cell import Cell, DateFormat
from steget_eval.intake.recipes.condition import Condition
from steget_eval.intake.recipes.repeat import expanded
from steget_eval.records.card import BaselineColumn, CardModel, Code, Label
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:  # a type checker cannot read a computed Literal
    TableName = str
else:
    TableName = Literal[tuple(TABLES)]


class FileLayout(CardModel):
    """How cells are written in the source.

    Attributes
    ----------
    missing
        Texts that mean that nothing is registered, beside the empty cell.
    sheet
        Which sheet of a workbook or table of a DuckDB file; without it the one of the file's name, or the first.
    separator
        Between the values of a multi-select cell.
    labels
        Read the labels that a Stata, SPSS or SAS file gives its codes instead of the codes.
    """

    dates: tuple[DateFormat, ...] = ("YYYY-MM-DD",)
    decimal: Literal[",", "."] = ","
    separator: str = Field(default="|", min_length=1, max_length=3)
    missing: tuple[str, ...] = ()
    sheet: str = ""
    labels: bool = False


class Key(CardModel):
    """The column that names the person.

    Attributes
    ----------
    pseudonym
        ``hmac`` hashes it with a key that lies outside the project; ``as_is`` takes a pseudonym that the source has
        already, and refuses identity numbers.
    """

    column: str | tuple[str, ...] = Field(min_length=1)
    pseudonym: Literal["hmac", "as_is"]


class Drop(CardModel):
    """Rows that are left out, and the named reason under which they are counted."""

    when: Condition
    reason: Label


class Merge(CardModel):
    """How rows become one.

    Attributes
    ----------
    by
        Columns of ours that rows share.
    keep, order
        Of rows that share them the first or the last by a column of ours is kept whole; the others are merged into it.
    gap_days
        Spells that share them are one when at most so many days lie between; a column in which they differ is emptied.
    chain_below_days
        Numbers the days of a person's spells through, in `chain_day`, as long as fewer days than this lie between;
        days between spells are not counted.
    """

    by: tuple[str, ...] = Field(min_length=1)
    keep: Literal["first", "last"] | None = None
    order: str = ""
    gap_days: int | None = Field(default=None, ge=0)
    chain_below_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _merges_one_way(self) -> Merge:
        if (self.keep is None) == (self.gap_days is None):
            raise ValueError("rows are merged either by keep with order, or by gap_days")
        if (self.keep is None) != (self.order == ""):
            raise ValueError("keep and order belong together")
        if self.chain_below_days is not None and self.gap_days is None:
            raise ValueError("chain_below_days belongs to gap_days")
        return self


class Landing(CardModel):
    """Which rows of the source land in one of our tables, and as what.

    Attributes
    ----------
    of
        ``each`` row, or only those ``kept`` where they came home, and not those merged into another.
    derived
        Its rows come on top: a source row comes home in the first table that takes it and is not derived.
    """

    table: TableName
    when: Condition | None = None
    of: Literal["each", "kept"] = "each"
    derived: bool = False
    columns: dict[str, Cell] = Field(min_length=1)
    merge: Merge | None = None


class Notice(CardModel):
    """Something to know about the source, told where `when` holds for a row, or for some rows and not others."""

    message: Label
    when: Condition | None = None
    only_if_mixed: bool = False


class Recipe(CardModel):
    """From the files of one source to records.

    Attributes
    ----------
    drop
        Asked in order; the first that holds names the reason.
    otherwise
        Why a row is left out that no table takes.
    tables
        Where rows land; see `Landing`. With `repeat`, a list of mappings, an entry is written once and stands once for
        each mapping, with ``<name>`` replaced by its value.
    notices
        Breaks and cautions; printed by the import and in the report's data section.
    assumptions
        What was taken for granted beside what the columns say themselves.
    """

    schema_version: Literal[1]
    id: Code
    title: Label
    origin: Literal["real", "synthetic"] = "real"
    source: Label
    licence: str = "not distributed"
    citation: str = ""
    file: FileLayout = FileLayout()
    key: Key | None = None
    drop: tuple[Drop, ...] = ()
    otherwise: Label = Label(sv="ingen av receptets tabeller tar raden", en="no table of the recipe takes the row")
    tables: tuple[Landing, ...] = Field(min_length=1)
    notices: tuple[Notice, ...] = ()
    assumptions: tuple[Label, ...] = ()
    baseline: dict[Code, BaselineColumn] = Field(default={})
    occasions: dict[Code, Label] = Field(default={})
    items: dict[Code, Label] = Field(default={})
    instruments: dict[Code, Label] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _repeat(cls, content: Any) -> Any:
        return expanded(content)

    @model_validator(mode="after")
    def _holds_together(self) -> Recipe:
        faults = [fault for place, one in enumerate(self.tables) for fault in _faults(self, place, one)]
        if all(one.derived for one in self.tables):
            faults.append("tables: all are derived, so that no row could come home")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell of every table, in order."""
        return tuple(cell for one in self.tables for cell in one.columns.values())

    def conditions(self) -> tuple[Condition, ...]:
        """Return every question that is asked of a source row."""
        asked = [*(one.when for one in self.drop), *(one.when for one in self.tables), *(n.when for n in self.notices)]
        return tuple(one for one in asked if one is not None)

    def assumed(self) -> tuple[Label, ...]:
        """Return what the recipe takes for granted, each sentence once, in the order of the file."""
        at_cells = (cell.because for cell in self.cells() if cell.assumed and cell.because is not None)
        return tuple({(one.sv, one.en): one for one in (*self.assumptions, *at_cells)}.values())


def _faults(recipe: Recipe, place: int, landing: Landing) -> list[str]:
    schema = TABLES[landing.table]
    at = f"tables[{place}]"
    own = set(recipe.baseline) if landing.table == "participants" else set()
    known = {column.name for column in schema.columns} | own
    faults = [f"{at}.columns.{name} is no column of {landing.table}" for name in landing.columns if name not in known]
    filled = [column.name for column in schema.columns if column.filled and column.name not in landing.columns]
    faults += [f"{at}.columns.{name} is missing; {landing.table} needs it in every row" for name in filled]
    if landing.of == "kept" and not landing.derived:
        faults.append(f"{at}.of is kept, so that it must be derived: true")
    if recipe.key is None and any(cell.key or cell.derive for cell in landing.columns.values()):
        faults.append(f"{at} asks for the person, but the recipe has no key")
    merge = landing.merge
    asked = (*merge.by, merge.order) if merge else ()
    faults += [f"{at}.merge names {name}, which the table does not get" for name in asked
               if name and name not in landing.columns]  # fmt: skip
    if merge and merge.order and not ((column := schema.column(merge.order)) and column.type == "date"):
        faults.append(f"{at}.merge.order must be a column of days")
    if merge and merge.gap_days is not None and not {"started_on", "ended_on"} <= set(landing.columns):
        faults.append(f"{at}.merge.gap_days needs started_on and ended_on")
    return faults
