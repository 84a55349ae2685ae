"""Refuses questions of scores that do not fit their occasions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steget_eval.protocol.protocol import Protocol

#: Contrasts of two arms that are asked of scores.
BETWEEN_SCORES = frozenset({"mean_change_difference", "responders_difference", "share_difference"})


def refuse_occasions(protocol: Protocol) -> None:
    """Raise `ValueError` where arms are compared in scores that there are none of, or at an occasion that is none."""
    outcomes = {outcome.id: outcome for outcome in protocol.outcomes}
    for estimand in protocol.estimands:
        at, outcome = f"estimands.{estimand.id}", outcomes[estimand.outcome]
        asked = estimand.contrast in BETWEEN_SCORES
        if asked and outcome.kind != "longitudinal":
            raise ValueError(f"{at}.contrast {estimand.contrast} is asked of an outcome of kind longitudinal")
        if estimand.contrast == "responders_difference" and outcome.scores and outcome.scores.important is None:
            raise ValueError(f"{at} counts responders, which needs outcomes.{outcome.id}.scores.important, with source")
        if estimand.occasion is None:
            continue
        if not asked or outcome.scores is None:
            raise ValueError(f"{at}.occasion belongs to {', '.join(sorted(BETWEEN_SCORES))}")
        later = outcome.scores.occasions[1:]
        if estimand.occasion not in later:
            raise ValueError(f"{at}.occasion is {estimand.occasion!r}; allowed, after the first: {', '.join(later)}")
