"""Usual intervals and numbers needed, asked of a protocol: they reach the table, and a prior is printed beneath it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from steget_eval import blocks, disclose
from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.text import render
from steget_eval.study import analyse
from steget_eval.study.answers import answer, method_lines

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")


@pytest.fixture(scope="module")
def compared() -> tuple[Protocol, Cohort]:
    protocol = load_protocol(shipped(*FOLDER, "protocol.yaml"))
    return protocol, build_cohort(protocol, read_records(shipped(*FOLDER, "records")))


def _asking(protocol: Protocol, name: str, **changes: object) -> tuple[Protocol, Estimand]:
    told = protocol.estimand(name).model_dump(mode="json", exclude_none=True)
    asked = Estimand.model_validate(told | changes)
    alone = {"estimands": (asked,), "primary": name, "choices": (), "occupation": None}
    return protocol.model_copy(update=alone), asked


@pytest.mark.parametrize(("contrast", "method"), [
    ("risk_difference", "agresti_caffo"), ("odds_ratio", "fisher"), ("nnt", "aipw"), ("nnt", "tmle"),
])  # fmt: skip
def test_a_protocol_may_ask_for_it(compared, contrast: str, method: str) -> None:
    protocol, cohort = compared
    told, asked = _asking(protocol, "employment", contrast=contrast, methods=[method])
    row = answer(cohort, told, asked, method_lines(told, asked)[0]).only(contrast=contrast)
    assert (row.method, row.estimand) == (method, "employment")


@pytest.mark.parametrize("method", ["aalen_johansen", "ipw", "aipw", "g_computation"])
def test_the_number_needed_by_the_horizon_is_its_difference_turned_over(compared, method: str) -> None:
    protocol, cohort = compared
    rows = {}
    for contrast in ("nnt", "risk_difference"):
        told, asked = _asking(protocol, "first_job", contrast=contrast, methods=[method])
        found = answer(cohort, told, asked, method_lines(told, asked)[0])
        rows[contrast] = found.only(contrast=contrast, method=method)
    assert rows["nnt"].estimate == 1 / rows["risk_difference"].estimate
    assert (rows["nnt"].horizon, rows["nnt"].horizon_unit) == (24, "months")


def test_a_comparison_that_names_no_method_gets_an_adjusted_number_needed(compared) -> None:
    protocol, _ = compared
    for name in ("employment", "first_job"):
        told, asked = _asking(protocol, name, contrast="nnt", methods=[])
        assert method_lines(told, asked)[0].name == "aipw"


@pytest.fixture(scope="module")
def alone() -> tuple[Protocol, Cohort]:
    protocol = load_protocol(shipped("data", "programmes", "steget_2021", "protocol.yaml"))
    return protocol, build_cohort(protocol, read_records(shipped("data", "programmes", "steget_2021", "records")))


@pytest.mark.parametrize(("language", "said"), [("en", "Beta(2.0, 3.0)"), ("sv", "Beta(2,0; 3,0)")])
def test_the_prior_of_a_share_is_printed_beneath_it(alone, language: str, said: str) -> None:
    protocol, cohort = alone
    name = next(
        one.id for one in protocol.estimands
        if one.contrast == "risk" and protocol.outcome(one.outcome).kind == "binary" and not one.by
    )  # fmt: skip
    told, _ = _asking(
        protocol, name, methods=["wilson", "agresti_coull", "jeffreys", "posterior"],
        prior={"successes": 2, "failures": 3}, by=[], pooled_by=None,
    )  # fmt: skip
    results = analyse(cohort, told.model_copy(update={"targets": (), "joint": ()}))
    methods = {row.method for row in results.estimates.where(estimand=name, contrast="risk_1", subgroup="all")}
    assert methods == {"wilson", "agresti_coull", "jeffreys", "posterior"}
    row = results.estimates.only(estimand=name, method="posterior", subgroup="all")
    assert row.estimate == pytest.approx((row.events_1 + 2) / (row.n_1 + 5))
    made = blocks.effects(disclose(results, internal=True))
    beneath = next(one for one in made.children if one.id == f"effects-{name}-prior")
    assert said in render(beneath.body["text"][0], language)


def test_a_prior_without_its_method_is_refused(compared) -> None:
    protocol, _ = compared
    with pytest.raises(ValidationError, match="posterior among its methods"):
        _asking(protocol, "employment", prior={"successes": 1, "failures": 1})
