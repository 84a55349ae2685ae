"""What study refuses, and how it labels what methods answer."""

from __future__ import annotations

import pytest

from steget_eval import analyse, build_cohort, load_protocol, read_records, reproduce, weigh
from steget_eval.core.errors import CohortError, InputError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.study.answers import method_lines


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


@pytest.mark.parametrize("design", ["before_after", "aggregate", "staggered", "prestudy"])
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
    assert estimates.only(estimand="first_job", contrast="risk_difference").population == "unadjusted"


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
