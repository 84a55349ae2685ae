"""How to cite a run: what it found, from what, with what, so that another can find and repeat it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError
from steget_eval.runs.manifest import read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A run as a reference.

    Attributes
    ----------
    text
        One paragraph for a list of references.
    bibtex
        The same as an entry of BibTeX.
    """

    text: str
    bibtex: str


def cite_run(folder: Path) -> Citation:
    """Return how to cite the report in a folder; who made it is not known here, and is left to the one who cites.

    Raises
    ------
    InputError
        Where the folder is no report, or its files are not those that were written.
    """
    manifest = read_manifest(folder)
    altered = manifest.altered(folder)
    if altered:
        raise InputError(f"{folder}: {', '.join(altered)} are not as they were written; a report is cited whole")
    title, day = title_of(folder, manifest.job), manifest.finished[:10]
    told = (
        f"protocol sha256:{manifest.reasons['protocol'][:16]}, records sha256:{manifest.reasons['records'][:16]} "
        f"({manifest.inputs.get('origin') or 'origin unknown'}), seed {manifest.seed or 'none'}, "
        f"run sha256:{manifest.key[:16]}"
    )
    software = f"steget_eval {manifest.package}, Python {manifest.environment.get('python')}"
    text = f"{title}. Report {manifest.batch}/{manifest.job}, {day}. Made with {software}: {told}."
    fields = {
        "title": f"{{{title}}}",
        "year": manifest.finished[:4],
        "howpublished": f"Report {manifest.batch}/{manifest.job}, {day}, made with {software}",
        "note": told,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return Citation(text=text, bibtex=f"@misc{{{manifest.job}_{manifest.key[:8]},\n{lines}\n}}")


def title_of(folder: Path, default: str) -> str:
    """Return the title that a report's headline has, in English where there is any."""
    try:
        said: Any = json.loads((folder / "headline.json").read_text(encoding="utf-8")).get("title", default)
    except (OSError, ValueError, AttributeError):
        return default
    return str(said.get("en") or next(iter(said.values()), default)) if isinstance(said, dict) else str(said)
