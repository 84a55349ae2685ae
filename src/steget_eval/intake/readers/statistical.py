"""Reads Stata, SPSS and SAS files: labels are kept, cells marked as missing become empty ones with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.readers.apart import opened_stream, parsed_apart
from steget_eval.intake.readers.parquet_file import sheet_from_arrow
from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import Missing, Note, Sheet

_LONGEST_REASON = 60
#: A number of a few digits, or a letter as Stata's and SAS's.
_CODE = re.compile(r"-?\d{1,5}|\.?[A-Za-z]")
#: What stands for a code that is not told.
NO_LABEL = "(a code without a label)"


def statistical_reader(kind: str) -> Callable[..., Sheet]:
    """Return the reader of ``dta``, ``sav``, ``sas7bdat`` or ``xpt``."""

    def read_statistical_sheet(path: Path, name: str = "") -> Sheet:
        """Return the sheet in a statistical program's file, which has one table, whatever `name` says.

        Row numbers count the header as row 1, as in every other file. Days are written as days; codes stay codes, and
        their labels stand in `value_labels`.
        """
        content_of(path, kind)
        return sheet_of_parsed(parsed_apart("statistical_parse", path, kind, kind=kind), kind)

    return read_statistical_sheet


def sheet_of_parsed(stream: bytes, kind: str) -> Sheet:
    """Return the sheet that the parsing process wrote."""
    table = opened_stream(stream, kind=kind)
    about = json.loads(table.schema.metadata[b"steget"])
    missing = _missing(table, about)
    notes = tuple(
        Note(rule="user_missing", column=one.column, count=len(one.rows), rows=one.rows, allowed=_told(one))
        for one in missing
    )
    return replace(
        sheet_from_arrow(table, kind=kind),
        labels={name: label for name, label in about["labels"].items() if label},
        value_labels=about["value_labels"],
        missing=missing,
        notes=notes,
    )


def _missing(table: Any, about: Any) -> tuple[Missing, ...]:
    return tuple(
        Missing(column=name, code=code, reason=_reason(about["value_labels"].get(name, {}), code),
                rows=tuple(int(at) + 2 for at in places))
        for name, codes in about["missing"].items()
        for code, places in codes.items()
    )  # fmt: skip


def _reason(labels: dict[str, str], code: str) -> str:
    # A code without a label is told where it is plainly a code; another text may be what somebody once wrote.
    label = labels.get(code) or labels.get(code.removeprefix("."))
    return label or (code if _CODE.fullmatch(code) else NO_LABEL)


def _told(missing: Missing) -> str:
    # The file's own words about a code; where they are long, or hold a number of somebody, the code alone.
    is_plain = len(missing.reason) <= _LONGEST_REASON and not count_identity_numbers(missing.reason)
    if is_plain:
        return missing.reason
    return missing.code if _CODE.fullmatch(missing.code) else NO_LABEL
