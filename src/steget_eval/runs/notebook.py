"""What a notebook says, read as the JSON that it is: the format's own library takes seconds to load."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steget_eval.core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its kind, what stands in it, and its tags; neither its outputs nor its counter."""

    kind: str
    source: str
    tags: tuple[str, ...]


def read_cells(path: Path) -> tuple[Cell, ...]:
    """Return a notebook's cells in order; raises `InputError` where there is none of version 4 that can be read."""
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
        if said["nbformat"] != 4:
            raise InputError(f"{path}: the notebook is of version {said['nbformat']} of its format; 4 is read")
        return tuple(_cell(cell) for cell in said["cells"])
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such notebook{nearest_file(path)}") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f"{path}: the file cannot be read as a notebook") from None


def nearest_file(path: Path) -> str:
    """Return the end of a sentence on a notebook that is not there: the nearest name beside it, or all of them."""
    names = sorted(one.stem for one in path.parent.glob("*.ipynb")) if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.stem, names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(names)}" if names else ""


def _cell(said: Any) -> Cell:
    source = said["source"]
    text = source if isinstance(source, str) else "".join(source)
    tags = said.get("metadata", {}).get("tags", ())
    return Cell(kind=str(said["cell_type"]), source=text, tags=tuple(str(tag) for tag in tags))
