"""Tells of a prestudy's mapping, where another design has records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steget_eval.protocol import Protocol


def mapping_line(decided: Protocol, folder: str | Path) -> str:
    """Return what a mapping holds, in one line; refuses it where it does not fit the prestudy's protocol."""
    from steget_eval.protocol import load_mapping
    from steget_eval.study import map_prestudy

    found = load_mapping(folder)
    map_prestudy(decided, found)
    names = ("coverage", "pathways", "target_group", "steps", "budget", "inventory")
    counts = ", ".join(f"{name} {len(getattr(found, name))}" for name in names)
    return f"mapping   {found.id} ({found.origin}): {counts}; fingerprint {found.fingerprint[:12]}"
