"""The manifest of a report: what it was made from, with what, when, and the hash of every artefact."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.core.fingerprint import fingerprint_file
from steget_eval.runs.fingerprint import environment, key_of
from steget_eval.runs.job import Hooks, Job

NAME = "manifest.json"
#: The version of what a manifest says; one of another version is not read.
VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `manifest.json` says.

    Attributes
    ----------
    key
        The one hash that stands for all `reasons`.
    reasons
        Every reason to run again, by name.
    inputs
        What the inputs told of themselves: fingerprints of protocol and records, origin, seed.
    paths
        Notebook, protocol, records and the folder in which the notebook ran, relative to the report folder, so that a
        tree can be moved whole.
    started, finished
        UTC, ISO 8601; the only times in a report folder.
    site
        Where the programme is run, as the batch file said it.
    artefacts
        File name to SHA-256, of everything in the folder but this file.
    """

    batch: str
    job: str
    key: str
    reasons: Mapping[str, str]
    inputs: Mapping[str, str]
    paths: Mapping[str, str]
    parameters: Mapping[str, Any]
    languages: tuple[str, ...]
    seed: str
    environment: Mapping[str, Any]
    package: str
    started: str
    finished: str
    artefacts: Mapping[str, str]
    site: str = ""
    manifest: int = VERSION

    def is_intact(self, folder: Path) -> bool:
        """Tell whether every artefact lies in the folder as it was written."""
        return not self.altered(folder)

    def altered(self, folder: Path) -> tuple[str, ...]:
        """Return the names of the artefacts that are missing or have changed."""
        return tuple(
            name
            for name, digest in self.artefacts.items()
            if not (folder / name).is_file() or fingerprint_file(folder / name) != digest
        )


def draft_manifest(
    place: Path, *, batch: str, job: Job, reasons: Mapping[str, str], inputs: Mapping[str, str], started: datetime
) -> Manifest:
    """Return the manifest of a report that is going to `place`, its artefacts not counted yet."""
    made_with = environment()
    return Manifest(
        batch=batch,
        job=job.id,
        key=key_of(reasons),
        reasons=reasons,
        inputs=inputs,
        paths={
            "base": _relative(job.base, place),
            "notebook": _relative(job.notebook, place),
            "protocol": _relative(job.protocol_path, place),
            "records": _relative(job.records_path, place),
        },
        parameters=job.parameters,
        languages=job.languages,
        site=job.site,
        seed=inputs.get("seed", ""),
        environment=made_with,
        package=made_with["packages"].get("steget-eval", ""),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        artefacts={},
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a report that lies whole in `folder`, with the hash of every file there."""
    files = {path.name: fingerprint_file(path) for path in sorted(folder.iterdir()) if path.is_file()}
    text = json.dumps(
        asdict(replace(manifest, artefacts=files)), indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False
    )
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a report folder; raises `InputError` where there is none that can be read."""
    path = folder / NAME
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**{**said, "languages": tuple(said["languages"])})
    except FileNotFoundError:
        raise InputError(f"{folder}: this is no report folder, it has no {NAME}") from None
    except (OSError, ValueError, TypeError, KeyError):
        raise InputError(f"{path}: the manifest cannot be read; the report was not written by this version") from None
    if manifest.manifest != VERSION:
        raise InputError(f"{path}: the manifest says version {manifest.manifest}; this version reads {VERSION}")
    return manifest


def job_of(manifest: Manifest, folder: Path, hooks: Hooks) -> Job:
    """Return the job that the report in `folder` was made from, with its inputs where they lie now."""
    base = (folder / manifest.paths["base"]).resolve()
    return Job(
        id=manifest.job,
        notebook=(folder / manifest.paths["notebook"]).resolve(),
        base=base,
        protocol=_relative(folder / manifest.paths["protocol"], base),
        records=_relative(folder / manifest.paths["records"], base),
        hooks=hooks,
        languages=manifest.languages,
        parameters=manifest.parameters,
        site=manifest.site,
    )


def _relative(path: Path, place: Path) -> str:
    return Path(os.path.relpath(path.resolve(), place.resolve())).as_posix()
