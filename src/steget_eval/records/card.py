"""The card that lies beside the tables: where they come from and which of their columns are their own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class CardModel(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(CardModel):
    """Words in both languages."""

    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)


class BaselineColumn(CardModel):
    """A column of `participants` that these records have beside the schema's own."""

    type: Literal["integer", "number", "boolean", "code", "text"]
    label: Label
    codes: dict[Code, Label] = {}


class Instrument(Label):
    """An instrument's words, and the least and the greatest score it can give, where that is known."""

    low: float | None = None
    high: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        """Take words alone as an instrument whose range is not known."""
        return value.model_dump() if isinstance(value, Label) else value


class AccountingLine(CardModel):
    """Where rows of one source file went, for one reason.

    Attributes
    ----------
    fate
        ``kept`` in `table`, ``merged`` into another row of it, ``dropped`` for the named reason; ``derived`` rows came
        from no row of their own and are counted apart.
    """

    file: str
    table: str = ""
    fate: Literal["kept", "merged", "dropped", "derived"]
    reason: Label | None = None
    rows: int = Field(ge=0)


class SourceFinding(CardModel):
    """What the reader of a source file had to tell of rows that it could read; never a cell of them."""

    rule: Code
    severity: Literal["error", "warning"] = "warning"
    table: str = ""
    column: str = ""
    rows: int = Field(ge=0)
    message: Label


class RecordsCard(CardModel):
    """What `records.yaml` says.

    Attributes
    ----------
    origin
        ``synthetic`` is printed on every page of every report.
    baseline
        The extra columns of `participants`; a column that stands neither here nor in the schema is refused.
    occasions, items, instruments
        Codes that these records use beside the schema's own, with their words.
    assumptions
        What the import took for granted without a source: printed in the data section of every report.
    accounting
        What became of every row of the source files, as the import counted them.
    found
        What the readers of the source files had to tell, as cells that a file marks as missing and for which reason.
    """

    schema_version: Literal[1]
    title: Label
    origin: Literal["real", "synthetic"]
    source: Label
    licence: str
    citation: str = ""
    baseline: dict[Code, BaselineColumn] = {}
    occasions: dict[Code, Label] = {}
    items: dict[Code, Label] = {}
    instruments: dict[Code, Instrument] = {}
    assumptions: tuple[Label, ...] = ()
    accounting: tuple[AccountingLine, ...] = ()
    found: tuple[SourceFinding, ...] = ()
