"""The manner of every part of a protocol: frozen, typed, and closed to what it does not know."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: An identifier that can stand in file names, columns and phrase keys.
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Part(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """Words in both languages; neither may be empty."""

    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)
