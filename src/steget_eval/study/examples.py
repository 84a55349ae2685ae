"""Holds a protocol to examples of persons whose outcome its authors wrote down."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import SpecError
from steget_eval.core.yaml import load_model
from steget_eval.protocol import Protocol
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.measures import IncomeSource, Occupation, State
from steget_eval.protocol.outcome import FollowUpEnd
from steget_eval.records import Records, RecordsCard
from steget_eval.records.card import Label
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:
    from steget_eval.cohort import OutcomeValues

_ARROW = {"date": pa.date32(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
_PERSON = "example"


class ExampleSpell(Part):
    """A spell of the person in an example."""

    state: State
    started_on: date
    ended_on: date | None = None
    hours_per_week: float | None = None
    extent_percent: float | None = None
    subsidised: bool | None = None


class ExampleStatus(Part):
    """What was known of the person at an occasion."""

    occasion: str
    occupation: Occupation
    income_sources: tuple[IncomeSource, ...] = ()
    work_extent_percent: float | None = None
    study_extent_percent: float | None = None


class ExampleScore(Part):
    """A score of the person; empty where the form was not filled in."""

    occasion: str
    instrument: str
    score: float | None = None


class Expected(Part):
    """What one estimand makes of the person: `value`, `event` with its `day`, `change`, or `before` and `after`.

    Attributes
    ----------
    value
        The outcome, ``null`` with `known: false` where it is unknown.
    event
        What came first, for an outcome with days: ``event``, ``none``, or the id of a competing event.
    day
        Days from the index date to what came first, or to the end of what was seen.
    change
        The last score minus the first.
    before, after
        The ids of the steps on which the person stood.
    """

    value: float | None = None
    change: float | None = None
    before: str | None = None
    after: str | None = None
    known: bool = True
    event: str | None = None
    day: int | None = Field(default=None, ge=0)


class Example(Part):
    """One person: their spells, how long they were followed, and what comes of it, estimand by estimand."""

    id: Id
    says: Text
    arm: str | None = None
    enrolled_on: date
    discharged_on: date | None = None
    followed_until: date
    follow_up_ended_by: FollowUpEnd = "study_end"
    spells: tuple[ExampleSpell, ...] = ()
    statuses: tuple[ExampleStatus, ...] = ()
    scores: tuple[ExampleScore, ...] = ()
    gives: dict[Id, Expected] = Field(min_length=1)


class Examples(Part):
    """What ``examples.yaml`` beside a protocol says."""

    schema_version: Literal[1]
    examples: tuple[Example, ...] = Field(min_length=1)


def check_examples(protocol: Protocol, file: str | Path) -> int:
    """Hold a protocol to the examples in a file; return how many came out as written.

    Rules of eligibility and covariates are left aside: an example is about the outcome.

    Raises
    ------
    SpecError
        One line for every example that came out otherwise, with what was written and what was found.
    """
    place = Path(file)
    told = load_model(place, Examples)
    faults = [fault for one in told.examples for fault in _faults(protocol, one, place)]
    if faults:
        raise SpecError("\n".join(faults))
    return len(told.examples)


def _faults(protocol: Protocol, example: Example, place: Path) -> list[str]:
    known = {estimand.id for estimand in protocol.estimands}
    unknown = sorted(set(example.gives) - known)
    at = f"{place}: examples.{example.id}"
    if unknown:
        return [f"{at}.gives.{unknown[0]} is no estimand; allowed: {', '.join(sorted(known))}"]
    arms = [arm.id for arm in protocol.arms.compared()]
    if example.arm is not None and example.arm not in arms:
        return [f"{at}.arm is {example.arm!r}; allowed: {', '.join(arms)}"]
    bare = protocol.model_copy(
        update={
            "eligibility": (), "covariates": (), "cluster": None, "benchmark": None, "targets": (),
            "estimands": tuple(replaced for replaced in protocol.estimands if replaced.id in example.gives),
            "primary": next(iter(example.gives)),
        }
    )  # fmt: skip
    cohort = build_cohort(bare, _records(protocol, example))
    mine = int(np.flatnonzero(cohort.persons["participant_id"] == _PERSON)[0])
    return [
        f"{at}.gives.{estimand} says {_said(expected)}; found {_found(cohort.outcomes[estimand], mine)}"
        for estimand, expected in example.gives.items()
        if not _agrees(expected, cohort.outcomes[estimand], mine)
    ]


def _records(protocol: Protocol, example: Example) -> Records:
    """Return the person of the example, with one who did nothing in every other arm, so that no arm is empty."""
    own = example.arm or protocol.arms.treated.id
    person = {
        "arm": own, "enrolled_on": example.enrolled_on, "discharged_on": example.discharged_on,
        "followed_until": example.followed_until, "follow_up_ended_by": example.follow_up_ended_by,
    }  # fmt: skip
    people = [person | {"participant_id": _PERSON}]
    people += [
        person | {"participant_id": f"nobody_{arm.id}", "arm": arm.id}
        for arm in protocol.arms.compared()
        if arm.id != own
    ]
    spells = [spell.model_dump() | {"participant_id": _PERSON} for spell in example.spells]
    words = Label(sv=example.says.sv, en=example.says.en)
    card = RecordsCard(schema_version=1, title=words, origin="synthetic", source=words, licence="none")
    tables = {"participants": _table("participants", people), "spells": _table("spells", spells)}
    if example.statuses:
        statuses = [
            one.model_dump() | {"participant_id": _PERSON, "income_sources": "|".join(one.income_sources) or None}
            for one in example.statuses
        ]
        tables["statuses"] = _table("statuses", statuses)
    if example.scores:
        scores = [one.model_dump() | {"participant_id": _PERSON} for one in example.scores]
        tables["assessments"] = _table("assessments", scores)
    return Records(tables=tables, card=card, name="examples.yaml")


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    arrays = {
        column.name: pa.array([row.get(column.name) for row in rows], _ARROW.get(column.type, pa.string()))
        for column in TABLES[name].columns
    }
    arrays["source_file"] = pa.array(["examples.yaml"] * len(rows), pa.string())
    arrays["source_row"] = pa.array(range(1, len(rows) + 1), pa.int64())
    return pa.table(arrays)


def _agrees(expected: Expected, values: OutcomeValues, mine: int) -> bool:
    if values.kind == "transition":
        return (expected.before, expected.after) == _steps(values, mine)
    if values.kind == "longitudinal":
        change = _change(values, mine)
        if not expected.known or np.isnan(change):
            return not expected.known and bool(np.isnan(change))
        return expected.change is not None and bool(np.isclose(change, expected.change, rtol=0, atol=1e-9))
    if values.y.size:
        value = float(values.y[mine])
        if not expected.known or np.isnan(value):
            return not expected.known and bool(np.isnan(value))
        return expected.value is not None and bool(np.isclose(value, expected.value, rtol=0, atol=1e-9))
    same_day = expected.day is None or expected.day == int(values.t[mine])
    return expected.event == _event(values, mine) and same_day


def _steps(values: OutcomeValues, mine: int) -> tuple[str | None, str | None]:
    before, after = (int(side[mine]) for side in (values.before, values.after))
    names = values.levels
    return names[before] if before >= 0 else None, names[after] if after >= 0 else None


def _change(values: OutcomeValues, mine: int) -> float:
    return float(values.scores[mine, -1] - values.scores[mine, 0])


def _event(values: OutcomeValues, mine: int) -> str:
    cause = int(values.d[mine])
    return "none" if cause == 0 else "event" if cause == 1 else values.causes[cause - 2]


def _said(expected: Expected) -> str:
    if expected.before is not None or expected.after is not None:
        return f"{expected.before or 'unknown'} to {expected.after or 'unknown'}"
    if expected.change is not None:
        return f"a change of {expected.change:g}"
    if expected.event is not None:
        return f"{expected.event}" + (f" on day {expected.day}" if expected.day is not None else "")
    return f"{expected.value:g}" if expected.known and expected.value is not None else "unknown"


def _found(values: OutcomeValues, mine: int) -> str:
    if values.kind == "transition":
        return " to ".join(one or "unknown" for one in _steps(values, mine))
    if values.kind == "longitudinal":
        change = _change(values, mine)
        return "unknown" if np.isnan(change) else f"a change of {change:g}"
    if values.y.size:
        return "unknown" if np.isnan(values.y[mine]) else f"{values.y[mine]:g}"
    return f"{_event(values, mine)} on day {int(values.t[mine])}"
