"""What was done, for whoever would do it again."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import key_label


def intervention(release: Release) -> Block:
    """Return the protocol's description of the programme, part by part; absent where it has none."""
    told = release.protocol.intervention
    if told is None:
        return build.absent("intervention", "absent.intervention")
    entries = [(key_label(f"intervention.{name}"), words) for name, words in told.told().items()]
    return build.section("intervention", build.heading_of("intervention"), [build.terms("intervention-terms", entries)])
