"""Which files of a folder hold which table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.consent import LIST_FILES
from steget_eval.intake.findings import Finding
from steget_eval.intake.readers import CONTAINERS, READERS, sheet_names
from steget_eval.intake.rules import RULES
from steget_eval.intake.sheet import UnreadableError
from steget_eval.records.tables import TABLES

# Suffixes that look like a table; anything else in the folder (a note, a licence) is left alone.
_TABULAR = (*(suffix for suffix in READERS if suffix != ".txt"), ".xls", ".xlsm", ".ods")

#: What an import writes beside the tables: the fate of every source row.
CONSERVATION_FILE = "conservation.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """Where a table lies: a file, and in one that holds several the name of its table there."""

    path: Path
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFiles:
    """The file of each table, in the order of the schema, and what is wrong with the folder."""

    files: Mapping[str, TableFile]
    findings: tuple[Finding, ...]


def find_tables(folder: Path) -> TableFiles:
    """Return which file holds which table; hidden files and a workbook's lock files are left alone.

    A file of a table's name holds that table. A workbook or a DuckDB file of another name holds each table that it has
    a sheet or a table for.
    """
    tabular = sorted(path for path in folder.iterdir() if _is_tabular(path))
    held = {path: _held(path) for path in tabular}
    findings = [finding for path in tabular for finding in _file_findings(path, held[path])]
    files: dict[str, TableFile] = {}
    for name in TABLES:
        candidates = [found for path in tabular for found in held[path].get(name, ())]
        if len(candidates) > 1:
            names = ", ".join(found.path.name for found in candidates)
            findings.append(RULES["table_twice"].finding(table=name, file=candidates[0].path.name, allowed=names))
        if candidates:
            files[name] = candidates[0]
    if not tabular or not ({"participants", "counts"} & set(files) or findings):
        findings.append(RULES["no_table"].finding(file=folder.name, allowed=_files_of("participants")))
    return TableFiles(files=files, findings=tuple(findings))


def _is_tabular(path: Path) -> bool:
    suffix = path.suffix.lower()
    is_table = suffix in READERS and path.stem in TABLES
    is_shown = not path.name.startswith((".", "~$")) and path.name not in {CONSERVATION_FILE, *LIST_FILES}
    return is_shown and (is_table or suffix in _TABULAR)


def _held(path: Path) -> dict[str, list[TableFile]]:
    suffix = path.suffix.lower()
    if path.stem in TABLES and suffix in READERS:
        return {path.stem: [TableFile(path=path)]}
    if suffix not in CONTAINERS:
        return {}
    try:
        names = sheet_names(path)
    except UnreadableError:
        return {}  # told as a file that holds none of the tables
    return {name: [TableFile(path=path, sheet=name)] for name in TABLES if name in names}


def _file_findings(path: Path, held: Mapping[str, object]) -> list[Finding]:
    if held:
        return []
    if path.suffix.lower() in CONTAINERS:
        try:
            sheet_names(path)
        except UnreadableError as error:
            return [RULES[error.rule].finding(file=_safe_name(path), allowed=error.allowed)]
    near = difflib.get_close_matches(path.stem.lower(), TABLES, n=1)
    allowed = _files_of(near[0]) if near else ", ".join(f"{name}.csv" for name in TABLES)
    return [RULES["unknown_file"].finding(file=_safe_name(path), allowed=allowed)]


def _files_of(table: str) -> str:
    return table + ", ".join(READERS)


def _safe_name(path: Path) -> str:
    return path.name if count_identity_numbers(path.stem) == 0 else f"*{path.suffix}"
