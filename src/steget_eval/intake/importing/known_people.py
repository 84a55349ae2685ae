"""Adds an import to records that are there: only about people who are among them, and only while they are followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from steget_eval.core.errors import RecordsError
from steget_eval.intake.recipes.recipe import Recipe
from steget_eval.records.card import Label, RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.tables import TABLES

_STRANGER = Label(sv="personen finns inte bland deltagarna", en="the person is not among the participants")
_LATE = Label(sv="efter att uppföljningen av personen slutade", en="after the follow-up of the person ended")
#: The day of a row in each table that has one.
_DAYS = ("started_on", "observed_on", "assessed_on", "delivered_on")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownPeople:
    """Who is there already.

    Attributes
    ----------
    until
        The day after the last of each person's follow-up as ISO text; empty where it has not ended.
    stranger, late
        Under which reasons rows are dropped.
    """

    ids: np.ndarray
    until: pd.Series
    stranger: Label = _STRANGER
    late: Label = _LATE

    def is_late(self, frame: pd.DataFrame) -> np.ndarray:
        """Tell which rows of a table, as text, lie after their person's follow-up."""
        day = next((name for name in _DAYS if name in frame.columns), None)
        if day is None:
            return np.zeros(len(frame), dtype=bool)
        until = frame["participant_id"].map(self.until).fillna("")
        late: np.ndarray = ((until != "") & (frame[day] > until)).to_numpy()
        return late


def known_people(people: Records | None, recipe: Recipe) -> KnownPeople | None:
    """Return who is there already, or None where the recipe brings its own participants or counts.

    Raises
    ------
    RecordsError
        Where the recipe needs people and none were given, or brings its own beside those given.
    """
    tables = {landing.table for landing in recipe.tables}
    needs = any(TABLES[name].column("participant_id") is not None for name in tables) and "participants" not in tables
    if people is None:
        if needs:
            raise RecordsError(f"the recipe {recipe.id} tells about persons but not who takes part; "
                               "give the folder of records that does with --people")  # fmt: skip
        return None
    if not needs or not people.has("participants"):
        raise RecordsError(f"--people: the recipe {recipe.id} brings its own participants or counts, or the records "
                           "have no participants to add to")  # fmt: skip
    frame = people.frame("participants")
    until = frame["followed_until"].map(lambda day: "" if pd.isna(day) else day.isoformat()).to_numpy()
    return KnownPeople(ids=frame["participant_id"].to_numpy(), until=pd.Series(until, index=frame["participant_id"]))


def followed_to(people: Records | None, until: date | None) -> Records | None:
    """Return the same people, followed until that day: those whose follow-up has not ended, or ended with the study."""
    if until is None or people is None or not people.has("participants"):
        return people
    table = people.tables["participants"]
    ended = table["follow_up_ended_by"]
    is_open = pc.fill_null(pc.equal(ended, "study_end"), True)
    later = pc.if_else(is_open, pc.max_element_wise(table["followed_until"], until), table["followed_until"])
    table = table.set_column(table.column_names.index("followed_until"), "followed_until", later.cast(pa.date32()))
    ends = pc.if_else(is_open, "study_end", ended)
    table = table.set_column(table.column_names.index("follow_up_ended_by"), "follow_up_ended_by", ends)
    return replace(people, tables={**people.tables, "participants": table})


def ongoing_to(tables: Mapping[str, pd.DataFrame], until: date | None) -> dict[str, pd.DataFrame]:
    """Return tables, as text, in which participants whose follow-up has not ended are followed until that day."""
    people = tables.get("participants")
    if until is None or people is None:
        return dict(tables)
    known = people.assign(**{name: people.get(name, "") for name in ("followed_until", "follow_up_ended_by")})
    is_open = known["followed_until"] == ""
    known["followed_until"] = known["followed_until"].mask(is_open, until.isoformat())
    known["follow_up_ended_by"] = known["follow_up_ended_by"].mask(is_open, "study_end")
    return {**tables, "participants": known}


def beside_people(people: Records | None, card: RecordsCard) -> RecordsCard:
    """Return the card of records that an import was added to: what both say, of both."""
    if people is None:
        return card
    old = people.card
    labels = {(one.sv, one.en): one for one in (*old.assumptions, *card.assumptions)}
    return old.model_copy(
        update={
            "origin": "synthetic" if "synthetic" in {old.origin, card.origin} else "real",
            "source": Label(sv=f"{old.source.sv}; {card.source.sv}", en=f"{old.source.en}; {card.source.en}"),
            "occasions": {**old.occasions, **card.occasions},
            "items": {**old.items, **card.items},
            "instruments": {**old.instruments, **card.instruments},
            "assumptions": tuple(labels.values()),
            "accounting": (*old.accounting, *card.accounting),
            "found": (*old.found, *card.found),
        }
    )
