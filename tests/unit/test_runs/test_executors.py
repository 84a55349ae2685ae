"""The same job runs one after the other, in local processes and on a cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.executors import Processes, executor_named
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.run import run_batch

Load = Callable[..., Batch]
JOBS = tuple(f"id: job_{n}, records: records, parameters: {{months: {n}}}" for n in range(3))


def write_cells(path: Path, *sources: str) -> None:
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)


def test_serial_is_one_worker_and_an_address_goes_with_dask_alone() -> None:
    assert executor_named("serial", workers=8).workers == 1
    assert isinstance(executor_named("local", workers=3), Processes)
    with pytest.raises(InputError, match="a scheduler's address goes with the executor dask, not with local"):
        executor_named("local", address="tcp://127.0.0.1:1")


def test_dask_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra [dask]")
    monkeypatch.setattr("steget_eval.runs.executors_dask.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"Dask is not installed; pip install 'steget-eval\[dask\]'"):
        executor_named("dask")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers of one thread."""
    distributed = pytest.importorskip("distributed", reason="needs the extra [dask]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))  # where the hooks of the pretended house are
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
            yield cluster.scheduler_address


@pytest.mark.slow
@pytest.mark.extra_dask
def test_a_cluster_gives_the_same_bytes_as_local_processes(
    batch: Load, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = batch(*JOBS)
    for name, place in (
        ("serial", executor_named("serial")),
        ("existing", executor_named("dask", address=scheduler)),
        ("own", executor_named("dask", workers=2)),
    ):
        got = run_batch(jobs, tmp_path / name, index="runs_hooks:write_index", executor=place)
        assert got.exit_code == 0, got.to_frame().to_string()
    for job in jobs.jobs:
        folders = [tmp_path / name / "trial" / job.id for name in ("serial", "existing", "own")]
        assert len({(folder / "estimates.csv").read_bytes() for folder in folders}) == 1
        assert len({(folder / "report.ipynb").read_bytes() for folder in folders}) == 1
        assert len({read_manifest(folder).key for folder in folders}) == 1


@pytest.mark.slow
@pytest.mark.extra_dask
def test_a_job_that_fails_on_a_cluster_leaves_its_notebook_and_the_others_go_on(
    batch: Load, programme: Path, tmp_path: Path, scheduler: str
) -> None:
    write_cells(programme / "small.ipynb", "1 / (months - 1)\nprint(months)")
    out = tmp_path / "out"
    place = executor_named("dask", address=scheduler)
    got = run_batch(batch(*JOBS), out, index="runs_hooks:write_index", executor=place)
    assert [job.state for job in got.jobs] == ["done", "failed", "done"]
    assert "ZeroDivisionError" in got.jobs[1].sentence
    assert {path.name for path in (out / "trial").iterdir()} == {"job_0", "job_1.failed.ipynb", "job_2"}


@pytest.mark.extra_dask
def test_a_scheduler_that_does_not_answer_is_a_sentence(
    batch: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs the extra [dask]")
    monkeypatch.setattr("steget_eval.runs.executors_dask._CONNECT_SECONDS", 1)
    place = executor_named("dask", address="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run_batch(batch(JOBS[0]), tmp_path, index="runs_hooks:write_index", executor=place)
