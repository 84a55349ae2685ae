"""Unknown outcomes under one assumption after another, from the protocol to the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from steget_eval import analyse, build_cohort, disclose, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.missing import Missing
from steget_eval.reporting import tables
from steget_eval.reporting.blocks import unknown
from steget_eval.study.missing import ladder_answers

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")
WHOLE = {
    "ladder": ["complete_case", "attrition_weights", "multiple_imputation", "delta", "worst_case"],
    "imputations": 10, "delta": {"treated": -10}, "tipping": [-20, 0, 20],
}  # fmt: skip


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    told = load_protocol(shipped(*FOLDER, "protocol.yaml")).model_dump(mode="json")
    return Protocol.model_validate(told | {"missing": WHOLE})


@pytest.fixture(scope="module")
def cohort(protocol):
    return build_cohort(protocol, read_records(shipped(*FOLDER, "records")))


@pytest.fixture(scope="module")
def results(cohort, protocol):
    return analyse(cohort, protocol)


def _step(results, estimand: str, step: str):
    return results.estimates.only(estimand=estimand, subgroup=f"unknown={step}")


def test_each_step_is_one_row_under_its_own_name(results):
    rows = [row for row in results.estimates if row.estimand == "employment" and row.subgroup.startswith("unknown=")]
    steps = [row.method for row in rows if row.method != "tipping"]
    assert steps == ["multiple_imputation", "delta", "worst_case"]
    assert sum(row.method == "tipping" for row in rows) == 9


def test_every_step_counts_everybody_and_lies_within_the_bounds(results):
    bounds = _step(results, "employment", "worst_case")
    for step in ("multiple_imputation", "delta"):
        row = _step(results, "employment", step)
        assert (row.n_1, row.n_0) == (bounds.n_1, bounds.n_0)
        assert bounds.conf_low <= row.estimate <= bounds.conf_high


def test_a_shift_of_the_treated_downwards_takes_the_difference_down_by_about_their_unseen_share(results, cohort):
    moved = (
        _step(results, "employment", "delta").estimate - _step(results, "employment", "multiple_imputation").estimate
    )
    unseen = float(np.mean(~cohort.outcomes["employment"].known[cohort.a == 1]))
    assert moved == pytest.approx(-0.10 * unseen, abs=0.03)  # ten draws, and adjusted for the covariates


def test_the_same_seed_gives_the_same_answers(results, cohort, protocol):
    again = _step(analyse(cohort, protocol), "days_employed", "multiple_imputation")
    assert again.estimate == _step(results, "days_employed", "multiple_imputation").estimate


def test_weights_for_attrition_are_refused_where_the_arms_were_not_assigned(results):
    told = [refusal.reason for refusal in results.refusals if refusal.method == "attrition_weights"]
    assert told
    assert all("assigned at random" in reason for reason in told)


def test_the_report_tells_the_main_answer_first_then_each_step_and_the_map(results):
    release = disclose(results)
    steps = [row[1].label["key"] for row in tables.ladder(release).cells.rows[:4]]
    assert steps == ["step.complete_case", "step.multiple_imputation", "step.delta", "step.worst_case"]
    assert tables.tipped(release) == ("employment", "employment_overlap", "employed_at_24")
    assert len(tables.tipping(release, "employment").cells.rows) == 3
    ids = [child.id for child in unknown(release).children]
    assert ids[-4:] == ["unknown-ladder", *(f"unknown-tipping-{one}" for one in tables.tipped(release))]


def test_steps_are_hidden_where_the_numbers_of_unknown_are(results):
    release = disclose(results, results.protocol.disclosure.model_copy(update={"minimum_cell": 40}))
    gone = release.unknown.loc[release.unknown["suppressed"].astype(bool), "estimand"]
    rows = release.estimates[release.estimates["subgroup"].str.startswith("unknown=")]
    assert set(gone)
    assert rows.loc[rows["estimand"].isin(gone), "suppressed"].all()


def test_a_complete_outcome_has_no_ladder(results):
    assert not [row for row in results.estimates if row.estimand == "first_job" and row.subgroup != "all"]


@pytest.mark.parametrize("told", [
    {"ladder": ["delta"]}, {"delta": {"treated": 5}}, {"ladder": ["worst_case", "worst_case"]}, {"tipping": [10, 0]},
    {"imputations": 1},
])  # fmt: skip
def test_a_ladder_that_does_not_hold_together_is_refused(told):
    with pytest.raises(ValidationError):
        Missing.model_validate(told)


def test_the_map_is_refused_where_people_come_in_clusters(cohort, protocol):
    clustered = replace(cohort, persons=cohort.persons.assign(cluster=np.arange(len(cohort.persons)) % 9))
    alone = protocol.missing.model_copy(update={"ladder": ("complete_case",)})
    found = ladder_answers(clustered, protocol.model_copy(update={"cluster": "site", "missing": alone}))
    told = {refusal.reason for refusal in found.refusals if refusal.method == "tipping"}
    assert told == {
        "the tipping map cannot take people who belong together: its limits would be too sure of themselves"
    }
    assert not [row for row in found.estimates if row.method == "tipping"]
