"""The page that lists reports in both languages: searched and sorted in the browser, whole without a script."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from steget_eval.core.errors import DisclosureError
from steget_eval.core.identity import count_identity_numbers
from steget_eval.reporting.html import template
from steget_eval.reporting.text import LANGUAGES, Language, numbers, phrase


def write_index(folder: str | Path, entries: Sequence[Mapping[str, Any]]) -> Path:
    """Write ``index.html`` into `folder` and return its path.

    Parameters
    ----------
    entries
        One a job: `job`, `state` (done, skipped, refused, failed), `reason` (an English sentence, or one a language;
        one without Swedish is shown as English on the Swedish page), `site` where it has one,
        `folder` (relative, or None), `headline` (what `write.headline` gave, or empty); `batch`, `languages`,
        `finished` (ISO time), `files` and `origin` where known. Every file that is a format of the report is linked.
    """
    told = [_entry(entry) for entry in entries]
    counts = {"done": str(sum(one["state"] == "done" for one in told)), "all": str(len(told))}
    text = template("index.html.j2").render(
        entries=told, counts=counts, languages=LANGUAGES,
        words=lambda language, key, **values: phrase(key, language, **values),
    )  # fmt: skip
    if found := count_identity_numbers(text):
        raise DisclosureError(f"index.html: {found} identity numbers stand in the text; nothing was written")
    path = Path(folder) / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place: of two batches that end at once, a reader sees the page of one or of the other.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    headline = entry.get("headline") or {}
    folder = entry.get("folder")
    has_report = entry["state"] == "done" and bool(folder)
    title = headline.get("title") or _both(entry["job"])
    site = str(entry.get("site") or "")
    words = [entry.get("batch", ""), entry["job"], *([site] if site else []), entry["state"], *_all(title)]
    for name in ("programme", "design", "headline"):
        words += _all(headline.get(name, {}))
    return {
        "found_by": " ".join(words).lower(),
        "time": str(entry.get("finished") or ""),
        "formats": _formats(entry) if has_report else {},
        "job": entry["job"],
        "site": site,
        "batch": entry.get("batch", ""),
        "state": entry["state"],
        "reason": _reason(entry.get("reason")),
        "title": title,
        "programme": headline.get("programme", {}),
        "design": headline.get("design", {}),
        "headline": headline.get("headline", {}),
        "origin": headline.get("origin") or entry.get("origin", ""),
        "internal": bool(headline.get("internal")),
        "finished": {language: _day(entry.get("finished"), language) for language in LANGUAGES},
        "pages": {language: f"{folder}/report.{language}.html" for language in _languages(entry) if has_report},
        "folder": folder if has_report else None,
        "failed": [file for file in entry.get("files", ()) if str(file).endswith(".failed.ipynb")],
    }


def _languages(entry: Mapping[str, Any]) -> Sequence[Language]:
    return entry.get("languages") or LANGUAGES


def _all(words: Mapping[str, str]) -> list[str]:
    return [words[language] for language in LANGUAGES if language in words]


def _formats(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return further formats of the report that were written, by their name: what is neither a page nor a record."""
    files = sorted(str(file) for file in entry.get("files", ()) if str(file).startswith("report."))
    return {file: f"{entry['folder']}/{file}" for file in files if not file.endswith((".html", ".ipynb"))}


def _both(words: str | Mapping[str, str] | None) -> dict[str, str]:
    if not words:
        return {}
    if isinstance(words, str):
        return dict.fromkeys(LANGUAGES, words)
    first = next(iter(words.values()))
    return {language: words.get(language, first) for language in LANGUAGES}


def _reason(words: str | Mapping[str, str] | None) -> dict[str, str]:
    return {"en": words} if isinstance(words, str) and words else dict(words or {})


def _day(time: str | None, language: Language) -> str:
    return numbers.date(datetime.fromisoformat(time).date(), language) if time else ""
