"""Writes an import: a folder of records, and beside them what became of every source row."""

from __future__ import annotations

import shutil
from pathlib import Path

from steget_eval.core.errors import RecordsError
from steget_eval.intake.folder import CONSERVATION_FILE
from steget_eval.intake.importing.imported import Imported
from steget_eval.intake.write import write_records


def write_import(imported: Imported, folder: str | Path) -> None:
    """Write the records, their card and ``conservation.csv`` into a new or empty folder, whole or not at all.

    Raises
    ------
    RecordsError
        Where something is in the folder already, or it cannot be written.
    """
    target = Path(folder).resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RecordsError(f"{folder}: there is something there already; choose a folder that is new or empty")
    beside = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_records(imported.records, beside)
        imported.conservation.rows.to_csv(beside / CONSERVATION_FILE, index=False, lineterminator="\n")
        if target.exists():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise RecordsError(f"{folder}: the records cannot be written there: {error.strerror}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
