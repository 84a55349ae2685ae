"""The card that lies beside the tables: where they come from and which of their columns are their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    instruments: dict[Code, Label] = {}
