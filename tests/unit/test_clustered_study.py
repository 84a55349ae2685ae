"""Where the protocol names clusters, every interval of a study knows of them, or there is none and a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.errors import OneByOneError, SpecError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.study import analyse
from steget_eval.study.advice import advice_answers
from steget_eval.study.answers import answer_benchmark, method_lines
from steget_eval.study.counted import counted_answers
from steget_eval.study.groups import by_group
from steget_eval.study.joint import joint_answers
from steget_eval.study.levels import of_a_site
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.own_arms import own_numbers
from steget_eval.study.within import roads_of

FOLDER = "ips_sydnarke_comparison"
WORDS = {"sv": "Hur mycket?", "en": "How much?"}
DEATH = "death_or_emigration"
ASIDE = {"sensitivity", "choices", "fidelity", "joint", "targets", "estimands"}


def question(name: str, outcome: str, contrast: str, *methods: str, strategy: str = "composite") -> dict[str, Any]:
    return {
        "id": name, "question": WORDS, "outcome": outcome, "contrast": contrast, "population": "ATE",
        "strategies": {DEATH: strategy}, "methods": list(methods),
    }  # fmt: skip


QUESTIONS = [
    question("employment", "employed_ever", "risk_difference", "aipw", "cr2"),
    question("ratio", "employed_ever", "risk_ratio", "g_computation", "modified_poisson"),
    question("first_job", "employment", "risk_difference", "aipw", "ipw", "aalen_johansen", strategy="while_alive"),
    question("time_after", "employment", "rmtl_difference", "ipw", "time_lost", strategy="while_alive"),
    question("hazard", "employment", "hazard_ratio", "cox", strategy="while_alive"),
    question("days", "days_employed", "mean_difference", "two_part_gamma", "ipw"),
    question("days_ratio", "days_employed", "mean_ratio", "log", "aipw"),
    question("days_rate", "days_employed", "rate_ratio", "quasi_poisson"),
]


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    whole = load_protocol(shipped("data", "programmes", FOLDER, "protocol.yaml"))
    held = whole.model_dump(mode="json", exclude_none=True, exclude=ASIDE)
    ladder = {"ladder": ["complete_case", "attrition_weights", "multiple_imputation"], "imputations": 5}
    return Protocol.model_validate({**held, "estimands": QUESTIONS, "cluster": "site", "missing": ladder})


@pytest.fixture(scope="module")
def cohort(protocol: Protocol) -> Cohort:
    return build_cohort(protocol, read_records(shipped("data", "programmes", FOLDER, "records")))


def belonging(cohort: Cohort, step: int) -> Cohort:
    """Return the same people in twelve clusters, dealt another way for every step."""
    code = np.arange(len(cohort.persons)) * step // 5 % 12
    return replace(cohort, persons=cohort.persons.assign(cluster=code.astype(str)))


def intervals(cohort: Cohort, protocol: Protocol) -> dict[tuple[str, ...], Estimate]:
    found = analyse(cohort, protocol)
    rows = [*found.estimates, *found.occupied.months]
    assert not [row for row in rows if row.interval_kind == "credible"]
    return {
        (row.estimand, row.contrast, row.method, row.subgroup): row for row in rows if row.interval_kind == "confidence"
    }


@pytest.mark.slow
def test_no_interval_of_a_study_stays_the_same_when_people_belong_elsewhere(cohort: Cohort, protocol: Protocol) -> None:
    one, other = (intervals(belonging(cohort, step), protocol) for step in (5, 7))
    assert len(one) > 60
    assert one.keys() == other.keys()
    blind = [
        key for key, row in one.items() if (row.conf_low, row.conf_high) == (other[key].conf_low, other[key].conf_high)
    ]
    assert blind == []


def test_the_rows_of_each_arm_are_told_by_leaving_its_clusters_out(cohort: Cohort, protocol: Protocol) -> None:
    values = cohort.outcomes["employment"]
    rows = own_numbers(belonging(cohort, 5), protocol, values)
    assert {(row.contrast, row.method) for row in rows} == {
        ("risk_1", "clusters_left_out"), ("risk_0", "clusters_left_out"),
    }  # fmt: skip
    alone = own_numbers(cohort, protocol.model_copy(update={"cluster": None}), values)
    assert [row.estimate for row in rows] == [row.estimate for row in alone]


def test_proportional_hazards_of_people_in_clusters_are_not_tested_and_the_report_says_why(
    cohort: Cohort, protocol: Protocol
) -> None:
    only = protocol.model_copy(update={"estimands": (protocol.estimand("hazard"),), "primary": "hazard"})
    found = analyse(belonging(cohort, 5), only)
    (refused,) = [one for one in found.refusals if one.method == "schoenfeld"]
    assert refused.code == "one_by_one"
    assert refused.reason.startswith("this method takes people one by one, and the protocol names site as cluster")
    assert {row.method for row in found.estimates if row.estimand == "hazard" and row.subgroup == "all"} == {"cox"}


@pytest.mark.parametrize("name", ["gee_exchangeable", "gee_unstructured", "gee_independence", "mmrm", "ancova"])
def test_methods_of_scales_that_know_no_clusters_are_refused_in_a_sentence(name: str, protocol: Protocol) -> None:
    health = {"id": "health", "kind": "longitudinal", "label": WORDS, "definition": WORDS,
              "scores": {"instrument": "scale", "occasions": ["start", "month_6", "month_12"]}}  # fmt: skip
    held = protocol.model_dump(mode="json", exclude_none=True, exclude={"occupation", "outcomes", "estimands"})
    asked = {"id": "health", "question": WORDS, "outcome": "health", "contrast": "mean_change_difference",
             "methods": [name]}  # fmt: skip
    scales = Protocol.model_validate({**held, "outcomes": [health], "estimands": [asked], "primary": "health"})
    with pytest.raises(SpecError, match=f"{name} does not take clusters, and the protocol names site as cluster"):
        method_lines(scales, scales.estimands[0])


def test_what_takes_people_one_by_one_is_refused_where_the_protocol_names_clusters(
    cohort: Cohort, protocol: Protocol
) -> None:
    with pytest.raises(OneByOneError, match="a comparison with a benchmark takes people one by one"):
        answer_benchmark(cohort, _with_benchmark(protocol), protocol.estimand("first_job"))
    with pytest.raises(OneByOneError, match="names site as cluster"):
        refuse_clusters(protocol, "anything")
    refuse_clusters(protocol.model_copy(update={"cluster": None}), "anything")


def _with_benchmark(protocol: Protocol) -> Protocol:
    whole = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    return protocol.model_copy(update={"benchmark": whole.benchmark})


def test_shares_by_group_and_two_outcomes_at_once_are_refused_for_people_in_clusters() -> None:
    single = load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml"))
    people = build_cohort(single, read_records(shipped("data", "programmes", "ips_sydnarke", "records")))
    clustered = single.model_copy(update={"cluster": "site"})
    for estimand in single.estimands:
        found = by_group(people, clustered, estimand)
        assert found.estimates == Estimates()
        assert [one.code for one in found.refusals] == ["one_by_one"]
    together = joint_answers(people, clustered)
    assert together.estimates == Estimates()
    assert {one.code for one in together.refusals} <= {"one_by_one"}


def test_a_recommendation_is_not_held_against_people_in_clusters() -> None:
    whole = load_protocol(shipped("data", "programmes", "steget_linkoping_assessments", "protocol.yaml"))
    folder = shipped("data", "programmes", "steget_linkoping_assessments", "records")
    people = build_cohort(whole, read_records(folder))
    found = advice_answers(people, whole.model_copy(update={"cluster": "site"}), whole.recommendations[0])
    assert found.estimates == Estimates()
    assert [one.code for one in found.refusals] == ["one_by_one"]


@pytest.mark.parametrize(("several", "told"), [(False, None), (True, "site")])
def test_a_site_is_answered_alone_without_clusters_unless_it_holds_several(
    several: bool, told: str | None, cohort: Cohort, protocol: Protocol
) -> None:
    place = np.arange(len(cohort.persons))
    people = {f"site{code}": place % 6 == code for code in range(6)}
    own = replace(cohort, persons=cohort.persons.assign(cluster=place % (12 if several else 6)))
    assert of_a_site(own, protocol, people).cluster == told


def test_a_cost_per_success_has_no_interval_where_people_come_in_clusters() -> None:
    whole = load_protocol(shipped("data", "programmes", "steget_linkoping", "protocol.yaml"))
    account = next(one for one in whole.economics if one.estimand is not None and "success" in one.per)
    asked = whole.model_copy(update={"cluster": "site", "economics": (account,), "reach": (), "events": ()})
    row = Estimate(
        contrast="risk_1", method="made", estimate=0.4, conf_low=0.3, conf_high=0.5, conf_level=0.95, n_1=100,
        events_1=40, estimand=account.estimand or "",
    )  # fmt: skip
    rows = counted_answers(asked, Estimates((row,)), None)
    assert "cost_per_success" in {one.contrast for one in rows}
    assert {one.interval_kind for one in rows} == {"none"}
    alone = counted_answers(asked.model_copy(update={"cluster": None}), Estimates((row,)), None)
    assert "confidence" in {one.interval_kind for one in alone}


def test_a_group_is_compared_on_a_scale_only_by_a_line_that_takes_clusters(protocol: Protocol) -> None:
    sites = question("employment", "employed_ever", "risk_difference", "site_permutation")
    held = protocol.model_dump(mode="json", exclude_none=True, exclude={"estimands"})
    asked = Protocol.model_validate({**held, "design": "randomised", "estimands": [sites], "primary": "employment"})
    estimand = asked.estimands[0]
    line = method_lines(asked, estimand)[0]
    assert [road.scale for road in roads_of(asked, estimand, line)] == ["difference"]
    alone = asked.model_copy(update={"cluster": None})
    assert {road.scale for road in roads_of(alone, estimand, line)} == {"difference", "ratio"}
