"""What each rule asks, as an expression that an engine answers where the rows lie."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import ibis
import ibis.expr.types as ir

from steget_eval.intake.predicates import FIRST_DAY, LAST_DAY, NOT_NEGATIVE
from steget_eval.records.tables import Column, TableSchema

#: From a column's cells, the column and the engine's name to what is true where the rule is broken.
CellExpression = Callable[[ir.Value, Column, str], ir.BooleanValue]
#: From a table, the participants, the schema and the rule's column to the rows that break the rule.
RowExpression = Callable[[ir.Table, ir.Table, TableSchema, str], ir.Table]

#: What Python's `str.strip` takes away.
SPACES = tuple(chr(code) for code in (*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203), 8232, 8233,
                                      8239, 8287, 12288))  # fmt: skip
_SHEET_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def has_outer_spaces(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which cells begin or end with space."""
    return cells.substr(0, 1).isin(SPACES) | cells.right(1).isin(SPACES)


def is_formula(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which cells are a formula or a spreadsheet's error."""
    return (cells.substr(0, 1) == "=") | cells.isin(_SHEET_ERRORS)


def is_far_date(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which days lie outside the years that are read."""
    return (cells < ibis.date(FIRST_DAY)) | (cells > ibis.date(LAST_DAY))


def is_negative(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which numbers that cannot be below zero are."""
    return cells < 0 if column.name in NOT_NEGATIVE else ibis.literal(1) == 0


def is_above_hundred(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which percentages are above a hundred."""
    return cells > 100 if column.name == "extent_percent" else ibis.literal(1) == 0


def is_unknown_code(cells: ir.Value, column: Column, engine: str) -> ir.BooleanValue:
    """Tell which codes are not on the column's list, or without a list are no code.

    Of several codes in one cell each is wrapped in bars of its own; when the known ones are taken out, nothing may be
    left. SQL Server, which has no regular expressions, is asked with its own patterns.
    """
    if column.codes is not None and column.type == "code":
        return cells.notin(column.codes)
    if column.codes is not None:
        wrapped = ibis.literal("|") + cells.replace("|", "||") + "|"
        return reduce(lambda left, code: left.replace(f"|{code}|", ""), column.codes, wrapped) != ""
    part = "[a-z][a-z0-9_]*"
    if engine != "mssql":
        return ~cells.re_search(f"^{part}$" if column.type == "code" else rf"^{part}(\|{part})*$")
    is_odd = cells.like("[^a-z]%") | cells.like("%[^a-z0-9_|]%" if column.type == "codes" else "%[^a-z0-9_]%")
    return is_odd | cells.like("%|") | cells.like("%|[^a-z]%") if column.type == "codes" else is_odd


def may_be_identity_number(cells: ir.Value, engine: str) -> ir.BooleanValue:
    """Tell in which cells six digits begin a token; whether it is an identity number, the recogniser says."""
    if engine != "mssql":
        return cells.re_search("(^|[^0-9A-Za-z])[0-9]{6}")
    digits = "[0-9]" * 6
    return cells.like(f"{digits}%") | cells.like(f"%[^0-9A-Za-z]{digits}%")


def is_empty(cells: ir.Value) -> ir.BooleanValue:
    """Tell which cells are empty."""
    return cells.isnull() | (cells == "") if cells.type().is_string() else cells.isnull()


def repeating_key(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows that share their key with another row; a row whose key is not whole is left out."""
    if not schema.key:
        return table.filter(ibis.literal(1) == 0)
    filled = [name for name in schema.key if (found := schema.column(name)) is not None and found.filled]
    whole = table.filter([table[name].notnull() for name in filled])
    counted = whole.group_by(list(schema.key)).aggregate(rows_of_key=lambda one: one.count())
    keys = counted.filter(counted.rows_of_key > 1).rename({f"key_{name}": name for name in schema.key})
    return whole.semi_join(keys, [_same(whole[name], keys[f"key_{name}"], name in filled) for name in schema.key])


def unknown_person(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows about somebody who is not among the participants."""
    known = people.filter(people.participant_id.notnull()).select(known=people.participant_id)
    named = table.filter(table.participant_id.notnull())
    return named.anti_join(known, named.participant_id == known.known)


def following(later: str, *, than: str) -> RowExpression:
    """Return the expression: column `later` lies after column `than`; an unknown day breaks nothing."""
    return lambda table, people, schema, column: table.filter(table[later] > table[than])


def equal(one: str, other: str) -> RowExpression:
    """Return the expression: two days are the same."""
    return lambda table, people, schema, column: table.filter(table[one] == table[other])


def after_follow_up(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows whose day lies after the person's `followed_until`.

    Of a person who stands there twice, which a rule of its own refuses, the last day counts.
    """
    named = people.filter(people.participant_id.notnull())
    ends = named.group_by(known=named.participant_id).aggregate(known_until=lambda one: one.followed_until.max())
    return table.semi_join(ends, [table.participant_id == ends.known, table[column] > ends.known_until])


def only_one_filled(one: str, other: str) -> RowExpression:
    """Return the expression: of two columns that go together, one cell is empty."""

    def expression(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
        first, second = table[one], table[other]
        return table.filter((first.isnull() & second.notnull()) | (first.notnull() & second.isnull()))

    return expression


def mixing_units(table: ir.Table, people: ir.Table, schema: TableSchema, column: str) -> ir.Table:
    """Return the rows of an item that has amounts in several units."""
    counted = table.group_by(mixed=table.item).aggregate(units=lambda one: one.unit.nunique())
    mixed = counted.filter(counted.units > 1)
    return table.semi_join(mixed, table.item == mixed.mixed)


def _same(one: ir.Value, other: ir.Value, is_filled: bool) -> ir.BooleanValue:
    return one == other if is_filled else (one == other) | (one.isnull() & other.isnull())


#: By the rule's id: rules about cells whose answer does not follow from the column's type.
CELL_EXPRESSIONS: dict[str, CellExpression] = {
    "outer_spaces": has_outer_spaces, "formula": is_formula, "far_date": is_far_date, "negative": is_negative,
    "above_hundred": is_above_hundred, "unknown_code": is_unknown_code,
}  # fmt: skip
#: By the rule's id: rules about rows.
ROW_EXPRESSIONS: dict[str, RowExpression] = {
    "duplicate_key": repeating_key,
    "unknown_person": unknown_person,
    "enrolled_after_follow_up": following("enrolled_on", than="followed_until"),
    "discharged_before_enrolled": following("enrolled_on", than="discharged_on"),
    "end_before_start": following("started_on", than="ended_on"),
    "empty_spell": equal("started_on", "ended_on"),
    "after_follow_up": after_follow_up,
    "mixed_units": mixing_units,
    "end_without_reason": only_one_filled("followed_until", "follow_up_ended_by"),
    "not_followed": equal("enrolled_on", "followed_until"),
    "discharged_after_follow_up": following("discharged_on", than="followed_until"),
}
