"""What is kept of a job that failed, and what of it is told: nothing that says who somebody is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from steget_eval.core.identity import count_identity_numbers


def keep_notebook(executed: Path, failed: Path, beside: Path) -> None:
    """Keep the notebook of a failed job as `failed`, without its outputs where an identity number stands in it.

    Parameters
    ----------
    beside
        Where it is written before it is renamed: a file on the same disk, in a folder that goes with the job.
    """
    if not executed.is_file():
        return
    import nbformat

    if count_identity_numbers(executed.read_text(encoding="utf-8")):
        notebook = nbformat.read(executed, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        nbformat.write(notebook, beside)
    else:
        shutil.copyfile(executed, beside)
    beside.replace(failed)


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
    """Return the last lines of a traceback or a log that have anything in them, without their colours."""
    lines = _COLOUR.sub("", "\n".join(traceback)).splitlines()
    return tuple(line.rstrip() for line in lines if line.strip())[-_LINES:]


def safe_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines, or none of them where an identity number stands in them."""
    kept = tuple(lines)
    return () if count_identity_numbers("\n".join(kept)) else kept


_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PATH = re.compile(r"(?<![\w.:/<])/(?:[^\s:;,/'\"]+/)+([^\s:;,/'\"]*)")
#: How many lines of what a cell said at its end are shown.
_LINES = 6
