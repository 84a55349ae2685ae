"""Calls one function on many inputs, in processes beside each other, with the answers in the order of the inputs."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from steget_eval.core.errors import RunError
from steget_eval.runs.failure import last_lines, safe_reason
from steget_eval.runs.job import resolve
from steget_eval.runs.kernel import kernel_environment
from steget_eval.runs.processes import start_process
from steget_eval.runs.scratch import Scratch
from steget_eval.runs.worker import end_with_parent

_ORDER, _ANSWERS, _FAULT = "order.json", "answers.json", "fault"
_POLL_SECONDS = 0.02


def call_in_processes(function: str, tasks: Sequence[Any], workers: int) -> list[Any]:
    """Return what a function answers to each of the tasks, in their order.

    Every process computes on one thread with a fixed hash seed, and no task knows which process it is in: where a
    task's random numbers come from a stream named by its own number, the answers are the same on any number of workers.

    Parameters
    ----------
    function
        Dotted name, ``package.module:function``, of ``(task) -> answer``, both JSON values.
    workers
        How many processes there are beside each other.

    Raises
    ------
    RunError
        Where the function fails on a task; what it refused is told as it was said.
    """
    parts = [list(range(first, len(tasks), workers)) for first in range(min(workers, len(tasks)))]
    answers: list[Any] = [None] * len(tasks)
    with ExitStack() as stack:
        running = [_Part(function, [tasks[place] for place in part]) for part in parts]
        for one in running:
            stack.callback(one.close)
        for one, part in zip(running, parts, strict=True):
            for place, answer in zip(part, one.answers(), strict=True):
                answers[place] = answer
    return answers


class _Part:
    """Some of the tasks, under way in a process of their own."""

    def __init__(self, function: str, tasks: Sequence[Any]) -> None:
        self._folder = Scratch()
        self._place = Path(self._folder.name)
        (self._place / _ORDER).write_text(json.dumps({"function": function, "tasks": tasks}), encoding="utf-8")
        environment = kernel_environment(self._place) | {"TMPDIR": str(self._place)}
        heard, self._told = os.pipe()  # its end tells the process that its parent is gone
        with (self._place / "log").open("wb") as log, os.fdopen(heard, "rb") as orders:
            self._process = start_process(__name__, environment, self._place, orders.fileno(), log.fileno())

    def answers(self) -> list[Any]:
        while self._process.poll() is None:
            time.sleep(_POLL_SECONDS)
        told = self._place / _ANSWERS
        if told.is_file():
            found: list[Any] = json.loads(told.read_text(encoding="utf-8"))
            return found
        fault = self._place / _FAULT
        if fault.is_file():
            raise RunError(safe_reason(fault.read_text(encoding="utf-8")))
        lines = last_lines([(self._place / "log").read_text(encoding="utf-8", errors="replace")])
        raise RunError(safe_reason(lines[-1] if lines else "a process of the run ended and said nothing"))

    def close(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._told)
        self._folder.cleanup()


def main() -> None:
    """Take an order from the working folder and write the answers beside it."""
    from steget_eval.core.errors import StegetError

    threading.Thread(target=end_with_parent, daemon=True).start()
    place = Path.cwd()
    order = json.loads((place / _ORDER).read_text(encoding="utf-8"))
    try:
        function = resolve(order["function"])
        answers = [function(task) for task in order["tasks"]]
    except StegetError as error:
        (place / _FAULT).write_text(str(error), encoding="utf-8")
        sys.exit(1)
    beside = place / f".{_ANSWERS}"
    beside.write_text(json.dumps(answers), encoding="utf-8")
    beside.replace(place / _ANSWERS)


if __name__ == "__main__":
    main()
