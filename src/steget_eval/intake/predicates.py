"""What each rule asks: of a cell's text, or of the rows of a typed table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from steget_eval.core.identity import count_identity_numbers, is_nearly_identity_number
from steget_eval.records.tables import Column, TableSchema

#: Asked of one cell's text, which is not empty and broke no earlier rule: True where this one is broken.
CellPredicate = Callable[[str, Column], bool]
#: Asked of a typed table and of the participants: True for each row that breaks the rule.
RowPredicate = Callable[[pd.DataFrame, pd.DataFrame, TableSchema], np.ndarray]

#: Days outside these are slips of the finger or stand-ins for "ongoing", which is an empty cell here.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
#: Columns of which no number is below zero; amounts may be, as losses are.
NOT_NEGATIVE = frozenset(
    {
        "n",
        "extent_percent",
        "work_extent_percent",
        "study_extent_percent",
        "hours_per_week",
        "monthly_pay_sek",
        "chain_day",
        "quantity",
        "cost_sek",
        "birth_year",
    }
)
TRUE, FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,400}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_SPREADSHEET = re.compile(r"=.*|#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", re.DOTALL)


def is_identity_number(text: str, column: Column) -> bool:
    """Tell whether an identity number stands in the cell, or one with a hyphen whose check digit is wrong."""
    return count_identity_numbers(text) > 0 or is_nearly_identity_number(text)


def has_outer_spaces(text: str, column: Column) -> bool:
    """Tell whether the cell begins or ends with space."""
    return text != text.strip()


def is_formula(text: str, column: Column) -> bool:
    """Tell whether the cell is a formula or a spreadsheet's error."""
    return _SPREADSHEET.fullmatch(text) is not None


def is_no_date(text: str, column: Column) -> bool:
    """Tell whether the cell is no day of the calendar."""
    return _day(text) is None


def is_far_date(text: str, column: Column) -> bool:
    """Tell whether the day lies outside the years that are read."""
    return not FIRST_DAY <= date.fromisoformat(text) <= LAST_DAY


def is_no_whole_number(text: str, column: Column) -> bool:
    """Tell whether the cell is no whole number."""
    return _WHOLE.fullmatch(text) is None


def is_no_number(text: str, column: Column) -> bool:
    """Tell whether the cell is no number."""
    return _NUMBER.fullmatch(text) is None


def is_huge(text: str, column: Column) -> bool:
    """Tell whether a number is beyond what 64 bits hold."""
    if column.type == "integer":
        return not -(2**63) <= int(text) < 2**63
    return not math.isfinite(float(text))


def is_negative(text: str, column: Column) -> bool:
    """Tell whether a number that cannot be below zero is."""
    return column.name in NOT_NEGATIVE and float(text) < 0


def is_above_hundred(text: str, column: Column) -> bool:
    """Tell whether a percentage is above a hundred."""
    return column.name.endswith("extent_percent") and float(text) > 100


def is_no_boolean(text: str, column: Column) -> bool:
    """Tell whether the cell is neither true nor false."""
    return text not in TRUE | FALSE


def is_unknown_code(text: str, column: Column) -> bool:
    """Tell whether a code, or one of several, is not on the column's list; without a list, whether it is no code."""
    parts = text.split("|") if column.type == "codes" else [text]
    if column.codes is None:
        return any(_CODE.fullmatch(part) is None for part in parts)
    return any(part not in column.codes for part in parts)


def repeats_key(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which rows share their key with another row; a row whose key is not whole is left out."""
    if not schema.key:
        return np.zeros(len(table), dtype=bool)
    filled = [name for name in schema.key if (column := schema.column(name)) is not None and column.filled]
    whole = table[filled].notna().all(axis=1)
    return (table.duplicated(list(schema.key), keep=False) & whole).to_numpy()


def is_unknown_person(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which rows are about somebody who is not among the participants."""
    known = table["participant_id"].isin(people["participant_id"])
    return (~known & table["participant_id"].notna()).to_numpy()


def follows(later: str, *, than: str) -> RowPredicate:
    """Return the predicate: column `later` lies after column `than`; an unknown day breaks nothing."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return (table[later] > table[than]).to_numpy()

    return predicate


def equals(one: str, other: str) -> RowPredicate:
    """Return the predicate: two days are the same."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return (table[one] == table[other]).to_numpy()

    return predicate


def after_follow_up(day: str) -> RowPredicate:
    """Return the predicate: the day lies after the person's `followed_until`."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        # Of a person who stands twice nobody knows which row is right; that is a finding of its own.
        ends = people.drop_duplicates("participant_id", keep=False).dropna(subset=["participant_id"])
        until = table["participant_id"].map(ends.set_index("participant_id")["followed_until"])
        return (table[day] > until).to_numpy()

    return predicate


def only_one_filled(one: str, other: str) -> RowPredicate:
    """Return the predicate: of two columns that go together, one cell is empty."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return (table[one].notna() != table[other].notna()).to_numpy()

    return predicate


def mixes_units(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which rows belong to an item that has amounts in several units."""
    units = table.groupby("item")["unit"].nunique()
    return table["item"].isin(units[units > 1].index).to_numpy()


def _day(text: str) -> date | None:
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
