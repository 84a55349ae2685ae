"""Where a prestudy's report answers each item of its checklists, and which are open."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks.checklist import anchors_of, checklist_section
from steget_eval.reporting.checklists import checklists_of
from steget_eval.reporting.release_prestudy import PrestudyRelease


def checklist(release: PrestudyRelease) -> Block:
    """Return the checklists of a prestudy: its report, the plan of the planned study, the support that it is of."""
    from steget_eval.reporting.blocks import prestudy

    lists = checklists_of("prestudy")
    return checklist_section(lists, anchors_of(prestudy, release, lists), lambda needs: _has(release, needs))


def _has(release: PrestudyRelease, needs: str) -> bool:
    if needs == "grant":
        return release.prestudy.grant is not None
    if needs == "exclusions":
        return bool(release.prestudy.exclusions)
    if needs.startswith("intervention."):
        told = release.protocol.intervention
        return told is not None and needs.removeprefix("intervention.") in told.told()
    return True
