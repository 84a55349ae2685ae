"""What the recovery study found wanting: lines whose intervals do not hold the truth as often as they say.

Written by `make rehearse` into `rehearsed.yaml`, beside this file, from the same run as the page
*Operating characteristics*; a report repeats it where it uses such a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One line that conforms from more people, or at none of the sizes rehearsed.

    Attributes
    ----------
    kind, contrast, method
        The line; `contrast` as the rows of its answer call it.
    people
        The largest size at which it did not conform.
    coverage
        Of its 95 % intervals, where they strayed farthest from that, at that size.
    scenario
        Where that was.
    conforms_from
        The size from which it conforms in every scenario that it is judged in; None where it never did.
    """

    kind: str
    contrast: str
    method: str
    people: int
    coverage: float
    scenario: str
    conforms_from: int | None


def find_shortfall(kind: str, contrast: str, method: str, people: int | None) -> Shortfall | None:
    """Return what was found wanting of a line, unless it conforms with as many people as these; None for no finding."""
    found = _shortfalls().get((kind, contrast, method))
    if found is None or (people is not None and found.conforms_from is not None and people >= found.conforms_from):
        return None
    return found


@cache
def _shortfalls() -> dict[tuple[str, str, str], Shortfall]:
    text = files("steget_eval.methods").joinpath("rehearsed.yaml").read_text(encoding="utf-8")
    rows = [Shortfall(**row) for row in yaml.safe_load(text)["short"]]
    return {(row.kind, row.contrast, row.method): row for row in rows}
