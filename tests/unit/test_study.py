"""What study refuses, and how it labels what methods answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steget_eval import analyse, build_cohort, load_protocol, read_records, reproduce, weigh
from steget_eval.core.errors import CohortError, InputError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo
from steget_eval.protocol import Protocol
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.design_matrix import design_matrix


@pytest.fixture(scope="module")
def comparison() -> Protocol:
    return load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))


@pytest.fixture(scope="module")
def cohort(comparison):
    return build_cohort(comparison, read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records")))


def _changed(protocol: Protocol, **changes: object) -> Protocol:
    return Protocol.model_validate(protocol.model_dump(mode="json") | changes)


def _with_methods(protocol: Protocol, estimand_id: str, *methods: str) -> Protocol:
    told = protocol.model_dump(mode="json")
    for estimand in told["estimands"]:
        if estimand["id"] == estimand_id:
            estimand["methods"] = list(methods)
    return Protocol.model_validate(told)


def test_kaplan_meier_is_refused_where_the_protocol_names_a_competing_event(comparison):
    changed = _with_methods(comparison, "first_job", "kaplan_meier")
    with pytest.raises(SpecError, match="one minus survival overstates the risk"):
        method_lines(changed, changed.estimand("first_job"))


def test_an_unknown_method_is_refused_with_those_that_answer(comparison):
    changed = _with_methods(comparison, "employment", "magic")
    with pytest.raises(
        SpecError, match="'magic' does not answer risk_difference of a binary outcome; allowed: newcombe"
    ):
        method_lines(changed, changed.estimand("employment"))


def test_a_method_that_cannot_speak_of_the_population_is_refused(comparison):
    changed = _with_methods(comparison, "employment_overlap", "g_computation")
    with pytest.raises(SpecError, match="g_computation cannot speak of population ATO; allowed: ATE, ATT"):
        method_lines(changed, changed.estimand("employment_overlap"))


def test_an_adjusted_comparison_without_named_methods_is_answered_by_aipw(comparison):
    changed = _with_methods(comparison, "employment")
    assert [line.name for line in method_lines(changed, changed.estimand("employment"))] == ["aipw"]


def test_a_goal_belongs_to_one_arm(comparison):
    told = comparison.model_dump(mode="json")
    told["estimands"][0] |= {"contrast": "risk", "population": "arm", "methods": ["wilson"]}
    with pytest.raises(ValueError, match="a comparison design compares two arms"):
        Protocol.model_validate(told)


def test_a_method_without_clusters_is_refused_where_the_protocol_names_them(comparison):
    changed = _changed(comparison, cluster="site")
    with pytest.raises(SpecError, match="miettinen_nurminen does not take clusters, and the protocol names site"):
        method_lines(changed, changed.estimand("employment"))


def test_adjusting_for_nothing_is_refused(comparison):
    changed = _changed(comparison, covariates=[], sensitivity={})
    with pytest.raises(SpecError, match="aipw adjusts for covariates, and the protocol names none"):
        method_lines(changed, changed.estimand("employment"))


def test_a_world_without_the_event_is_answered_by_what_models_the_leaving(comparison):
    changed = _with_methods(comparison, "first_job_without_death", "kaplan_meier")
    with pytest.raises(SpecError, match="kaplan_meier does not answer the hypothetical strategy; allowed: censoring"):
        method_lines(changed, changed.estimand("first_job_without_death"))
    default = _with_methods(comparison, "first_job_without_death")
    lines = method_lines(default, default.estimand("first_job_without_death"))
    assert [line.name for line in lines] == ["aipw"]
    crude = default.model_copy(update={"design": "randomised"})
    lines = method_lines(crude, crude.estimand("first_job_without_death"))
    assert [line.name for line in lines] == ["censoring_weights"]


def test_a_world_without_the_event_can_be_asked_of_arms_made_alike(comparison, cohort):
    asked = comparison.estimand("first_job_without_death").model_copy(
        update={"methods": ("aipw", "censoring_weights"), "censoring_covariates": ("sex",)}
    )
    changed = comparison.model_copy(update={"estimands": (asked,), "primary": asked.id})
    values = cohort.outcomes[asked.id]
    stratum = (cohort.covariates["sex"] == "woman").to_numpy() * 1.0
    wanted = adjusted_pseudo(
        values.t, values.d, cohort.a, design_matrix(cohort, changed), horizon=values.horizon_days, stratum=stratum
    )
    found = answer(cohort, changed, asked, method_lines(changed, asked)[0])
    for contrast in ("risk_1", "risk_0", "risk_difference"):
        assert found.only(contrast=contrast).estimate == wanted.only(contrast=contrast).estimate


def test_treatment_policy_cannot_look_through_a_death(comparison):
    told = comparison.model_dump(mode="json")
    told["estimands"][0]["strategies"] = {"death_or_emigration": "treatment_policy"}
    changed = Protocol.model_validate(told)
    with pytest.raises(SpecError, match="treatment_policy cannot look through an event that ends follow-up"):
        method_lines(changed, changed.estimand("employment"))


def test_death_is_no_censoring_of_an_outcome_with_a_time(comparison):
    told = comparison.model_dump(mode="json")
    for outcome in told["outcomes"]:
        outcome["censoring"] = [*outcome["censoring"], "death"]
    changed = Protocol.model_validate(told)
    with pytest.raises(SpecError, match="death is no censoring"):
        method_lines(changed, changed.estimand("first_job"))


def test_a_goal_is_judged_exactly_where_everybody_was_followed_throughout():
    from steget_eval.cohort import OutcomeValues
    from steget_eval.study.targets import hold_against

    single = load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml"))
    cohort = build_cohort(single, read_records(shipped("data", "programmes", "ips_sydnarke", "records")))
    t = np.r_[np.arange(21), np.full(21, 731)]
    values = OutcomeValues(kind="competing", y=np.empty(0), t=t, d=(t < 731).astype(int), horizon_days=731)
    verdict = hold_against(replace(cohort, outcomes={"employment": values}), single, single.targets[0])
    assert verdict.answers.rows[0].method == "exact_one_sided"
    assert (verdict.point, verdict.shown, verdict.needed) == ("reached", False, 27)  # 21 of 42, published


def test_the_mean_of_an_amount_that_few_have_is_hidden(comparison, cohort):
    from steget_eval import disclose

    results = analyse(cohort, comparison)
    few = results.unknown.assign(
        positive=results.unknown["positive"].where(results.unknown["estimand"] != "days_employed", 3)
    )
    told = disclose(replace(results, unknown=few)).estimates
    assert told[told["estimand"] == "days_employed"]["suppressed"].all()
    assert not disclose(results).estimates["suppressed"].any()


def test_a_month_may_not_tell_how_few_lost_the_job_that_the_estimates_count(comparison, cohort):
    from steget_eval import disclose

    results = analyse(cohort, comparison)
    ever = results.estimates.only(estimand="first_job", contrast="risk_1", method="aalen_johansen").events_1
    mine = (results.states["arm"] == "ips") & (results.states["month"] == 20)
    job = mine & (results.states["state"] == "competitive_employment")
    other = mine & (results.states["state"] == "job_seeking")
    moved = ever - 2 - results.states.loc[job, "n"].iloc[0]
    states = results.states.assign(n=results.states["n"] + moved * job - moved * other)
    told = disclose(replace(results, states=states)).states
    month = told[(told["arm"] == "ips") & (told["month"] == 20) & ~told["suppressed"]]
    assert len(month) > 0
    assert "competitive_employment" not in set(month["state"])


@pytest.mark.parametrize("design", ["aggregate", "staggered", "prestudy"])
def test_designs_that_are_not_answered_are_refused_in_a_sentence(comparison, cohort, design):
    told = load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml"))
    changed = _changed(told, design=design, targets=[])
    with pytest.raises(CohortError, match=r"no effect to estimate|cannot be analysed by this version"):
        analyse(cohort, changed)


def test_a_comparison_is_called_unadjusted_where_nothing_was_adjusted_for(comparison, cohort):
    estimates = analyse(cohort, comparison).estimates
    populations = {(row.method, row.population) for row in estimates.where(estimand="employment")}
    assert ("miettinen_nurminen", "unadjusted") in populations
    assert ("aipw", "ATE") in populations
    assert estimates.only(estimand="education", contrast="risk_difference").population == "unadjusted"


def test_the_primary_estimand_comes_first(comparison, cohort):
    assert analyse(cohort, comparison).estimates.rows[0].estimand == comparison.primary


def test_weights_of_the_overlap_balance_every_covariate_exactly(comparison, cohort):
    weights = weigh(cohort, comparison, "ATO")
    assert abs(weights.balance.weighted_smd).max() < 1e-8  # a property of logistic overlap weights
    assert abs(weights.balance.smd).max() > 0.1


def test_weights_need_two_arms():
    single = load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml"))
    records = read_records(shipped("data", "programmes", "ips_sydnarke", "records"))
    with pytest.raises(SpecError, match="weights need two arms"):
        weigh(build_cohort(single, records), single)


def test_a_study_that_nobody_published_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="no published study is called 'nobody'"):
        reproduce("nobody")
