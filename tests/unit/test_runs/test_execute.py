"""A job's kernel is a fork where it can be, is held to its limits, and leaves its notebook when it is stopped."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.runs import warm
from steget_eval.runs.batch import Batch
from steget_eval.runs.result import BatchResult
from steget_eval.runs.run import run_batch
from steget_eval.runs.warm import COLD, ColdKernelWarning

Load = Callable[..., Batch]


def write_cells(path: Path, *sources: str) -> None:
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)


def run(batch: Batch, out: Path, **options: object) -> BatchResult:
    return run_batch(batch, out, index="runs_hooks:write_index", **options)  # type: ignore[arg-type]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.mark.slow
@pytest.mark.filterwarnings("error::steget_eval.runs.warm.ColdKernelWarning")
def test_a_job_and_its_kernel_are_forks_of_one_parent(batch: Load, programme: Path, out: Path) -> None:
    write_cells(
        programme / "small.ipynb",
        "import os, sys\n"
        "loaded = {'pandas', 'statsmodels', 'ibis', 'matplotlib'} <= set(sys.modules)\n"
        "print(loaded, open(f'/proc/{os.getppid()}/cmdline').read().split('\\0')[2])",
    )
    got = run(batch("id: one, records: records"), out)
    assert got.exit_code == 0, got.jobs[0].sentence
    told = (out / "trial" / "one" / "estimates.csv").read_text().splitlines()[1]
    assert told == "True steget_eval.runs.warm_parent"
    assert 0 < got.jobs[0].cell_seconds < got.jobs[0].seconds


@pytest.mark.slow
def test_where_nothing_can_be_forked_the_same_report_comes_cold_and_the_reason_is_told(
    batch: Load, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = batch("id: one, records: records")
    run(one, out)
    place = out / "trial" / "one"
    forked = {name: (place / name).read_bytes() for name in ("report.ipynb", "estimates.csv", "report.sv.html")}
    monkeypatch.setenv(COLD, "processes cannot be forked safely on this machine")
    with pytest.warns(ColdKernelWarning, match="kernels start cold: processes cannot be forked safely"):
        got = run(one, out, force=True)
    assert got.exit_code == 0, got.jobs[0].sentence
    assert {name: (place / name).read_bytes() for name in forked} == forked


@pytest.mark.slow
def test_a_cell_that_asks_for_more_memory_than_the_job_may_add_is_told_in_a_sentence(
    batch: Load, programme: Path, out: Path
) -> None:
    write_cells(programme / "small.ipynb", "few = bytearray(32 << 20)", "many = bytearray(2 << 30)")
    got = run(batch("id: one, records: records, memory_mib: 512"), out)
    assert got.jobs[0].state == "failed"
    assert got.jobs[0].sentence == (
        "cell 4 asked for more memory than the 512 MiB that a job may add; ask for less or raise it"
    )
    write_cells(programme / "small.ipynb", "few = bytearray(32 << 20)\nprint(len(few))")
    assert run(batch("id: one, records: records, memory_mib: 512"), out).exit_code == 0


@pytest.mark.slow
def test_a_job_that_hangs_is_given_up_after_its_own_time_and_leaves_its_notebook(
    batch: Load, programme: Path, out: Path
) -> None:
    pid = programme / "pid"
    write_cells(
        programme / "small.ipynb",
        "print('so far')",
        f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)",
    )
    started = time.monotonic()
    got = run(batch("id: one, records: records, timeout_seconds: 2"), out)
    assert got.jobs[0].sentence == "the job took longer than 2 seconds; it was in cell 4"
    assert got.jobs[0].told["sv"] == "jobbet tog längre tid än 2 sekunder; det var i cell 4"
    assert not Path(f"/proc/{pid.read_text()}").exists()  # its kernel is reaped
    assert time.monotonic() - started < 30  # the libraries may have to be loaded first
    assert "so far" in (out / "trial" / "one.failed.ipynb").read_text()


@pytest.mark.slow
def test_a_kernel_killed_in_a_cell_is_a_failed_job_and_no_process_is_left(
    batch: Load, programme: Path, out: Path
) -> None:
    told = programme / "pid"
    write_cells(
        programme / "small.ipynb",
        f"import os, signal\nopen({str(told)!r}, 'w').write(str(os.getpid()))\nos.kill(os.getpid(), signal.SIGKILL)",
    )
    got = run(batch("id: one, records: records"), out)
    assert got.jobs[0].sentence.startswith("cell 3: DeadKernelError")
    assert not Path(f"/proc/{told.read_text()}").exists()


def test_limits_are_no_reason_to_run_again(batch: Load) -> None:
    from steget_eval.runs.fingerprint import reasons_to_run

    (job,) = batch("id: one, records: records").jobs
    assert reasons_to_run(job, {}) == reasons_to_run(replace(job, memory_mib=512, timeout_seconds=9), {})


def test_a_parent_is_started_for_the_first_job_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(warm, "_current", [])
    monkeypatch.setattr(warm, "_start", lambda key, environment, preload: started.append(key) or _Parent(key))
    for _ in range(3):
        warm.warm_parent({"A": "1"}, ())
    assert len(started) == 1
    monkeypatch.setattr(warm, "_current", [])


class _Parent:
    is_alive = True

    def __init__(self, key: str) -> None:
        self.key = key
