"""Bends the synthetic comparison towards every edge of a window, and writes it beside this script.

python tests/reference/thread_edges/build.py
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from steget_eval.core.dates import add_months
from steget_eval.core.shipped import shipped

OUT = Path(__file__).resolve().parent
SOURCE = shipped("data", "programmes", "ips_sydnarke_comparison", "records")
DAY = timedelta(days=1)
#: Leap day, month ends, and the first and last permitted day with the days outside them.
ENROLLED = (date(2016, 2, 29), date(2015, 12, 31), date(2016, 8, 31), date(2015, 9, 1), date(2017, 6, 30),
            date(2015, 8, 31), date(2017, 7, 1), date(2016, 2, 28), date(2016, 3, 1))  # fmt: skip
ENDS = ("study_end", "death", "lost", "emigration", "withdrawn")


def bend(people: pd.DataFrame, spells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the people, a third of them enrolled on an edge and followed to another, and spells on both."""
    people, added = people.copy(), []
    for number, i in enumerate(people.index):
        if number % 3 == 0:
            people.loc[i, "enrolled_on"] = ENROLLED[number // 3 % len(ENROLLED)]
        start = people.loc[i, "enrolled_on"]
        end = add_months(start, 24)
        people.loc[i, "followed_until"] = max(people.loc[i, "followed_until"], start + DAY)
        if number % 4 == 0:
            people.loc[i, "followed_until"] = end + (number // 4 % 3 - 1) * DAY
            people.loc[i, "follow_up_ended_by"] = ENDS[number // 4 % len(ENDS)]
        if number % 40 == 7:
            people.loc[i, "birth_year"] = start.year - (17, 18, 64, 65)[number // 40 % 4]
        job, course = "competitive_employment", "education"
        added += {
            1: [(i, job, end - DAY, None), (i, job, end, None)],
            2: [(i, job, start + 30 * DAY, start + 60 * DAY), (i, job, start + 60 * DAY, start + 70 * DAY),
                (i, job, start + 40 * DAY, start + 65 * DAY)],
            4: [(i, course, start - 90 * DAY, start + 20 * DAY)],
            5: [(i, course, start - 90 * DAY, start), (i, course, start, start + DAY), (i, job, start - DAY, start)],
            7: [(i, job, start, start + 3 * DAY), (i, course, end - 2 * DAY, end)],
            8: [(i, course, end - DAY, None), (i, job, end - 5 * DAY, end - DAY)],
        }.get(number % 11, [])  # fmt: skip
    rows = pd.DataFrame(added, columns=["participant_id", "state", "started_on", "ended_on"])
    rows["participant_id"] = people.loc[rows["participant_id"], "participant_id"].to_numpy()
    return people, _cut(people, pd.concat([spells, rows], ignore_index=True))


def _cut(people: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Return the spells as far as each person is followed, none twice."""
    until = spells["participant_id"].map(people.set_index("participant_id")["followed_until"])
    seen = spells[spells["started_on"] < until].drop_duplicates(["participant_id", "state", "started_on"])
    ended = [
        None if pd.isna(end) else min(end, last) for end, last in zip(seen["ended_on"], until[seen.index], strict=True)
    ]
    return seen.assign(ended_on=ended).sort_values(["participant_id", "state", "started_on"])


def _read(name: str, days: list[str]) -> pd.DataFrame:
    frame = pd.read_csv(SOURCE / name, dtype=str)
    for day in days:
        frame[day] = [None if pd.isna(text) else date.fromisoformat(text) for text in frame[day]]
    return frame


def main() -> None:
    """Write the bent records."""
    people = _read("participants.csv", ["enrolled_on", "followed_until"])
    people["birth_year"] = people["birth_year"].astype(int)
    people, spells = bend(people, _read("spells.csv", ["started_on", "ended_on"]))
    people.to_csv(OUT / "participants.csv", index=False)
    spells[["participant_id", "state", "started_on", "ended_on"]].to_csv(OUT / "spells.csv", index=False)
    shutil.copy(SOURCE / "records.yaml", OUT / "records.yaml")


if __name__ == "__main__":
    main()
