"""The rules of the IPS protocol written by hand in vectorised pandas: merges, groupbys and cumulative maxima."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from steget_eval.core.dates import add_months
from steget_eval.records.codes import STATES

HORIZON = 24
WORK, STUDIES = "competitive_employment", "education"
RANKS = {state: rank for rank, state in enumerate(STATES)}


def person_rows(folder: Path) -> pd.DataFrame:
    """Return the person rows that `steget_eval` writes for the protocol of the benchmark."""
    spells = pd.read_parquet(folder / "spells.parquet", columns=["participant_id", "state", "started_on", "ended_on"])
    spells = spells.astype({"started_on": "datetime64[s]", "ended_on": "datetime64[s]"})
    people = _people(pd.read_parquet(folder / "participants.parquet"), spells)
    clipped = _clipped(spells, people)
    days = _days(people, clipped)
    months = _months(people, clipped)
    rows = pd.concat([_outcomes(people, days), months], axis=1)
    return rows.reset_index(names="participant_id")


def _people(participants: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Those who are eligible, with window and follow-up in days."""
    people = participants.set_index("participant_id").sort_index()
    people = people.astype({"enrolled_on": "datetime64[s]", "followed_until": "datetime64[s]"})
    age = people["enrolled_on"].dt.year - people["birth_year"]
    people = people[people["enrolled_on"].between("2015-09-01", "2017-06-30") & age.between(18, 64)]
    work = spells[spells["state"] == WORK].merge(
        people[["enrolled_on"]], left_on="participant_id", right_index=True, how="inner"
    )
    runs = (work["started_on"] <= work["enrolled_on"]) & ~(work["ended_on"] <= work["enrolled_on"])
    people = people[~people.index.isin(work.loc[runs, "participant_id"])].copy()
    starts = pd.DatetimeIndex(people["enrolled_on"].drop_duplicates())
    lengths = {start: (add_months(start.date(), HORIZON) - start.date()).days for start in starts}
    people["window"] = people["enrolled_on"].map(lengths)
    people["follow"] = (people["followed_until"] - people["enrolled_on"]).dt.days
    people["observed"] = np.minimum(people["window"], people["follow"])
    return people


def _clipped(spells: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    joined = spells.merge(people[["enrolled_on", "observed"]], left_on="participant_id", right_index=True)
    start = (joined["started_on"] - joined["enrolled_on"]).dt.days
    end = (joined["ended_on"] - joined["enrolled_on"]).dt.days
    joined["fresh"] = start >= 0
    joined["lo"] = start.clip(lower=0)
    joined["hi"] = np.minimum(end.fillna(np.inf), joined["observed"]).astype("int64")
    kept = joined[joined["lo"] < joined["hi"]]
    return kept[["participant_id", "enrolled_on", "state", "fresh", "lo", "hi"]]


def _stretches(spells: pd.DataFrame) -> pd.DataFrame:
    """Each day once."""
    inside = spells.sort_values(["participant_id", "lo", "hi"])
    reached = inside.groupby("participant_id", sort=False)["hi"].cummax()
    earlier = reached.groupby(inside["participant_id"], sort=False).shift(fill_value=0)
    inside = inside.assign(lo=np.maximum(inside["lo"], earlier))
    return inside[inside["lo"] < inside["hi"]]


def _bridged(spells: pd.DataFrame, bridge: int) -> pd.DataFrame:
    inside = spells.sort_values(["participant_id", "lo", "hi"])
    reached = inside.groupby("participant_id", sort=False)["hi"].cummax()
    earlier = reached.groupby(inside["participant_id"], sort=False).shift()
    apart = earlier.isna() | (inside["lo"] > earlier + bridge)
    grouped = inside.groupby(["participant_id", apart.cumsum().rename("stretch")], sort=False)
    return grouped.agg(lo=("lo", "min"), hi=("hi", "max")).reset_index("participant_id")


def _days(people: pd.DataFrame, clipped: pd.DataFrame) -> pd.DataFrame:
    """The days of every event, by person."""
    work = clipped[clipped["state"] == WORK]
    stretches = _stretches(work)
    lived = stretches.assign(days=stretches["hi"] - stretches["lo"])
    total = lived.groupby("participant_id", sort=False)["days"].cumsum()
    full = lived[total >= 30]
    placed = full["hi"] - 1 - (total[total >= 30] - 30)
    bridged = _bridged(work, 14)
    long = bridged[bridged["hi"] - bridged["lo"] >= 91]
    entries = clipped[(clipped["state"] == STUDIES) & clipped["fresh"]]
    by_person = lived.groupby("participant_id", sort=False)
    found = pd.DataFrame(index=people.index)
    found["work"] = by_person["lo"].min()
    found["last"] = by_person["hi"].max()
    found["days"] = by_person["days"].sum()
    found["dose"] = placed.groupby(full["participant_id"], sort=False).min()
    found["sustained"] = (long["lo"] + 90).groupby(long["participant_id"], sort=False).min()
    found["studies"] = entries.groupby("participant_id", sort=False)["lo"].min()
    return found


def _outcomes(people: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    rows = people[["arm", "enrolled_on", "observed"]].rename(
        columns={"enrolled_on": "index_on", "observed": "observed_days"}
    )
    through = people["follow"] >= people["window"]
    dead = ~through & (people["follow_up_ended_by"] == "death")

    def settled(happened: pd.Series) -> pd.Series:
        return happened.astype("float64").where(through | dead)

    for name, column in (("employment", "work"), ("employment_overlap", "work"), ("employment_ratio", "work"),
                         ("worked_30_days", "dose"), ("sustained", "sustained")):  # fmt: skip
        rows[name] = settled(days[column].notna())
    rows["employed_at_24"] = settled(days["last"] == people["window"])
    rows["days_employed"] = days["days"].fillna(0).where(through | dead)
    ends = people["follow"].where(~through, 731)
    timed = {"first_job": ("work", True), "time_after_first_job": ("work", True),
             "first_job_without_death": ("work", False), "education": ("studies", True)}  # fmt: skip
    for name, (column, competes) in timed.items():
        rows[f"{name}_t"] = days[column].fillna(ends).astype("int64")
        rows[f"{name}_d"] = np.select([days[column].notna(), dead & competes], [1, 2], 0)
    return rows


def _points(people: pd.DataFrame) -> pd.DataFrame:
    """For each index date and day of the window, how many month points lie before the day."""
    rows = []
    for start in people["enrolled_on"].drop_duplicates():
        window = (add_months(start.date(), HORIZON) - start.date()).days
        points = [(add_months(start.date(), month) - start.date()).days for month in range(HORIZON)]
        days = np.arange(window + 1)
        rows.append(pd.DataFrame({"enrolled_on": start, "day": days, "points": np.searchsorted(points, days)}))
    return pd.concat(rows, ignore_index=True)


def _months(people: pd.DataFrame, clipped: pd.DataFrame) -> pd.DataFrame:
    """Month points in each state, the state of the lowest rank where spells overlap."""
    points = _points(people)
    first = points.rename(columns={"day": "lo", "points": "a"})
    last = points.rename(columns={"day": "hi", "points": "b"})
    placed = clipped.merge(first, on=["enrolled_on", "lo"]).merge(last, on=["enrolled_on", "hi"])
    placed = placed[placed["a"] < placed["b"]]
    codes = pd.Series(people.index).reset_index().set_index("participant_id")["index"]
    person, rank = placed["participant_id"].map(codes).to_numpy(), placed["state"].map(RANKS).to_numpy()
    lengths = (placed["b"] - placed["a"]).to_numpy()
    steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    months = pd.DataFrame({
        "place": np.repeat(person, lengths) * HORIZON + np.repeat(placed["a"].to_numpy(), lengths) + steps,
        "rank": np.repeat(rank, lengths),
    })  # fmt: skip
    held = months.groupby("place", sort=False)["rank"].min()
    counted = pd.DataFrame({"person": held.index.to_numpy() // HORIZON, "rank": held.to_numpy()})
    wide = counted.value_counts(sort=False).unstack(fill_value=0)
    names = {rank: f"months_{state}" for state, rank in RANKS.items()}
    wide = wide.rename(columns=names).reindex(range(len(people)), fill_value=0)
    return wide.set_index(people.index)
