"""What there is to do for a job, decided before any kernel starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steget_eval.core.errors import InputError
from steget_eval.runs.fingerprint import key_of, reasons_to_run
from steget_eval.runs.job import Job, resolve
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.parameters import check_parameters
from steget_eval.runs.result import UNCHANGED, JobResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A job with what it would be made from.

    Attributes
    ----------
    settled
        What became of it without a run (skipped, refused, done before); None where it is to be run.
    """

    job: Job
    settled: JobResult | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def plan_job(job: Job, place: Path, *, force: bool = False) -> Plan:
    """Return what there is to do for a job.

    Notebook, parameters, protocol and records are opened here, so that what is refused costs no kernel.
    """
    if job.optional and not job.records_path.exists():
        return Plan(job=job, settled=JobResult(job=job.id, state="skipped", reason=job.optional))
    try:
        inputs = _open_inputs(job)
    except InputError as error:
        return Plan(job=job, settled=JobResult(job=job.id, state="refused", reason={"en": str(error)}))
    reasons = reasons_to_run(job, inputs)
    if not force and _is_done(place, key_of(reasons), job):
        done = JobResult(job=job.id, state="done", reason={"sv": "oförändrad", "en": UNCHANGED}, folder=place)
        return Plan(job=job, settled=done, inputs=inputs, reasons=reasons)
    return Plan(job=job, inputs=inputs, reasons=reasons)


def _open_inputs(job: Job) -> dict[str, str]:
    check_parameters(job.notebook, job.all_parameters)
    if not job.protocol_path.is_file():
        raise InputError(f"{job.protocol}: there is no such protocol; looked in {job.base}")
    if not job.records_path.exists():
        raise InputError(f"{job.records}: there are no records there; looked in {job.base}")
    inputs: dict[str, str] = resolve(job.hooks.inputs)(job.protocol_path, job.records_path)
    return inputs


def _is_done(place: Path, key: str, job: Job) -> bool:
    if not place.is_dir():
        return False
    try:
        manifest = read_manifest(place)
    except InputError:
        return False  # whatever lies there is replaced by a whole report
    return manifest.key == key and set(job.promised) <= set(manifest.artefacts) and manifest.is_intact(place)
