"""A worker: one process that runs one job, told on its standard input and ended when that closes."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steget_eval.core import errors
from steget_eval.core.errors import InputError, StegetError
from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.runs.ahead import Ahead
from steget_eval.runs.failure import identity_fault, in_both, told_of
from steget_eval.runs.job import Job, resolve
from steget_eval.runs.limits import memory_sentence

if TYPE_CHECKING:
    from steget_eval.runs.execute import Fault

#: The file in the working folder in which a worker tells how it went.
OUTCOME = "outcome.json"
#: The file in which it tells at which cell it was stopped.
STOPPED = "stopped"
#: The executed notebook in the working folder.
EXECUTED = "report.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job went.

    Attributes
    ----------
    reason
        One line; empty where it is done.
    told
        What of the reason a page may say, by language: of a cell's own error where and what kind, for what it says
        may be a person's.
    lines
        The last lines of what a failing cell said, for whoever ran the job.
    cell_seconds
        What of the job's time its notebook's cells took.
    pieces
        What the trace hook told of every piece of the report, with the fingerprint of its data for the data.
    """

    state: Literal["done", "refused", "failed"]
    reason: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[str] = ()
    cell_seconds: float = 0.0
    pieces: Sequence[Mapping[str, Any]] = ()


def run_job(job: Job, scratch: Path, folder: Path) -> Outcome:
    """Run a job's notebook and write its report into `folder`."""
    from steget_eval.runs.execute import execute

    executed = scratch / EXECUTED
    prepare = partial(resolve(job.hooks.prepare), languages=job.languages) if job.hooks.prepare else None
    with Ahead(prepare) as ahead:
        ran = execute(
            job.notebook, executed, job.all_parameters, folder=job.base, memory=job.memory_mib, heard=ahead.heard
        )
    fault = ran.fault
    if fault is not None and job.memory_mib and fault.error in {"MemoryError", "DeadKernelError"}:
        died = fault.error == "DeadKernelError"
        sentences = {one: memory_sentence(fault.cell, job.memory_mib, died=died, language=one) for one in ("sv", "en")}
        return Outcome(state="failed", reason=sentences["en"], told=sentences)
    if fault is not None:
        # A notebook that refuses what it was given is a refusal, not a breakdown.
        refused = fault.error in _refusals()
        return Outcome(state="refused", reason=fault.message) if refused else _stopped(fault)
    try:
        resolve(job.hooks.check)(executed)
        resolve(job.hooks.write)(executed, folder, languages=job.languages)
        headline = resolve(job.hooks.headline)(executed)
    except StegetError as error:
        return Outcome(state="failed", reason=str(error), told=told_of(str(error), job.base))
    (folder / "report.ipynb").write_bytes(executed.read_bytes())
    told = json.dumps(headline, indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False)
    (folder / "headline.json").write_text(f"{told}\n", encoding="utf-8")
    if numbers := identity_fault(folder):
        return Outcome(state="failed", reason=numbers)
    return Outcome(state="done", cell_seconds=ran.cell_seconds, pieces=_pieces(job, executed))


def main() -> None:
    """Take an order from standard input, run it and tell the outcome in the working folder."""
    signal.signal(signal.SIGTERM, _stop)
    gc.disable()  # a process of one job ends before its garbage matters, and drawing makes much
    order: Mapping[str, Any] = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    scratch = Path.cwd()
    outcome = run_job(Job.from_json(order["job"]), scratch, Path(order["folder"]))
    (scratch / OUTCOME).write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def end_with_parent() -> None:
    """Wait until standard input is closed, and end this process then with all that it started."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


def _pieces(job: Job, executed: Path) -> tuple[Mapping[str, Any], ...]:
    told: Sequence[Mapping[str, Any]] = resolve(job.hooks.trace)(executed) if job.hooks.trace else ()
    return tuple(
        {**{name: value for name, value in piece.items() if name != "data"},
         "fingerprint": fingerprint_json(piece["data"])}
        for piece in told
    )  # fmt: skip


def _stopped(fault: Fault) -> Outcome:
    where = f"cell {fault.cell}: {fault.error}"
    return Outcome(state="failed", reason=fault.sentence, told=in_both(where, where), lines=fault.lines)


def _refusals() -> Iterator[str]:
    return (name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, InputError))


def _stop(number: int, frame: object) -> None:
    sys.exit(128 + number)  # through the engine's own cleaning, so that the kernel ends too


if __name__ == "__main__":
    main()
