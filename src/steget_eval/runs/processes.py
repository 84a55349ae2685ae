"""Runs jobs in child processes of this machine, each alone in its process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from steget_eval.runs.failure import in_both, last_lines
from steget_eval.runs.job import Job
from steget_eval.runs.kernel import kernel_environment
from steget_eval.runs.scratch import Scratch
from steget_eval.runs.warm import COLD, ColdError, Forked, warm_parent, warn_cold
from steget_eval.runs.worker import EXECUTED, OUTCOME, STOPPED, Outcome

#: How long a process may take to end its kernel before it is ended by force.
_GRACE_SECONDS = 12.0
#: Where the job's processes keep what they draw, for each other.
_DRAWN = "drawn"


class Child:
    """A job under way in a process of its own.

    Parameters
    ----------
    folder
        Where the report is to be written.
    timeout
        Seconds after which the job is given up, where it has no shorter time of its own.
    """

    def __init__(self, job: Job, folder: Path, *, timeout: float) -> None:
        self._timeout = min(timeout, job.timeout_seconds or timeout)
        # Short and private: the kernel's sockets lie in it, beside log and outcome.
        self._scratch = Scratch()
        self.scratch = Path(self._scratch.name)
        (self.scratch / _DRAWN).mkdir()
        own = {"TMPDIR": str(self.scratch), "STEGET_DRAWN": str(self.scratch / _DRAWN)}
        environment = kernel_environment(self.scratch) | own
        heard, told = os.pipe()
        with (self.scratch / "log").open("wb") as log, os.fdopen(heard, "rb") as orders:
            self._process = start_process(
                "steget_eval.runs.worker", environment, self.scratch, orders.fileno(), log.fileno()
            )
        self._started = time.monotonic()
        order = {"job": job.to_json(), "folder": str(folder.resolve())}
        self._orders = os.fdopen(told, "wb")
        self._orders.write(f"{json.dumps(order, allow_nan=False)}\n".encode())
        self._orders.flush()  # and left open: its end tells the child that its parent is gone

    @property
    def seconds(self) -> float:
        """How long the job has been under way."""
        return time.monotonic() - self._started

    @property
    def executed(self) -> Path:
        """The notebook as far as it was executed; it may not be there."""
        return self.scratch / EXECUTED

    def outcome(self) -> Outcome | None:
        """Return how the job went, or None while it is under way."""
        code = self._process.poll()
        if code is None:
            if self.seconds < self._timeout:
                return None
            self._end()
            return self._too_long()
        told = self.scratch / OUTCOME
        if told.is_file():
            return Outcome(**json.loads(told.read_text(encoding="utf-8")))
        lines = self._last_lines()
        return Outcome(
            state="failed",
            reason=f"the process of the job ended with {code}: {lines[-1] if lines else 'it named no error'}",
            told=in_both("jobbets process dog", "the process of the job died"),
            lines=lines,
        )

    def close(self) -> None:
        """End the process if it still runs, and remove its working folder."""
        if self._process.poll() is None:
            self._end()
        self._orders.close()
        self._scratch.cleanup()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _too_long(self) -> Outcome:
        stopped = self.scratch / STOPPED
        cell = stopped.read_text(encoding="ascii") if stopped.is_file() else ""
        sv, en = (f"; det var i cell {cell}", f"; it was in cell {cell}") if cell else ("", "")
        reason = f"the job took longer than {self._timeout:g} seconds{en}"
        return Outcome(
            state="failed",
            reason=reason,
            told=in_both(f"jobbet tog längre tid än {self._timeout:g} sekunder{sv}", reason),
            lines=self._last_lines(),
        )

    def _last_lines(self) -> tuple[str, ...]:
        return last_lines([(self.scratch / "log").read_text(encoding="utf-8", errors="replace")])


def load_early() -> None:
    """Have the libraries loaded for a job to come; where that cannot be, the job tells why when it starts."""
    with contextlib.suppress(ColdError):
        warm_parent(kernel_environment(Path()))


def start_process(
    module: str, environment: dict[str, str], folder: Path, orders: int, log: int
) -> Forked | subprocess.Popen[bytes]:
    """Return a process that runs the `main` of a module in a folder: a fork of the warm parent, or else a cold one.

    Parameters
    ----------
    orders, log
        Open files: what it hears on its standard input, and where it writes what it says.
    """
    try:
        return warm_parent(environment).fork(
            f"{module}:main",
            arguments=[module],
            environment=environment,
            folder=str(folder),
            files=[orders, log, log],
        )
    except ColdError as why:
        warn_cold(why)
        environment = {**environment, COLD: str(why)}
    return subprocess.Popen(  # noqa: S603  # our own module, by this interpreter
        [sys.executable, "-m", module],
        stdin=orders,
        stdout=log,
        stderr=log,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
