"""Tells whether a notebook suits a protocol, so that a prestudy is refused by what estimates before a kernel starts."""

from __future__ import annotations

import json
from pathlib import Path

from steget_eval.core.errors import SpecError
from steget_eval.core.yaml import read_yaml

#: A notebook names what it is for under ``metadata.steget.for``; without it, it is for what has participants.
_PRESTUDY = "prestudy"


def refuse_unsuited(notebook: Path, protocol: Path) -> None:
    """Raise `SpecError` where a prestudy meets a notebook that estimates, or a mapping notebook what is no prestudy."""
    is_prestudy = read_yaml(protocol).get("design") == _PRESTUDY
    is_for_prestudies = _is_for_prestudies(notebook)
    if is_prestudy and not is_for_prestudies:
        raise SpecError(
            f"{protocol}: a prestudy has no participants, so {notebook.stem} has no effect to estimate; "
            "the notebook prestudy_mapping tells of a prestudy"
        )
    if is_for_prestudies and not is_prestudy:
        raise SpecError(f"{protocol}: {notebook.stem} tells of a prestudy, and the design here is another")


def _is_for_prestudies(notebook: Path) -> bool:
    said = json.loads(notebook.read_text(encoding="utf-8")).get("metadata", {}).get("steget", {})
    return bool(said.get("for") == _PRESTUDY)
