"""What a rehearsal found wanting of the methods that this report uses."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from steget_eval.methods.rehearsed import Shortfall, find_shortfall
from steget_eval.reporting.blocks import build
from steget_eval.reporting.text import Cell, Label, code_label, key_label

_SAID = 0.95


def rehearsals(estimates: pd.DataFrame) -> list[build.Item]:
    """Return a sentence for each method whose intervals did not hold the truth as often as they say.

    Not where it conforms with as many people as these; where their number is hidden, it is told.
    """
    found: dict[tuple[str, str, str], Shortfall] = {}
    for row in estimates[estimates["subgroup"] == "all"].to_dict("records"):
        one = find_shortfall(row["kind"], row["contrast"], row["method"], _people(row))
        if one is not None:
            found[one.kind, one.contrast, one.method] = one
    return [_sentence(one) for _, one in sorted(found.items())]


def side_of(coverage: float) -> Label:
    """Return in words whether 95 per cent intervals held the truth more or less often than they say."""
    return key_label("rehearsed.more" if coverage > _SAID else "rehearsed.less")


def _people(row: Mapping[Hashable, Any]) -> int | None:
    """Return how many people the row speaks of; None where their number is hidden."""
    if pd.isna(row["n_1"]):
        return None
    return int(row["n_1"]) if row["contrast"].endswith("_1") or pd.isna(row["n_0"]) else int(row["n_1"] + row["n_0"])


def _sentence(one: Shortfall) -> build.Item:
    told: dict[str, Any] = {
        "method": code_label("method", one.method),
        "contrast": code_label("contrast", one.contrast),
        "coverage": Cell(format="percent", value=one.coverage),
        "people": Cell(format="count", value=one.people),
        "where": key_label(f"rehearsed.where.{one.scenario}"),
    }
    if one.conforms_from is None:
        return build.sentence("rehearsed.never", **told, side=side_of(one.coverage))
    return build.sentence("rehearsed.later", **told, enough=Cell(format="count", value=one.conforms_from))
