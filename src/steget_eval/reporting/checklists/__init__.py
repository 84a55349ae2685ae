"""The reporting checklists of each design, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from steget_eval.protocol.base import Text
from steget_eval.protocol.programme import Design

ChecklistName = Literal[
    "consort_2025", "target_2025", "strobe_record", "tidier", "prestudy_report", "analysis_plan"
]  # fmt: skip

#: Which lists a design is held to, the first of them first.
LISTS: dict[str, tuple[ChecklistName, ...]] = {
    "randomised": ("consort_2025", "tidier"),
    "comparison": ("target_2025", "strobe_record", "tidier"),
    "staggered": ("target_2025", "strobe_record", "tidier"),
    "interrupted": ("strobe_record", "tidier"),
    "before_after": ("strobe_record", "tidier"),
    "single_arm": ("strobe_record", "tidier"),
    "aggregate": ("strobe_record", "tidier"),
    "prestudy": ("prestudy_report", "analysis_plan", "tidier"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a checklist.

    Attributes
    ----------
    words
        What the item asks for, in our own words.
    at
        The sections of a report where it is answered, those that a report lacks left out; none where this package
        never answers it.
    needs
        What the protocol, the records or the mapping must hold for it to be answered there; empty for nothing.
    seen
        Whether its number or wording was seen in a source.
    """

    id: str
    words: Text
    at: tuple[str, ...]
    needs: str
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A published checklist."""

    id: str
    name: Text
    source: str
    items: tuple[Item, ...]


def checklists_of(design: Design) -> tuple[Checklist, ...]:
    """Return the checklists that a report of a design is held to."""
    return tuple(load_checklist(name) for name in LISTS[design])


@cache
def load_checklist(name: ChecklistName) -> Checklist:
    """Return a checklist by its name."""
    told = yaml.safe_load(files("steget_eval.reporting.checklists").joinpath(f"{name}.yaml").read_text("utf-8"))
    items = tuple(
        Item(
            id=str(one["id"]), words=Text(sv=one["sv"], en=one["en"]), at=tuple(one["at"]), needs=one.get("needs", ""),
            seen=one["seen"],
        )
        for one in told["items"]
    )  # fmt: skip
    return Checklist(id=name, name=Text(**told["name"]), source=told["source"], items=items)
