"""Lets every source row come home to one of our tables, or drops it for a named reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.intake.consent import NO_CONSENT, WITHDRAWN_CONSENT, ConsentLists
from steget_eval.intake.importing.conditions import holds
from steget_eval.intake.importing.known_people import KnownPeople
from steget_eval.intake.importing.landing import land
from steget_eval.intake.importing.merging import ROW, Merged, count_rows, merge_nothing, merge_rows
from steget_eval.intake.importing.person import Person
from steget_eval.intake.importing.source import Source
from steget_eval.intake.recipes.recipe import Landing, Recipe
from steget_eval.records.card import Label
from steget_eval.records.tables import Column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """What the import of one source works on."""

    source: Source
    person: Person
    recipe: Recipe
    columns: Mapping[str, Mapping[str, Column]]
    known: KnownPeople | None
    lists: ConsentLists

    def frame(self, landing: Landing, rows: np.ndarray) -> pd.DataFrame:
        return land(landing, rows, self.source, columns=self.columns[landing.table], person=self.person,
                    layout=self.recipe.file)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landed:
    """The rows of our tables, and where every source row went.

    Attributes
    ----------
    tables
        Text under our column names, and `_row`: the position of the source row.
    fates
        See `conservation.account`.
    reasons
        Why rows were dropped, in the order in which they were asked.
    derived
        For each table the position of the source row of each of its derived rows.
    """

    tables: dict[str, pd.DataFrame]
    fates: pd.DataFrame
    reasons: list[Label]
    derived: dict[str, np.ndarray]


def land_all(work: Work) -> Landed:
    """Return where every row of the source lands; the first table that takes it and is not derived is its home."""
    recipe, source = work.recipe, work.source
    fates = pd.DataFrame({"fate": "", "table": "", "into": -1, "reason": -1}, index=range(len(source)))
    reasons = [WITHDRAWN_CONSENT, NO_CONSENT, *(drop.reason for drop in recipe.drop)]
    if work.lists:
        unread = work.lists.fates(work.person.pseudonym)
        for place in (0, 1):
            _drop(fates, unread == place + 1, place)
    for place, drop in enumerate(recipe.drop, start=2):
        _drop(fates, holds(drop.when, source, recipe.file, _is_there(fates)), place)
    if work.known is not None:
        reasons.append(work.known.stranger)
        _drop(fates, ~np.isin(work.person.pseudonym, work.known.ids), len(reasons) - 1)
    there = _is_there(fates)
    takes = [holds(one.when, source, recipe.file, there) & there for one in recipe.tables]
    frames: list[pd.DataFrame | None] = [None] * len(takes)
    if work.known is not None:
        late = np.zeros(len(source), dtype=bool)
        for place, (landing, mine) in enumerate(zip(recipe.tables, takes, strict=True)):
            frame = work.frame(landing, np.flatnonzero(mine))
            is_late = work.known.is_late(frame)
            takes[place] = mine & ~np.isin(np.arange(len(source)), frame[ROW][is_late])
            frames[place] = frame[~is_late].reset_index(drop=True)
            late[frame[ROW][is_late]] = True
        reasons.append(work.known.late)
        _drop(fates, late & ~np.any(takes, axis=0), len(reasons) - 1)
    home = _homes(recipe, takes)
    reasons.append(recipe.otherwise)
    _drop(fates, home < 0, len(reasons) - 1)
    return _settle(work, takes, frames, home, fates, reasons)


def _homes(recipe: Recipe, takes: Sequence[np.ndarray]) -> np.ndarray:
    home = np.full(len(takes[0]), -1)
    for place, (landing, mine) in enumerate(zip(recipe.tables, takes, strict=True)):
        if not landing.derived:
            home[mine & (home < 0)] = place
    return home


def _settle(
    work: Work, takes: Sequence[np.ndarray], frames: Sequence[pd.DataFrame | None], home: np.ndarray,
    fates: pd.DataFrame, reasons: list[Label],
) -> Landed:  # fmt: skip
    parts: dict[str, list[pd.DataFrame]] = {}
    derived: dict[str, list[np.ndarray]] = {}
    for place, landing in enumerate(work.recipe.tables):
        rows = np.flatnonzero(takes[place] & (home >= 0))
        if landing.of == "kept":
            rows = rows[(fates["fate"].to_numpy()[rows] == "kept")]
        if not len(rows):
            continue
        ready = frames[place]
        frame = work.frame(landing, rows) if ready is None else ready[ready[ROW].isin(rows)].reset_index(drop=True)
        merged = _merged(frame, landing)
        mine = rows[home[rows] == place]
        into = merged.into.reindex(mine).to_numpy()
        fates.loc[mine, "table"] = landing.table
        fates.loc[mine, "fate"] = np.where(into == mine, "kept", "merged")
        fates.loc[mine, "into"] = np.where(into == mine, -1, into)
        left = merged.frame[ROW].to_numpy()
        derived.setdefault(landing.table, []).append(left[home[left] != place])
        parts.setdefault(landing.table, []).append(merged.frame)
    return Landed(
        tables={name: pd.concat(some, ignore_index=True).fillna("") for name, some in parts.items()},
        fates=fates, reasons=reasons,
        derived={name: np.concatenate(rows) for name, rows in derived.items() if sum(map(len, rows))},
    )  # fmt: skip


def _merged(frame: pd.DataFrame, landing: Landing) -> Merged:
    counted = [name for name, cell in landing.columns.items() if cell.count]
    if counted:
        return count_rows(frame, counted[0])
    return merge_rows(frame, landing.merge) if landing.merge else merge_nothing(frame)


def _is_there(fates: pd.DataFrame) -> np.ndarray:
    return (fates["fate"] == "").to_numpy()


def _drop(fates: pd.DataFrame, rows: np.ndarray, reason: int) -> None:
    # The first reason that holds names the row's end; the frame is this module's own.
    mine = rows & _is_there(fates)
    fates.loc[mine, "fate"] = "dropped"
    fates.loc[mine, "reason"] = reason
