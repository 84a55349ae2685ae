"""Keeps what a run has drawn, so that its pages take over what its notebook has shown already."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Names the folder of one run; without it everything is drawn where it is asked for.
FOLDER = "STEGET_DRAWN"


def drawn_once(what: list[Any], draw: Callable[[], str]) -> str:
    """Return the text that `draw` gives, or gave to another process of the same run.

    Parameters
    ----------
    what
        Strict JSON of everything that the text is made from.
    """
    folder = os.environ.get(FOLDER)
    if not folder or not os.path.isdir(folder):
        return draw()
    told = json.dumps(what, allow_nan=False, ensure_ascii=False)
    place = Path(folder) / hashlib.sha256(told.encode()).hexdigest()
    if place.is_file():
        return place.read_text(encoding="utf-8")
    text = draw()
    beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(place)
    return text
