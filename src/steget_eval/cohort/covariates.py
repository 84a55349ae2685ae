"""Reads what is known of each person at the index date."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from steget_eval.cohort.eligibility import age_at_index
from steget_eval.cohort.recorded import recorded_amount
from steget_eval.cohort.refusals import refuse_missing_column, refuse_rows
from steget_eval.cohort.tables import Laid, attach
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.cohort_rules import Covariate


def with_covariates(laid: Laid, people: ir.Table, protocol: Protocol) -> ir.Table:
    """Add a column per covariate (named by `covariate_column`) and `covariate_missing`.

    `covariate_missing` is 1 where a covariate that is adjusted for has no value. Amounts stand in shown units,
    binaries are 0 and 1, categories are text.
    """
    for covariate in protocol.covariates:
        people = _with_one(laid, people, covariate, protocol)
    adjusted = [covariate_column(covariate) for covariate in protocol.covariates if covariate.adjust]
    missing = ((people[name].isnull(), 1) for name in adjusted)
    return people.mutate(covariate_missing=ibis.cases(*missing, else_=0) if adjusted else ibis.literal(0))


def covariate_column(covariate: Covariate) -> str:
    """Return the name of a covariate's column beside a person's own columns."""
    return f"covariate_{covariate.id}"


def typed_covariates(people: pd.DataFrame, covariates: Sequence[Covariate]) -> pd.DataFrame:
    """Return one column per covariate id: float for numbers and binaries, text for categories; same order."""
    frame = pd.DataFrame({one.id: people[covariate_column(one)] for one in covariates}, index=people.index)
    dtypes = {one.id: "object" if one.kind == "category" else "float64" for one in covariates}
    return frame.astype(dtypes).reset_index(drop=True)


def _with_one(laid: Laid, people: ir.Table, covariate: Covariate, protocol: Protocol) -> ir.Table:
    at = f"covariates.{covariate.id}"
    if covariate.amount is not None:
        recorded = recorded_amount(laid, covariate.amount.item, covariate.amount.occasion, at)
        joined = attach(people, recorded.values)
        shown = joined.amount.cast("float64") / recorded.per_shown
        value = joined.amount if covariate.zero or covariate.kind == "binary" else shown
        return joined.mutate(**{covariate_column(covariate): _typed(joined, value, covariate, at)}).drop("amount")
    if covariate.column == "age":
        value = age_at_index(people, protocol, at)
    else:
        assert covariate.column is not None
        refuse_missing_column(people, "participants", covariate.column, at)
        value = people[covariate.column]
    return people.mutate(**{covariate_column(covariate): _typed(people, value, covariate, at)})


def _typed(people: ir.Table, value: ir.Value, covariate: Covariate, at: str) -> ir.Value:
    if covariate.kind == "category":
        return value.cast("string")
    if value.type().is_boolean() and not covariate.zero:
        return _zero_or_one(value, value)
    if not value.type().is_numeric():
        raise CohortError(f"{at}: column {covariate.column} holds {value.type()}, and {covariate.kind} needs numbers")
    if covariate.zero:
        return _zero_or_one(value, value == 0)
    if covariate.kind == "binary":
        wrong = people.filter(value.notin([0, 1]))
        refuse_rows(wrong, covariate.column or "value", f"{at} is binary; allowed: 0, 1, true, false or empty")
    return value.cast("float64")


def _zero_or_one(value: ir.Value, holds: ir.Value) -> ir.Value:
    return ibis.cases((value.isnull(), ibis.null("int64")), (holds, 1), else_=0).cast("float64")
