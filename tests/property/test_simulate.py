"""Laws that simulated records keep whatever the seed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.shipped import shipped
from steget_eval.protocol import load_protocol
from steget_eval.records import Records
from steget_eval.simulate import load_truth, simulate_records
from steget_eval.simulate.hazard import NEVER, Effects, Piece, Rate

PROGRAMME = shipped("data", "programmes", "ips_sydnarke_comparison")
PROTOCOL = load_protocol(PROGRAMME / "protocol.yaml")
TRUTH = load_truth(PROGRAMME / "truth.yaml")

JOBS = ("competitive_employment", "subsidised_employment")
SUPPORT = ("sickness_benefit", "social_assistance", "activity_support", "job_seeking")

seeds = st.integers(0, 2**31)
laws = settings(max_examples=15, deadline=None)


def simulated(seed: int) -> Records:
    return simulate_records(PROTOCOL, TRUTH, seed=seed)


def spells_with_follow_up(records: Records) -> pd.DataFrame:
    people = records.frame("participants")[["participant_id", "enrolled_on", "followed_until"]]
    return records.frame("spells").merge(people, on="participant_id", validate="many_to_one")


@laws
@given(seed=seeds)
def test_nothing_happens_after_follow_up_ended(seed: int):
    spells = spells_with_follow_up(simulated(seed))
    ended = spells["ended_on"].notna()
    assert (spells["started_on"] < spells["followed_until"]).all()
    assert (spells.loc[ended, "ended_on"] <= spells.loc[ended, "followed_until"]).all()
    assert (spells.loc[ended, "started_on"] < spells.loc[ended, "ended_on"]).all()


@laws
@given(seed=seeds)
def test_nobody_is_in_a_job_or_studying_on_the_index_date(seed: int):
    spells = spells_with_follow_up(simulated(seed))
    after = spells[~spells["state"].isin(SUPPORT)]
    assert (after["started_on"] > after["enrolled_on"]).all()


@laws
@given(seed=seeds)
@pytest.mark.parametrize(
    ("states", "others"),
    [(JOBS, JOBS), (("work_practice",), (*JOBS, "work_practice"))]
    + [((one,), (*JOBS, "education", one)) for one in SUPPORT],
)
def test_states_that_exclude_each_other_never_overlap(states: tuple[str, ...], others: tuple[str, ...], seed: int):
    spells = simulated(seed).frame("spells").reset_index()
    spells["ended_on"] = spells["ended_on"].fillna(date.max)
    one, other = (spells[spells["state"].isin(which)] for which in (states, others))
    pairs = one.merge(other, on="participant_id", suffixes=("", "_other")).query("index != index_other")
    assert len(pairs) > 0
    overlap = (pairs["started_on"] < pairs["ended_on_other"]) & (pairs["started_on_other"] < pairs["ended_on"])
    assert not overlap.any()


@laws
@given(seed=seeds)
def test_a_spell_is_known_by_person_state_and_start(seed: int):
    spells = simulated(seed).frame("spells")
    assert not spells.duplicated(["participant_id", "state", "started_on"]).any()


@laws
@given(seed=seeds)
def test_people_are_of_working_age_and_enrolled_in_time(seed: int):
    people = simulated(seed).frame("participants")
    age = pd.to_datetime(people["enrolled_on"]).dt.year - people["birth_year"]
    assert age.between(18, 64).all()
    assert people["enrolled_on"].between(*TRUTH.enrolment).all()
    assert (people["followed_until"] <= TRUTH.data_cut).all()
    assert people["motivation"].between(0, 10).all()
    assert people["months_on_support"].between(0, 24).all()


@given(
    rates=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    u=st.lists(st.floats(0, 0.999999), min_size=2, max_size=20),
    treated=st.floats(0, 2),
)
def test_a_later_draw_is_a_later_day_and_a_higher_hazard_an_earlier_one(
    rates: list[float], u: list[float], treated: float
):
    rate = Rate(
        pieces=tuple(Piece(from_month=3 * number, per_month=value) for number, value in enumerate(rates)),
        treated=treated,
        effects=Effects(woman=0.5),
    )
    draws = np.sort(np.array(u))
    nobody = np.zeros((len(u), 7))
    slow, fast = (rate.days(nobody, np.full(len(u), arm), draws) for arm in (0, 1))
    assert (np.diff(slow) >= 0).all()
    assert (fast <= slow).all()
    assert slow.min() >= 1
    assert slow.max() <= NEVER


@settings(max_examples=8, deadline=None)
@given(
    seed=seeds,
    added=st.lists(
        st.sampled_from(["column", "status", "amount", "scale", "missing", "process", "discharge"]), min_size=1,
        unique=True,
    ),
)  # fmt: skip
def test_adding_a_draw_moves_no_other(seed: int, added: list[str]):
    """Whatever the truth gets beside what it has, every cell that was there before is what it was."""
    label = {"sv": "ord", "en": "words"}
    rate = {"pieces": [{"from_month": 0, "per_month": 0.05}]}
    more = {
        "column": {"columns": {"extra": {"kind": "number", "label": label}}},
        "status": {"statuses": {"exit": {"shares": {"employed": 0.3, "other": 0.7}}}},
        "amount": {"amounts": [{"item": "pay", "occasion": "exit", "unit": "ore", "none": 0.5, "median": 1000}]},
        "scale": {"scales": {"health": {"label": label, "mean": 50, "sd": 10, "change": {"start": 0, "exit": 5}}}},
        "missing": {"missing": {"birth_year": {"share": 0.3}}},
        "process": {"processes": {**TRUTH.model_dump()["processes"], "custody": {"start": rate, "end": rate}}},
        "discharge": {"discharge": {"rate": rate}},
    }  # fmt: skip
    told = TRUTH.model_dump() | {"people": 60}
    for name in added:
        told |= more[name]
    before = simulate_records(PROTOCOL, TRUTH.model_copy(update={"people": 60}), seed=seed)
    after = simulate_records(PROTOCOL, type(TRUTH).model_validate(told), seed=seed)
    mine, theirs = before.frame("participants"), after.frame("participants")
    gone = {"discharged_on", *(["birth_year"] if "missing" in added else [])}
    kept = [column for column in mine.columns if column not in gone]
    pd.testing.assert_frame_equal(mine[kept], theirs[kept])
    spells = after.frame("spells")
    spells = spells[spells["state"] != "custody"].reset_index(drop=True)
    pd.testing.assert_frame_equal(before.frame("spells").drop(columns="source_row"), spells.drop(columns="source_row"))
