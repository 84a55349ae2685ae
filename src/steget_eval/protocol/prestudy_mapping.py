"""What a prestudy found: who does what, who sends people to whom, how many there are, and which data can be had."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from steget_eval.core.errors import RecordsError
from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.yaml import read_yaml, refusal
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.prestudy_table import with_coverage

#: The file of a mapping in its folder.
FILE = "mapping.yaml"

#: How far something is there.
State = Literal["provided", "partly", "missing"]


class Coverage(Part):
    """Whether an actor does something; where no line says so, nobody asked."""

    actor: Id
    function: Id
    state: State
    source: Text


class Pathway(Part):
    """Whether there is a routine by which one actor sends people on to another."""

    sender: Id
    receiver: Id
    state: State
    source: Text

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> Pathway:
        if self.sender == self.receiver:
            raise ValueError(f"a pathway from {self.sender} must lead to another actor")
        return self


class TargetLine(Part):
    """How many there are of something, with how sure that is.

    Attributes
    ----------
    low, high
        Between which numbers it may lie, according to the source.
    people
        Whether it counts people; then a small count is held back.
    invented
        Whether the number is made up to show the form.
    """

    id: Id
    label: Text
    count: int = Field(ge=0)
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    people: bool = True
    year: int = Field(ge=1990, le=2100)
    source: Text
    invented: bool = False

    @model_validator(mode="after")
    def _lies_between(self) -> TargetLine:
        if not self.low <= self.count <= self.high:
            raise ValueError(f"{self.id}: count must lie between low and high")
        return self


class StepTaken(Part):
    """When a step of the plan was really begun and ended; None where it was not."""

    step: Id
    started_on: date | None = None
    ended_on: date | None = None
    note: Text | None = None


class BudgetLine(Part):
    """A cost with what was budgeted and what it came to, in whole kronor; None where the outturn is not known."""

    id: Id
    label: Text
    budget_sek: int = Field(ge=0)
    outturn_sek: int | None = Field(default=None, ge=0)
    source: Text
    invented: bool = False


class DataSource(Part):
    """Data that the planned study could use.

    Attributes
    ----------
    grain
        What one row is.
    lead_months
        Fewest and most months from order to delivery; None where nobody knows.
    """

    id: Id
    label: Text
    holder: Text
    grain: Literal["person", "household", "unit", "area"]
    available: Literal["yes", "on_application", "no", "unknown"]
    lead_months: tuple[float, float] | None = None
    source: Text


class Mapping(Part):
    """A prestudy's findings, before the gate.

    Attributes
    ----------
    origin
        ``synthetic`` where answers were made up to show the form; printed on every page.
    """

    schema_version: Literal[1]
    kind: Literal["mapping"]
    id: Id
    origin: Literal["real", "synthetic"]
    gathered_on: date
    coverage: tuple[Coverage, ...] = Field(min_length=1)
    pathways: tuple[Pathway, ...] = ()
    target_group: tuple[TargetLine, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    inventory: tuple[DataSource, ...] = ()

    @model_validator(mode="after")
    def _stand_once(self) -> Mapping:
        keys: dict[str, list[object]] = {
            "coverage": [(one.actor, one.function) for one in self.coverage],
            "pathways": [(one.sender, one.receiver) for one in self.pathways],
            "target_group": [one.id for one in self.target_group],
            "steps": [one.step for one in self.steps],
            "budget": [one.id for one in self.budget],
            "inventory": [one.id for one in self.inventory],
        }
        for name, held in keys.items():
            if len(set(held)) < len(held):
                raise ValueError(f"{name}: a line stands more than once")
        invented = [*(one.invented for one in self.target_group), *(one.invented for one in self.budget)]
        if self.origin == "real" and any(invented):
            raise ValueError("a line is invented, so origin must be synthetic")
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of every line, whatever the file looked like."""
        return fingerprint_json(self.model_dump(mode="json"))


def load_mapping(path: str | Path) -> Mapping:
    """Return the mapping in a folder, or in a file, with the table of actors and functions that it may name.

    Raises
    ------
    RecordsError
        With one line for every fault: file, path inside it, what was found, what is allowed.
    """
    place = Path(path)
    file = place / FILE if place.is_dir() else place
    content = with_coverage(read_yaml(file, error=RecordsError), file)
    try:
        return Mapping.model_validate(content)
    except ValidationError as fault:
        raise RecordsError(refusal(file, fault, Mapping)) from None
