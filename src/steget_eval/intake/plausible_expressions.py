"""What each rule of plausibility asks, as an expression that an engine answers where the rows lie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir

from steget_eval.intake import plausible as limits
from steget_eval.intake.expressions import ROW_EXPRESSIONS, RowExpression
from steget_eval.records.card import Instrument, RecordsCard
from steget_eval.records.tables import TableSchema

_OPEN = date(9999, 12, 31)  # an open end lies after every day
_NOBODY = ibis.literal(1) == 0
#: What each rule that looks beside its own table needs of the participants.
NEEDED_OF_PEOPLE = {"before_birth": "birth_year", "start_after_discharge": "discharged_on"}


def row_expressions(card: RecordsCard) -> dict[str, RowExpression]:
    """Return by a rule's id which rows of records with this card break it."""
    return {**ROW_EXPRESSIONS, **PLAUSIBLE_EXPRESSIONS, "out_of_range": out_of_range(card.instruments)}


def before_birth(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows whose day lies in a year before the person's year of birth."""
    known = _of_person(people, "birth_year")
    return table.semi_join(known, [table.participant_id == known.known, table[column].year() < known.birth_year])


def in_the_future(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows whose day has not come yet."""
    return table.filter(table[column] > ibis.date(date.today()))


def of_odd_age(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the participants whose age at enrolment is below or above what programmes take."""
    age = table.enrolled_on.year() - table.birth_year
    return table.filter(((age < limits.YOUNGEST) & (age >= 0)) | (age > limits.OLDEST))


def overlapping_itself(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the spells that begin before an earlier one of the same exclusive state has ended."""
    is_whole = table.participant_id.notnull() & table.started_on.notnull()
    ends = ibis.coalesce(table.ended_on, ibis.date(_OPEN))
    mine = table.mutate(spell_end=ends).filter(is_whole & table.state.isin(limits.EXCLUSIVE_STATES))
    before = ibis.window(
        group_by=["participant_id", "state"], order_by=["started_on", "spell_end", "source_row"],
        preceding=(None, 1), following=None,
    )  # fmt: skip
    seen = mine.mutate(ended_before=mine.spell_end.max().over(before))
    return seen.filter(seen.started_on < seen.ended_before).drop("spell_end", "ended_before")


def above(most: float) -> RowExpression:
    """Return the expression: the number is above a limit."""
    return lambda table, people, schema, column: table.filter(table[column] > most)


def of_odd_pay(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the spells whose monthly pay is above zero and below or above what a month of work pays."""
    pay = table.monthly_pay_sek
    return table.filter(((pay > 0) & (pay < limits.LEAST_PAY_SEK)) | (pay > limits.MOST_PAY_SEK))


def share_for_percent(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows of which a percentage is above zero and at most one."""
    return table.filter((table[column] > 0) & (table[column] <= 1))


def not_alone(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows where no public support stands together with another source of income.

    Each code is wrapped in bars of its own; with those of no public support taken out, something else is left.
    """
    wrapped = ibis.literal("|") + table[column].replace("|", "||") + "|"
    others = wrapped.replace(f"|{limits.NO_PUBLIC_SUPPORT}|", "")
    return table.filter((others != wrapped) & (others != ""))


def starting_after_discharge(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the statuses of the start that were observed after the person's discharge."""
    known, starts = _of_person(people, "discharged_on"), table.filter(table.occasion == "start")
    return starts.semi_join(known, [starts.participant_id == known.known, starts[column] > known.discharged_on])


def repeating_row(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows that say what an earlier row says in every column."""
    said = [name for name in table.columns if name not in {"source_file", "source_row"}]
    alike = ibis.window(group_by=said, order_by="source_row")
    counted = table.mutate(place_among_alike=ibis.row_number().over(alike))
    return counted.filter(counted.place_among_alike > 0).drop("place_among_alike")


def often_missing(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows whose cell is empty or unknown, where that is so for more than one person in ten."""
    own, cells = schema.column(column), table[column]
    is_missing = cells.isnull()
    if own is not None and "unknown" in (own.codes or ()):
        is_missing = is_missing | (cells == "unknown")
    whole = ibis.window()
    one = is_missing.ifelse(1, 0)
    counted = table.mutate(
        is_missing_here=one, people_there=one.count().over(whole), people_missing=one.sum().over(whole),
        cells_filled=cells.count().over(whole),
    )  # fmt: skip
    is_told = (counted.people_there >= limits.LEAST_PEOPLE) & (counted.cells_filled > 0)
    is_often = counted.people_missing > counted.people_there * limits.MISSING_SHARE
    mine = counted.filter((counted.is_missing_here == 1) & is_told & is_often)
    return mine.drop("is_missing_here", "people_there", "people_missing", "cells_filled")


def not_the_sum(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the totals, rows without a sex, that are not the sum of the sexes of the same period and category."""
    of_a_sex = table.filter(table.sex.notnull())
    sums = of_a_sex.group_by(period_of_sum=of_a_sex.period, category_of_sum=of_a_sex.category).aggregate(
        women=lambda one: (one.sex == "woman").ifelse(1, 0).sum(),
        men=lambda one: (one.sex == "man").ifelse(1, 0).sum(),
        expected=lambda one: ibis.coalesce(one.n.sum(), 0),
    )
    both, totals = sums.filter((sums.women > 0) & (sums.men > 0)), table.filter(table.sex.isnull())
    same = [totals.period == both.period_of_sum, totals.category == both.category_of_sum, totals.n != both.expected]
    return totals.semi_join(both, same)


def out_of_range(instruments: Mapping[str, Instrument]) -> RowExpression:
    """Return the expression: a score lies outside the range that the card gives its instrument."""

    def expression(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
        score, asked = table[column], []
        for code, one in instruments.items():
            asked += [] if one.low is None else [(table.instrument == code) & (score < one.low)]
            asked += [] if one.high is None else [(table.instrument == code) & (score > one.high)]
        return table.filter(reduce(lambda left, right: left | right, asked, _NOBODY))

    return expression


def _of_person(people: ir.Table, column: str) -> ir.Table:
    # Of a person who stands there twice, which a rule of its own refuses, nothing is known.
    named = people.filter(people.participant_id.notnull())
    counted = named.group_by(known=named.participant_id).aggregate(
        **{column: lambda one: one[column].max()}, times=lambda one: one.count()
    )
    return counted.filter(counted.times == 1)


#: By the rule's id: rules of plausibility about rows, but for that of an instrument's range, which asks the card.
PLAUSIBLE_EXPRESSIONS: dict[str, RowExpression] = {
    "before_birth": before_birth,
    "future_date": in_the_future,
    "odd_age": of_odd_age,
    "overlapping_spells": overlapping_itself,
    "impossible_hours": above(limits.HOURS_OF_A_WEEK),
    "many_hours": above(limits.MANY_HOURS),
    "odd_pay": of_odd_pay,
    "share_for_percent": share_for_percent,
    "not_alone": not_alone,
    "start_after_discharge": starting_after_discharge,
    "same_row": repeating_row,
    "often_missing": often_missing,
    "does_not_sum": not_the_sum,
}
