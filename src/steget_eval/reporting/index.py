"""The page that lists a batch's reports, in both languages, without script."""

from __future__ import annotations

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
        One a job: `job`, `state` (done, skipped, refused, failed), `reason` (a sentence, or one a language),
        `folder` (relative, or None), `headline` (what `write.headline` gave, or empty); `batch`, `languages`,
        `finished` (ISO time), `files` and `origin` where known.
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
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    headline = entry.get("headline") or {}
    folder = entry.get("folder")
    has_report = entry["state"] == "done" and bool(folder)
    return {
        "job": entry["job"],
        "batch": entry.get("batch", ""),
        "state": entry["state"],
        "reason": _both(entry.get("reason")),
        "title": headline.get("title") or _both(entry["job"]),
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


def _both(words: str | Mapping[str, str] | None) -> dict[str, str]:
    if not words:
        return {}
    if isinstance(words, str):
        return dict.fromkeys(LANGUAGES, words)
    first = next(iter(words.values()))
    return {language: words.get(language, first) for language in LANGUAGES}


def _day(time: str | None, language: Language) -> str:
    return numbers.date(datetime.fromisoformat(time).date(), language) if time else ""
