"""Derives the scores of an instrument at each occasion."""

from __future__ import annotations

import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays


def derive_longitudinal(days: PersonDays) -> dict[str, ir.Value]:
    """Return the columns `score_0`, `score_1`, … in the order of the occasions, null where no score is known.

    Change is the score of a later occasion minus the one of the first; `OutcomeValues.change` has it.
    """
    assert days.outcome.scores is not None
    occasions = days.outcome.scores.occasions
    return {
        f"score_{number}": days.fact(f"score_{number}").cast("float64") for number, _ in enumerate(occasions)
    }  # fmt: skip
