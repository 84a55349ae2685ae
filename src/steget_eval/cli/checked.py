"""What is found in records: in a folder's files, or where they lie in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steget_eval.core.errors import InputError

if TYPE_CHECKING:
    from steget_eval.intake.findings import Finding, Findings
    from steget_eval.records.records import Records
    from steget_eval.records.stored import StoredRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found, and how the records are opened where nothing of it refuses them."""

    findings: Findings
    opened: Callable[[], Records | StoredRecords]


@contextmanager
def checked(place: str, card: Path | None) -> Iterator[Checked]:
    """Check a folder of records, or a database or DuckDB file whose card lies in a folder of its own.

    Raises
    ------
    InputError
        A database has no card, or a folder has one beside its own.
    """
    from steget_eval.intake import check_records, read_records
    from steget_eval.intake.stored import is_stored

    if not is_stored(place):
        if card is not None:
            raise InputError("--card goes with a database or a .duckdb file; a folder of records has its own card")
        yield Checked(findings=check_records(place), opened=lambda: read_records(place))
        return
    from steget_eval.intake.check_stored import check_stored
    from steget_eval.intake.stored import open_records

    if card is None:
        raise InputError("a database has no card; give the folder of its records.yaml with --card")
    with open_records(place, card=card) as stored:
        yield Checked(findings=check_stored(stored), opened=lambda: stored)


def query_line(finding: Finding) -> str:
    """Return the key and the query of a finding in a database on a line of its own; empty where there are row numbers.

    The query is that of one line, so that it can be pasted.
    """
    if not finding.query:
        return ""
    return f"\n          key {', '.join(finding.key)}: {' '.join(finding.query.split())}"
