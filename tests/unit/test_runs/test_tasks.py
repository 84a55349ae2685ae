"""Tasks of simulations and bootstraps are answered in their order, the same on any number of workers."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from steget_eval import load_protocol, rehearse
from steget_eval.core.errors import RunError
from steget_eval.core.shipped import shipped
from steget_eval.runs.executors import executor_named
from steget_eval.simulate import load_truth

MEAN = "runs_hooks:bootstrap_mean"
TASKS = [{"seed": 3, "replicate": number, "values": [1, 2, 3, 5, 8, 13]} for number in range(7)]


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.mark.slow
def test_a_bootstrap_is_the_same_on_one_worker_two_and_three() -> None:
    from runs_hooks import bootstrap_mean

    here = [bootstrap_mean(task) for task in TASKS]
    assert len(set(here)) > 1
    assert executor_named("serial").call(MEAN, TASKS) == here
    assert executor_named("local", workers=2).call(MEAN, TASKS) == here
    assert executor_named("local", workers=3).call(MEAN, TASKS[:2]) == here[:2]
    assert executor_named("local", workers=3).call(MEAN, []) == []


@pytest.mark.slow
def test_what_a_task_refuses_is_told_as_it_was_said_and_a_fault_by_its_last_line() -> None:
    with pytest.raises(RunError, match=r"^there is nothing to draw from$"):
        executor_named("serial").call(MEAN, [{**TASKS[0], "values": []}])
    with pytest.raises(RunError, match="KeyError"):
        executor_named("serial").call(MEAN, [{"values": [1]}])


@pytest.fixture
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="needs the extra [dask]")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


@pytest.mark.slow
@pytest.mark.extra_dask
def test_a_cluster_gives_the_same_answers_in_the_same_order(scheduler: str) -> None:
    with executor_named("serial") as serial, executor_named("dask", address=scheduler) as cluster:
        assert cluster.call(MEAN, TASKS) == serial.call(MEAN, TASKS)
        with pytest.raises(RunError, match="nothing to draw from"):
            cluster.call(MEAN, [{**TASKS[0], "values": []}])


@pytest.mark.slow
def test_a_rehearsal_gives_the_same_numbers_on_any_number_of_workers() -> None:
    folder = shipped("data", "programmes", "ips_sydnarke_comparison")
    protocol, truth = load_protocol(folder / "protocol.yaml"), load_truth(folder / "truth.yaml")
    frames = [
        rehearse(protocol, truth, replicates=3, seed=5, executor=name, workers=workers).to_frame()
        for name, workers in (("serial", 1), ("local", 2), ("local", 3))
    ]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(other, frames[0], check_exact=True)
    # In this process BLAS may use more threads, which add in another order.
    here = rehearse(protocol, truth, replicates=3, seed=5).to_frame()
    pd.testing.assert_frame_equal(here, frames[0], rtol=1e-9)
