"""What each rule of plausibility asks of the rows of a typed table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from steget_eval.intake.predicates import RowPredicate
from steget_eval.records.card import Instrument
from steget_eval.records.tables import TableSchema

#: States that a person is in once at a time; work, education and placements may run beside another of their kind.
EXCLUSIVE_STATES = (
    "custody", "job_seeking", "activity_support", "unemployment_benefit", "sickness_benefit", "disability_benefit",
    "parental_benefit", "social_assistance", "inpatient_care",
)  # fmt: skip
#: Lives alone among the sources of income.
NO_PUBLIC_SUPPORT = "no_public_support"
HOURS_OF_A_WEEK, MANY_HOURS = 168, 60
LEAST_PAY_SEK, MOST_PAY_SEK = 1_000, 250_000
YOUNGEST, OLDEST = 14, 80
#: Share of the participants above which a missing sex or year of birth is told, and of how many there is a share.
MISSING_SHARE, LEAST_PEOPLE = 0.1, 10


def is_future(day: str) -> RowPredicate:
    """Return the predicate: the day has not come yet."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return (table[day] > pd.Timestamp(date.today())).to_numpy()

    return predicate


def is_before_birth(day: str) -> RowPredicate:
    """Return the predicate: the day lies in a year before the person's year of birth."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return np.asarray(table[day].dt.year < _of_person(table, people, "birth_year"), dtype=bool)

    return predicate


def is_odd_age(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell whose age at enrolment is below or above what programmes take."""
    age = table["enrolled_on"].dt.year - table["birth_year"]
    return np.asarray((age < YOUNGEST) & (age >= 0) | (age > OLDEST), dtype=bool)


def overlaps_itself(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which spells begin before an earlier one of the same exclusive state has ended."""
    whole = table["participant_id"].notna() & table["started_on"].notna() & table["state"].isin(EXCLUSIVE_STATES)
    mine = table[whole].assign(spell_end=table["ended_on"].fillna(pd.Timestamp.max))
    mine = mine.sort_values(["participant_id", "state", "started_on", "spell_end"], kind="stable")
    ends = mine["spell_end"]
    keys = [mine["participant_id"], mine["state"]]
    latest = ends.groupby(keys).cummax().groupby(keys).shift()
    broken = np.zeros(len(table), dtype=bool)
    broken[table.index.get_indexer(mine.index[mine["started_on"] < latest])] = True
    return broken


def is_above(column: str, most: float) -> RowPredicate:
    """Return the predicate: the number is above a limit."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return (table[column] > most).to_numpy()

    return predicate


def is_odd_pay(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which monthly pay is above zero and below or above what a month of work pays."""
    pay = table["monthly_pay_sek"]
    return ((pay > 0) & (pay < LEAST_PAY_SEK) | (pay > MOST_PAY_SEK)).to_numpy()


def is_share(column: str) -> RowPredicate:
    """Return the predicate: a percentage is above zero and at most one, so that it may be a share."""

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return ((table[column] > 0) & (table[column] <= 1)).to_numpy()

    return predicate


def is_not_alone(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell where no public support stands together with another source of income."""
    sources = [str(cell or "").split("|") for cell in table["income_sources"]]
    return np.array([NO_PUBLIC_SUPPORT in codes and len(set(codes)) > 1 for codes in sources], dtype=bool)


def starts_after_discharge(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which status of the start was observed after the person's discharge."""
    discharged = _of_person(table, people, "discharged_on")
    return np.asarray((table["occasion"] == "start") & (table["observed_on"] > discharged), dtype=bool)


def repeats_row(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which rows say what an earlier row says in every column."""
    said = [column for column in table.columns if column not in {"source_file", "source_row"}]
    return table.duplicated(said, keep="first").to_numpy()


def is_often_missing(column: str, *, unknown: str = "") -> RowPredicate:
    """Return the predicate: the cell is empty or `unknown`, where that is so for more than one person in ten.

    A column that nobody filled was not collected, which is no fault of a row.
    """

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        missing = (table[column].isna() | (table[column] == unknown)).to_numpy(dtype=bool)
        is_told = len(table) >= LEAST_PEOPLE and missing.mean() > MISSING_SHARE and table[column].notna().any()
        return missing if is_told else np.zeros(len(table), dtype=bool)

    return predicate


def does_not_sum(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
    """Tell which totals, rows without a sex, are not the sum of the sexes of the same period and category."""
    keys = ["period", "category"]
    by_sex = table[table["sex"].notna()]
    both = by_sex[by_sex["sex"].isin(["woman", "man"])].groupby(keys)["sex"].nunique()
    sums = by_sex.groupby(keys)["n"].sum()[both[both == 2].index]
    mine = pd.MultiIndex.from_frame(table[keys])
    expected = sums.reindex(mine).to_numpy(dtype=float)
    is_total = table["sex"].isna() & table["n"].notna() & ~np.isnan(expected)
    return np.asarray(is_total & (table["n"] != expected), dtype=bool)


def is_out_of_range(instruments: Mapping[str, Instrument]) -> RowPredicate:
    """Return the predicate: a score lies outside the range that the card gives its instrument."""
    low = _limits({code: one.low for code, one in instruments.items()})
    high = _limits({code: one.high for code, one in instruments.items()})

    def predicate(table: pd.DataFrame, people: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        least, most = table["instrument"].map(low).astype(float), table["instrument"].map(high).astype(float)
        return ((table["score"] < least) | (table["score"] > most)).to_numpy()

    return predicate


def _limits(limits: Mapping[str, float | None]) -> dict[str, float]:
    return {code: limit for code, limit in limits.items() if limit is not None}


def _of_person(table: pd.DataFrame, people: pd.DataFrame, column: str) -> pd.Series:
    known = people.drop_duplicates("participant_id", keep=False).dropna(subset=["participant_id"])
    return table["participant_id"].map(known.set_index("participant_id")[column])
