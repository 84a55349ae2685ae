"""How much the answer hangs on how the question was read."""

from __future__ import annotations

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import key_label


def readings(release: Release) -> Block:
    """Return every ambiguity with the chosen reading's result and the others'; absent where no other is told."""
    if not any(choice.alternatives for choice in release.protocol.choices):
        return build.absent("readings", "absent.readings")
    lead = build.paragraph("readings-lead", key_label("readings.lead"))
    return build.section(
        "readings", build.heading_of("readings"), [lead, build.table("readings-table", tables.readings(release))]
    )
