"""Runs jobs on a Dask cluster: the job travels as text, the data and the report by paths that every machine sees."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from steget_eval.core.errors import InputError, RunError
from steget_eval.runs.job import Job
from steget_eval.runs.processes import Child
from steget_eval.runs.tasks import call_in_processes
from steget_eval.runs.worker import EXECUTED, Outcome

#: Jobs that may wait at an existing scheduler: enough that a cluster that grows by need sees the need.
_WAITING = 10_000
_POLL_SECONDS = 0.2
_CONNECT_SECONDS = 15


class Cluster:
    """A Dask cluster: an existing one by its scheduler's address, or one of this machine's processes."""

    def __init__(self, workers: int, address: str | None) -> None:
        if find_spec("distributed") is None:
            raise InputError("Dask is not installed; pip install 'steget-eval[dask]'")
        self.workers = workers if address is None else _WAITING
        self._address = address
        self._cluster: Any = None
        self._client: Any = None

    def __enter__(self) -> Self:
        dask: Any = import_module("distributed")
        if self._address is None:
            self._cluster = dask.LocalCluster(
                n_workers=self.workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
            )
        try:
            self._client = dask.Client(self._cluster or self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"no Dask scheduler answers at {self._address}: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def expect(self) -> None:
        """Do nothing: the libraries are loaded where the jobs will run."""

    def start(self, job: Job, folder: Path, *, timeout: float) -> Remote:
        """Hand a job to the scheduler; `folder` must be one that its workers see under the same path."""
        order = (job.to_json(), str(folder.resolve()), timeout)
        name = f"{job.id}-{token_hex(4)}"
        return Remote(self._client.submit(run_there, *order, key=name, pure=False), folder)

    def call(self, function: str, tasks: Sequence[Any]) -> list[Any]:
        """Return what a function answers to each of the tasks, computed by the cluster's workers."""
        parts = max(sum(self._client.ncores().values()), 1)
        shares = [list(tasks[first::parts]) for first in range(min(parts, len(tasks)))]
        futures = [
            self._client.submit(call_there, function, share, key=f"tasks-{token_hex(4)}", pure=False)
            for share in shares
        ]
        answers: list[Any] = [None] * len(tasks)
        for first, told in enumerate(self._client.gather(futures)):
            if "fault" in told:
                raise RunError(told["fault"])
            answers[first::parts] = told["answers"]
        return answers


class Remote:
    """A job at a cluster."""

    def __init__(self, future: Any, folder: Path) -> None:
        self._future = future
        self._folder = folder
        self._seconds = 0.0

    @property
    def seconds(self) -> float:
        """How long the job took; zero until it has ended, for it may wait for its turn."""
        return self._seconds

    @property
    def executed(self) -> Path:
        """The notebook as far as it was executed; it may not be there."""
        return self._folder.parent / EXECUTED

    def outcome(self) -> Outcome | None:
        """Return how the job went, or None while it waits or is under way."""
        if not self._future.done():
            return None
        if self._future.status != "finished":
            error = self._future.exception() if self._future.status == "error" else "it was cancelled"
            return Outcome(state="failed", reason=f"the cluster lost the job: {type(error).__name__}: {error}")
        told: Mapping[str, Any] = self._future.result()
        self._seconds = told["seconds"]
        return Outcome(**told["outcome"])

    def close(self) -> None:
        """Take the job back; one under way ends when its folder is gone."""
        self._future.cancel()
        self._future.release()


def call_there(function: str, tasks: Sequence[Any]) -> dict[str, Any]:
    """Call a function on some of the tasks in a process of a cluster's machine."""
    try:
        return {"answers": call_in_processes(function, tasks, 1)}
    except RunError as error:
        return {"fault": str(error)}


def run_there(job: Mapping[str, Any], folder: str, timeout: float) -> dict[str, Any]:
    """Run a job in a process of a cluster's machine; the report is renamed into `folder` when it is written.

    A scheduler that loses a machine gives its job to another: each try writes into a folder of its own.
    """
    place = Path(folder)
    attempt = place.with_name(f"try-{token_hex(4)}")
    if not place.parent.is_dir():
        raise FileNotFoundError(f"{place.parent} is not a folder on this machine; data and reports go by path")
    attempt.mkdir()
    child = Child(Job.from_json(job), attempt, timeout=timeout)
    try:
        while (outcome := child.outcome()) is None:
            if not place.parent.is_dir():  # the batch has given the job up
                return {"outcome": asdict(Outcome(state="failed", reason="given up")), "seconds": child.seconds}
            time.sleep(_POLL_SECONDS)
        if child.executed.is_file():
            shutil.copyfile(child.executed, place.parent / EXECUTED)
        if outcome.state == "done":
            attempt.replace(place)  # over the empty folder that the batch made
        return {"outcome": asdict(outcome), "seconds": child.seconds}
    finally:
        child.close()
        shutil.rmtree(attempt, ignore_errors=True)
