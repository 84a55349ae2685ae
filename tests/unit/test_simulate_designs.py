"""Synthetic records fit any protocol: every design, clock and kind of source."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, read_records, write_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.simulate import Knobs, default_truth, simulate_records, true_table, turn_knobs

WORDS = {"sv": "ord", "en": "words"}
TWO_ARMS = {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS}}
ONE_ARM = {"treated": {"id": "ips", "label": WORDS}}
WORK = {"spells": ["competitive_employment"]}
STATUS = {"status": {"occasion": "follow_up_6m", "occupations": ["employed", "studying"]}}
AMOUNT = {"amount": {"item": "income", "occasion": "year_2", "above": 0}}


def protocol_for(design: str, event: dict[str, Any], **changes: Any) -> Protocol:
    """Return a protocol of one outcome in a design."""
    two = design in {"randomised", "comparison"}
    outcome = {"id": "outcome", "kind": "binary", "label": WORDS, "definition": WORDS, "events": [event],
               "censoring": ["study_end", "withdrawn", "lost", "death", "emigration"]}  # fmt: skip
    question = {"id": "question", "question": WORDS, "outcome": "outcome", "population": "ATE" if two else "arm",
                "contrast": "risk_difference" if two else "risk"}  # fmt: skip
    return Protocol.model_validate({
        "schema_version": 1, "id": "made", "title": WORDS, "decided_on": date(2026, 1, 1),
        "programme": {"id": "made", "name": WORDS, "is_ips": False, "description": WORDS},
        "design": design, "arms": TWO_ARMS if two else ONE_ARM,
        "clock": {"index": "enrolled_on", "horizon": 12, "unit": "months"},
        "outcomes": [outcome], "estimands": [question], "primary": "question", **changes,
    })  # fmt: skip


def read_back(protocol: Protocol, folder: Any, **knobs: Any) -> Any:
    """Return the records of a protocol after they were written, checked and read."""
    truth = turn_knobs(default_truth(protocol), Knobs(**knobs))
    write_records(simulate_records(protocol, truth, seed=5), folder)
    assert check_records(folder).errors.sentences() == ()
    return read_records(folder)


@pytest.mark.parametrize("design", ["randomised", "comparison", "single_arm", "before_after", "staggered"])
@pytest.mark.parametrize("event", [WORK, STATUS, AMOUNT], ids=["spells", "status", "amount"])
def test_records_of_a_design_are_read_and_give_a_cohort(design: str, event: dict[str, Any], tmp_path):
    protocol = protocol_for(design, event)
    cohort = build_cohort(protocol, read_back(protocol, tmp_path))
    known = cohort.outcomes["question"].known
    assert known.mean() > 0.9
    assert 0 < cohort.outcomes["question"].y[known].mean() < 1


def test_an_exit_clock_gets_days_of_discharge_and_a_table_of_truth(tmp_path):
    clock = {"index": "discharged_on", "horizon": 6, "unit": "months"}
    protocol = protocol_for("single_arm", WORK, clock=clock)
    records = read_back(protocol, tmp_path)
    assert records.frame("participants")["discharged_on"].notna().mean() > 0.9
    assert true_table(protocol, people=2_000, seed=1).frame["value"].between(0, 1).all()
    assert len(build_cohort(protocol, records).persons) > 150


def test_columns_that_only_the_protocol_names_are_made(tmp_path):
    covariates = [
        {"id": "schooling", "label": WORDS, "kind": "number", "column": "schooling"},
        {"id": "driver", "label": WORDS, "kind": "binary", "column": "driver"},
        {"id": "health", "label": WORDS, "kind": "category", "column": "health"},
        {"id": "income_before", "label": WORDS, "kind": "number", "amount": {"item": "income", "occasion": "year_0"}},
    ]  # fmt: skip
    rule = {"id": "consent", "exclude": WORDS, "column": "consent", "one_of": ["yes"]}
    protocol = protocol_for("comparison", WORK, covariates=covariates, eligibility=[rule], cluster="clinic")
    cohort = build_cohort(protocol, read_back(protocol, tmp_path))
    assert list(cohort.covariates) == ["schooling", "driver", "health", "income_before"]
    assert cohort.persons["cluster"].nunique() > 10
    removed = {step.id: step.n for step in cohort.flow.steps}
    assert 0 < removed["consent"] < 60


def test_an_aggregate_design_gets_counts_and_no_person(tmp_path):
    protocol = protocol_for("aggregate", WORK)
    records = read_back(protocol, tmp_path, people=2_000)
    assert list(records.counts()) == ["counts"]
    counts = records.frame("counts").groupby("category")["n"].sum()
    value = true_table(protocol, people=20_000, seed=1).frame.set_index("quantity").loc["risk", "value"]
    # 4 standard errors of a share of 2 000
    assert counts["question"] / counts["enrolled"] == pytest.approx(value, abs=4 * np.sqrt(0.25 / 2_000))


def test_nobody_is_treated_before_their_site_starts(tmp_path):
    outside = {**ONE_ARM, "outside": [{"id": "waiting", "label": WORDS}]}
    protocol = protocol_for("staggered", WORK, arms=outside)
    truth = default_truth(protocol)
    people = simulate_records(protocol, truth, seed=5).frame("participants")
    started = people["site"].map(truth.starts)
    assert (people["arm"] == "ips").equals(people["enrolled_on"] >= started)
    alone = simulate_records(protocol_for("staggered", WORK), truth, seed=5).frame("participants")
    assert alone["participant_id"].tolist() == people.loc[people["arm"] == "ips", "participant_id"].tolist()


def test_a_benchmark_gets_people_of_its_own():
    protocol = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    records = simulate_records(protocol, seed=5)
    arms = records.frame("participants")["arm"].value_counts()
    assert arms["nsw_control"] > 10
    assert build_cohort(protocol, records).benchmark


def test_scales_and_transitions_come_with_their_truth(tmp_path):
    scores = {"id": "quality", "kind": "longitudinal", "label": WORDS, "definition": WORDS,
              "scores": {"instrument": "quality_of_life", "occasions": ["start", "month_6"]}}  # fmt: skip
    moves = {"id": "moves", "kind": "transition", "label": WORDS, "definition": WORDS,
             "before_after": {"statuses": ["start", "exit"]}}  # fmt: skip
    base = protocol_for("before_after", WORK)
    outcomes = (*base.outcomes, *(type(base.outcomes[0]).model_validate(one) for one in (scores, moves)))
    protocol = base.model_copy(update={"outcomes": outcomes})
    truth = default_truth(protocol).model_copy(update={"people": 20_000})
    records = simulate_records(protocol, truth, seed=5)
    told = true_table(protocol, truth, people=200_000, seed=1).frame.set_index(["asked", "quantity"])["value"]
    long = records.frame("assessments").pivot(index="participant_id", columns="occasion", values="score")
    change = (long["month_6"] - long["start"]).mean()
    # sd 15 * sqrt(0.8) of a change, 20 000 people: 4 standard errors
    assert change == pytest.approx(told["quality", "change.month_6_1"], abs=4 * 15 * np.sqrt(0.8 / 20_000))
    wide = records.frame("statuses").pivot(index="participant_id", columns="occasion", values="occupation")
    share = ((wide["start"] == "job_seeking") & (wide["exit"] == "employed")).mean()
    assert share == pytest.approx(told["moves", "job_seeking>employed_1"], abs=4 * np.sqrt(0.25 / 20_000))


def test_missing_cells_are_missing_in_the_records_alone(tmp_path):
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    full = simulate_records(protocol, seed=5).frame("participants")
    truth = turn_knobs(default_truth(protocol), Knobs(missing=0.2))
    gaps = simulate_records(protocol, truth, seed=5).frame("participants")
    there = gaps["motivation"].notna()
    assert 0.1 < 1 - there.mean() < 0.3
    assert (gaps.loc[there, "motivation"] == full.loc[there, "motivation"]).all()
    assert gaps["arm"].equals(full["arm"])


def test_confounding_cannot_be_turned_where_a_day_decides_the_arm():
    with pytest.raises(SpecError, match="sites start on a day"):
        turn_knobs(default_truth(protocol_for("staggered", WORK)), Knobs(confounding=2))


def test_no_confounding_makes_the_arms_alike_and_twice_as_much_drives_them_apart():
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))

    def gap(factor: float) -> float:
        truth = turn_knobs(default_truth(protocol), Knobs(people=20_000, confounding=factor))
        people = simulate_records(protocol, truth, seed=5).frame("participants")
        mean = people.groupby("arm")["motivation"].mean()
        return float(mean["ips"] - mean["usual"])

    none, some, twice = (gap(factor) for factor in (0, 1, 2))
    assert abs(none) < 4 * 2 * np.sqrt(2 / 10_000)  # sd 2, 10 000 in each arm, 4 standard errors
    assert 0.2 < some < twice
