"""What may leave the house."""

from __future__ import annotations

from pydantic import Field

from steget_eval.protocol.base import Part


class Disclosure(Part):
    """The policy of the gate.

    Attributes
    ----------
    minimum_cell
        A count below it is suppressed, and so is everything that would give it back.
    minimum_denominator
        No percentage on fewer people than this.
    publish_zero
        Whether a count of zero may be told.
    """

    minimum_cell: int = Field(default=5, ge=3, le=100)
    minimum_denominator: int = Field(default=10, ge=3, le=1000)
    publish_zero: bool = False
