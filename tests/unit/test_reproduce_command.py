"""`steget-eval reproduce`: verdicts and reasons, with exit codes as elsewhere."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from steget_eval.cli.app import app

HEAD = "study_id,line,citation,design,population,programme,outcome,measure,status,percent_1,n_1,n_0,percent_0"


def _call(*arguments: object):
    return CliRunner().invoke(app, ["reproduce", *map(str, arguments)], prog_name="steget-eval")


def test_a_study_is_printed_with_verdict_reason_status_formulas_and_counts_per_verdict():
    got = _call("bejerholm2017_ies")
    assert got.exit_code == 0
    assert "not reproducible    bejerholm2017_ies.1" in got.stdout
    assert "0.38 (0.12 to 0.55)" in got.stdout
    assert "katz: 14/33 v 1/25 gives the estimate and both limits" in got.stdout
    assert "reconstructed_unique [tried: wald, newcombe" in got.stdout
    ends = [line.split() for line in got.stdout.splitlines()[-4:]]
    assert ends == [
        ["reproduced", "1"],
        ["not", "reproducible", "1"],
        ["not", "enough", "printed", "0"],
        ["inconsistent", "0"],
    ]


def test_a_file_in_the_layout_is_judged(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        f"{HEAD}\na,1,Journal 2020,randomised,people,IPS,job,percentages,none,18,75,75,47\n", encoding="utf-8"
    )
    got = _call("--trials", path)
    assert got.exit_code == 0
    assert "inconsistent        a.1" in got.stdout
    assert "no count of 75 is printed as 18 %" in got.stdout


def test_an_unknown_study_and_a_broken_row_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}\na,1,Journal 2020,guessed,people,IPS,job,percentages,none,18,75,75,47\n", encoding="utf-8")
    for arguments, said in (
        (("nobody",), "no published study is called 'nobody'"),
        (("--trials", path), "row 2, column design"),
    ):
        got = _call(*arguments)
        assert got.exit_code == 1
        assert said in got.stderr
    assert _call("--colour").exit_code == 2


def test_the_how_tos_trial_is_reproduced(tmp_path):
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "reproduce-a-published-figure.md"
    blocks = page.read_text(encoding="utf-8").split("```")[1::2]
    path = tmp_path / "mine.csv"
    path.write_text(next(block for block in blocks if block.startswith("\nstudy_id")).lstrip("\n"), encoding="utf-8")
    got = _call("--trials", path)
    assert "reproduced          mine2024.1" in got.stdout
    assert "woolf: 22/46 v 3/37 gives the estimate and both limits" in got.stdout
