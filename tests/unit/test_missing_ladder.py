"""Unknown outcomes under one assumption after another, from the protocol to the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import t as student

from steget_eval import analyse, build_cohort, disclose, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.adjustment import Trim
from steget_eval.protocol.missing import Missing
from steget_eval.reporting import tables
from steget_eval.reporting.blocks import unknown
from steget_eval.reporting.text import label_text
from steget_eval.study.missing import ladder_answers

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")
WHOLE = {
    "ladder": [
        "complete_case", "attrition_weights", "multiple_imputation", "delta", "jump_to_reference", "copy_reference",
        "worst_case",
    ],
    "imputations": 10, "delta": {"treated": -10}, "tipping": [-20, 0, 20],
    "tipping_amounts": {"days_employed": [-60, 0, 60]},
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
    assert steps == ["attrition_weights", "multiple_imputation", "delta", "jump_to_reference", "worst_case"]
    assert sum(row.method == "tipping" for row in rows) == 9


def test_every_step_counts_everybody_and_lies_within_the_bounds(results):
    bounds = _step(results, "employment", "worst_case")
    for step in ("attrition_weights", "multiple_imputation", "delta", "jump_to_reference"):
        row = _step(results, "employment", step)
        assert (row.n_1, row.n_0) == (bounds.n_1, bounds.n_0)
        assert bounds.conf_low <= row.estimate <= bounds.conf_high


def test_a_shift_of_the_treated_downwards_takes_the_difference_down_by_about_their_unseen_share(results, cohort):
    moved = (
        _step(results, "employment", "delta").estimate - _step(results, "employment", "multiple_imputation").estimate
    )
    unseen = float(np.mean(~cohort.outcomes["employment"].known[cohort.a == 1]))
    assert moved == pytest.approx(-0.10 * unseen, abs=0.03)  # ten draws, and adjusted for the covariates


def test_a_jump_to_reference_lies_between_the_imputed_difference_and_none(results):
    imputed, jump = (_step(results, "employment", step) for step in ("multiple_imputation", "jump_to_reference"))
    assert 0 < jump.estimate < imputed.estimate


def test_ratios_have_the_steps_of_differences_with_bounds_of_their_own(results):
    rows = [row for row in results.estimates if row.estimand == "employment_ratio" and row.subgroup != "all"]
    assert [row.method for row in rows] == [
        "attrition_weights", "multiple_imputation", "delta", "jump_to_reference", "worst_case",
    ]  # fmt: skip
    assert {(row.contrast, row.scale, row.unit) for row in rows} == {("risk_ratio", "log", "ratio")}
    bounds = rows[-1]
    assert all(bounds.conf_low <= row.estimate <= bounds.conf_high for row in rows)


def test_the_main_method_answers_each_completed_set_with_its_own_trimming(cohort, protocol):
    trim = protocol.adjustment.model_copy(update={"trim": Trim(low=0.3, high=0.7)})
    kept = ladder_answers(cohort, protocol.model_copy(update={"adjustment": trim})).estimates
    for step in ("attrition_weights", "multiple_imputation"):
        row = kept.only(estimand="employment", subgroup=f"unknown={step}")
        assert row.n_1 + row.n_0 < len(cohort.persons)


def test_a_rate_over_the_days_followed_is_not_imputed(cohort, protocol):
    estimand = protocol.estimand("days_employed").model_copy(update={"exposure": "days_followed"})
    found = ladder_answers(cohort, protocol.model_copy(update={"estimands": (estimand,)}))
    told = {refusal.method: refusal.reason for refusal in found.refusals}
    assert "the days followed are too" in told["jump_to_reference"]


def test_the_same_seed_gives_the_same_answers(results, cohort, protocol):
    again = _step(analyse(cohort, protocol), "days_employed", "multiple_imputation")
    assert again.estimate == _step(results, "days_employed", "multiple_imputation").estimate


def test_weights_for_attrition_are_refused_where_arms_that_were_not_assigned_are_compared_as_they_are(cohort, protocol):
    crude = protocol.estimand("employment").model_copy(update={"methods": ("miettinen_nurminen",)})
    found = ladder_answers(cohort, protocol.model_copy(update={"estimands": (crude,)}))
    told = [refusal.reason for refusal in found.refusals if refusal.method == "attrition_weights"]
    assert len(told) == 1
    assert "assigned at random" in told[0]


def test_weights_for_attrition_stand_beside_those_of_the_score_and_speak_of_its_population(results):
    assert _step(results, "employment", "attrition_weights").population == "ATE"
    assert _step(results, "employment_overlap", "attrition_weights").population == "ATO"


def test_the_report_tells_the_main_answer_first_then_each_step_and_the_map(results):
    release = disclose(results)
    steps = [row[1].label["key"] for row in tables.ladder(release).cells.rows[:6]]
    assert steps == [
        "step.complete_case", "step.attrition_weights", "step.multiple_imputation", "step.delta",
        "step.jump_to_reference", "step.worst_case",
    ]  # fmt: skip
    assert tables.tipped(release) == ("employment", "employment_overlap", "employed_at_24", "days_employed")
    assert len(tables.tipping(release, "employment").cells.rows) == 3
    ids = [child.id for child in unknown(release).children]
    assert ids[-5:] == ["unknown-ladder", *(f"unknown-tipping-{one}" for one in tables.tipped(release))]


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
    {"imputations": 1}, {"tipping_amounts": {"days": [5, 1]}}, {"tipping_amounts": {"days": []}},
])  # fmt: skip
def test_a_ladder_that_does_not_hold_together_is_refused(told):
    with pytest.raises(ValidationError):
        Missing.model_validate(told)


def test_the_map_leaves_out_one_cluster_at_a_time_where_people_come_in_clusters(cohort, protocol, results):
    clustered = replace(cohort, persons=cohort.persons.assign(cluster=np.arange(len(cohort.persons)) % 9))
    alone = protocol.missing.model_copy(update={"ladder": ("complete_case",)})
    crude = protocol.estimand("employment").model_copy(update={"methods": ("cr2",)})
    told = {"cluster": "site", "missing": alone, "estimands": (crude,)}
    found = ladder_answers(clustered, protocol.model_copy(update=told)).estimates
    rows = list(results.estimates.where(estimand="employment", method="tipping"))
    assert [row.estimate for row in found] == pytest.approx([row.estimate for row in rows], abs=1e-12)
    assert all((row.conf_high - row.estimate) / row.std_error == pytest.approx(2.306, abs=1e-3) for row in found)


def test_robust_answers_of_completed_sets_are_pooled_with_their_own_degrees_of_freedom(cohort, protocol):
    clustered = replace(cohort, persons=cohort.persons.assign(cluster=np.arange(len(cohort.persons)) % 9))
    rule = protocol.missing.model_copy(update={"ladder": ("multiple_imputation", "jump_to_reference"), "tipping": ()})
    robust = protocol.estimand("employment").model_copy(update={"methods": ("cr2",)})
    told = {"cluster": "site", "missing": rule, "estimands": (robust,)}
    found = ladder_answers(clustered, protocol.model_copy(update=told))
    assert [row.method for row in found.estimates] == ["multiple_imputation", "jump_to_reference"]
    # Satterthwaite's are at most the clusters less one, and Barnard and Rubin's are fewer still.
    assert all((row.conf_high - row.estimate) / row.std_error > student.isf(0.025, 8) for row in found.estimates)


def test_a_map_of_amounts_is_told_in_their_own_unit(cohort, protocol):
    rule = Missing(tipping_amounts={"days_employed": (-60, 0, 60)}, ladder=("complete_case",))
    one = protocol.model_copy(update={"missing": rule})
    results = analyse(cohort, one)
    same, lower = (_step(results, "days_employed", f"tipping {by} +0") for by in ("+0", "-60"))
    unseen = float(np.mean(~cohort.outcomes["days_employed"].known[cohort.a == 1]))
    assert same.estimate - lower.estimate == pytest.approx(60 * unseen, abs=1e-9)
    table = tables.tipping(disclose(results), "days_employed")
    assert label_text(table.cells.rows[0][0].label, "en") == "the treated arm: 60 days less"
    assert tables.tipped(disclose(results)) == ("days_employed",)


def test_a_map_of_amounts_for_what_is_no_amount_is_refused(protocol):
    told = protocol.model_dump(mode="json") | {"missing": {"tipping_amounts": {"employment": [0, 10]}}}
    with pytest.raises(ValidationError, match=r"tipping_amounts.employment is no outcome of kind amount"):
        Protocol.model_validate(told)


def test_a_map_that_an_earlier_question_has_already_is_told_as_the_same(results):
    release = disclose(results)
    said = {one: label_text(tables.tipping(release, one).cells.caption, "en") for one in tables.tipped(release)}
    repeated = {one for one, words in said.items() if "the same map as above" in words}
    assert repeated == {"employment_overlap"}
    assert "The arms are compared as they are." in said["employment"]


def test_a_map_names_the_arm_of_each_row_and_column_where_a_phone_shows_no_corner(results):
    made = tables.tipping(disclose(results), "employment").cells
    assert {label_text(column.heading, "en").partition(":")[0] for column in made.columns[1:]} == {"the comparison"}
    assert {label_text(row[0].label, "en").partition(":")[0] for row in made.rows} == {"the treated arm"}
