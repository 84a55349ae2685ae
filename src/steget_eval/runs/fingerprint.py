"""The reasons to run a job again: one small function each, and the key that they make."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path, PurePath
from typing import Any

from steget_eval.core.fingerprint import fingerprint_file, fingerprint_json
from steget_eval.runs.job import Job, resolve
from steget_eval.runs.notebook import read_cells
from steget_eval.runs.parameters import typed_parameters


def reasons_to_run(job: Job, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return every reason by name with its fingerprint; the job is done again when one of them differs."""
    return {
        "notebook": fingerprint_notebook(job.notebook),
        "code": fingerprint_code(),
        "protocol": inputs.get("protocol", ""),
        "records": inputs.get("records", ""),
        "card": inputs.get("card", ""),
        "parameters": fingerprint_parameters(job),
        **files_of_parameters(job),
        "environment": fingerprint_environment(),
        "seed": inputs.get("seed", ""),
        "lock": inputs.get("lock", ""),
    }


def reasons_of_the_machine() -> dict[str, str]:
    """Return the reasons that are those of every job that is run here and now."""
    return {"code": fingerprint_code(), "environment": fingerprint_environment()}


def key_of(reasons: Mapping[str, str]) -> str:
    """Return the one hash that stands for all reasons."""
    return fingerprint_json(dict(reasons))


def fingerprint_notebook(path: Path) -> str:
    """Return the hash of what a notebook says: cells' kind, source and tags; not its outputs or counters."""
    return fingerprint_json([[cell.kind, cell.source, list(cell.tags)] for cell in read_cells(path)])


def fingerprint_files(job: Job) -> str:
    """Return the hash of the bytes of a job's inputs: protocol, what lies beside it or it names, and records.

    The same bytes read by the same code say the same, so that nobody need read them again.
    """
    name = f"{job.protocol_path.stem}."
    beside = (path for path in job.protocol_path.parent.iterdir() if path.name.startswith(name))
    named: tuple[Path, ...] = resolve(job.hooks.beside)(job.protocol_path) if job.hooks.beside else ()
    held = [path for one in (job.records_path, *named) for path in (one.rglob("*") if one.is_dir() else [one])]
    files = sorted(path for path in (*beside, *held) if path.is_file())
    return fingerprint_json([[path.name, fingerprint_file(path)] for path in files])


@cache
def fingerprint_code() -> str:
    """Return the hash of the installed package's own files: code, phrases and page templates."""
    package = Path(__file__).resolve().parents[1]
    files = (path for path in package.rglob("*") if path.is_file() and _is_code(path.relative_to(package)))
    return fingerprint_json({path.relative_to(package).as_posix(): fingerprint_file(path) for path in sorted(files)})


def fingerprint_parameters(job: Job) -> str:
    """Return the hash of the further parameters and of the languages asked for."""
    return fingerprint_json({"parameters": dict(job.parameters), "languages": list(job.languages)})


def files_of_parameters(job: Job) -> dict[str, str]:
    """Return the hash of the bytes behind every parameter that is declared as a path and names what is there.

    The names are those of the parameters, as in ``parameters.lookup``; of a folder every file in it counts.
    """
    found: dict[str, str] = {}
    for name, value in typed_parameters(job.notebook, job.parameters).items():
        paths = [job.base / path for path in _paths(value)]
        files = [file for path in paths for file in ((path, *sorted(path.rglob("*"))) if path.is_dir() else (path,))]
        told = [[file.name, fingerprint_file(file)] for file in files if file.is_file()]
        if told:
            found[f"parameters.{name}"] = fingerprint_json(told)
    return found


def fingerprint_environment() -> str:
    """Return the hash of interpreter, machine and installed libraries."""
    return fingerprint_json(environment())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = {str(one.metadata["Name"]).lower(): one.version for one in distributions()}
    return tuple(sorted(found.items()))


def environment() -> dict[str, Any]:
    """Return interpreter, platform and the version of every installed library, by name."""
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": dict(_versions()),
    }


def _paths(value: Any) -> Iterator[PurePath]:
    if isinstance(value, PurePath):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _paths(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _paths(one)


def _is_code(path: Path) -> bool:
    return "__pycache__" not in path.parts and path.parts[0] != "_shipped" and not path.name.startswith(".")
