"""Writes a report from an executed notebook: one page a language, and the table of estimates."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from steget_eval.core.columns import ANSWER_NAMES
from steget_eval.core.errors import DisclosureError, InputError, RunError
from steget_eval.core.identity import count_identity_numbers
from steget_eval.reporting.block import Block
from steget_eval.reporting.html import Page, page_html, say
from steget_eval.reporting.notebook import check_notebook, collect_blocks
from steget_eval.reporting.text import LANGUAGES, Language

#: The columns of ``estimates.csv`` in their order.
CSV_COLUMNS: tuple[str, ...] = (*ANSWER_NAMES, "suppressed")


def write_report(
    notebook: str | Path,
    folder: str | Path,
    *,
    languages: Sequence[Language] = LANGUAGES,
    made_on: date | None = None,
) -> tuple[Path, ...]:
    """Write ``report.<language>.html`` for each language and ``estimates.csv``; return their paths.

    Nothing is written unless everything can be: all texts are made and looked through first.

    Parameters
    ----------
    notebook
        Executed; every output a block, see `check_notebook`.
    folder
        Made where it is missing.
    made_on
        The day printed on the page; today where it is not given.

    Raises
    ------
    DisclosureError
        Where an identity number stands in any of the texts.
    """
    unknown = sorted(set(languages) - set(LANGUAGES))
    if unknown or not languages:
        raise InputError(f"languages: {', '.join(unknown) or 'none given'}; allowed: {', '.join(LANGUAGES)}")
    check_notebook(notebook)
    blocks = collect_blocks(notebook)
    page = Page(made_on=made_on or date.today(), languages=tuple(languages))
    texts = {f"report.{language}.html": page_html(blocks, language, page) for language in languages}
    texts["estimates.csv"] = estimates_csv(_only(blocks, "estimates"))
    _refuse_identity_numbers({**texts, "report.ipynb": json.dumps([block.to_json() for block in blocks])})
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    return tuple(_write(place / name, text) for name, text in texts.items())


def estimates_csv(block: Block) -> str:
    """Return the released estimates as CSV: numbers to the last bit, a suppressed cell empty, lines end with LF."""
    place = {name: number for number, name in enumerate(block.body["columns"])}
    missing = [name for name in CSV_COLUMNS if name not in place]
    if missing:
        raise RunError(f"the block of estimates lacks {', '.join(missing)}")
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in block.body["rows"]:
        writer.writerow([_csv_text(row[place[name]]) for name in CSV_COLUMNS])
    return target.getvalue()


def headline(report: str | Path) -> dict[str, Any]:
    """Return what an index tells of a report: title, programme, design, origin and the answer in each language.

    Parameters
    ----------
    report
        An executed notebook, or the folder that holds it as ``report.ipynb``.
    """
    path = Path(report)
    blocks = collect_blocks(path / "report.ipynb" if path.is_dir() else path)
    title = _only(blocks, "title").body
    lead = next((child for block in blocks for child in block.children if child.id == "summary-lead"), None)
    return {
        "title": _both(title["title"]),
        "programme": _both(title["programme"]),
        "design": _both(title["design"]),
        "origin": title["origin"],
        "internal": title["internal"],
        "protocol": title["protocol"],
        "headline": {language: _lead(lead, language) for language in LANGUAGES},
    }


def _lead(lead: Block | None, language: Language) -> str:
    return "" if lead is None else " ".join(say(item, language) for item in lead.body["text"])


def _both(item: Mapping[str, Any]) -> dict[str, str]:
    return {language: say(item, language) for language in LANGUAGES}


def _only(blocks: Sequence[Block], id_: str) -> Block:
    found = [block for block in blocks if block.id == id_]
    if len(found) != 1:
        raise RunError(f"the report needs one block {id_!r}, found {len(found)}")
    return found[0]


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _refuse_identity_numbers(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        # Outlines of letters are coordinates; what they say stands as text beside them.
        found = count_identity_numbers(re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
        if found:
            raise DisclosureError(f"{name}: {found} identity numbers stand in the text; nothing was written")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
