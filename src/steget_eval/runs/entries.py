"""The lines of the index: this batch's jobs first, then every other finished report in the folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.runs.manifest import NAME, read_manifest
from steget_eval.runs.result import JobResult


def index_entries(out: Path, batch: str, jobs: tuple[JobResult, ...]) -> list[dict[str, Any]]:
    """Return one JSON value per line of the index.

    Each has `batch`, `job`, `state`, `reason` (language to sentence), `folder` (relative to `out`, or None),
    `languages`, `finished`, `origin`, `files` and `headline`; what only a report can tell is empty without one.
    """
    entries = [_entry(out, batch, job.job, job.state, job.reason, job.folder) for job in jobs]
    told = {(batch, job.job) for job in jobs}
    for manifest in sorted(out.glob(f"*/*/{NAME}")):
        folder = manifest.parent
        if folder.name.startswith(".") or (folder.parent.name, folder.name) in told:
            continue
        entries.append(_entry(out, folder.parent.name, folder.name, "done", {}, folder))
    return entries


def _entry(
    out: Path, batch: str, job: str, state: str, reason: Mapping[str, str], folder: Path | None
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "batch": batch, "job": job, "state": state, "reason": dict(reason), "folder": None,
        "languages": [], "finished": "", "origin": "", "files": [], "headline": {},
    }  # fmt: skip
    failed = out / batch / f"{job}.failed.ipynb"
    if state == "failed" and failed.is_file():
        entry["files"] = [failed.relative_to(out).as_posix()]
    return entry if folder is None else entry | _told_by(folder, out)


def _told_by(folder: Path, out: Path) -> dict[str, Any]:
    try:
        manifest = read_manifest(folder)
        headline = json.loads((folder / "headline.json").read_text(encoding="utf-8"))
    except (InputError, OSError, ValueError):
        return {}  # not a report of this version: it has a line, but nothing to show
    return {
        "folder": folder.relative_to(out).as_posix(),
        "languages": list(manifest.languages),
        "finished": manifest.finished,
        "origin": manifest.inputs.get("origin", ""),
        "files": [*sorted(manifest.artefacts), NAME],
        "headline": headline,
    }
