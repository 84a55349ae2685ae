"""What is done about outcomes that nobody saw, beyond the main answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part

if TYPE_CHECKING:
    from steget_eval.protocol.protocol import Protocol

Step = Literal[
    "complete_case", "attrition_weights", "multiple_imputation", "delta", "jump_to_reference", "copy_reference",
    "copy_increments", "worst_case",
]  # fmt: skip


Shifts = Annotated[tuple[float, ...], Field(max_length=11)]


class Shift(Part):
    """By how much those who were not seen are supposed to differ from those alike who were.

    Attributes
    ----------
    treated, comparison
        Percentage points for what happened or did not, the outcome's own unit for amounts.
    """

    treated: float = Field(default=0.0, ge=-1e6, le=1e6)
    comparison: float = Field(default=0.0, ge=-1e6, le=1e6)


class Missing(Part):
    """The ladder of assumptions on unknown outcomes, and how far it is climbed.

    Attributes
    ----------
    ladder
        Steps in the order they are told. ``complete_case`` is the main answer itself; ``worst_case`` speaks of outcomes
        that happened or did not; ``copy_reference`` and ``copy_increments`` of scores at several occasions.
    imputations
        Completed data sets behind every step that draws outcomes.
    delta
        The shift of the step ``delta``, which needs one.
    tipping
        Percentage points, rising, by which the unseen of each arm are supposed to differ in the tipping map; empty
        for no map.
    tipping_amounts
        The same for amounts: the outcome's id to shifts in its own unit.
    """

    ladder: tuple[Step, ...] = ("complete_case", "worst_case")
    imputations: int = Field(default=20, ge=5, le=500)
    delta: Shift | None = None
    tipping: Shifts = ()
    tipping_amounts: dict[Id, Shifts] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> Missing:
        if len(set(self.ladder)) != len(self.ladder):
            raise ValueError("missing.ladder names a step more than once")
        if ("delta" in self.ladder) != (self.delta is not None):
            raise ValueError("missing.delta and the step delta of missing.ladder belong together")
        if list(self.tipping) != sorted(set(self.tipping)) or any(abs(points) > 100 for points in self.tipping):
            raise ValueError("missing.tipping is percentage points from -100 to 100, rising")
        if any(list(shifts) != sorted(set(shifts)) or not shifts for shifts in self.tipping_amounts.values()):
            raise ValueError("missing.tipping_amounts are shifts in the outcome's unit, rising")
        return self


def refuse_missing(protocol: Protocol) -> None:
    """Raise `ValueError` where a tipping map of amounts names an outcome that is none."""
    amounts = {outcome.id for outcome in protocol.outcomes if outcome.kind == "amount"}
    strays = sorted(set(protocol.missing.tipping_amounts) - amounts)
    if strays:
        raise ValueError(f"missing.tipping_amounts.{strays[0]} is no outcome of kind amount")
