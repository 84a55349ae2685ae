"""A report's words follow what was done: unadjusted, counted from the exit, or in the protocol's own levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import SpecError
from steget_eval.core.estimates import Estimates
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.base import Text
from steget_eval.protocol.clock import Clock
from steget_eval.reporting import blocks, disclose, tables
from steget_eval.reporting.text import label_text, render, sentences
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.results import Results

PROGRAMME = shipped("data", "programmes", "ips_sydnarke_comparison")
PROTOCOL = load_protocol(PROGRAMME / "protocol.yaml")


def with_estimand(**changes: object) -> Protocol:
    """Return the protocol with its primary estimand changed and alone."""
    told = PROTOCOL.model_dump(mode="json")
    first = told["estimands"][0] | changes
    alone = {"estimands": [first], "targets": [], "choices": [], "sensitivity": {}, "primary": first["id"]}
    return Protocol.model_validate(told | alone)


def turned(results: Results, **changes: object) -> Results:
    return replace(results, protocol=results.protocol.model_copy(update=changes))


def said(results: Results, language: str) -> str:
    release = disclose(results, internal=True)
    told = [*sentences.headline(release), *sentences.claims(release)]
    return " ".join(render(one, language) for one in told)


def test_an_unadjusted_comparison_is_called_unadjusted_in_badge_and_claim(results_two_arms):
    crude = turned(results_two_arms, design="comparison")
    rows = tuple(replace(row, method="newcombe", population="unadjusted") for row in crude.estimates)
    release = disclose(replace(crude, estimates=Estimates(rows)), internal=True)
    design = blocks.title(release).body["design"]
    assert label_text(design, "sv") == "jämförelse utan lottning, ojusterad"
    assert label_text(design, "en") == "comparison without randomisation, unadjusted"
    (claim,) = sentences.claims(release)
    assert "inget har justerats för" in render(claim, "sv")
    assert "nothing was adjusted for" in render(claim, "en")
    assert "claim.comparison_crude" in str(blocks.limits(release).to_json())


@pytest.mark.parametrize("design", ["randomised", "comparison"])
def test_an_exit_clock_never_says_effect(results_two_arms, design: str):
    clock = Clock(index="discharged_on", horizon=6, unit="months")
    leaving = turned(results_two_arms, design=design, clock=clock)
    assert "among those who left" in said(leaving, "en")
    assert "bland dem som avslutat" in said(leaving, "sv")
    assert "effect" not in said(leaving, "en").lower()
    assert "effekt" not in said(leaving, "sv").lower()


def test_a_randomised_start_clock_still_says_effect(results_two_arms):
    assert "effect" in said(turned(results_two_arms, design="randomised"), "en").lower()


def test_levels_have_the_words_that_the_protocol_gives(results_two_arms):
    named = results_two_arms.baseline["covariate"][results_two_arms.baseline["level"].fillna("") != ""].iloc[0]
    level = results_two_arms.baseline.loc[results_two_arms.baseline["covariate"] == named, "level"].iloc[0]
    covariates = tuple(
        one.model_copy(update={"levels": {level: Text(sv="egna ord", en="own words")}}) if one.id == named else one
        for one in results_two_arms.protocol.covariates
    )
    release = disclose(turned(results_two_arms, covariates=covariates), internal=True)
    cells = [row[0].label for row in tables.table_one(release).cells.rows]
    assert any("egna ord" in label_text(label, "sv") for label in cells)
    assert any("own words" in label_text(label, "en") for label in cells)


def test_levels_belong_to_a_category():
    told = PROTOCOL.model_dump(mode="json")
    told["covariates"][0]["levels"] = {"a": {"sv": "ord", "en": "words"}}
    with pytest.raises(ValueError, match="levels belong to a covariate of kind category"):
        Protocol.model_validate(told)


def test_a_suppressed_number_needed_does_not_tell_that_its_interval_was_in_two_parts(results_two_arms):
    first = results_two_arms.estimates.rows[0]
    nnt = replace(first, estimand=results_two_arms.protocol.primary, contrast="nnt", interval_kind="disjoint", n_1=40,
                  n_0=40, events_1=2, events_0=1)  # fmt: skip
    release = disclose(replace(results_two_arms, estimates=Estimates((nnt,))))
    (row,) = release.estimates.to_dict("records")
    assert row["suppressed"]
    assert row["interval_kind"] == "confidence"


def test_a_crude_method_of_a_randomised_study_is_not_asked_of_those_treated():
    told = with_estimand(population="ATT", methods=["newcombe"]).model_copy(update={"design": "randomised"})
    with pytest.raises(SpecError, match=r"newcombe compares the arms as they are and speaks of everyone \(ATE\)"):
        method_lines(told, told.estimands[0])


def test_censoring_covariates_are_the_strata_of_censoring_weights():
    records = read_records(PROGRAMME / "records")
    by_id = {one.id: one for one in PROTOCOL.estimands}
    asked = by_id["first_job_without_death"]
    told = PROTOCOL.model_dump(mode="json")

    def risk(*names: str) -> float:
        one = asked.model_dump(mode="json") | {"censoring_covariates": list(names)}
        alone = {"estimands": [one], "targets": [], "choices": [], "sensitivity": {}, "primary": one["id"]}
        protocol = Protocol.model_validate(told | alone)
        (line,) = method_lines(protocol, protocol.estimands[0])
        rows = answer(build_cohort(protocol, records), protocol, protocol.estimands[0], line)
        return float(rows.only(contrast="risk_difference").estimate)

    assert np.isfinite(risk("worked_last_year"))
    assert risk("worked_last_year") != risk()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"censoring_covariates": ["age"]}, "'age' is no covariate in strata; allowed, of kind binary or category"),
        ({"censoring_covariates": ["nothing"]}, "'nothing' is no covariate in strata"),
    ],
)
def test_a_censoring_covariate_that_makes_no_strata_is_refused(change: dict[str, object], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        with_estimand(**change)


def test_a_method_without_strata_refuses_censoring_covariates():
    protocol = with_estimand(censoring_covariates=["sex"])
    with pytest.raises(SpecError, match="takes no censoring_covariates"):
        method_lines(protocol, protocol.estimands[0])
