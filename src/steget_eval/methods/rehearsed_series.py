"""What was found wanting of the lines that follow units over periods, by how long or how many they are.

Written by `make rehearse-series` into `rehearsed_series.yaml`, beside this file, from the same run as the page
*Operating characteristics of series and panels*; a report repeats it where it uses such a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesShortfall:
    """One line that conforms from a larger size, or at none of those tried.

    Attributes
    ----------
    method, contrast
        The line; `contrast` as the rows of its answer call it.
    size
        The largest size at which it did not conform: periods of a series, units of a panel.
    coverage
        Of its 95 % intervals, where they strayed farthest from that, at that size.
    scenario, rho
        Where that was, and what an error carried over of the one before.
    conforms_from
        The size from which it conforms wherever it was tried; None where it never did.
    """

    method: str
    contrast: str
    size: int
    coverage: float
    scenario: str
    rho: float
    conforms_from: int | None


def find_series_shortfall(method: str, contrast: str, size: int) -> SeriesShortfall | None:
    """Return what was found wanting of a line, unless it conforms at this size; None for no finding."""
    found = _shortfalls().get((method, contrast))
    if found is None or (found.conforms_from is not None and size >= found.conforms_from):
        return None
    return found


@cache
def _shortfalls() -> dict[tuple[str, str], SeriesShortfall]:
    text = files("steget_eval.methods").joinpath("rehearsed_series.yaml").read_text(encoding="utf-8")
    rows = [SeriesShortfall(**row) for row in yaml.safe_load(text)["short"]]
    return {(row.method, row.contrast): row for row in rows}
