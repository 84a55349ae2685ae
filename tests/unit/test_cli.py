"""The command line: exit codes, sentences, and never a traceback."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from steget_eval.cli import app
from steget_eval.core.shipped import shipped
from steget_eval.protocol import load_protocol

PROGRAMME = shipped("data", "programmes", "ips_sydnarke")
PROTOCOL, RECORDS = str(PROGRAMME / "protocol.yaml"), str(PROGRAMME / "records")
COMMANDS = (
    "check",
    "explain",
    "simulate",
    "estimate",
    "report",
    "batch",
    "new",
    "verify",
    "rehearse",
    "why",
    "lock",
    "cite",
    "import",
    "recipe",
)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="steget-eval")


def command_line(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from steget_eval.cli import main; main()"
    words = [sys.executable, "-c", code, *(str(argument) for argument in arguments)]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    got = call(command, "--help")
    assert got.exit_code == 0
    assert f"Example: steget-eval {command}" in " ".join(got.output.split())


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from steget_eval.cli import app; "
        "print([name for name in ('pandas', 'numpy', 'pydantic', 'papermill', 'matplotlib', 'nbformat') "
        "if name in sys.modules])"
    )
    got = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert got.stdout == "[]\n"


def test_check_tells_protocol_records_and_flow() -> None:
    got = call("check", PROTOCOL, RECORDS)
    assert got.exit_code == 0, got.output
    assert "protocol  ips_sydnarke: single_arm" in got.output
    assert "(synthetic): participants 88" in got.output
    assert "enrolled_in_project" in got.output


def test_explain_tells_where_an_estimand_is_done_and_who_witnesses_it() -> None:
    got = call("explain", PROTOCOL, "employment")
    assert got.exit_code == 0
    for part in ("employment (primary)", "[E4]", "competes with the outcome (while alive)", "24 months",
                 "steget_eval.cohort.derive_competing:derive_competing",
                 "steget_eval.methods.effects.competing:cumulative_incidence",
                 "tests/reference/competing.R"):  # fmt: skip
        assert part in got.output
    told = call("explain", PROTOCOL).output
    asked = [line for line in told.splitlines() if line.startswith("estimand ")]
    assert len(asked) == len(load_protocol(PROTOCOL).estimands) > 1


def test_explain_refuses_an_unknown_estimand_with_the_nearest() -> None:
    got = call("explain", PROTOCOL, "employmnt")
    assert got.exit_code == 1
    assert got.stderr == "ips_sydnarke has no estimand 'employmnt'; did you mean employment?\n"


def test_estimate_writes_what_passed_the_gate(tmp_path: Path) -> None:
    text = Path(PROTOCOL).read_text(encoding="utf-8")
    assert "minimum_cell: 5" in text
    strict, out = tmp_path / "protocol.yaml", tmp_path / "estimates.csv"
    strict.write_text(text.replace("minimum_cell: 5", "minimum_cell: 100"), encoding="utf-8")  # more than its people
    assert call("estimate", strict, RECORDS, "--out", out).exit_code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert {(row["suppressed"], row["estimate"], row["n_1"], row["events_1"]) for row in rows} == {("true", "", "", "")}
    printed = call("estimate", strict, RECORDS, "--out", "-")
    assert printed.stdout == out.read_text(encoding="utf-8")


def test_estimate_for_internal_eyes_says_so() -> None:
    got = call("estimate", PROTOCOL, RECORDS, "--out", "-", "--internal")
    assert got.stderr == "internal: these numbers have not passed the gate\n"
    rows = list(csv.DictReader(got.stdout.splitlines()))
    assert rows
    # Means count no events; every share tells how many it is of, however few.
    assert all(row["events_1"] for row in rows if row["contrast"] == "risk_1" and row["interval_kind"] == "confidence")


@pytest.mark.parametrize("design", ["randomised", "comparison", "single_arm"])
def test_a_new_programme_passes_its_own_check(design: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert call("new", folder, "--id", "mine", "--design", design).exit_code == 0
    assert {path.name for path in folder.iterdir()} == {"protocol.yaml", "batch.yaml", "records"}
    got = call("check", folder / "protocol.yaml", folder / "records")
    assert got.exit_code == 0, got.output
    assert f"protocol  mine: {design}" in got.output
    assert call("estimate", folder / "protocol.yaml", folder / "records", "--out", "-").exit_code == 0


def test_a_new_programme_is_not_written_over_something(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("kept")
    got = call("new", tmp_path, "--id", "mine")
    assert (got.exit_code, [path.name for path in tmp_path.iterdir()]) == (1, ["notes.txt"])
    got = call("simulate", PROTOCOL, "--out", tmp_path)
    assert (got.exit_code, [path.name for path in tmp_path.iterdir()]) == (1, ["notes.txt"])


def test_simulate_draws_from_the_truth_beside_the_protocol_unless_another_is_given(tmp_path: Path) -> None:
    for folder, seed in (("one", 3), ("two", 3), ("three", 4)):
        got = call("simulate", PROTOCOL, "--out", tmp_path / folder, "--seed", seed)
        assert got.exit_code == 0, got.output
        assert "truth.yaml" in got.stderr
    one, two, three = ((tmp_path / name / "spells.csv").read_bytes() for name in ("one", "two", "three"))
    assert one == two != three
    assert call("simulate", PROTOCOL, "--out", tmp_path / "x", "--truth", PROTOCOL).exit_code == 1


def test_rehearse_tells_bias_and_coverage() -> None:
    got = call("rehearse", PROTOCOL, "--replicates", 2)
    assert got.exit_code == 0, got.output
    assert "coverage" in got.stdout


def test_wrong_usage_exits_with_two(tmp_path: Path) -> None:
    for words in (
        ["check"], ["chek", "a", "b"], ["simulate", PROTOCOL], ["batch", "x", "--workers", "none"],
        ["new", tmp_path / "n", "--id", "Not An Id"], ["new", tmp_path / "n", "--id", "a", "--design", "guess"],
    ):  # fmt: skip
        got = call(*words)
        assert got.exit_code == 2, (words, got.output)
    assert list(tmp_path.iterdir()) == []


BAD = {
    "no such protocol": ("check", "absent.yaml", RECORDS),
    "records that are none": ("check", PROTOCOL, "."),
    "protocol that is a folder": ("check", RECORDS, RECORDS),
    "protocol that is a picture": ("explain", "picture.yaml"),
    "batch that is no batch": ("batch", PROTOCOL),
    "batch of nothing": ("batch", "absent.yaml"),
    "estimate of nothing": ("estimate", PROTOCOL, "absent"),
    "table into a folder that is none": ("estimate", PROTOCOL, RECORDS, "--out", "picture.yaml/estimates.csv"),
    "records into a file": ("simulate", PROTOCOL, "--out", "picture.yaml"),
    "reports below a file": ("report", PROTOCOL, RECORDS, "--out", "picture.yaml/reports"),
    "reports where nobody may write": ("report", PROTOCOL, RECORDS, "--out", "/proc/reports"),
    "a programme below a file": ("new", "picture.yaml/mine", "--id", "mine"),
    "a report that is none": ("verify", "."),
    "a truth that is none": ("rehearse", PROTOCOL, "--truth", "picture.yaml"),
    "a pattern that fits nothing": ("batch", str(PROGRAMME.parent / "batch.yaml"), "--only", "zzz"),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", BAD.values(), ids=BAD.keys())
def test_bad_input_is_a_sentence_and_never_a_traceback(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    got = command_line(*words, cwd=tmp_path)
    assert got.returncode == 1, got
    assert got.stderr.strip()
    assert "Traceback" not in got.stderr + got.stdout
    assert "Error" not in got.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["picture.yaml"]


@pytest.mark.slow
def test_a_report_is_made_verified_and_not_made_again_and_an_altered_one_fails(tmp_path: Path) -> None:
    made = command_line("report", PROTOCOL, RECORDS, "--out", "reports", cwd=tmp_path)
    assert made.returncode == 0, made
    assert made.stdout.splitlines()[-1] == os.path.join("reports", "index.html")
    folder = tmp_path / "reports" / "single" / "ips_sydnarke"
    verified = command_line("verify", folder, cwd=tmp_path)
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, f"PASS  {folder}"), verified
    again = command_line("report", PROTOCOL, RECORDS, "--out", "reports", cwd=tmp_path)
    assert "unchanged" in again.stdout
    table = folder / "estimates.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    was = rows[0]["estimate"]
    assert was.startswith("0.")
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(was, "0.987654321", 1), encoding="utf-8")
    failed = command_line("verify", folder, cwd=tmp_path)
    assert failed.returncode == 3
    assert "changed since it was written" in failed.stdout
    assert "row 1, estimate: '0.987654321" in failed.stdout


def test_help_loads_no_room(tmp_path: Path) -> None:
    code = (
        "import sys; from steget_eval.cli import main; sys.argv = ['steget-eval', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('pandas', 'ibis', 'matplotlib', 'statsmodels', 'papermill') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert told.splitlines()[-1] == "[]"
