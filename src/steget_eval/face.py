"""The batch functions of the public face: the one place that tells `runs` who does what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch, load_batch, notebook_path
from steget_eval.runs.certificate import Certificate
from steget_eval.runs.cite import Citation, cite_run
from steget_eval.runs.executors import Executor, ExecutorName, executor_named
from steget_eval.runs.job import Hooks, Job
from steget_eval.runs.manifest import job_of, read_manifest
from steget_eval.runs.plan import Preview, explain_job
from steget_eval.runs.progress import watcher
from steget_eval.runs.result import BatchResult
from steget_eval.runs.run import TIMEOUT_SECONDS, choose, named
from steget_eval.runs.run import preview_batch as preview_jobs
from steget_eval.runs.run import run_batch as run_jobs
from steget_eval.runs.verify import verify_run
from steget_eval.runs.why import Reasons

if TYPE_CHECKING:
    from steget_eval.protocol import Protocol
    from steget_eval.simulate import Truth
    from steget_eval.study import Rehearsal
    from steget_eval.study.deviations import Registration

HOOKS = Hooks(
    inputs="steget_eval.study.inputs:fingerprint_inputs",
    check="steget_eval.reporting.notebook:check_notebook",
    write="steget_eval.reporting.write:write_report",
    headline="steget_eval.reporting.write:headline",
    trace="steget_eval.reporting.trace:trace_blocks",
    prepare="steget_eval.reporting.ahead:draw_ahead",
    beside="steget_eval.protocol.evidence:files_beside",
    suits="steget_eval.study.prestudy_notebook:refuse_unsuited",
)
INDEX = "steget_eval.reporting.index:write_index"
#: The batch to which a report made by itself belongs.
SINGLE = "single"


def run_batch(
    path: str | Path,
    out: str | Path = "reports",
    *,
    workers: int = 2,
    executor: ExecutorName = "local",
    scheduler: str | None = None,
    only: str | None = None,
    force: bool = False,
    quiet: bool = False,
) -> BatchResult:
    """Run the jobs of a batch file and return what became of each.

    Parameters
    ----------
    out
        The folder of reports: ``<out>/<batch>/<job>/``, with ``<out>/index.html`` over them.
    workers
        How many jobs run beside each other; an existing cluster decides that itself.
    executor
        Where the jobs run: ``serial`` one after the other, ``local`` in processes of this machine, ``dask`` on a
        cluster.
    scheduler
        The address of an existing Dask scheduler; without it ``dask`` begins a cluster on this machine.
    only
        A pattern such as ``nsw_*``: only the jobs whose id fits.
    force
        Run also what was done before and has not changed.
    quiet
        Show no progress.
    """
    batch = choose(load_batch(path, HOOKS), only)
    place = executor_named(executor, workers=workers, address=scheduler)
    return _run(batch, Path(out), executor=place, force=force, quiet=quiet)


def preview_batch(
    path: str | Path, out: str | Path = "reports", *, only: str | None = None, force: bool = False
) -> Preview:
    """Return what `run_batch` would do with every job, and why; nothing is written and no kernel is started."""
    return preview_jobs(choose(load_batch(path, HOOKS), only), Path(out), force=force)


def explain_run(place: str | Path, job: str | None = None, out: str | Path = "reports") -> Reasons:
    """Return which reasons to run a job again have changed.

    Parameters
    ----------
    place
        A report's folder; or a batch file, and then `job` is the id of one of its jobs and `out` its folder of reports.

    Raises
    ------
    InputError
        Where there is no such report or job, or where what it would be made from is refused.
    """
    path = Path(place)
    if path.is_dir():
        if job is not None:
            raise InputError(f"{path}: the id of a job goes with a batch file, not with a report's folder")
        return explain_job(job_of(read_manifest(path), path, HOOKS), path)
    batch = load_batch(path, HOOKS)
    (one,) = named(batch, job).jobs
    return explain_job(one, Path(out) / batch.id / one.id)


def run_report(protocol: str | Path, records: str | Path, out: str | Path = "reports", *, force: bool = False,
               quiet: bool = False) -> BatchResult:  # fmt: skip
    """Make one report of a protocol and a folder of records, as a batch of one."""
    from steget_eval.protocol import load_protocol

    base, decided = Path.cwd(), load_protocol(protocol)
    job = Job(
        id=decided.id,
        notebook=notebook_path(_notebook_of(decided), base),
        base=base,
        protocol=str(protocol),
        records=str(records),
        hooks=HOOKS,
    )
    place = executor_named("serial")
    return _run(Batch(id=SINGLE, jobs=(job,)), Path(out), executor=place, force=force, quiet=quiet)


def verify_report(folder: str | Path, *, timeout: float = TIMEOUT_SECONDS) -> Certificate:
    """Hold a report against its manifest, and every number, table and figure in it against the same job run again.

    Parameters
    ----------
    timeout
        Seconds that the run may take.

    Raises
    ------
    InputError
        Where the folder is no report.
    """
    return verify_run(Path(folder), HOOKS, timeout=timeout)


def cite_report(folder: str | Path) -> Citation:
    """Return how to cite a report; raises `InputError` where the folder is no report as it was written."""
    return cite_run(Path(folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The text of ``estimates.csv``, and a sentence in English for every method that refused."""

    csv: str
    refusals: tuple[str, ...]


def estimates_csv(protocol: str | Path, records: str | Path, *, internal: bool = False) -> Answered:
    """Return what of a protocol's answers passed the gate, and which methods refused.

    Parameters
    ----------
    internal
        Take nothing away; for the eyes of those who hold the records.
    """
    from steget_eval.intake import read_records
    from steget_eval.protocol import load_protocol
    from steget_eval.reporting import blocks, disclose
    from steget_eval.reporting.text import render, sentences
    from steget_eval.reporting.write import estimates_csv as csv_of
    from steget_eval.study import evaluate, evaluate_panel
    from steget_eval.study.answered import refuse_unanswered

    decided = load_protocol(protocol)
    if decided.panel is not None:
        told = disclose(evaluate_panel(decided, read_records(records)), internal=internal)
        reasons = tuple(f"{one.estimand} by {one.method}: {one.reason}" for one in told.refusals)
        return Answered(csv=csv_of(blocks.panel.estimates(told)), refusals=reasons)
    refuse_unanswered(decided)
    release = disclose(evaluate(decided, read_records(records)), internal=internal)
    refusals = tuple(render(sentence, "en") for sentence in sentences.refusals(release))
    return Answered(csv=csv_of(blocks.estimates(release)), refusals=refusals)


def rehearse(
    protocol: Protocol,
    truth: Truth | None = None,
    *,
    estimand_id: str | None = None,
    replicates: int = 200,
    seed: int = 0,
    executor: ExecutorName | None = None,
    workers: int = 2,
    scheduler: str | None = None,
) -> Rehearsal:
    """Simulate the programme many times and hold every method's answers against the stated truth.

    Parameters
    ----------
    truth
        What generates the records; None takes the simulator's own for these arms.
    estimand_id
        Which estimand; None takes the primary. It must ask for a risk or a risk difference, of which the simulator
        states the true value.
    replicates
        How many sets of records; each has its own seed, so that the answers are the same on any number of workers.
    executor, workers, scheduler
        Where the replicates are computed, as for `run_batch`; None computes them in this process.
    """
    from steget_eval.study.rehearse import rehearse as run

    begun = partial(run, protocol, truth, estimand_id=estimand_id, replicates=replicates, seed=seed)
    if executor is None:
        return begun()
    with executor_named(executor, workers=workers, address=scheduler) as place:
        return begun(spread=place.call)


def lock_protocol(path: str | Path) -> Registration:
    """Lock a protocol, or an amendment of one that was locked before; return how it stands.

    Raises
    ------
    SpecError
        Where the protocol is refused, or the lock beside it is another protocol's or has been altered.
    """
    from steget_eval.protocol import load_protocol
    from steget_eval.protocol.lock import write_lock
    from steget_eval.study.deviations import find_registration

    write_lock(Path(path), load_protocol(path))
    return find_registration(load_protocol(path), None)


def _notebook_of(decided: Protocol) -> str:
    if decided.panel is not None:
        return "municipality_panel"
    return "prestudy_mapping" if decided.design == "prestudy" else "effect_evaluation"


def _run(batch: Batch, out: Path, *, executor: Executor, force: bool, quiet: bool) -> BatchResult:
    from rich.console import Console

    watching = watcher(Console(), len(batch.jobs), quiet=quiet)
    return run_jobs(batch, out, index=INDEX, executor=executor, force=force, watcher=watching)
