"""What the command line says of a design, an example, a target or a method that cannot be answered."""

from __future__ import annotations

import csv
import io
import math
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from steget_eval.cli import app
from steget_eval.core.errors import CohortError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import load_protocol
from steget_eval.runs.place import write_whole
from steget_eval.simulate import load_truth, true_values
from steget_eval.study import rehearse
from steget_eval.study.examples import check_examples

PROGRAMMES = shipped("data", "programmes")
ONE_ARM = PROGRAMMES / "ips_sydnarke"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="steget-eval")


def changed(folder: Path, **changes: object) -> Path:
    """Return a protocol of one arm with some of its keys changed, without examples or truth beside it."""
    told = yaml.safe_load((ONE_ARM / "protocol.yaml").read_text(encoding="utf-8")) | changes
    file = folder / "protocol.yaml"
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("design", ["staggered", "prestudy"])
def test_explain_says_what_of_a_design_is_answered(design: str, tmp_path):
    got = call("explain", changed(tmp_path, design=design), "employment")
    assert got.exit_code == 0, got.output
    assert f"design {design} cannot be analysed by this version" in got.output
    assert f"design {design}" not in call("explain", ONE_ARM / "protocol.yaml", "employment").output


def test_check_warns_of_a_design_that_is_not_answered_and_still_tells_the_cohort(tmp_path):
    got = call("check", changed(tmp_path, design="staggered"), ONE_ARM / "records")
    assert got.exit_code == 0, got.output
    assert "warning   ips_sydnarke: design staggered cannot be analysed" in got.output
    assert "enrolled_in_project" in got.output


def test_simulate_warns_of_a_design_that_is_not_answered(tmp_path):
    got = call("simulate", changed(tmp_path, design="staggered"), "--out", tmp_path / "staggered", "--people", 50)
    assert got.exit_code == 0, got.output
    assert "warning: ips_sydnarke: design staggered" in got.output
    got = call("simulate", changed(tmp_path, design="aggregate"), "--out", tmp_path / "records", "--people", 50)
    assert got.exit_code == 0, got.output
    assert "warning" not in got.output
    assert (tmp_path / "records" / "counts.csv").is_file()


def test_a_prestudy_has_nothing_to_simulate(tmp_path):
    got = call("simulate", changed(tmp_path, design="prestudy"), "--out", tmp_path / "records")
    assert got.exit_code == 1
    assert "a prestudy has no participants" in got.output


def test_rehearse_refuses_a_design_that_is_not_answered(tmp_path):
    with pytest.raises(CohortError, match="design staggered cannot be analysed"):
        rehearse(load_protocol(changed(tmp_path, design="staggered")), replicates=2)


def test_simulate_turns_knobs_and_writes_truth_and_dirt_beside_the_records(tmp_path):
    got = call("simulate", ONE_ARM / "protocol.yaml", "--out", tmp_path / "records", "--people", 80, "--missing", 0.1,
               "--dirt", 2)  # fmt: skip
    assert got.exit_code == 0, got.output
    assert (tmp_path / "records.dirt.csv").read_text(encoding="utf-8").count("unknown_code") >= 2
    again = call("simulate", ONE_ARM / "protocol.yaml", "--out", tmp_path / "records")
    assert again.exit_code == 1
    assert "there is something there already" in again.output


@pytest.mark.slow
def test_simulate_writes_the_true_answers_beside_soiled_records_that_check_then_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["steget_eval.cli.simulate"], "_LIVES", 2_000)
    got = call("simulate", ONE_ARM / "protocol.yaml", "--out", tmp_path / "records", "--people", 80, "--seed", 5,
               "--dirt", 1, "--true-values")  # fmt: skip
    assert got.exit_code == 0, got.output
    lines = list(csv.DictReader(io.StringIO((tmp_path / "records.truth.csv").read_text(encoding="utf-8"))))
    (risk,) = [line for line in lines if (line["asked"], line["quantity"]) == ("employment", "risk")]
    protocol = load_protocol(ONE_ARM / "protocol.yaml")
    stated = true_values(protocol, load_truth(ONE_ARM / "truth.yaml"), "employment", people=20_000, seed=6)
    assert stated.arm_1 is not None
    # 4 standard errors of the two simulations: once in 16 000 by chance
    assert abs(float(risk["value"]) - stated.arm_1.value) < 4 * math.hypot(
        float(risk["mc_error"]), stated.arm_1.mc_error
    )
    refused = call("check", ONE_ARM / "protocol.yaml", tmp_path / "records")
    assert refused.exit_code == 1
    kinds = {line.split(",")[0] for line in (tmp_path / "records.dirt.csv").read_text(encoding="utf-8").splitlines()}
    assert len(kinds) > 5


def test_check_refuses_a_target_that_no_goal_can_be_held_against(tmp_path):
    told = yaml.safe_load((ONE_ARM / "protocol.yaml").read_text(encoding="utf-8"))
    days = {"id": "days", "kind": "amount", "measure": "days_in_state", "label": {"sv": "dagar", "en": "days"},
            "definition": {"sv": "dagar", "en": "days"}, "events": [{"spells": ["competitive_employment"]}],
            "censoring": ["study_end", "withdrawn", "lost", "death", "emigration"]}  # fmt: skip
    asked = {"id": "days", "question": {"sv": "dagar?", "en": "days?"}, "outcome": "days", "population": "arm",
             "contrast": "mean"}  # fmt: skip
    target = {"id": "many", "label": {"sv": "många", "en": "many"}, "estimand": "days", "at_least": 0.3}
    file = changed(tmp_path, outcomes=[*told["outcomes"], days], estimands=[*told["estimands"], asked],
                   targets=[target])  # fmt: skip
    got = call("check", file, ONE_ARM / "records")
    assert got.exit_code == 1
    assert "targets.many.estimand: a target is held against a risk; estimand days asks for mean" in got.output


def test_estimate_says_which_method_refused(tmp_path):
    told = yaml.safe_load((ONE_ARM / "protocol.yaml").read_text(encoding="utf-8"))
    file = changed(tmp_path, clock={"index": "enrolled_on", "horizon": 100, "unit": "months"},
                   estimands=told["estimands"])  # fmt: skip
    got = call("estimate", file, ONE_ARM / "records", "--out", tmp_path / "estimates.csv", "--internal")
    assert got.exit_code == 0, got.output
    assert "aalen" in got.output.lower(), got.output


def test_examples_that_come_out_as_written_are_counted():
    for programme, many in (("ips_sydnarke", 4), ("ips_sydnarke_comparison", 6)):
        folder = PROGRAMMES / programme
        assert check_examples(load_protocol(folder / "protocol.yaml"), folder / "examples.yaml") == many


def test_a_wrong_example_fails_check_with_what_was_written_and_what_was_found(tmp_path):
    file = changed(tmp_path)
    shutil.copy(ONE_ARM / "examples.yaml", tmp_path)
    right = call("check", file, ONE_ARM / "records")
    assert right.exit_code == 0, right.output
    assert "examples  4 come out as written" in right.output
    told = (tmp_path / "examples.yaml").read_text(encoding="utf-8")
    (tmp_path / "examples.yaml").write_text(told.replace("day: 22}", "day: 23}"), encoding="utf-8")
    wrong = call("check", file, ONE_ARM / "records")
    assert wrong.exit_code == 1
    assert "job_lost_before_the_end.gives.employment says event on day 23; found event on day 22" in wrong.output


def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path):
    with pytest.raises(OSError, match=r"estimates\.csv") as refused:
        write_whole(tmp_path / "nowhere" / "estimates.csv", "text")
    assert refused.value.filename == str(tmp_path / "nowhere" / "estimates.csv")
