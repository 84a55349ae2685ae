"""What is kept of a job that failed, and what of it is told: nothing that says who somebody is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from steget_eval.core.identity import count_identity_numbers
from steget_eval.core.scan import count_in_file, find_identity_numbers
from steget_eval.runs.withhold import error_of, frames_of, without_words


def keep_notebook(executed: Path, failed: Path, beside: Path) -> None:
    """Keep the notebook of a failed job as `failed`: its cells, its blocks and where it stopped.

    What a cell printed or showed otherwise, and what an error says, may be a person's and is not kept. Where an
    identity number stands even so, no output is kept, and where one stands in the cells themselves, nothing.

    Parameters
    ----------
    beside
        Where it is written before it is renamed: a file on the same disk, in a folder that goes with the job.
    """
    if not executed.is_file():
        return
    import nbformat

    notebook = without_words(nbformat.read(executed, as_version=4))
    nbformat.write(notebook, beside)
    if count_in_file(beside):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        nbformat.write(notebook, beside)
    if count_in_file(beside):
        beside.unlink()
        failed.unlink(missing_ok=True)
        return
    beside.replace(failed)


def identity_fault(report: Path, *, only: Collection[str] = ()) -> str:
    """Return the sentence for a report in whose files, or in the named ones, identity numbers stand; empty without."""
    found = find_identity_numbers(report, only=only)
    told = ", ".join(f"{name if not count_identity_numbers(name) else 'a file'} ({n})" for name, n in found.items())
    return f"identity numbers stand in the report, which is not kept: {told}" if found else ""


def safe_reason(reason: str) -> str:
    """Return the reason, or that it is withheld where an identity number stands in it."""
    return "the reason is withheld, for it holds an identity number" if count_identity_numbers(reason) else reason


def in_both(sv: str, en: str) -> dict[str, str]:
    """Return a sentence for pages, language by language."""
    return {"sv": sv, "en": en}


def told_of(reason: str, base: Path) -> Mapping[str, str]:
    """Return what a page may say of a refusal: the sentence without where on the machine something lies.

    Parameters
    ----------
    base
        The folder of the batch file; what lies in it is told by its path from there, anything else by its name.
    """
    return {"en": _PATH.sub(r"\1", reason.replace(f"{base}/", "").replace(str(base), "the batch's folder"))}


def last_lines(traceback: Iterable[str]) -> tuple[str, ...]:
    """Return where in the code a traceback or a log ends, and the name of its error; never what the error says."""
    text = "\n".join(traceback)
    error = error_of(text)
    return (*frames_of(text), *([error] if error else []))[-_LINES:]


def safe_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines, or none of them where an identity number stands in them."""
    kept = tuple(lines)
    return () if count_identity_numbers("\n".join(kept)) else kept


_PATH = re.compile(r"(?<![\w.:/<])/(?:[^\s:;,/'\"]+/)+([^\s:;,/'\"]*)")
#: How many lines of what a cell said at its end are shown.
_LINES = 6
