"""Scores that nobody saw: the ladder's steps from a protocol of two arms to the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from steget_eval import analyse, build_cohort, disclose
from steget_eval.protocol import Protocol
from steget_eval.reporting import tables
from steget_eval.reporting.blocks import unknown
from steget_eval.reporting.html import block_html
from steget_eval.simulate import default_truth, simulate_records
from steget_eval.simulate.measured import NotReached
from steget_eval.study.missing import ladder_answers
from steget_eval.study.results import Results

WORDS = {"sv": "ord", "en": "words"}
OCCASIONS = ["start", "month_6", "month_12"]
STEPS = ["multiple_imputation", "delta", "jump_to_reference", "copy_reference", "copy_increments"]


def question(**more: object) -> dict[str, object]:
    told = {"id": "health", "question": WORDS, "outcome": "health", "contrast": "mean_change_difference"}
    return told | {"methods": ["ancova", "mmrm"]} | more


def asked(*estimands: dict[str, object], **more: object) -> Protocol:
    arm = {"sv": "arm", "en": "arm"}
    return Protocol.model_validate({
        "schema_version": 1, "id": "made", "title": WORDS, "decided_on": date(2026, 1, 1), "design": "randomised",
        "programme": {"id": "made", "name": WORDS, "is_ips": False, "description": WORDS},
        "arms": {"treated": {"id": "ips", "label": arm}, "comparison": {"id": "usual", "label": arm}},
        "clock": {"index": "none"},
        "covariates": [{"id": "motivation", "label": WORDS, "kind": "number", "column": "motivation"}],
        "outcomes": [{"id": "health", "kind": "longitudinal", "label": WORDS, "definition": WORDS,
                      "scores": {"instrument": "scale", "occasions": OCCASIONS,
                                 "important": {"points": 5, "source": WORDS}}}],
        "estimands": list(estimands), "primary": estimands[0]["id"],
        "missing": {"ladder": ["complete_case", "attrition_weights", *STEPS, "worst_case"], "imputations": 10,
                    "delta": {"treated": -5}},
    } | more)  # fmt: skip


def answered(protocol: Protocol) -> Results:
    lost = {one: NotReached(scores=0.15 * place) for place, one in enumerate(OCCASIONS) if place}
    truth = default_truth(protocol).model_copy(update={"people": 300, "not_reached": lost})
    return analyse(build_cohort(protocol, simulate_records(protocol, truth, seed=11)), protocol)


@pytest.fixture(scope="module")
def results() -> Results:
    better = question(id="better", contrast="responders_difference", methods=["newcombe"])
    return answered(asked(question(), better))


def test_each_step_that_speaks_of_scores_is_one_row_without_numbers_of_people(results: Results):
    for estimand in ("health", "better"):
        rows = [row for row in results.estimates if row.estimand == estimand and row.subgroup.startswith("unknown=")]
        assert [row.method for row in rows] == STEPS
        assert {(row.n_1, row.n_0) for row in rows} == {(None, None)}
        assert all(row.std_error > 0 and "10 imputed data sets" in row.note for row in rows)


def test_a_shift_of_the_treated_moves_the_difference_by_the_share_who_were_not_seen(results: Results):
    steps = {
        row.method: row.estimate for row in results.estimates.where(estimand="health") if "unknown" in row.subgroup
    }
    moved = steps["delta"] - steps["multiple_imputation"]
    assert moved == pytest.approx(-5 * 0.3, abs=0.6)  # three in ten are missed at the last occasion


def test_the_degrees_of_freedom_are_those_of_the_method(results: Results):
    row = results.estimates.only(estimand="health", subgroup="unknown=jump_to_reference")
    assert (row.conf_high - row.conf_low) / (2 * row.std_error) > 1.965  # under 300 people less four coefficients


def test_scores_in_clusters_are_refused_with_the_reason():
    clustered = asked(question(methods=["ancova_cr2"]), cluster="site")
    results = answered(clustered)
    told = {refusal.method: refusal.reason for refusal in results.refusals}
    assert "know of no cluster" in told["jump_to_reference"]


def test_scores_that_were_all_seen_have_no_ladder():
    protocol = asked(question())
    cohort = build_cohort(protocol, simulate_records(protocol, default_truth(protocol), seed=11))
    values = cohort.outcomes["health"]
    assert len(ladder_answers(cohort, protocol).estimates)
    whole = replace(values, scores=np.nan_to_num(values.scores, nan=50.0))
    cohort = replace(cohort, outcomes={"health": whole})
    assert not len(ladder_answers(cohort, protocol).estimates)


@pytest.mark.parametrize(("language", "words"), [("sv", "kopierade steg"), ("en", "copy increments")])
def test_the_page_tells_the_steps_in_both_languages(results: Results, language, words: str):
    release = disclose(results)
    steps = [row[1].label["key"] for row in tables.ladder(release).cells.rows[:6]]
    assert steps == ["step.complete_case", *(f"step.{one}" for one in STEPS)]
    assert words in block_html(unknown(release), language)


def test_steps_are_hidden_with_the_numbers_of_unknown(results: Results):
    release = disclose(results, results.protocol.disclosure.model_copy(update={"minimum_cell": 120}))
    rows = release.estimates[release.estimates["subgroup"].str.startswith("unknown=")]
    assert len(rows)
    assert rows["suppressed"].all()
    assert rows["estimate"].isna().all()
