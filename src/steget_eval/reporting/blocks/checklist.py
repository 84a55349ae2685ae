"""Where each item of the design's checklists is answered in this report, and which are open."""

from __future__ import annotations

from typing import Any

from steget_eval.reporting import blocks
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.checklists import Checklist, Item, checklists_of
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, key_label


def checklist(release: Release) -> Block:
    """Return the checklists of the design with the sections that answer each item; the open ones are named first."""
    lists = checklists_of(release.protocol.design)
    anchors = _anchors(release, {name for one in lists for item in one.items for name in item.at})
    children = [build.paragraph("checklist-lead", key_label("checklist.lead"))]
    for one in lists:
        children += _of(release, one, anchors)
    return build.section("checklist", build.heading_of("checklist"), children)


def _of(release: Release, told: Checklist, anchors: dict[str, Any]) -> list[Block]:
    rows = [_entry(release, item, anchors) for item in told.items]
    still_open = [row for row in rows if not row["where"]]
    values = {
        "answered": _count(len(rows) - len(still_open)),
        "all": _count(len(rows)),
        "open": _count(len(still_open)),
    }
    body = {
        "count": build.sentence("checklist.count" if still_open else "checklist.count_all", **values).to_json(),
        "open": [f"{row['id']}" for row in still_open],
        "rows": rows,
        "source": told.source,
        "unseen": any(not item.seen for item in told.items),
    }
    head = build.heading(f"checklist-{told.id}", told.name)
    return [head, Block(kind="checklist", id=f"checklist-{told.id}-items", body=body)]


def _entry(release: Release, item: Item, anchors: dict[str, Any]) -> dict[str, Any]:
    where = [anchors[name] for name in item.at if name in anchors] if _has(release, item.needs) else []
    return {"id": item.id, "words": build.item(item.words), "seen": item.seen, "where": where}


def _anchors(release: Release, names: set[str]) -> dict[str, Any]:
    """Return each section that this report has, with its heading; asked of the functions that make them."""
    found: dict[str, Any] = {}
    for name in sorted(names & set(blocks.__all__)):
        block = getattr(blocks, name)(release)
        if block.kind != "absent":
            title = build.item(key_label("checklist.head")) if name == "title" else block.body["title"]
            found[name] = {"anchor": block.id, "title": title}
    return found


def _has(release: Release, needs: str) -> bool:
    if needs == "lock":
        standing = release.protocol.standing
        return standing is not None
    if needs == "files":
        return not release.account.is_empty
    if needs.startswith("intervention."):
        told = release.protocol.intervention
        return told is not None and needs.removeprefix("intervention.") in told.told()
    return True


def _count(value: int) -> Cell:
    return Cell(format="count", value=value)
