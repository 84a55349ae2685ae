"""Tables of records: what is seen of people's paths until follow-up ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import expit, logit

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.core.errors import CohortError
from steget_eval.records.tables import TABLES, ColumnType
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.measured import NotReached
from steget_eval.simulate.occasions import Measured
from steget_eval.simulate.paths import JOBS, Paths, Runs
from steget_eval.simulate.people import People
from steget_eval.simulate.support import SupportRuns
from steget_eval.simulate.truth import Truth

ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(), "code": pa.string(), "codes": pa.string(), "date": pa.date32(), "integer": pa.int64(),
    "number": pa.float64(), "boolean": pa.bool_(),
}  # fmt: skip
#: Baseline columns that the simulator makes beside the schema's own, in order.
BASELINE: dict[str, ColumnType] = {
    "education_level": "code", "worked_last_year": "boolean", "months_on_support": "integer", "motivation": "integer",
}  # fmt: skip
FULL_TIME_PAY_SEK = 24_000
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_MONTH = re.compile(r"month_(\d+)")
_NEVER_MISSING = frozenset({"participant_id", "arm", "enrolled_on", "followed_until", "follow_up_ended_by"})


def person_ids(n: int) -> np.ndarray:
    """Return ``syn-001``, ``syn-002``, …, shape (n,)."""
    return np.array([f"syn-{number:03d}" for number in range(1, n + 1)], dtype=object)


def last_days(truth: Truth, people: People, paths: Paths) -> pd.DataFrame:
    """Return the day follow-up ended (`day`, from enrolment) and why (`reason`); on the same day the first wins."""
    cut = int(np.datetime64(truth.data_cut, "D").astype(np.int64)) - people.enrolled_on
    ends = {"death": paths.death, "emigration": paths.emigration, "withdrawn": paths.withdrawn, "lost": paths.lost,
            "study_end": cut}  # fmt: skip
    days = np.column_stack(list(ends.values()))
    return pd.DataFrame({"day": days.min(axis=1), "reason": np.array(list(ends), dtype=object)[days.argmin(axis=1)]})


def own_types(truth: Truth) -> dict[str, ColumnType]:
    """Return the columns that a truth adds to `participants`, typed: a category whose levels are codes is a code."""
    types: dict[str, ColumnType] = {}
    for name, column in truth.columns.items():
        if column.kind == "category":
            types[name] = "code" if all(_CODE.fullmatch(level) for level in column.levels) else "text"
        else:
            types[name] = "integer" if column.kind == "number" else "boolean"
    return types


def participants_table(
    truth: Truth, people: People, paths: Paths, arms: np.ndarray, last: pd.DataFrame, draws: Draws, *,
    declares_age: bool,
) -> pa.Table:  # fmt: skip
    """Return the participants; `arms` holds the arm's code of each person.

    `declares_age` adds the column `age`, which a protocol without index date needs. What is missing is missing here
    alone: the person has it all the same.
    """
    frame = pd.DataFrame(
        {
            "participant_id": person_ids(len(arms)),
            "arm": arms,
            "enrolled_on": people.enrolled_on,
            "followed_until": people.enrolled_on + last["day"].to_numpy(),
            "follow_up_ended_by": last["reason"],
            "site": people.site,
            "sex": np.where(people.woman, "woman", "man"),
            "birth_year": people.birth_year,
            **{name: getattr(people, name) for name in BASELINE},
            **people.own,
        }
    )
    if truth.discharge is not None:
        seen = paths.discharge < last["day"].to_numpy()
        frame["discharged_on"] = (people.enrolled_on + np.where(seen, paths.discharge, 0)).astype(float)
        frame.loc[~seen, "discharged_on"] = np.nan
    types: dict[str, ColumnType] = {**BASELINE, **own_types(truth)}
    if declares_age:
        frame["age"], types["age"] = people.age, "integer"
    return record_table("participants", _with_gaps(truth, frame, people, draws), types)


def statuses_table(truth: Truth, measured: Measured, draws: Draws) -> pa.Table:
    """Return what each person did at each occasion, and lived on; unknown where nobody was reached."""
    parts = []
    for occasion, held in measured.statuses.items():
        reached = _reached(truth, occasion, draws, scores=False)
        part = pd.DataFrame({
            "participant_id": person_ids(len(held)), "occasion": occasion,
            "occupation": np.where(reached, held, "unknown"),
        })  # fmt: skip
        if occasion in measured.no_support:
            told = zip(measured.no_support[occasion], reached, strict=True)
            part["income_sources"] = [
                None if not seen else "no_public_support" if none else "social_assistance" for none, seen in told
            ]
        if occasion in measured.contacts:
            part["contact"] = pd.Series(measured.contacts[occasion]).where(reached)
        if truth.statuses[occasion].extents:
            quarters = _quarters(occasion, draws, later=not truth.statuses[occasion].before)
            for column, own in (("work_extent_percent", "employed"), ("study_extent_percent", "studying")):
                holds = part["occupation"].isin([own, "employed_and_studying"])
                part[column] = pd.Series(25.0 * quarters).where(holds)
        parts.append(part)
    return record_table("statuses", pd.concat(parts, ignore_index=True).sort_values(["participant_id", "occasion"]), {})


def amounts_table(truth: Truth, measured: Measured) -> pa.Table:
    """Return the amounts in their stored unit."""
    units = {(one.item, one.occasion): one.unit for one in truth.amounts}
    return _long_table("amounts", measured.amounts, ("item", "occasion"), "value", unit=units)


def _quarters(occasion: str, draws: Draws, *, later: bool) -> np.ndarray:
    """Return each person's extent in quarters of full time, shape (n,): their own, and for some one more later on."""
    own = 1 + np.floor(4 * draws.uniform("status", "extent"))
    more = draws.uniform("status", occasion, "extent") < 0.3
    quarters: np.ndarray = np.minimum(own + (more if later else 0), 4)
    return quarters


def assessments_table(truth: Truth, measured: Measured, last: pd.DataFrame, draws: Draws) -> pa.Table:
    """Return the scores of those who were reached, and at a month of those still followed."""
    ids = person_ids(draws.people)
    parts = [
        pd.DataFrame({"participant_id": ids, "instrument": instrument, "occasion": occasion, "score": score})[
            _reached(truth, occasion, draws, scores=True) & _is_followed(occasion, last)
        ]
        for (instrument, occasion), score in measured.scores.items()
    ]
    whole = pd.concat(parts, ignore_index=True).sort_values(["participant_id", "instrument", "occasion"])
    return record_table("assessments", whole, {})


def _reached(truth: Truth, occasion: str, draws: Draws, *, scores: bool) -> np.ndarray:
    """Return who was reached at an occasion, shape (n,), for the status or for the scores."""
    missed = truth.not_reached.get(occasion, NotReached())
    reached: np.ndarray = draws.uniform("missing", "status", occasion) >= missed.status
    if scores:
        reached = reached & (draws.uniform("missing", "scores", occasion) >= missed.scores)
    return reached


def _is_followed(occasion: str, last: pd.DataFrame) -> np.ndarray:
    """Return who is still followed at an occasion that is named for its month, shape (n,); at any other, everybody."""
    month = _MONTH.fullmatch(occasion)
    since = 0 if month is None else int(int(month.group(1)) * DAYS_PER_MONTH)
    followed: np.ndarray = last["day"].to_numpy() >= since
    return followed


def _long_table(
    name: str, values: Mapping[Any, np.ndarray], keys: tuple[str, ...], value: str,
    **by_key: Mapping[Any, str],
) -> pa.Table:  # fmt: skip
    parts = []
    for key, column in values.items():
        part = pd.DataFrame({"participant_id": person_ids(len(column)), value: column})
        extra = {column: one[key] for column, one in by_key.items()}
        parts.append(part.assign(**dict(zip(keys, key, strict=True)), **extra))
    return record_table(name, pd.concat(parts, ignore_index=True).sort_values(["participant_id", *keys]), {})


def _with_gaps(truth: Truth, frame: pd.DataFrame, people: People, draws: Draws) -> pd.DataFrame:
    """Return the participants with the cells emptied that the truth says are missing."""
    gaps = frame.copy()
    for column, missing in truth.missing.items():
        if column not in gaps or column in _NEVER_MISSING:
            raise CohortError(f"missing.{column}: no column of participants that may be empty")
        log_odds = logit(missing.share) + missing.effects.linear(people.features)
        gaps[column] = gaps[column].astype(object).mask(draws.uniform("missing", column) < expit(log_odds), None)
    return gaps


def spells_table(
    people: People, paths: Paths, support: SupportRuns, last: pd.DataFrame, draws: Draws,
    earlier: Mapping[str, Runs] = MappingProxyType({}),
) -> pa.Table:  # fmt: skip
    """Return the spells that began before follow-up ended, the `earlier` ones too; one that outlasts it has no end."""
    parts = [_with_hours(_long(runs, state), state, runs.hours, draws) for state, runs in paths.runs.items()]
    parts += [_long(runs, state) for state, runs in earlier.items()]
    on_support = _long(support.runs, "")
    who = on_support["person"].to_numpy()
    on_support = on_support.assign(state=support.kind[who], extent_percent=support.extent_percent[who].astype(float))
    parts += [on_support[on_support["state"] != ""], _long(support.runs, "job_seeking")[support.job_seeking[who]]]
    spells = pd.concat([part.dropna(axis=1, how="all") for part in parts], ignore_index=True)
    spells = _seen(spells, last["day"].to_numpy()).sort_values(["person", "started_on", "state"])
    who = spells["person"].to_numpy()
    return record_table(
        "spells",
        spells.assign(
            participant_id=person_ids(draws.people)[who],
            started_on=spells["started_on"] + people.enrolled_on[who],
            ended_on=spells["ended_on"] + people.enrolled_on[who],
        ),
        {},
    )


def _long(runs: Runs, state: str) -> pd.DataFrame:
    """Return one row per spell that comes about: `person`, `number`, `state`, `started_on`, `ended_on` in days."""
    person, number = np.nonzero(runs.start < NEVER)
    start, end = runs.start[person, number], runs.end[person, number]
    return pd.DataFrame({"person": person, "number": number, "state": state, "started_on": start, "ended_on": end})


def _with_hours(spells: pd.DataFrame, state: str, of_runs: np.ndarray | None, draws: Draws) -> pd.DataFrame:
    """Return job spells with hours, pay and subsidy; others as they are."""
    if of_runs is None or spells.empty:
        return spells
    who, number = spells["person"].to_numpy(), spells["number"].to_numpy()
    v = np.column_stack([draws.uniform(state, "pay", spell) for spell in range(number.max() + 1)])[who, number]
    hours = of_runs[who, number]
    pay = np.rint(hours / 40 * FULL_TIME_PAY_SEK * (0.9 + 0.4 * v) / 100).astype(np.int64) * 100
    return spells.assign(hours_per_week=hours, monthly_pay_sek=pay.astype(float), subsidised=JOBS[state])


def _seen(spells: pd.DataFrame, last: np.ndarray) -> pd.DataFrame:
    """Return the spells as seen by somebody who stops looking at the start of the day `last`."""
    until = last[spells["person"].to_numpy()]
    seen = spells.assign(ended_on=spells["ended_on"].where(spells["ended_on"] <= until))
    begun: pd.DataFrame = seen[seen["started_on"] < until]
    return begun


def record_table(name: str, frame: pd.DataFrame, own: dict[str, ColumnType]) -> pa.Table:
    """Return a frame as the typed table of the schema: its columns, the records' own, and where a row came from."""
    types = {column.name: column.type for column in TABLES[name].columns} | own
    arrays = {column: _arrow(frame, column, kind) for column, kind in types.items()}
    arrays["source_file"] = pa.array(["simulated"] * len(frame), pa.string())
    arrays["source_row"] = pa.array(np.arange(1, len(frame) + 1), pa.int64())
    return pa.table(arrays)


def _arrow(frame: pd.DataFrame, column: str, kind: ColumnType) -> pa.Array:
    if column not in frame:
        return pa.nulls(len(frame), ARROW[kind])
    values = frame[column]
    if kind in {"date", "integer"}:
        whole = pa.array(values.astype("Int64"), pa.int64())
        return whole.cast(pa.int32()).cast(pa.date32()) if kind == "date" else whole
    return pa.array(values.to_numpy(dtype=object), ARROW[kind], from_pandas=True)
