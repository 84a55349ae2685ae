"""Where jobs run: one after the other, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from steget_eval.core.errors import InputError
from steget_eval.runs.job import Job
from steget_eval.runs.processes import Child, load_early
from steget_eval.runs.tasks import call_in_processes
from steget_eval.runs.worker import Outcome

ExecutorName = Literal["serial", "local", "dask"]


class Running(Protocol):
    """A job under way."""

    @property
    def seconds(self) -> float:
        """How long it has been under way, or took."""

    @property
    def executed(self) -> Path:
        """The notebook as far as it was executed; it may not be there."""

    def outcome(self) -> Outcome | None:
        """Return how it went, or None while it is under way."""

    def close(self) -> None:
        """End it if it still runs, and clear up after it."""


class Executor(Protocol):
    """A place where jobs run; the job's code is the same in all of them.

    Attributes
    ----------
    workers
        How many jobs may be under way at a time.
    """

    @property
    def workers(self) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def expect(self) -> None:
        """Hear, while the batch is still being read, that a job will come; a second call does nothing."""

    def start(self, job: Job, folder: Path, *, timeout: float) -> Running:
        """Begin a job that writes its report into `folder`, and give it up after `timeout` seconds."""

    def call(self, function: str, tasks: Sequence[Any]) -> list[Any]:
        """Return what ``package.module:function`` answers to each of the tasks, JSON values both, in their order."""


class Processes:
    """Runs every job in a process of its own on this machine; one worker runs them one after the other."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._expects = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def expect(self) -> None:
        """Begin to load the libraries that the first job will need."""
        if not self._expects:
            self._expects = True
            threading.Thread(target=load_early, daemon=True).start()

    def start(self, job: Job, folder: Path, *, timeout: float) -> Running:
        """Begin a job in a new process."""
        return Child(job, folder, timeout=timeout)

    def call(self, function: str, tasks: Sequence[Any]) -> list[Any]:
        """Return what a function answers to each of the tasks, computed in as many processes as there are workers."""
        return call_in_processes(function, tasks, self.workers)


def default_workers() -> int:
    """Return how many jobs run beside each other unless somebody says otherwise."""
    return min(2, os.cpu_count() or 1)


def executor_named(name: ExecutorName, *, workers: int | None = None, address: str | None = None) -> Executor:
    """Return the executor of that name.

    Parameters
    ----------
    workers
        How many jobs run beside each other; an existing cluster decides that itself.
    address
        Of an existing Dask scheduler; without it ``dask`` begins a cluster on this machine.

    Raises
    ------
    InputError
        Where an address is given to another executor, or Dask is not installed.
    """
    if address is not None and name != "dask":
        raise InputError(f"a scheduler's address goes with the executor dask, not with {name}")
    if name == "dask":
        from steget_eval.runs.executors_dask import Cluster

        return Cluster(workers or default_workers(), address)
    return Processes(1 if name == "serial" else workers or default_workers())
