"""Runs a batch: plans every job, runs what is to be run in child processes, and lists the reports."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.cite import title_of
from steget_eval.runs.entries import index_entries
from steget_eval.runs.executors import Executor, Processes, Running, default_workers
from steget_eval.runs.failure import identity_fault, keep_notebook, safe_lines, safe_reason, told_of
from steget_eval.runs.job import Job, resolve
from steget_eval.runs.manifest import NAME as MANIFEST
from steget_eval.runs.manifest import draft_manifest, write_manifest
from steget_eval.runs.place import Part, open_place
from steget_eval.runs.plan import Plan, Preview, plan_job, preview
from steget_eval.runs.progress import Silent, Watcher
from steget_eval.runs.provenance import NAME as CRATE
from steget_eval.runs.provenance import write_crate
from steget_eval.runs.result import BatchResult, JobResult
from steget_eval.runs.worker import Outcome

#: How long a job may take unless its caller says otherwise.
TIMEOUT_SECONDS = 3600.0
_POLL_SECONDS = 0.05


def run_batch(
    batch: Batch,
    out: Path,
    *,
    index: str,
    executor: Executor | None = None,
    workers: int | None = None,
    force: bool = False,
    timeout: float = TIMEOUT_SECONDS,
    watcher: Watcher | None = None,
) -> BatchResult:
    """Run a batch into ``out/<batch>/<job>`` and return what became of each job, in the batch's order.

    Parameters
    ----------
    index
        Dotted name of ``(folder, entries) -> Path``, which writes the page that lists the reports.
    executor
        Where the jobs run; processes of this machine without one. It is closed at the end.
    workers
        How many processes of this machine run beside each other, where no executor is given.
    force
        Run also what was done before and has not changed.
    timeout
        Seconds that one job may take.

    Raises
    ------
    InputError
        Where nothing can be written to `out`; no kernel has been started then.
    """
    folder = out / batch.id
    open_place(folder)
    place = executor or Processes(workers or default_workers())
    with watcher or Silent() as watching:
        plans = tuple(_planned(job, folder, force, watching, place) for job in batch.jobs)
        waiting = [plan for plan in plans if plan.settled is None]
        ran = {}
        if waiting:
            with place:
                ran = _run_all(batch.id, waiting, folder, place, timeout, watching)
    jobs = tuple(plan.settled or ran[plan.job.id] for plan in plans)
    page: Path = resolve(index)(out, index_entries(out, batch.id, jobs))
    return BatchResult(batch=batch.id, jobs=jobs, index=page)


def preview_batch(batch: Batch, out: Path, *, force: bool = False) -> Preview:
    """Return what `run_batch` would do with every job, and why; nothing is written and no kernel is started."""
    return preview(batch.id, (plan_job(job, out / batch.id / job.id, force=force) for job in batch.jobs))


def choose(batch: Batch, only: str | None) -> Batch:
    """Return the batch with the jobs whose id fits a pattern such as ``nsw_*``; refuses one that fits none."""
    if only is None:
        return batch
    jobs = tuple(job for job in batch.jobs if fnmatchcase(job.id, only))
    if not jobs:
        raise InputError(f"no job fits {only!r}; the batch has {', '.join(job.id for job in batch.jobs)}")
    return Batch(id=batch.id, jobs=jobs)


def named(batch: Batch, job: str | None) -> Batch:
    """Return the batch with the one job of that id; refuses an id that is missing or unknown with the nearest."""
    ids = [one.id for one in batch.jobs]
    if job in ids:
        return Batch(id=batch.id, jobs=tuple(one for one in batch.jobs if one.id == job))
    if job is None:
        raise InputError(f"which job of {batch.id}? It has {', '.join(ids)}")
    near = get_close_matches(job, ids, n=1)
    raise InputError(
        f"{batch.id} has no job {job!r}; {f'did you mean {near[0]}?' if near else 'it has ' + ', '.join(ids)}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    plan: Plan
    part: Part
    child: Running


def _planned(job: Job, folder: Path, force: bool, watching: Watcher, executor: Executor) -> Plan:
    plan = plan_job(job, folder / job.id, force=force)
    if plan.settled is None:
        executor.expect()
    else:
        watching.ended(plan.settled)
    return plan


def _run_all(
    batch: str, plans: Sequence[Plan], folder: Path, executor: Executor, timeout: float, watching: Watcher
) -> dict[str, JobResult]:
    results: dict[str, JobResult] = {}
    waiting = deque(plans)
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < executor.workers:
                plan = waiting.popleft()
                watching.begun(plan.job.id)
                try:
                    running.append(_start(plan, folder, executor, timeout))
                except OSError as error:  # a full disk, a folder taken away
                    results[plan.job.id] = _unwritten(plan.job, error)
                    watching.ended(results[plan.job.id])
            for one in list(running):
                outcome = one.child.outcome()
                if outcome is None:
                    continue
                result = _settle(one, outcome, batch)
                running.remove(one)
                results[result.job] = result
                watching.ended(result)
            time.sleep(_POLL_SECONDS)
    finally:  # also on Ctrl-C: no process and nothing half-written stays behind
        for one in running:
            one.child.close()
            one.part.discard()
    return results


def _start(plan: Plan, folder: Path, executor: Executor, timeout: float) -> _Running:
    part = Part(folder, plan.job.id)
    return _Running(plan=plan, part=part, child=executor.start(plan.job, part.report, timeout=timeout))


def _settle(one: _Running, outcome: Outcome, batch: str) -> JobResult:
    job, seconds = one.plan.job, one.child.seconds
    failed = one.part.place.with_name(f"{job.id}.failed.ipynb")
    try:
        missing = [name for name in job.promised if not _is_filled(one.part.report / name)]
        if outcome.state == "done" and missing:
            outcome = Outcome(state="failed", reason=f"the report lacks {', '.join(missing)}")
        if outcome.state == "done":
            _write_record(one, batch, outcome.pieces)
            # The worker has looked through the files that it wrote.
            fault = identity_fault(one.part.report, only=(MANIFEST, CRATE))
            outcome = Outcome(state="failed", reason=fault) if fault else outcome
        if outcome.state == "done":
            place = one.part.publish()
            failed.unlink(missing_ok=True)
            return JobResult(job=job.id, state="done", reason={}, folder=place, site=job.site,
                             seconds=seconds, cell_seconds=outcome.cell_seconds)  # fmt: skip
        reason = safe_reason(outcome.reason)
        if outcome.state == "failed":
            keep_notebook(one.child.executed, failed, one.part.path / failed.name)
        told = outcome.told or told_of(reason, job.base)
        return JobResult(job=job.id, state=outcome.state, reason={"en": reason}, told=told,
                         lines=safe_lines(outcome.lines), site=job.site, seconds=seconds)  # fmt: skip
    except OSError as error:  # a full disk, a folder taken away
        return _unwritten(job, error, seconds)
    finally:
        one.child.close()
        one.part.discard()


def _unwritten(job: Job, error: OSError, seconds: float = 0.0) -> JobResult:
    why = f"the report could not be written: {(error.strerror or str(error)).lower()}"
    return JobResult(
        job=job.id, state="failed", reason={"en": why}, told=told_of(why, job.base), site=job.site, seconds=seconds
    )


def _write_record(one: _Running, batch: str, pieces: Sequence[Mapping[str, Any]]) -> None:
    plan = one.plan
    report = one.part.report
    manifest = draft_manifest(
        one.part.place,
        batch=batch,
        job=plan.job,
        reasons=plan.reasons,
        inputs=plan.inputs,
        started=datetime.now(UTC) - timedelta(seconds=one.child.seconds),
    )
    write_crate(report, manifest, title_of(report, plan.job.id), pieces)
    write_manifest(report, manifest)


def _is_filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
