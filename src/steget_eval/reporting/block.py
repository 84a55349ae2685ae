"""A block: one piece of a report as strict JSON, carried in a notebook's output under a type of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: The MIME type under which a block carries itself in an executed notebook.
BLOCK_MIME = "application/vnd.steget.block+json"

BlockKind = Literal[
    "section", "heading", "paragraph", "list", "table", "figure", "flow", "verdict", "notice", "checklist", "data",
    "absent",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of a report.

    Attributes
    ----------
    kind
        How the writers show it. ``section`` holds `children`; ``data`` is carried along and not shown (the table of
        estimates); ``absent`` says why a piece does not apply and is not shown.
    id
        Unique in a report: the anchor in the page, the promise in the manifest.
    body
        Strict JSON: phrase keys with their values, cells of a table, the frame behind a figure. Never a sentence in
        one language alone, never NaN: what is missing is null beside a reason.
    """

    kind: BlockKind
    id: str
    body: Mapping[str, Any]
    children: tuple[Block, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the block as JSON values; raises ValueError where something is not strict JSON."""
        value = {
            "block": 1,
            "kind": self.kind,
            "id": self.id,
            "body": dict(self.body),
            "children": [child.to_json() for child in self.children],
        }
        json.dumps(value, allow_nan=False)
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Block:
        """Return the block that `to_json` told of."""
        children = tuple(cls.from_json(child) for child in value["children"])
        return cls(kind=value["kind"], id=value["id"], body=value["body"], children=children)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from steget_eval.reporting.html import block_html

        return {
            BLOCK_MIME: self.to_json(),
            "text/html": block_html(self, language="en"),
            "text/plain": f"<Block {self.kind}: {self.id}>",
        }

    def __repr__(self) -> str:
        return f"<Block {self.kind}: {self.id}>"
