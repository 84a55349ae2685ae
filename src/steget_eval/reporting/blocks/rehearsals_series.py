"""What was found wanting of the methods by which a report follows units over periods."""

from __future__ import annotations

from typing import Any

from steget_eval.methods.rehearsed_series import SeriesShortfall, find_series_shortfall
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.rehearsals import side_of
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.text import Cell, code_label


def series_rehearsals(release: PanelRelease) -> list[build.Item]:
    """Return a sentence for each method whose intervals did not hold the truth as often as they say.

    Not where it conforms in a series of so many periods, or with so many followed.
    """
    of = "periods" if release.protocol.design == "interrupted" else "units"
    size = len(release.panel.labels if of == "periods" else release.panel.units)
    asked = release.estimates[release.estimates["subgroup"] == "all"][["method", "contrast"]].drop_duplicates()
    found = [find_series_shortfall(method, contrast, size) for method, contrast in asked.itertuples(index=False)]
    return [_sentence(one, of) for one in found if one is not None]


def _sentence(one: SeriesShortfall, of: str) -> build.Item:
    told: dict[str, Any] = {
        "method": code_label("method", one.method),
        "contrast": code_label("contrast", one.contrast),
        "coverage": Cell(format="percent", value=one.coverage),
        "rho": Cell(format="number", value=one.rho, decimals=1),
        "size": Cell(format="count", value=one.size),
    }
    if one.conforms_from is None:
        return build.sentence(f"panel.rehearsed.{of}_never", **told, side=side_of(one.coverage))
    return build.sentence(f"panel.rehearsed.{of}_later", **told, enough=Cell(format="count", value=one.conforms_from))
