"""Tells whether a notebook suits a protocol, so that a notebook of another kind is refused before a kernel starts."""

from __future__ import annotations

import json
from pathlib import Path

from steget_eval.core.errors import SpecError
from steget_eval.core.yaml import read_yaml

#: A notebook names what it is for under ``metadata.steget.for``; without it, it is for what has participants.
_PRESTUDY, _PANEL = "prestudy", "panel"


def refuse_unsuited(notebook: Path, protocol: Path) -> None:
    """Raise `SpecError` where a prestudy or a panel meets a notebook that is not for it, or the other way round."""
    told = read_yaml(protocol)
    is_prestudy, is_panel = told.get("design") == _PRESTUDY, told.get(_PANEL) is not None
    meant = _meant_for(notebook)
    if is_prestudy and meant != _PRESTUDY:
        raise SpecError(
            f"{protocol}: a prestudy has no participants, so {notebook.stem} has no effect to estimate; "
            "the notebook prestudy_mapping tells of a prestudy"
        )
    if is_panel and meant != _PANEL:
        raise SpecError(
            f"{protocol}: a panel follows units over periods, of which {notebook.stem} does not tell; the notebook "
            "municipality_panel does"
        )
    if meant == _PRESTUDY and not is_prestudy:
        raise SpecError(f"{protocol}: {notebook.stem} tells of a prestudy, and the design here is another")
    if meant == _PANEL and not is_panel:
        raise SpecError(f"{protocol}: {notebook.stem} tells of a panel, and the protocol here has none")


def _meant_for(notebook: Path) -> str:
    said = json.loads(notebook.read_text(encoding="utf-8")).get("metadata", {}).get("steget", {})
    return str(said.get("for", ""))
