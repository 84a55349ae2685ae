"""What a share could be, whatever became of those who were not reached, in a sentence for whoever decides."""

from __future__ import annotations

from typing import Any

from steget_eval.reporting.release import Release
from steget_eval.reporting.text.answers import outcome_label
from steget_eval.reporting.text.cell import Cell
from steget_eval.reporting.text.render import Sentence


def bounded(release: Release) -> tuple[Sentence, ...]:
    """Return a sentence for the main question and each other that asks the same at another occasion.

    The same is what has the outcome's definition id. An answer that may not be told has no sentence.
    """
    protocol = release.protocol
    definition = protocol.outcome(protocol.estimand(protocol.primary).outcome).definition_id
    asked = [
        one.id
        for one in protocol.estimands
        if "worst_case" in one.methods
        and (one.id == protocol.primary or (definition and protocol.outcome(one.outcome).definition_id == definition))
    ]
    return tuple(sentence for name in asked if (sentence := _of(release, name)) is not None)


def _of(release: Release, estimand: str) -> Sentence | None:
    frame = release.estimates
    mine = frame[(frame["estimand"] == estimand) & (frame["subgroup"] == "all") & (frame["contrast"] == "risk_1")]
    bounds = mine[mine["interval_kind"] == "bounds"].to_dict("records")
    seen = mine[mine["interval_kind"] != "bounds"].to_dict("records")
    if not bounds or not seen or bounds[0]["suppressed"] or seen[0]["suppressed"]:
        return None
    values = {
        "outcome": Cell(format="text", label=outcome_label(release.protocol, estimand)),
        "risk": _hundred(seen[0]["estimate"]), "known": Cell(format="count", value=int(seen[0]["n_1"])),
        "low": _hundred(bounds[0]["conf_low"]), "high": _hundred(bounds[0]["conf_high"]),
        "n": Cell(format="count", value=int(bounds[0]["n_1"])),
    }  # fmt: skip
    return Sentence("status.bounded", values)


def _hundred(share: Any) -> Cell:
    return Cell(format="per_hundred", value=float(share), decimals=0)
