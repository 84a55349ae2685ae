"""Tells which of the reasons to run a job again has changed since its report was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steget_eval.core.errors import InputError
from steget_eval.core.frames import Tidy
from steget_eval.runs.fingerprint import environment, key_of
from steget_eval.runs.job import Job
from steget_eval.runs.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    import pandas as pd

#: The reason that is not an ingredient: the files of the report itself.
ARTEFACTS = "artefacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason to run a job again.

    Attributes
    ----------
    changed
        Whether it asks for a new run.
    detail
        What of it differs, where that is known; never a person's value.
    """

    name: str
    changed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reasons(Tidy):
    """Every reason to run a job again; none changed means that the report stands."""

    job: str
    reasons: tuple[Reason, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of those that ask for a new run."""
        return tuple(reason.name for reason in self.reasons if reason.changed)

    @property
    def sentence(self) -> str:
        """The changed ones in one line; empty where nothing has changed."""
        told = [f"{one.name} ({one.detail})" if one.detail else one.name for one in self.reasons if one.changed]
        return ", ".join(told)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per reason: `reason`, `state`, `detail`."""
        import pandas as pd

        rows = [(one.name, "changed" if one.changed else "same", one.detail) for one in self.reasons]
        return pd.DataFrame(rows, columns=["reason", "state", "detail"])


def explain_reasons(job: Job, reasons: Mapping[str, str], place: Path) -> Reasons:
    """Return what has changed between the report that lies at `place` and what `job` would be made from now.

    Parameters
    ----------
    reasons
        The fingerprints of now, by name.
    """
    try:
        manifest = read_manifest(place)
    except InputError:
        why = "there is no report yet" if not place.exists() else "there is no manifest that can be read"
        return Reasons(job=job.id, reasons=(Reason(name=ARTEFACTS, changed=True, detail=why),))
    compared = explain_ingredients(job, reasons, manifest)
    return Reasons(job=job.id, reasons=(*compared, _artefacts(manifest, job, place)))


def explain_ingredients(job: Job, reasons: Mapping[str, str], manifest: Manifest) -> tuple[Reason, ...]:
    """Return how every ingredient of now stands to the manifest's, the report's own files aside."""
    names = dict.fromkeys((*reasons, *manifest.reasons))
    return tuple(_reason(name, manifest, job, reasons.get(name, "")) for name in names)


def differing_environment(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield what differs between two environments: interpreter, platform, libraries by name and version."""
    for name in ("python", "implementation", "platform"):
        if then.get(name) != now.get(name):
            yield f"{name} {then.get(name)} → {now.get(name)}"
    before, after = then.get("packages", {}), now.get("packages", {})
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name} {before.get(name, 'absent')} → {after.get(name, 'absent')}"


def _reason(name: str, manifest: Manifest, job: Job, now: str) -> Reason:
    then = manifest.reasons.get(name, "")
    if then == now:
        return Reason(name=name, changed=False)
    return Reason(name=name, changed=True, detail=_few(_details(name, manifest, job, then, now)))


def _details(name: str, manifest: Manifest, job: Job, then: str, now: str) -> Iterator[str]:
    if name == "environment":
        yield from differing_environment(manifest.environment, environment())
    elif name == "parameters":
        yield from _differing_parameters(manifest, job)
    elif name == "seed":
        yield f"{then or 'none'} → {now or 'none'}"
    else:
        yield f"{then[:12] or 'none'} → {now[:12] or 'none'}"


def _differing_parameters(manifest: Manifest, job: Job) -> Iterator[str]:
    for name in dict.fromkeys((*manifest.parameters, *job.parameters)):
        then, now = manifest.parameters.get(name), job.parameters.get(name)
        if then != now or (name in manifest.parameters) != (name in job.parameters):
            yield f"{name} {then!r} → {now!r}"
    if manifest.languages != job.languages:
        yield f"languages {', '.join(manifest.languages)} → {', '.join(job.languages)}"


def _artefacts(manifest: Manifest, job: Job, place: Path) -> Reason:
    lacking = [name for name in job.promised if name not in manifest.artefacts]
    altered = [f"{name} {'changed' if (place / name).is_file() else 'missing'}" for name in manifest.altered(place)]
    faults = [f"{name} not promised then" for name in lacking] + altered
    if manifest.key != key_of(manifest.reasons):
        faults.append("the manifest's key is not that of its reasons")
    return Reason(name=ARTEFACTS, changed=bool(faults), detail=_few(iter(faults)))


def _few(found: Iterator[str], most: int = 5) -> str:
    told = list(found)
    more = f"; {len(told) - most} more" if len(told) > most else ""
    return "; ".join(told[:most]) + more
