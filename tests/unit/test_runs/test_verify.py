"""A report is held against the same job run again, and what differs is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from steget_eval.runs.batch import Batch
from steget_eval.runs.certificate import Certificate
from steget_eval.runs.run import run_batch
from steget_eval.runs.verify import verify_run

Load = Callable[..., Batch]


def states(certificate: Certificate) -> dict[str, str]:
    return {f"{check.kind} {check.name}": check.state for check in certificate.checks}


@pytest.fixture
def report(batch: Load, tmp_path: Path) -> tuple[Batch, Path]:
    """A batch of one and its report."""
    one = batch("id: one, records: records, parameters: {months: 12}")
    got = run_batch(one, tmp_path / "reports", index="runs_hooks:write_index")
    assert got.exit_code == 0, got.jobs[0].sentence
    return one, tmp_path / "reports" / "trial" / "one"


@pytest.mark.slow
def test_a_report_verifies_until_a_number_is_altered(report: tuple[Batch, Path]) -> None:
    one, place = report
    hooks = one.jobs[0].hooks
    fine = verify_run(place, hooks, timeout=60)
    assert (fine.passed, fine.exit_code, fine.sentence) == (True, 0, "PASS")
    told = states(fine)
    for name in (
        "estimates estimates.csv",
        "table a-table",
        "figure a-figure",
        "text everything else",
        "run run again",
    ):
        assert told[name] == "PASS"
    (place / "estimates.csv").write_text("estimate\n3\n")
    (place / "stray.txt").write_text("")
    failed = verify_run(place, hooks, timeout=60)
    told = states(failed)
    assert failed.exit_code == 3
    assert {name for name, state in told.items() if state == "FAIL"} == {
        "file estimates.csv", "file stray.txt", "estimates estimates.csv",
    }  # fmt: skip
    assert failed.sentence.startswith("FAIL; every ingredient is that of the report")


@pytest.mark.slow
def test_the_ingredient_that_differs_is_named_with_every_table_and_figure_it_moves(
    report: tuple[Batch, Path], programme: Path
) -> None:
    one, place = report
    (programme / "records" / "people.txt").write_text("a\n" * 10)
    failed = verify_run(place, one.jobs[0].hooks, timeout=60)
    told = states(failed)
    assert told["ingredient records"] == "FAIL"
    assert (told["estimates estimates.csv"], told["table a-table"], told["figure a-figure"]) == ("FAIL",) * 3
    assert told["text everything else"] == "PASS"
    assert failed.sentence.startswith("FAIL; what differs: records (")
    detail = {check.name: check.detail for check in failed.checks}
    assert detail["estimates.csv"] == "row 1, estimate: '2' in the report, '10' now"
    assert detail["a-figure"] == "frame.rows[1].estimate: 2.0 in the report, 3.0 now"


def test_a_report_whose_inputs_are_gone_says_what_was_looked_for(report: tuple[Batch, Path], programme: Path) -> None:
    one, place = report
    (programme / "records").rename(programme / "moved")
    failed = verify_run(place, one.jobs[0].hooks, timeout=60)
    (last,) = [check for check in failed.checks if check.kind == "run"]
    assert last.state == "FAIL"
    assert last.detail.startswith("it could not be run again: records: there are no records there; looked in ")
