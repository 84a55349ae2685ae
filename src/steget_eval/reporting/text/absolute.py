"""What stands before a ratio in the headline, since a ratio alone does not say of what: totals, or the highest step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steget_eval.reporting.release import Release
from steget_eval.reporting.text.answers import arm_label, estimate_cell
from steget_eval.reporting.text.cell import Cell
from steget_eval.reporting.text.render import Sentence


def absolute(release: Release, row: Mapping[Any, Any], outcome: Cell) -> tuple[Sentence, ...]:
    """Return the arms' totals for each year followed, or how many stand on the highest step; neither is adjusted."""
    values = {
        "outcome": outcome,
        **{f"arm_{one}": Cell(format="text", label=arm_label(release.protocol, "", one)) for one in ("1", "0")},
    }
    return _rates(release, row, values) or _highest(release, row, values)


def _rates(release: Release, row: Mapping[Any, Any], values: dict[str, Cell]) -> tuple[Sentence, ...]:
    frame = release.estimates
    own = frame[(frame["estimand"] == row["estimand"]) & (frame["subgroup"] == "all") & ~frame["suppressed"]]
    told = {one: own[own["contrast"] == f"rate_{one}"].to_dict("records") for one in ("1", "0")}
    if not all(told.values()):
        return ()
    rates = {f"rate_{one}": estimate_cell(rows[0], interval=False) for one, rows in told.items()}
    return (Sentence("headline.rates", values | rates),)


def _highest(release: Release, row: Mapping[Any, Any], values: dict[str, Cell]) -> tuple[Sentence, ...]:
    if release.steps is None:
        return ()
    mine = release.steps[(release.steps["estimand"] == row["estimand"]) & ~release.steps["suppressed"]]
    ladder = release.protocol.outcome(release.protocol.estimand(str(row["estimand"])).outcome).ladder
    if not len(mine) or not ladder:
        return ()
    top = mine[mine["step"] == ladder[-1].id].set_index("arm")
    held = (top["n"] / top["total"]).astype(float)
    shares = {
        f"share_{one}": Cell(format="per_hundred", decimals=0, value=float(held[arm.id]))
        for one, arm in zip(("1", "0"), release.protocol.arms.compared(), strict=True)
    }  # fmt: skip
    step = Cell(format="text", label=ladder[-1].label.model_dump())
    return (Sentence("headline.highest_step", values | shares | {"step": step}),)
