"""The block that holds adjusted answers against the experiment's: one forest a question, its line, its warnings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steget_eval import blocks, disclose
from steget_eval.core.shipped import shipped
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.protocol import load_protocol
from steget_eval.reporting import tables
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.forest import behind_question, draw, height
from steget_eval.reporting.release import ReleasedDesign, ReleasedGate

#: Lines that need clusters or a random assignment, which a survey's men have none of.
_NEED_MORE = {"cr2", "wild_bootstrap", "site_permutation"}


@pytest.mark.parametrize("estimand", ["employment", "earnings"])
def test_the_nsw_protocol_asks_every_adjusted_line_that_can_answer(estimand: str) -> None:
    protocol = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    asked = protocol.estimand(estimand)
    kind = protocol.outcome(asked.outcome).kind
    lines = {
        line.name for line in CATALOGUE
        if line.adjusts and not line.is_test and kind in line.kinds and asked.contrast in line.contrasts
        and asked.population in line.populations and line.name not in _NEED_MORE
    }  # fmt: skip
    assert lines <= set(asked.methods)


def test_the_randomised_estimate_is_drawn_through_the_others(results_two_arms) -> None:
    release = disclose(results_two_arms)
    frame = behind_question(release, release.protocol.primary)
    held = frame[frame["subgroup"] == "benchmark"]
    assert list(held.index) == [len(frame) - 1]
    ax = draw(frame, "en", style.new_axes(style.WIDE, height(frame, narrow=False)))
    inner = ax.child_axes[0]
    lines = [line for line in inner.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in lines] == [held["estimate"].iloc[0]]


def test_gates_that_failed_are_told_beside_the_experiment(results_two_arms) -> None:
    release = disclose(results_two_arms)
    gates = (ReleasedGate(name="means", passed=False), ReleasedGate(name="outside", passed=True))
    made = blocks.benchmark(replace(release, gates=gates))
    told = {child.id: child for child in made.children}
    assert "benchmark-gates-failed" in told
    assert [entry[0]["key"] for entry in told["benchmark-gates-failed"].body["entries"]] == ["design_gate.means"]
    passed = blocks.benchmark(replace(release, gates=gates[1:]))
    assert "benchmark-gates-none" in {child.id for child in passed.children}


@pytest.mark.parametrize(("methods", "heads"), [(2, "design_gate"), (9, "method")])
def test_gates_of_many_methods_stand_a_method_a_row(results_two_arms, methods: int, heads: str) -> None:
    release = disclose(results_two_arms)
    gates = tuple(ReleasedGate(name=name, passed=name == "means") for name in ("means", "outside", "weight"))
    found = tuple(ReleasedDesign(method=f"line_{place}", gates=gates) for place in range(methods))
    table = tables.design_gates(replace(release, design_gates=found))
    assert table.cells.columns[0].key == heads
    assert len(table.cells.rows) == (methods if heads == "method" else len(gates))
    assert len(table.to_frame()) == methods * len(gates)
