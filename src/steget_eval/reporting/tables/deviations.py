"""What was decided otherwise after the protocol was locked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, key_label
from steget_eval.study.deviations import Deviation, Registration, find_registration

#: Longer values are told by their beginning; the lock holds them whole.
_LONGEST = 200


def registration_of(release: Release) -> Registration:
    """Return how the release's protocol stands to its lock and to the first reading of its records."""
    first_read = release.source.get("first_read")
    return find_registration(release.protocol, datetime.fromisoformat(first_read) if first_read else None)


def deviations(release: Release) -> Table:
    """Return a row per deviation: the path in the protocol, what was locked, what it became, and when."""
    found = registration_of(release)
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}")) for name in ("what", "before", "after", "when")
    )
    rows = tuple((_same(one.what), _json(one.before), _json(one.after), _when(one)) for one in found.deviations)
    return Table(
        cells=TableBody(columns=columns, rows=rows, caption=key_label("caption.deviations")), frame=found.to_frame()
    )


def _when(one: Deviation) -> Cell:
    note = key_label("deviations.amended" if one.amended else "deviations.not_amended")
    if one.at is None:
        return Cell(format="text", label=note)
    return Cell(format="date", value=one.at.date().isoformat(), note=note)


def _json(value: Any) -> Cell:
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _same(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _same(text: str) -> Cell:
    return Cell(format="text", label={"sv": text, "en": text})
