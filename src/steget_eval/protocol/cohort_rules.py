"""Who is in, and what is adjusted for."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.measures import State


class Eligibility(Part):
    """One rule of eligibility: exactly one test, with words for the flow diagram.

    Attributes
    ----------
    exclude
        Words for those whom the rule removes.
    enrolled_between
        First and last permitted day of enrolment, both included.
    age_between
        Youngest and oldest permitted age in the year of the index date (year minus year of birth), both included.
    not_in_state
        Nobody in one of these states on the index date.
    column, one_of
        A column of `participants` and its permitted values.
    """

    id: Id
    exclude: Text
    enrolled_between: tuple[date, date] | None = None
    age_between: tuple[int, int] | None = None
    not_in_state: tuple[State, ...] = ()
    column: str | None = None
    one_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_test(self) -> Eligibility:
        tests = [self.enrolled_between is not None, self.age_between is not None, bool(self.not_in_state),
                 self.column is not None]  # fmt: skip
        if sum(tests) != 1 or (self.column is None) == bool(self.one_of):
            raise ValueError(
                "a rule is exactly one of enrolled_between, age_between, not_in_state, or column with one_of"
            )
        return self


class BaselineAmount(Part):
    """An amount at an occasion before the index date."""

    item: str
    occasion: str


class Covariate(Part):
    """One thing known of each person, at the index date unless it says otherwise.

    Attributes
    ----------
    column
        A column of `participants`, or ``age`` (year of the index date minus year of birth).
    amount
        Instead of a column: an amount at an occasion, shown in whole currency units.
    zero
        The covariate is whether the amount or number is zero.
    adjust
        False shows it in table 1 without adjusting for it.
    known
        ``later`` for what became known only after the index date, such as what an assessment found: it is shown apart
        from what was known at the start, and nothing may be adjusted for it.
    levels
        Of a category: level as the records have it to its words; a level that stands here in no words is told by the
        schema's words, or as it is.
    """

    id: Id
    label: Text
    kind: Literal["number", "binary", "category"]
    column: str | None = None
    amount: BaselineAmount | None = None
    zero: bool = False
    adjust: bool = True
    known: Literal["start", "later"] = "start"
    decimals: int = Field(default=1, ge=0, le=3)
    levels: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_source(self) -> Covariate:
        if self.levels and self.kind != "category":
            raise ValueError("levels belong to a covariate of kind category")
        if (self.column is None) == (self.amount is None):
            raise ValueError("a covariate is read from exactly one of column and amount")
        if self.zero and self.kind != "binary":
            raise ValueError("a covariate with zero: true has kind binary")
        if self.known == "later" and self.adjust:
            raise ValueError("a covariate known later has adjust: false; what came after the start is not adjusted for")
        return self
