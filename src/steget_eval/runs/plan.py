"""What there is to do for a job, decided before any kernel starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steget_eval.core.errors import InputError
from steget_eval.core.frames import Tidy
from steget_eval.runs.failure import told_of
from steget_eval.runs.fingerprint import fingerprint_files, reasons_of_the_machine, reasons_to_run
from steget_eval.runs.job import Job, resolve
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.parameters import check_parameters
from steget_eval.runs.result import UNCHANGED, JobResult
from steget_eval.runs.why import Reasons, explain_reasons

if TYPE_CHECKING:
    import pandas as pd


#: The name under which a manifest keeps the hash of the bytes that its inputs were read from.
_FILES = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A job with what it would be made from.

    Attributes
    ----------
    settled
        What became of it without a run (skipped, refused, done before); None where it is to be run.
    why
        What has changed since its report was made; empty where nothing is to be run.
    """

    job: Job
    settled: JobResult | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def plan_job(job: Job, place: Path, *, force: bool = False) -> Plan:
    """Return what there is to do for a job.

    Notebook, parameters, protocol and records are opened here, so that what is refused costs no kernel.
    """
    if job.optional and not job.records_path.exists():
        return _settled(job, state="skipped", reason=job.optional, told=job.optional)
    try:
        inputs = (None if force else _known_inputs(job, place)) or open_inputs(job)
    except InputError as error:
        return _settled(job, state="refused", reason={"en": str(error)}, told=told_of(str(error), job.base))
    reasons = reasons_to_run(job, inputs)
    found = explain_reasons(job, reasons, place)
    if not force and not found.changed:
        done = JobResult(
            job=job.id, state="done", reason={"sv": "oförändrad", "en": UNCHANGED}, folder=place, site=job.site
        )
        return Plan(job=job, settled=done, inputs=inputs, reasons=reasons)
    return Plan(job=job, inputs=inputs, reasons=reasons, why=found.sentence or "asked for by force")


def _settled(job: Job, **result: Any) -> Plan:
    return Plan(job=job, settled=JobResult(job=job.id, site=job.site, **result))


def explain_job(job: Job, place: Path) -> Reasons:
    """Return what has changed since the report at `place` was made.

    Raises
    ------
    InputError
        Where what the job would be made from is refused.
    """
    return explain_reasons(job, reasons_to_run(job, open_inputs(job)), place)


def preview(batch: str, plans: Iterable[Plan]) -> Preview:
    """Return what a run of these plans would do."""
    return Preview(batch=batch, rows=tuple(_row(plan) for plan in plans))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Preview(Tidy):
    """What a run would do, job by job.

    Attributes
    ----------
    rows
        Job, what would be done with it (``run``, ``keep``, ``skip``, ``refuse``), and why.
    """

    batch: str
    rows: tuple[tuple[str, Literal["run", "keep", "skip", "refuse"], str], ...]

    @property
    def exit_code(self) -> int:
        """1 where a job would be refused, otherwise 0."""
        return int(any(would == "refuse" for _, would, _ in self.rows))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per job: `job`, `would`, `why`."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=["job", "would", "why"])


def _row(plan: Plan) -> tuple[str, Literal["run", "keep", "skip", "refuse"], str]:
    if plan.settled is None:
        return plan.job.id, "run", plan.why
    would: dict[str, Literal["keep", "skip", "refuse"]] = {"done": "keep", "skipped": "skip", "refused": "refuse"}
    return plan.job.id, would[plan.settled.state], plan.settled.sentence


def open_inputs(job: Job) -> dict[str, str]:
    """Return what a job's inputs tell of themselves.

    Raises
    ------
    InputError
        Where notebook, parameters, protocol or records are refused.
    """
    _check_paths(job)
    if job.hooks.suits:
        resolve(job.hooks.suits)(job.notebook, job.protocol_path)
    files = fingerprint_files(job)  # before they are read: what changes meanwhile is read again the next time
    inputs: dict[str, str] = resolve(job.hooks.inputs)(job.protocol_path, job.records_path)
    return {**inputs, _FILES: files}


def _known_inputs(job: Job, place: Path) -> Mapping[str, str] | None:
    """Return what the report at `place` says of the same bytes, where the same code read them."""
    _check_paths(job)
    try:
        manifest = read_manifest(place)
    except InputError:
        return None
    same_reader = all(manifest.reasons.get(name) == now for name, now in reasons_of_the_machine().items())
    return manifest.inputs if same_reader and manifest.inputs.get(_FILES) == fingerprint_files(job) else None


def _check_paths(job: Job) -> None:
    check_parameters(job.notebook, job.all_parameters)
    if not job.protocol_path.is_file():
        raise InputError(f"{job.protocol}: there is no such protocol; looked in {job.base}")
    if not job.records_path.exists():
        raise InputError(f"{job.records}: there are no records there; looked in {job.base}")
