"""Merges rows of one of our tables: repeated persons, spells that continue each other, rows that are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.intake.recipes.recipe import Merge

#: The column that says from which source row a row comes: its position among them.
ROW = "_row"
_OPEN = "2262-01-01"  # an open end lies after every day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """What is left of rows, and where the others went.

    Attributes
    ----------
    frame
        The rows that are left, in the order of the source.
    into : pd.Series
        For each source row of the frame that was given, by its position: the source row whose row it is part of.
    """

    frame: pd.DataFrame
    into: pd.Series


def merge_nothing(frame: pd.DataFrame) -> Merged:
    """Return the rows as they are."""
    return Merged(frame=frame, into=pd.Series(frame[ROW].to_numpy(), index=frame[ROW].to_numpy(), dtype=np.int64))


def merge_rows(frame: pd.DataFrame, merge: Merge) -> Merged:
    """Return rows merged as the recipe says; cells are text, days in ISO."""
    by = list(merge.by)
    if merge.keep is not None:
        return _keep_one(frame, by, merge.order, is_last=merge.keep == "last")
    return _join_spells(frame, by, merge)


def count_rows(frame: pd.DataFrame, column: str) -> Merged:
    """Return one row for all that are alike in every column, with how many they are."""
    by = [name for name in frame.columns if name != ROW]
    first = frame.groupby(by, sort=False, dropna=False)[ROW].transform("first")
    n = frame.groupby(by, sort=False, dropna=False)[ROW].transform("size")
    kept = frame.assign(**{column: n.astype(str)})[(first == frame[ROW]).to_numpy()]
    return Merged(frame=kept, into=pd.Series(first.to_numpy(), index=frame[ROW].to_numpy(), dtype=np.int64))


def _keep_one(frame: pd.DataFrame, by: list[str], order: str, *, is_last: bool) -> Merged:
    # An empty cell is neither first nor last as long as another row has a filled one; ties go by the source's order.
    empty = frame[order] == ""
    ranked = frame.assign(_empty=empty if not is_last else ~empty).sort_values(["_empty", order], kind="stable")
    groups = ranked.groupby(by, sort=False)[ROW]
    chosen = (groups.transform("last") if is_last else groups.transform("first")).reindex(frame.index)
    kept = frame[(chosen == frame[ROW]).to_numpy()]
    return Merged(frame=kept, into=pd.Series(chosen.to_numpy(), index=frame[ROW].to_numpy(), dtype=np.int64))


def _join_spells(frame: pd.DataFrame, by: list[str], merge: Merge) -> Merged:
    assert merge.gap_days is not None
    dated = frame.assign(_start=_days(frame["started_on"]), _end=_days(frame["ended_on"].replace("", _OPEN)))
    # What has no days is left as it is, so that the rules refuse it instead of a merge hiding it.
    is_sound = (dated["_start"] < dated["_end"]).to_numpy()
    if not is_sound.any():
        return merge_nothing(frame)
    ranked = dated[is_sound].sort_values([*by, "_start", ROW], kind="stable")
    reach = ranked.groupby(by, sort=False)["_end"].cummax()
    before = reach.groupby([ranked[name] for name in by], sort=False).shift()
    begins = before.isna() | ((ranked["_start"] - before).dt.days > merge.gap_days)
    ranked["_spell"] = begins.cumsum()
    first = ranked.groupby("_spell", sort=False)[ROW].transform("first")
    spells = _whole_spells(ranked, by)
    if merge.chain_below_days is not None:
        spells = _numbered(spells, by, merge.chain_below_days)
    odd = merge_nothing(frame[~is_sound])
    into = pd.concat([pd.Series(first.to_numpy(), index=ranked[ROW].to_numpy(), dtype=np.int64), odd.into])
    whole = spells.drop(columns=["_start", "_end", "_spell"])
    left = pd.concat([whole, odd.frame]).fillna("").sort_values(ROW, kind="stable")
    return Merged(frame=left, into=into)


def _days(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")


def _whole_spells(ranked: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    groups = ranked.groupby("_spell", sort=False)
    spells = groups.first()
    spells["_end"] = groups["_end"].max()
    for name in ranked.columns:
        if name not in {*by, ROW, "_start", "_end", "_spell", "started_on", "ended_on"}:
            spells[name] = spells[name].where(groups[name].nunique() == 1, "")
    is_open = spells["_end"] == pd.Timestamp(_OPEN)
    spells["ended_on"] = spells["_end"].dt.strftime("%Y-%m-%d").where(~is_open, "")
    return spells.reset_index()[[*ranked.columns]]


def _numbered(spells: pd.DataFrame, by: list[str], below: int) -> pd.DataFrame:
    person = [spells[name] for name in by]
    gap = (spells["_start"] - spells.groupby(person, sort=False)["_end"].shift()).dt.days
    chain = (gap.isna() | (gap >= below)).cumsum()
    days = (spells["_end"] - spells["_start"]).dt.days
    before = days.groupby(chain).cumsum() - days
    return spells.assign(chain_day=(before + 1).astype(str))
