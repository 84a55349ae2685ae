"""Whether the protocol was locked before its outcomes were read, and what was changed afterwards."""

from __future__ import annotations

from datetime import datetime

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.deviations import deviations as deviations_table
from steget_eval.reporting.tables.deviations import registration_of
from steget_eval.reporting.text import Cell, Sentence, key_label


def deviations(release: Release) -> Block:
    """Return whether the lock came first, and every deviation: what, from, to, when."""
    found = registration_of(release)
    said: list[build.Item] = []
    if found.order == "locked_first" and found.locked_at is not None:
        said.append(Sentence("deviations.locked_first", {"date": _day(found.locked_at)}))
    else:
        said.append(key_label("deviations.order_unknown"))
        if found.locked_at is not None:
            said.append(Sentence("deviations.locked", {"date": _day(found.locked_at)}))
    if found.locked_at is not None and not found.deviations:
        said.append(key_label("deviations.unchanged"))
    children = [build.paragraph("deviations-order", *said)]
    if found.deviations:
        children.append(build.table("deviations-table", deviations_table(release)))
    return build.section("deviations", build.heading_of("deviations"), children)


def _day(time: datetime) -> Cell:
    return Cell(format="date", value=time.date().isoformat())
