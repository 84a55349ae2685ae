"""The cohort's expressions against day-by-day set arithmetic, person by person."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.dates import add_months
from steget_eval.protocol import Protocol
from steget_eval.records import Records, RecordsCard
from steget_eval.records.codes import STATES

WORDS = {"sv": "ord", "en": "words"}
CARD = RecordsCard.model_validate(
    {"schema_version": 1, "title": WORDS, "origin": "synthetic", "source": WORDS, "licence": "none"}
)
MONTHS = 3
STATES_DRAWN = ("custody", "competitive_employment", "education", "job_seeking")
WORK, ENTRY, CUSTODY = "competitive_employment", "education", "custody"
#: One example is a whole crowd, so that few examples meet many people.
CROWD = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

spells = st.builds(
    lambda state, start, length, hours: {"state": state, "start": start, "length": length, "hours": hours},
    st.sampled_from(STATES_DRAWN), st.integers(-40, 110), st.none() | st.integers(1, 60),
    st.sampled_from([None, 10.0, 20.0]),
)  # fmt: skip
people = st.builds(
    lambda arm, index, followed, reason, age, sex, own: {
        "arm": arm, "index": index, "followed": followed, "reason": reason, "age": age, "sex": sex, "spells": own,
    },
    st.sampled_from(["ips", "usual", "trial"]), st.dates(date(2015, 1, 1), date(2016, 12, 31)),
    st.integers(0, 100), st.sampled_from(["death", "lost", "study_end"]), st.none() | st.integers(16, 66),
    st.sampled_from(["woman", "man", None]), st.lists(spells, max_size=6),
)  # fmt: skip
crowds = st.lists(people, min_size=5, max_size=40)


def _records(crowd: list[dict[str, Any]], order: list[int] | None = None) -> Records:
    rows = [{
        "participant_id": f"p{number:03d}", "arm": one["arm"], "enrolled_on": one["index"],
        "followed_until": one["index"] + timedelta(days=one["followed"]), "follow_up_ended_by": one["reason"],
        "sex": one["sex"], "birth_year": None if one["age"] is None else one["index"].year - one["age"],
        "source_file": "participants.csv", "source_row": number + 2,
    } for number, one in enumerate(crowd)]  # fmt: skip
    lived = [{
        "participant_id": f"p{number:03d}", "state": spell["state"],
        "started_on": one["index"] + timedelta(days=spell["start"]),
        "ended_on": _end(one, spell), "hours_per_week": spell["hours"],
        "source_file": "spells.csv", "source_row": 2,
    } for number, one in enumerate(crowd) for spell in one["spells"]]  # fmt: skip
    if order is not None:
        rows = [rows[place % len(rows)] for place in _turned(order, len(rows))]
        lived = [lived[place] for place in _turned(order, len(lived))]
    text, day, whole = pa.string(), pa.date32(), pa.int64()
    tables = {
        "participants": pa.Table.from_pylist(rows, schema=pa.schema({
            "participant_id": text, "arm": text, "enrolled_on": day, "followed_until": day, "follow_up_ended_by": text,
            "sex": text, "birth_year": whole, "source_file": text, "source_row": whole})),
        "spells": pa.Table.from_pylist(lived, schema=pa.schema({
            "participant_id": text, "state": text, "started_on": day, "ended_on": day, "hours_per_week": pa.float64(),
            "source_file": text, "source_row": whole})),
    }  # fmt: skip
    return Records(tables=tables, card=CARD, name="crowd")


def _end(one: dict[str, Any], spell: dict[str, Any]) -> date | None:
    return None if spell["length"] is None else one["index"] + timedelta(days=spell["start"] + spell["length"])


def _turned(order: list[int], n: int) -> list[int]:
    return sorted(range(n), key=lambda place: (order[place % len(order)], -place))


def _outcome(name: str, kind: str, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": WORDS, "definition": WORDS, "events": [event], **more}


def _protocol(dose: int, hours: float | None, **changes: Any) -> Protocol:
    custody = [{"id": "custody", "label": WORDS, "sources": [{"spells": [CUSTODY]}]}]
    death = [{"id": "death", "label": WORDS, "sources": [{"follow_up_ended_by": ["death"]}]}]
    least = {"days": dose} if hours is None else {"days": dose, "hours_per_week": hours}
    work = {"spells": [WORK]}
    outcomes = [
        _outcome("first", "competing", work, minimum_dose=least, intercurrent_events=[*death, *custody]),
        _outcome("days", "amount", work, measure="days_in_state", intercurrent_events=death),
        _outcome("entry", "time_to_event", {"spells": [ENTRY], "entry": True}, intercurrent_events=death),
        _outcome("last", "binary", {"spells": [WORK, ENTRY]}, measure="at_horizon", intercurrent_events=death),
    ]
    met = {"first": {"death": "while_alive", "custody": "while_alive"}, "days": {"death": "composite"},
           "entry": {"death": "hypothetical"}, "last": {"death": "composite"}}  # fmt: skip
    asked = {"population": "ATE", "contrast": "risk_difference"} if changes.get("design") == "comparison" else {
        "population": "arm", "contrast": "risk"}  # fmt: skip
    estimands = [
        {"id": name, "question": WORDS, "outcome": name, "strategies": strategies, **asked}
        for name, strategies in met.items()
    ]
    return Protocol.model_validate({
        "schema_version": 1, "id": "crowd", "title": WORDS, "decided_on": date(2026, 1, 1),
        "programme": {"id": "crowd", "name": WORDS, "is_ips": False, "description": WORDS}, "design": "single_arm",
        "arms": {"treated": {"id": "ips", "label": WORDS}}, "outcomes": outcomes, "estimands": estimands,
        "clock": {"index": "enrolled_on", "horizon": MONTHS, "unit": "months"}, "primary": "days", **changes,
    })  # fmt: skip


class _Lived:
    """One person's days as sets, the slow and plain way."""

    def __init__(self, one: dict[str, Any]) -> None:
        self.one = one
        self.window = (add_months(one["index"], MONTHS) - one["index"]).days
        self.followed = range(min(one["followed"], self.window))
        self.lost = one["followed"] < self.window
        self.death = one["followed"] if self.lost and one["reason"] == "death" else None

    def days(self, states: tuple[str, ...], *, hours: float | None = None, entry: bool = False) -> list[int]:
        lived = set()
        for spell in self.one["spells"]:
            if spell["state"] not in states or (entry and spell["start"] < 0):
                continue
            if hours is not None and (spell["hours"] is None or spell["hours"] < hours):
                continue
            end = math.inf if spell["length"] is None else spell["start"] + spell["length"]
            lived |= {day for day in self.followed if spell["start"] <= day < end}
        return sorted(lived)

    def first(self, dose: int, hours: float | None) -> tuple[int, int]:
        own = self.days((WORK,), hours=hours)
        taken = self.days((CUSTODY,))
        # Day, then rank on a tie: the event, then competing events in order.
        found = [(own[dose - 1], 1)] if len(own) >= dose else []
        found += [(self.death, 2)] if self.death is not None else []
        found += [(taken[0], 3)] if taken else []
        return min(found) if found else self.censored()

    def entry(self) -> tuple[int, int]:
        own = self.days((ENTRY,), entry=True)
        return (own[0], 1) if own else self.censored()

    def days_worked(self) -> float | None:
        return None if self.lost and self.death is None else len(self.days((WORK,)))

    def last(self) -> float | None:
        if self.lost:
            return None if self.death is None else 0
        return float(self.window - 1 in self.days((WORK, ENTRY)))

    def censored(self) -> tuple[int, int]:
        return (self.one["followed"], 0) if self.lost else (92, 0)  # three months last 92 days at most

    def states(self) -> dict[int, str]:
        index = self.one["index"]
        points = [(add_months(index, month) - index).days for month in range(MONTHS)] + [self.window - 1]
        followed = {month: day for month, day in enumerate(points) if day < self.one["followed"]}
        ranked = {
            month: [state for state in STATES if day in self.days((state,))] for month, day in followed.items()
        }  # fmt: skip
        held = {month: (states or ["none"])[0] for month, states in ranked.items()}
        return {month: held.get(month, "not_followed") for month in range(len(points))}


def _mine(crowd: list[dict[str, Any]]) -> list[_Lived]:
    return [_Lived(one) for one in crowd if one["arm"] == "ips"]


OUTSIDE = {"treated": {"id": "ips", "label": WORDS},
           "outside": [{"id": "usual", "label": WORDS}, {"id": "trial", "label": WORDS}]}  # fmt: skip
EXTRA = {"arm": "ips", "index": date(2016, 1, 31), "followed": 95, "reason": "lost", "age": 30, "sex": "man",
         "spells": []}  # fmt: skip


@pytest.mark.slow
@CROWD
@given(crowd=crowds, dose=st.integers(1, 25), hours=st.sampled_from([None, 15.0]))
def test_outcomes_equal_the_arithmetic_of_days(crowd, dose, hours):
    crowd = [*crowd, EXTRA]
    cohort = build_cohort(_protocol(dose, hours, arms=OUTSIDE), _records(crowd))
    mine = _mine(crowd)
    first, entry = cohort.outcomes["first"], cohort.outcomes["entry"]
    assert list(zip(first.t, first.d, strict=True)) == [one.first(dose, hours) for one in mine]
    assert list(zip(entry.t, entry.d, strict=True)) == [one.entry() for one in mine]
    np.testing.assert_array_equal(cohort.outcomes["days"].y, [_nan(one.days_worked()) for one in mine])
    np.testing.assert_array_equal(cohort.outcomes["last"].y, [_nan(one.last()) for one in mine])


@pytest.mark.slow
@CROWD
@given(crowd=crowds)
def test_states_by_month_equal_the_arithmetic_of_days(crowd):
    crowd = [*crowd, EXTRA]
    cohort = build_cohort(_protocol(1, None, arms=OUTSIDE), _records(crowd))
    counted: dict[tuple[int, str], int] = {}
    months: dict[tuple[str, str], int] = {}
    for name, one in zip(cohort.persons["participant_id"], _mine(crowd), strict=True):
        for month, state in one.states().items():
            counted[month, state] = counted.get((month, state), 0) + 1
            if month < MONTHS and state not in {"none", "not_followed"}:
                months[name, state] = months.get((name, state), 0) + 1
    found = cohort.states
    assert set(found.groupby("month")["n"].sum()) == {len(cohort.persons)}
    assert dict(zip(zip(found["month"], found["state"], strict=True), found["n"], strict=True)) == counted
    lived = cohort.months_in_state
    keys = zip(lived["participant_id"], lived["state"], strict=True)
    assert dict(zip(keys, lived["months"], strict=True)) == months


FLOW = {
    "design": "comparison",
    "arms": {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS},
             "outside": [{"id": "trial", "label": WORDS}]},
    "eligibility": [{"id": "age", "exclude": WORDS, "age_between": [18, 64]},
                    {"id": "work", "exclude": WORDS, "not_in_state": [WORK]}],
    "covariates": [{"id": "sex", "label": WORDS, "kind": "category", "column": "sex"}],
    "benchmark": {"comparison": "trial", "label": WORDS},
}  # fmt: skip


@pytest.mark.slow
@CROWD
@given(crowd=crowds, order=st.permutations(list(range(7))))
def test_flow_adds_up_and_the_order_of_rows_changes_nothing(crowd, order):
    crowd = [*crowd, *(EXTRA | {"arm": arm} for arm in ("ips", "usual", "trial"))]
    protocol = _protocol(2, None, **FLOW)
    cohort = build_cohort(protocol, _records(crowd))
    steps = cohort.flow.steps
    left = [step for step in steps if step.kind in {"outside", "excluded", "included"}]
    assert steps[0].n == len(crowd) == sum(step.n for step in left)
    for arm in cohort.arms:
        assert steps[0].by_arm[arm] == sum(step.by_arm.get(arm, 0) for step in left)
    assert _told(cohort) == _told(build_cohort(protocol, _records(crowd, order)))


def _told(cohort: Cohort) -> list[str]:
    frames = [cohort.persons, cohort.covariates, cohort.states, cohort.months_in_state, cohort.flow.to_frame()]
    values = [*cohort.outcomes.values(), *cohort.benchmark.values()]
    return [frame.to_csv() for frame in (*frames, *(value.to_frame() for value in values))]


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
