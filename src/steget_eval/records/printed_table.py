"""A row of a published table that somebody has typed in."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from steget_eval.core.printed import Printed, as_printed
from steget_eval.records.trials import Count, Measure, People

_PRINTED = ("percent_1", "percent_0", "percent_all", "estimate", "low", "high", "p")


class TypedRow(BaseModel):
    """One row of a table: two arms, everyone, and the effect beside them; an empty cell is not printed.

    Attributes
    ----------
    row
        The row's label, once in a table.
    part_of
        The label of the row that this one is a part of.
    decimals
        Least decimals of estimate and limits, for texts that lost their last zeros.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    row: Annotated[str, Field(min_length=1)]
    part_of: str = ""
    n_1: People | None = None
    events_1: Count | None = None
    percent_1: Printed | None = None
    n_0: People | None = None
    events_0: Count | None = None
    percent_0: Printed | None = None
    n_all: People | None = None
    events_all: Count | None = None
    percent_all: Printed | None = None
    measure: Measure = "none"
    estimate: Printed | None = None
    low: Printed | None = None
    high: Printed | None = None
    p: Printed | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0

    @model_validator(mode="before")
    @classmethod
    def _read_printed(cls, values: Any) -> Any:
        """Turn the texts of printed numbers into numbers."""
        if not isinstance(values, dict):
            return values
        least = str(values.get("decimals", "0"))
        shared = int(least) if least.isdigit() else 0
        read = dict(values)
        for name in _PRINTED:
            if isinstance(read.get(name), str):
                try:
                    read[name] = as_printed(read[name], decimals=shared if name in {"estimate", "low", "high"} else 0)
                except ValueError:
                    raise ValueError(f"column {name}: not a number as printed") from None
        return read
