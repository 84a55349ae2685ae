"""Where each item of the design's checklists is answered in this report, and which are open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
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
    return checklist_section(lists, anchors_of(blocks, release, lists), lambda needs: _has(release, needs))


def checklist_section(lists: tuple[Checklist, ...], anchors: Mapping[str, Any], has: Callable[[str], bool]) -> Block:
    """Return the section of the lists, item by item.

    Parameters
    ----------
    anchors
        Each section that the report has, by its name: see `anchors_of`.
    has
        Tells whether the protocol and what was found hold what an item needs.
    """
    children = [build.paragraph("checklist-lead", key_label("checklist.lead"))]
    for one in lists:
        children += _of(one, anchors, has)
    return build.section("checklist", build.heading_of("checklist"), children)


def anchors_of(pieces: ModuleType, release: Any, lists: tuple[Checklist, ...]) -> dict[str, Any]:
    """Return each section that this report has, with its heading; asked of the functions that make them."""
    names = {name for one in lists for item in one.items for name in item.at}
    found: dict[str, Any] = {}
    for name in sorted(names & set(pieces.__all__)):
        block = getattr(pieces, name)(release)
        if block.kind != "absent":
            title = build.item(key_label("checklist.head")) if name == "title" else block.body["title"]
            found[name] = {"anchor": block.id, "title": title}
    return found


def _of(told: Checklist, anchors: Mapping[str, Any], has: Callable[[str], bool]) -> list[Block]:
    rows = [_entry(item, anchors, has) for item in told.items]
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


def _entry(item: Item, anchors: Mapping[str, Any], has: Callable[[str], bool]) -> dict[str, Any]:
    where = [anchors[name] for name in item.at if name in anchors] if has(item.needs) else []
    return {"id": item.id, "words": build.item(item.words), "seen": item.seen, "where": where}


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
