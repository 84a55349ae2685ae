"""Which files of a folder hold which table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.findings import Finding
from steget_eval.intake.readers import READERS
from steget_eval.intake.rules import RULES
from steget_eval.records.tables import TABLES

# Suffixes that look like a table; anything else in the folder (a note, a licence) is left alone.
_TABULAR = (*READERS, ".xls", ".xlsm", ".ods", ".tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFiles:
    """The file of each table, in the order of the schema, and what is wrong with the folder."""

    files: Mapping[str, Path]
    findings: tuple[Finding, ...]


def find_tables(folder: Path) -> TableFiles:
    """Return which file holds which table; hidden files and a workbook's lock files are left alone."""
    tabular = sorted(
        path for path in folder.iterdir()
        if path.suffix.lower() in _TABULAR and not path.name.startswith((".", "~$"))
    )  # fmt: skip
    known = [path for path in tabular if path.stem in TABLES and path.suffix.lower() in READERS]
    findings = [_unknown(path) for path in tabular if path not in known]
    files: dict[str, Path] = {}
    for name in TABLES:
        candidates = [path for path in known if path.stem == name]
        if len(candidates) > 1:
            names = ", ".join(path.name for path in candidates)
            findings.append(RULES["table_twice"].finding(table=name, file=candidates[0].name, allowed=names))
        if candidates:
            files[name] = candidates[0]
    if not tabular or not ({"participants", "counts"} & set(files) or findings):
        allowed = ", ".join(f"participants{suffix}" for suffix in READERS)
        findings.append(RULES["no_table"].finding(file=folder.name, allowed=allowed))
    return TableFiles(files=files, findings=tuple(findings))


def _unknown(path: Path) -> Finding:
    near = difflib.get_close_matches(path.stem.lower(), TABLES, n=1)
    names = near or list(TABLES)
    allowed = ", ".join(f"{name}{suffix}" for name in names for suffix in (READERS if near else (".csv",)))
    is_safe = count_identity_numbers(path.stem) == 0
    return RULES["unknown_file"].finding(file=path.name if is_safe else f"*{path.suffix}", allowed=allowed)
