"""The lines of the index: this batch's jobs first, then every other finished report in the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.runs.manifest import NAME, read_manifest
from steget_eval.runs.result import JobResult


def index_entries(out: Path, batch: str, jobs: tuple[JobResult, ...]) -> list[dict[str, Any]]:
    """Return one JSON value per line of the index.

    Each has `batch`, `job`, `site`, `state`, `reason` (language to sentence, what a page may say of it), `folder`
    (relative to `out`, or None), `languages`, `finished`, `origin`, `files` and `headline`; what only a report can
    tell is empty without one.
    """
    entries = [_entry(out, batch, job) for job in jobs]
    told = {(batch, job.job) for job in jobs}
    for manifest in sorted(out.glob(f"*/*/{NAME}")):
        folder = manifest.parent
        if folder.name.startswith(".") or (folder.parent.name, folder.name) in told:
            continue
        entries.append(
            _entry(out, folder.parent.name, JobResult(job=folder.name, state="done", reason={}, folder=folder))
        )
    return entries


def _entry(out: Path, batch: str, job: JobResult) -> dict[str, Any]:
    reason = job.reason if job.state == "done" else job.told
    entry: dict[str, Any] = {
        "batch": batch, "job": job.job, "site": job.site, "state": job.state, "reason": dict(reason), "folder": None,
        "languages": [], "finished": "", "origin": "", "files": [], "headline": {},
    }  # fmt: skip
    failed = out / batch / f"{job.job}.failed.ipynb"
    if job.state == "failed" and failed.is_file():
        entry["files"] = [failed.relative_to(out).as_posix()]
    return entry if job.folder is None else entry | _told_by(job.folder, out, job.site)


def _told_by(folder: Path, out: Path, site: str) -> dict[str, Any]:
    try:
        manifest = read_manifest(folder)
        headline = json.loads((folder / "headline.json").read_text(encoding="utf-8"))
    except (InputError, OSError, ValueError):
        return {}  # not a report of this version: it has a line, but nothing to show
    return {
        "folder": folder.relative_to(out).as_posix(),
        "site": site or manifest.site,
        "languages": list(manifest.languages),
        "finished": manifest.finished,
        "origin": manifest.inputs.get("origin", ""),
        "files": [*sorted(manifest.artefacts), NAME],
        "headline": headline,
    }
