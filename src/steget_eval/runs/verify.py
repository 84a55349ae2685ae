"""Runs a report's job again from its manifest and holds everything in it against what it says."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.runs.certificate import Certificate, Check
from steget_eval.runs.compare import differing_rows, differing_values
from steget_eval.runs.executors import Processes
from steget_eval.runs.fingerprint import reasons_to_run
from steget_eval.runs.job import Hooks, Job, resolve
from steget_eval.runs.manifest import NAME, Manifest, job_of, read_manifest
from steget_eval.runs.plan import open_inputs
from steget_eval.runs.scratch import Scratch
from steget_eval.runs.why import explain_ingredients
from steget_eval.runs.worker import Outcome

_POLL_SECONDS = 0.05
#: Ingredients that are of this machine and not of the report: that they differ fails nothing by itself.
_OF_THE_MACHINE = frozenset({"environment", "code", "notebook", "lock"})
#: Blocks that tell what this account first saw and when: they may differ on another.
_OF_THE_ACCOUNT = frozenset({"deviations"})


def verify_run(folder: Path, hooks: Hooks, *, timeout: float) -> Certificate:
    """Hold a report against its manifest, and against the same job run again.

    Raises
    ------
    InputError
        Where the folder is no report.
    """
    manifest = read_manifest(folder)
    checks = [*_files(folder, manifest), *_again(folder, manifest, hooks, timeout)]
    return Certificate(report=folder, checks=tuple(checks))


def run_again(job: Job, folder: Path, *, timeout: float) -> Outcome:
    """Run a job by itself and let it write its report into an empty folder."""
    with Processes(1) as place:
        running = place.start(job, folder, timeout=timeout)
        try:
            while (outcome := running.outcome()) is None:
                time.sleep(_POLL_SECONDS)
        finally:
            running.close()
    return outcome


def _files(report: Path, manifest: Manifest) -> Iterator[Check]:
    altered = manifest.altered(report)
    for name in manifest.artefacts:
        found = "" if name not in altered else "changed since it was written" if (report / name).exists() else "missing"
        yield Check(kind="file", name=name, state="FAIL" if found else "PASS", detail=found)
    for path in sorted(report.iterdir()):
        if path.name not in manifest.artefacts and path.name != NAME:
            yield Check(kind="file", name=path.name, state="FAIL", detail="not part of the report as it was written")


def _again(report: Path, manifest: Manifest, hooks: Hooks, timeout: float) -> Iterator[Check]:
    job = job_of(manifest, report, hooks)
    try:
        reasons = reasons_to_run(job, open_inputs(job))
    except (InputError, OSError) as error:
        yield _failed("run", "run again", f"it could not be run again: {error}")
        return
    for one in explain_ingredients(job, reasons, manifest):
        state = "PASS" if not one.changed else "NOTE" if one.name in _OF_THE_MACHINE else "FAIL"
        yield Check(kind="ingredient", name=one.name, state=state, detail=one.detail)  # type: ignore[arg-type]
    with Scratch() as scratch:
        outcome = run_again(job, Path(scratch), timeout=timeout)
        if outcome.state != "done":
            yield _failed("run", "run again", f"{outcome.state}: {outcome.reason}")
            return
        yield Check(kind="run", name="run again", state="PASS")
        yield from _compared(report, Path(scratch), hooks)


def _compared(then: Path, now: Path, hooks: Hooks) -> Iterator[Check]:
    try:
        old, new = ((folder / "estimates.csv").read_text(encoding="utf-8") for folder in (then, now))
        before, after = (_traced(folder, hooks) for folder in (then, now))
    except (InputError, OSError, ValueError, KeyError) as error:
        yield _failed("estimates", "estimates.csv", f"it cannot be read: {error}")
        return
    rows = len(new.splitlines()) - 1
    yield _held("estimates", "estimates.csv", differing_rows(old, new), f"{rows} rows agree")
    words: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name, {}), after.get(name, {})
        kind = one.get("kind") or other.get("kind")
        differences = differing_values(one.get("data"), other.get("data"))
        if not one or not other:
            differences = iter([f"not in {'the report' if not one else 'the new run'}"])
        if name.split("-")[0] in _OF_THE_ACCOUNT:
            held = _held(kind, name, differences, "")
            yield held if held.state == "PASS" else replace(held, state="NOTE")
        elif kind in {"table", "figure"}:
            yield _held(kind, name, differences, "")
        else:
            words += [f"{name} {difference}" for difference in differences]
    yield _held("text", "everything else", iter(words), "")


def _traced(folder: Path, hooks: Hooks) -> dict[str, Mapping[str, Any]]:
    pieces: Iterable[Mapping[str, Any]] = resolve(hooks.trace)(folder / "report.ipynb") if hooks.trace else ()
    return {piece["id"]: piece for piece in pieces}


def _held(kind: Any, name: str, differences: Iterator[str], agreed: str) -> Check:
    found = list(differences)
    more = f"; {len(found) - 3} more" if len(found) > 3 else ""
    told = "; ".join(found[:3]) + more
    return Check(kind=kind, name=name, state="FAIL" if found else "PASS", detail=told or agreed)


def _failed(kind: Any, name: str, detail: str) -> Check:
    return Check(kind=kind, name=name, state="FAIL", detail=detail)
