"""What is kept of a job that failed, and what of it is told: nothing that says who somebody is."""

from __future__ import annotations

import shutil
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
