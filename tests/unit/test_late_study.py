"""A study of people observed late: its curve is survfit's of late entries, and its report says so."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from steget_eval import blocks, disclose
from steget_eval.cohort import build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.reporting.text import render
from steget_eval.study import analyse


@pytest.fixture(scope="module")
def late():
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    records = read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records"))
    first = build_cohort(protocol, records).persons["index_on"].median().date() + timedelta(days=60)
    decided = protocol.model_dump(mode="json", exclude_none=True)
    asked = [one for one in decided["estimands"] if one["id"] == "first_job"]
    decided |= {"clock": {**decided["clock"], "observed_from": first.isoformat()}, "primary": "first_job",
                "estimands": [{**asked[0], "methods": ["aalen_johansen"]}], "choices": []}  # fmt: skip
    for part in ("occupation", "sensitivity", "subgroups", "joint", "targets", "fidelity"):
        decided.pop(part, None)
    chosen = Protocol.model_validate(decided)
    cohort = build_cohort(chosen, records)
    return chosen, cohort, analyse(cohort, chosen)


def test_the_risk_is_that_of_late_entries(late) -> None:
    _, cohort, results = late
    values = cohort.outcomes["first_job"]
    known = values.known
    assert 0 < known.sum() < known.size
    assert (values.entry > 0).any()
    wanted = cumulative_incidence(
        values.t[known], values.d[known], cohort.a[known], horizon=values.horizon_days, entry=values.entry[known]
    )
    found = results.estimates.where(estimand="first_job", subgroup="all").only(contrast="risk_difference")
    assert found.estimate == wanted.only(contrast="risk_difference").estimate
    curve = results.curves[(results.curves["cause"] == "event") & (results.curves["arm"] == "ips")]
    risk = wanted.only(contrast="risk_1").estimate
    assert curve["estimate"].iloc[-1] == pytest.approx(risk, abs=1e-12)  # the same product, another order
    assert np.diff(curve["at_risk"]).max() > 0  # people enter


def test_the_report_says_from_when_people_were_followed(late) -> None:
    chosen, _, results = late
    made = blocks.unknown(disclose(results, internal=True)).children[0]
    keys = [one["key"] for one in made.body["text"]]
    assert "sentence.observed_from" in keys
    told = next(one for one in made.body["text"] if one["key"] == "sentence.observed_from")
    assert str(chosen.clock.observed_from.year) in render(told, "en")
