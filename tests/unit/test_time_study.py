"""Tests follow an estimate from the protocol to the report, and never stand first."""

from __future__ import annotations

import pytest

from steget_eval import analyse, build_cohort, disclose, load_protocol, read_records
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.reporting import tables
from steget_eval.reporting.text import code_label, key_label
from steget_eval.study.answers import method_lines

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")


@pytest.fixture(scope="module")
def comparison() -> Protocol:
    return load_protocol(shipped(*FOLDER, "protocol.yaml"))


def _asked(protocol: Protocol, contrast: str, *methods: str) -> Protocol:
    told = protocol.model_dump(mode="json")
    told["estimands"] = [
        one | {"contrast": contrast, "methods": list(methods)} if one["id"] == "first_job" else one
        for one in told["estimands"]
    ]
    return Protocol.model_validate(told)


@pytest.fixture(scope="module")
def results(comparison):
    asked = _asked(comparison, "hazard_ratio", "cox")
    return analyse(build_cohort(asked, read_records(shipped(*FOLDER, "records"))), asked)


def test_cox_brings_its_check_into_the_answers_and_the_report(results):
    rows = [row for row in results.estimates if row.estimand == "first_job"]
    assert [row.contrast for row in rows] == ["hazard_ratio", "proportional_hazards"]
    assert rows[1].p_value == rows[1].p_value
    table = tables.effects(disclose(results), estimand="first_job")
    assert [row[0].label for row in table.cells.rows][1] == code_label("method", "schoenfeld")
    assert table.cells.notes == (key_label("effects.proportional"),)


def test_gray_stands_beside_a_difference_in_cumulative_incidence(comparison):
    asked = _asked(comparison, "risk_difference", "aalen_johansen", "gray")
    lines = method_lines(asked, asked.estimand("first_job"))
    assert [line.name for line in lines] == ["aalen_johansen", "gray"]


def test_a_test_cannot_come_first(comparison):
    asked = _asked(comparison, "risk_difference", "gray")
    with pytest.raises(SpecError, match="gray tests and estimates nothing, so it cannot come first"):
        method_lines(asked, asked.estimand("first_job"))
