"""The manifest as an RO-Crate: every file, table and figure with what made it, from what, with what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from steget_eval.core.fingerprint import fingerprint_file, fingerprint_json
from steget_eval.runs.manifest import Manifest

#: The name that RO-Crate gives its file.
NAME = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_FORMATS = {
    ".html": "text/html", ".csv": "text/csv", ".json": "application/json", ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
_URL = "https://pypi.org/project/steget-eval/"
_TYPES = {"table": "Table", "figure": "ImageObject"}

Entity = dict[str, Any]


def write_crate(folder: Path, manifest: Manifest, title: str, pieces: Iterable[Mapping[str, Any]]) -> None:
    """Write ``ro-crate-metadata.json`` beside the files of a report that lies whole in `folder`.

    Parameters
    ----------
    pieces
        `id`, `kind`, `function`, `cell` and the data's `fingerprint` of every piece; tables and figures are described.
    """
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and path.name != NAME}
    shown = [piece for piece in pieces if piece["kind"] in _TYPES]
    graph = [
        _descriptor(),
        _root(manifest, title, [*files], shown),
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        *(_file(name, path) for name, path in files.items()),
        *_ingredients(manifest),
        _run(manifest, [*files]),
        *_functions(shown, manifest),
        *(_piece(piece) for piece in shown),
        *(_made(piece, manifest) for piece in shown),
    ]
    text = json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def _descriptor() -> Entity:
    return {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }


def _root(manifest: Manifest, title: str, files: list[str], shown: list[Mapping[str, Any]]) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": f"Report {manifest.batch}/{manifest.job} by steget_eval {manifest.package}; no data are in it.",
        "datePublished": manifest.finished,
        "license": {"@id": "#licence"},
        "identifier": f"urn:sha256:{manifest.key}",
        "inLanguage": list(manifest.languages),
        "conformsTo": {"@id": _PROFILE},
        "hasPart": _ids(files),
        "mentions": _ids(["#run", *(f"#make-{piece['id']}" for piece in shown)]),
    }


def _file(name: str, path: Path) -> Entity:
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
        "identifier": f"urn:sha256:{fingerprint_file(path)}",
    }


def _ingredients(manifest: Manifest) -> list[Entity]:
    """Return what the report was made from: fingerprints and versions, no data."""
    reasons, machine = manifest.reasons, manifest.environment
    return [
        {"@id": "#licence", "@type": "CreativeWork", "name": "Licence not stated",
         "description": "The report states none; ask whoever made it."},
        {"@id": "#protocol", "@type": "CreativeWork", "name": "Protocol",
         "identifier": f"urn:sha256:{reasons.get('protocol', '')}"},
        {"@id": "#records", "@type": "CreativeWork", "name": f"Records ({manifest.inputs.get('origin') or 'unknown'})",
         "description": "Not in this crate.", "identifier": f"urn:sha256:{reasons.get('records', '')}"},
        {"@id": "#notebook", "@type": "CreativeWork", "name": Path(manifest.paths["notebook"]).name,
         "identifier": f"urn:sha256:{reasons.get('notebook', '')}"},
        {"@id": "#seed", "@type": "PropertyValue", "name": "seed", "value": manifest.seed},
        {"@id": "#parameters", "@type": "PropertyValue", "name": "parameters",
         "value": json.dumps(dict(manifest.parameters), ensure_ascii=False, sort_keys=True)},
        {"@id": "#environment", "@type": "PropertyValue", "name": "environment",
         "value": f"Python {machine.get('python')}, {machine.get('platform')}, "
                  f"{len(machine.get('packages', {}))} packages, sha256 {fingerprint_json(dict(machine))}"},
        {"@id": "#steget-eval", "@type": "SoftwareApplication", "name": "steget_eval",
         "softwareVersion": manifest.package, "url": _URL,
         "identifier": f"urn:sha256:{reasons.get('code', '')}"},
    ]  # fmt: skip


def _run(manifest: Manifest, files: list[str]) -> Entity:
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of {manifest.batch}/{manifest.job}",
        "description": "The notebook was executed, and its blocks written as pages in every language asked for.",
        "instrument": {"@id": "#steget-eval"},
        "object": _ids(["#notebook", *_objects()]),
        "result": _ids(files),
        "startTime": manifest.started,
        "endTime": manifest.finished,
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _functions(shown: list[Mapping[str, Any]], manifest: Manifest) -> list[Entity]:
    names = dict.fromkeys(piece["function"] for piece in shown if piece["function"])
    return [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name,
         "softwareVersion": manifest.package, "url": _URL, "isPartOf": {"@id": "#steget-eval"}}
        for name in names
    ]  # fmt: skip


def _piece(piece: Mapping[str, Any]) -> Entity:
    return {
        "@id": f"#{piece['id']}",
        "@type": ["CreativeWork", _TYPES[piece["kind"]]],
        "name": piece["id"],
        "isPartOf": {"@id": "report.ipynb"},
        "identifier": f"urn:sha256:{piece['fingerprint']}",
    }


def _made(piece: Mapping[str, Any], manifest: Manifest) -> Entity:
    made: Entity = {
        "@id": f"#make-{piece['id']}",
        "@type": "CreateAction",
        "name": f"Cell {piece['cell']}: {piece['function'] or 'code of the notebook'}",
        "description": f"A {piece['kind']} of the report.",
        "instrument": {"@id": f"#{piece['function']}" if piece["function"] else "#steget-eval"},
        "object": _ids(_objects()),
        "result": {"@id": f"#{piece['id']}"},
        "endTime": manifest.finished,
    }
    return made


def _objects() -> list[str]:
    return ["#protocol", "#records", "#parameters", "#seed", "#environment"]


def _ids(names: Iterable[str]) -> list[Entity]:
    return [{"@id": name} for name in names]
