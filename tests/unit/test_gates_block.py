"""The report tells which gates of the design were passed, and no value that may be one person's."""

from __future__ import annotations

import json
from dataclasses import replace

from steget_eval.cohort import build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.design.gates import Gate
from steget_eval.protocol import load_protocol
from steget_eval.reporting import disclose, tables
from steget_eval.reporting.blocks import people
from steget_eval.reporting.blocks.gates_told import gates_in_short
from steget_eval.reporting.release import ReleasedDesign, ReleasedGate
from steget_eval.reporting.text import Cell
from steget_eval.reporting.text.render import Sentence, render, render_cell
from steget_eval.study import evaluate
from steget_eval.study.results import Results
from steget_eval.study.weigh import PopulationGates, gates_of_design, gates_of_others

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


def test_gates_of_another_population_are_told_in_words_too(results_two_arms: Results) -> None:
    other = PopulationGates(population="ATO", gates=GATES)
    release = disclose(replace(results_two_arms, gates=GATES, other_gates=(other,)))
    told = next(child for child in people.balance(release).children if child.id == "balance-gates-others")
    ((entry,),) = told.body["entries"]
    said = Sentence(entry["key"], {name: Cell.from_json(cell) for name, cell in entry["values"].items()})
    assert render(said, "en") == (
        "Questions of those who might as well have had the one as the other: 1 of 2 requirements is not met "
        "(the arms still differ on average in something that was measured before)."
    )
    assert "1 av 2 krav är inte uppfyllt" in render(said, "sv")


def test_every_population_of_an_adjusted_question_has_gates() -> None:
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    cohort = build_cohort(protocol, read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records")))
    main = protocol.estimand(protocol.primary)
    other = main.model_copy(update={"id": "other", "population": "ATT", "methods": ("ipw",)})
    asked = protocol.model_copy(update={"estimands": (main, other)})
    (found,) = gates_of_others(cohort, asked)
    assert found.population == "ATT"
    assert [gate.name for gate in found.gates] == [gate.name for gate in gates_of_design(cohort, asked)]


def test_gates_are_silent_where_the_size_of_a_weighted_arm_was_taken_away(results_two_arms: Results) -> None:
    few = results_two_arms.overlap.assign(value=lambda frame: frame["value"].where(frame["key"] != "n", 2.0))
    assert disclose(replace(results_two_arms, gates=GATES, overlap=few)).gates == ()


def test_the_comparison_of_supported_men_with_a_survey_warns() -> None:
    protocol = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    found = evaluate(protocol, read_records(shipped("data", "open", "nsw", "records")))
    failed = {gate.name for gate in found.gates if not gate.passed}
    assert failed == {"means", "variances", "distributions"}
    assert {name for gate in found.gates for name in gate.failing} == {"age"}


def test_the_summary_and_the_balance_section_tell_the_same_gates_of_the_main_answer(results_two_arms: Results) -> None:
    passed = replace(GATES[0], passed=True, failing=())
    release = disclose(replace(results_two_arms, gates=(passed, GATES[1])))
    failing = tuple(ReleasedGate(name=gate.name, passed=gate.passed) for gate in GATES)

    def told(method: str) -> tuple[str, list[str]]:
        one = replace(release, design_gates=(ReleasedDesign(method=method, gates=failing),))
        (short,) = gates_in_short(one)
        return render(short, "en"), [child.id for child in people.balance(one).children]

    # The weights that a doubly robust answer leans on, among those whom it answers for.
    short, ids = told("ipw")
    assert "1 is not met" in short
    assert "balance-gates-main-said" not in ids
    # Pairs are another method's: what the summary says of the main answer stands before them.
    short, ids = told("matched_pairs")
    assert "All requirements" in short
    assert ids.index("balance-gates-main-said") < ids.index("balance-gates-said")
