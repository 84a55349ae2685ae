"""Derives the scores of an instrument at each occasion."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.person_days import PersonDays

#: What the two sides of a mirrored outcome are called.
MIRRORED = ("before", "after")


def derive_longitudinal(days: PersonDays) -> dict[str, ir.Value]:
    """Return the columns `score_0`, `score_1`, … in the order of the occasions, null where no score is known.

    Change is the score of a later occasion minus the one of the first; `OutcomeValues.change` has it. A mirrored
    outcome has two: what lies before the index date, and after it; the latter is null for whoever was not followed
    throughout, unless an intercurrent event met by composite took the rest.
    """
    if days.outcome.mirror is not None:
        settled = days.is_followed | days.is_met_by("composite")
        after = ibis.ifelse(settled, days.fact("score_1").fill_null(0), ibis.null("int64"))
        return {"score_0": days.fact("score_0").fill_null(0).cast("float64"), "score_1": after.cast("float64")}
    assert days.outcome.scores is not None
    occasions = days.outcome.scores.occasions
    return {
        f"score_{number}": days.fact(f"score_{number}").cast("float64") for number, _ in enumerate(occasions)
    }  # fmt: skip
