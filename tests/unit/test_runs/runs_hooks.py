"""Hooks of a pretended house, for the tests of runs: inputs are text files, a report is two short pages."""

from pathlib import Path
from typing import Any

import nbformat

from steget_eval.core.errors import DisclosureError, MethodError, RecordsError
from steget_eval.core.fingerprint import fingerprint_file
from steget_eval.core.streams import stream


def fingerprint_inputs(protocol: Path, records: Path) -> dict[str, str]:
    text = (records / "people.txt").read_text()
    if "refuse" in text:
        raise RecordsError("people.txt: row 1 is refused")
    return {
        "protocol": fingerprint_file(protocol),
        "records": fingerprint_file(records / "people.txt"),
        "seed": "7",
        "origin": "synthetic",
    }


def check_notebook(notebook: Path) -> None:
    if "not a block" in notebook.read_text():
        raise DisclosureError("cell 2 shows something that is not a block")


def write_report(notebook: Path, folder: Path, *, languages: tuple[str, ...]) -> None:
    for language in languages:
        (folder / f"report.{language}.html").write_text(f"<html lang={language}>")
    text = nbformat.read(notebook, as_version=4).cells[2].outputs[0]["text"]
    (folder / "estimates.csv").write_text("" if "nothing" in text else f"estimate\n{text}")


def headline(notebook: Path) -> dict[str, str]:
    return {"title": notebook.name}


def trace(notebook: Path) -> list[dict[str, object]]:
    text = nbformat.read(notebook, as_version=4).cells[2].outputs[0]["text"]
    frame = {"columns": ["day", "estimate"], "rows": [[1, float(len(text))], [2, 0.5]]}
    return [
        {"id": "a-table", "kind": "table", "function": "house.table", "cell": 3, "data": {"cells": [text]}},
        {"id": "a-figure", "kind": "figure", "function": "house.figure", "cell": 3, "data": {"frame": frame}},
        {"id": "said", "kind": "text", "function": "house.text", "cell": 3, "data": {"text": "constant"}},
    ]


def write_index(folder: Path, entries: list[dict[str, object]]) -> Path:
    page = folder / "index.html"
    page.write_text("\n".join(f"{entry['batch']}/{entry['job']} {entry['state']}" for entry in entries))
    return page


def bootstrap_mean(task: dict[str, Any]) -> float:
    """Draw the people of one replicate anew, by a stream that is named by its number, and return their mean."""
    if not task["values"]:
        raise MethodError("there is nothing to draw from")
    draws = stream(task["seed"], "bootstrap", task["replicate"]).choice(task["values"], len(task["values"]))
    return float(draws.mean())
