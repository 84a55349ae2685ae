"""Tells records as drawn tables and asks one small question of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from steget_eval.cohort import Cohort, OutcomeValues, build_cohort
from steget_eval.protocol import Protocol
from steget_eval.records import TABLES, Records, RecordsCard

ARROW = {
    "text": pa.string(), "code": pa.string(), "codes": pa.string(), "date": pa.date32(), "integer": pa.int64(),
    "number": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
PARSE: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat, "integer": int, "number": float, "boolean": lambda text: text == "true",
    "codes": lambda text: text.replace("+", "|"),
}  # fmt: skip
#: What a drawn table of people need not say.
PERSON = {"arm": "ips", "followed_until": "2099-01-01", "follow_up_ended_by": "study_end"}
WORDS = {"sv": "ord", "en": "words"}
CARD = {"schema_version": 1, "title": WORDS, "origin": "synthetic", "source": WORDS, "licence": "none"}


def parse_drawn(text: str) -> list[dict[str, str]]:
    """Return the rows of a table drawn with bars; an empty cell is an empty text."""
    lines = [line.strip() for line in text.strip().splitlines()]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines if set(line) - set("-+ ")]
    return [dict(zip(head, row, strict=True)) for row in rows]


def arrow_table(name: str, rows: list[dict[str, str]], own: Mapping[str, str]) -> pa.Table:
    """Return drawn rows as a typed table of records, numbered from line 2 of a file of that name."""
    types = {column.name: column.type for column in TABLES[name].columns} | (own if name == "participants" else {})
    columns: dict[str, pa.Array] = {}
    for column, kind in types.items():
        parse = PARSE.get(kind, str)
        cells = [row.get(column, "") for row in rows]
        columns[column] = pa.array([parse(cell) if cell else None for cell in cells], ARROW[kind])
    columns["source_file"] = pa.array([f"{name}.csv"] * len(rows), pa.string())
    columns["source_row"] = pa.array(range(2, len(rows) + 2), pa.int64())
    return pa.table(columns)


@dataclass(frozen=True)
class Told:
    """What was found of each drawn person."""

    cohort: Cohort

    @property
    def y(self) -> dict[str, float | None]:
        """The value of each person, None where unknown."""
        return self._known(self.cohort.outcomes["question"])

    @property
    def td(self) -> dict[str, tuple[int, int]]:
        """Day and kind of event of each person."""
        values = self.cohort.outcomes["question"]
        days = zip(values.t.tolist(), values.d.tolist(), strict=True)
        return dict(zip(self.ids, days, strict=True))

    @property
    def ids(self) -> list[str]:
        """Who is in."""
        return list(self.cohort.persons["participant_id"])

    @property
    def flow(self) -> dict[str, int]:
        """People in each box of the flow."""
        return {step.id: step.n for step in self.cohort.flow.steps}

    def _known(self, values: OutcomeValues) -> dict[str, float | None]:
        return dict(zip(self.ids, (None if math.isnan(y) else y for y in values.y), strict=True))


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Records]:
    """Records from drawn tables: ``drawn(participants=..., spells=..., own={"column": "integer"})``."""

    def make(own: Mapping[str, str] | None = None, **tables: str) -> Records:
        rows = {name: parse_drawn(text) for name, text in tables.items()}
        rows["participants"] = [PERSON | row for row in rows["participants"]]
        made = {name: arrow_table(name, part, own or {}) for name, part in rows.items()}
        return Records(tables=made, card=RecordsCard.model_validate(CARD), name="drawn")

    return make


@pytest.fixture(scope="session")
def ask() -> Callable[..., Protocol]:
    """A protocol of one arm and one question; ten days from enrolment unless the clock is given."""

    def make(
        *events: Mapping[str, Any], kind: str = "binary", strategies: Mapping[str, str] | None = None,
        met: Mapping[str, Any] | None = None, outcome: Mapping[str, Any] | None = None, **changes: Any,
    ) -> Protocol:  # fmt: skip
        intercurrent = [{"id": name, "label": WORDS, "sources": [source]} for name, source in (met or {}).items()]
        asked = {"id": "outcome", "kind": kind, "label": WORDS, "definition": WORDS, "events": list(events),
                 "intercurrent_events": intercurrent, **(outcome or {})}  # fmt: skip
        two = "comparison" in changes.get("arms", {})
        question = {"id": "question", "question": WORDS, "outcome": "outcome", "population": "ATE" if two else "arm",
                    "contrast": "risk_difference" if two else "risk", "strategies": strategies or {}}  # fmt: skip
        return Protocol.model_validate({
            "schema_version": 1, "id": "drawn", "title": WORDS, "decided_on": date(2026, 1, 1),
            "programme": {"id": "drawn", "name": WORDS, "is_ips": False, "description": WORDS},
            "design": "comparison" if two else "single_arm", "arms": {"treated": {"id": "ips", "label": WORDS}},
            "clock": {"index": "enrolled_on", "horizon": 10, "unit": "days"}, "outcomes": [asked],
            "estimands": [question], "primary": "question", **changes,
        })  # fmt: skip

    return make


@pytest.fixture(scope="session")
def tell(drawn: Callable[..., Records], ask: Callable[..., Protocol]) -> Callable[..., Told]:
    """What a protocol finds in drawn tables."""

    def make(protocol: Protocol, **tables: Any) -> Told:
        return Told(build_cohort(protocol, drawn(**tables)))

    return make
