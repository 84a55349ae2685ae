"""The report tells which gates of the design were passed, and no value that may be one person's."""

from __future__ import annotations

import json
from dataclasses import replace

from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.design.gates import Gate
from steget_eval.protocol import load_protocol
from steget_eval.reporting import disclose, tables
from steget_eval.reporting.blocks import people
from steget_eval.reporting.text.render import render_cell
from steget_eval.study import evaluate
from steget_eval.study.results import Results

GATES = (
    Gate(name="means", value=0.123456, threshold=0.1, passed=False, failing=("age",)),
    Gate(name="one_person", value=0.01, threshold=0.05, passed=True),
)


def test_gates_stand_beside_the_weights_with_their_threshold_in_words(results_two_arms: Results) -> None:
    release = disclose(replace(results_two_arms, gates=GATES))
    assert [(gate.name, gate.passed) for gate in release.gates] == [("means", False), ("one_person", True)]
    rows = tables.gates(release).body()["rows"]
    assert render_cell(rows[0][0], "en") == "every standardised difference within ±0.1 after weighting"
    assert [render_cell(row[1], "sv") for row in rows] == ["nej", "ja"]
    assert "0.123456" not in json.dumps(people.balance(release).to_json(), ensure_ascii=False)


def test_gates_are_silent_where_the_size_of_a_weighted_arm_was_taken_away(results_two_arms: Results) -> None:
    few = results_two_arms.overlap.assign(value=lambda frame: frame["value"].where(frame["key"] != "n", 2.0))
    assert disclose(replace(results_two_arms, gates=GATES, overlap=few)).gates == ()


def test_the_comparison_of_supported_men_with_a_survey_warns() -> None:
    protocol = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    found = evaluate(protocol, read_records(shipped("data", "open", "nsw", "records")))
    failed = {gate.name for gate in found.gates if not gate.passed}
    assert failed == {"means", "variances", "distributions"}
    assert {name for gate in found.gates for name in gate.failing} == {"age"}
