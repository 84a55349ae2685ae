"""Times the road from spells to person rows, at sizes up to ten million people, and against pandas.

People and spells are made on disk first and are not timed. Every measurement runs in a process of its own, so that its
peak memory is its own; what is told is the kernel's largest resident set. The comparison with pandas is made in one
run, at one size, by the same rules, and the two must agree row by row before any time is printed.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol

SPELLS_PER_PERSON = 6
#: What the machine may use: the promise is for two cores and 8 GB.
THREADS, MEMORY = 2, "4500MB"
STATES = ("competitive_employment", "education", "job_seeking", "sickness_benefit", "social_assistance",
          "activity_support", "work_practice", "subsidised_employment", "competitive_employment",
          "job_seeking")  # fmt: skip
WORDS = {"sv": "ord", "en": "words"}
COPIES = {
    "participants": """
        SELECT 'p' || lpad(CAST(i AS VARCHAR), 9, '0') AS participant_id,
               CASE WHEN h % 2 = 0 THEN 'ips' ELSE 'usual' END AS arm,
               enrolled_on,
               CASE WHEN h % 10 = 0 THEN enrolled_on + CAST(h // 100 % 700 AS INTEGER)
                    ELSE enrolled_on + 800 END AS followed_until,
               CASE WHEN h % 10 > 0 THEN 'study_end' WHEN h // 10 % 3 = 0 THEN 'death' ELSE 'lost' END
                 AS follow_up_ended_by,
               CASE WHEN h // 7 % 2 = 0 THEN 'woman' ELSE 'man' END AS sex,
               CAST(1950 + h // 11 % 48 AS BIGINT) AS birth_year,
               ['primary', 'secondary', 'tertiary'][1 + CAST(h // 13 % 3 AS INTEGER)] AS education_level,
               h // 17 % 4 = 0 AS worked_last_year,
               CAST(h // 19 % 120 AS BIGINT) AS months_on_support,
               CAST(h // 23 % 11 AS BIGINT) AS motivation
        FROM (SELECT i, h, DATE '2015-09-01' + CAST(h // 29 % 669 AS INTEGER) AS enrolled_on
              FROM (SELECT i, hash(i) // 1024 AS h FROM range({people}) t(i)))""",
    "spells": """
        SELECT participant_id, {states}[1 + CAST(h % 10 AS INTEGER)] AS state, started_on,
               CASE WHEN h // 10 % 20 = 0 THEN NULL ELSE started_on + CAST(1 + h // 200 % 170 AS INTEGER) END
                 AS ended_on,
               CASE WHEN h // 31 % 5 = 0 THEN NULL ELSE CAST(10 + h // 37 % 31 AS DOUBLE) END AS hours_per_week
        FROM (SELECT participant_id, h,
                     enrolled_on + CAST(k * 130 - 60 + CAST(h // 41 % 120 AS BIGINT) AS INTEGER) AS started_on
              FROM (SELECT participant_id, enrolled_on, k, hash(participant_id, k) // 1024 AS h
                    FROM read_parquet('{folder}/participants.parquet'), range({each}) s(k)))""",
}


def write_records(folder: Path, people: int) -> None:
    """Write people and spells as Parquet; the same size gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(folder / "spill"),
                                "preserve_insertion_order": "false"}) as engine:  # fmt: skip
        for table, query in COPIES.items():
            told = query.format(people=people, each=SPELLS_PER_PERSON, folder=folder, states=list(STATES))
            engine.execute(f"COPY ({told}) TO '{folder}/{table}.parquet' (FORMAT parquet)")


def protocol() -> Protocol:
    """Return the IPS protocol with two outcomes more: a cumulative dose, and bridged, sustained employment."""
    from steget_eval.protocol import load_protocol

    told = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    whole = told.model_dump(mode="json")
    work = {"kind": "binary", "label": WORDS, "definition": WORDS, "events": [{"spells": ["competitive_employment"]}],
            "intercurrent_events": whole["outcomes"][0]["intercurrent_events"]}  # fmt: skip
    whole["outcomes"] += [
        {**work, "id": "worked_30_days", "minimum_dose": {"days": 30}},
        {**work, "id": "sustained", "bridge_days": 14, "minimum_dose": {"weeks": 13, "unbroken": True}},
    ]
    asked = {"question": WORDS, "population": "ATE", "contrast": "risk_difference",
             "strategies": {"death_or_emigration": "composite"}}  # fmt: skip
    whole["estimands"] += [{**asked, "id": one["id"], "outcome": one["id"]} for one in whole["outcomes"][-2:]]
    return Protocol.model_validate(whole)


def card() -> Any:
    """Return a card for the people made here."""
    from steget_eval.records import RecordsCard

    return RecordsCard.model_validate(
        {"schema_version": 1, "title": WORDS, "origin": "synthetic", "source": WORDS, "licence": "none"}
    )


def time_steget(folder: Path, out: Path) -> None:
    """Write person rows from the Parquet files of a folder."""
    from steget_eval.cohort import write_person_rows
    from steget_eval.intake.stored import open_records

    with open_records(folder, card=card(), threads=THREADS, memory=MEMORY) as records:
        write_person_rows(protocol(), records, out)


def time_pandas(folder: Path, out: Path) -> None:
    """Write the same rows by merges and groupbys of pandas."""
    from cohort_pandas import person_rows

    person_rows(folder).to_parquet(out)


def measure(what: str, folder: Path, out: Path) -> dict[str, float]:
    """Run one measurement in a process of its own: seconds, seconds of the cores, and peak memory in GB."""
    command = [sys.executable, __file__, "--one", what, "--folder", str(folder), "--out", str(out)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(told.stdout))


def one(what: str, folder: Path, out: Path) -> None:
    """Measure in this process and print what was found."""
    start = time.perf_counter()
    (time_steget if what == "steget" else time_pandas)(folder, out)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024**2}
    print(json.dumps(told))


def differing_rows(one_file: Path, other_file: Path) -> int:
    """Return how many rows of person rows stand in one file and not in the other."""
    with duckdb.connect() as engine:
        names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM '{other_file}'").fetchall()]
        types = {"participant_id": "VARCHAR", "arm": "VARCHAR", "index_on": "DATE"}
        asked = ", ".join(f'CAST("{name}" AS {types.get(name, "BIGINT")})' for name in names)
        query = "SELECT count(*) FROM (SELECT {0} FROM '{1}' EXCEPT ALL SELECT {0} FROM '{2}')"
        both = [(one_file, other_file), (other_file, one_file)]
        return sum(int(engine.execute(query.format(asked, *pair)).fetchone()[0]) for pair in both)


def row(name: str, people: int, got: dict[str, float]) -> str:
    """Return one row of the table."""
    spells = people * SPELLS_PER_PERSON
    return f"{name:>12} {spells:>12,} {got['seconds']:>9.1f} {got['cpu']:>9.1f} {got['peak']:>8.2f}"


def compare(folder: Path, people: int, pairs: int) -> float:
    """Print what ours takes, as many times beside pandas as is asked; return its median seconds."""
    ours, ratios, of_cores = [], [], []
    for _ in range(max(pairs, 1)):
        got = measure("steget", folder, folder / "rows.parquet")
        ours.append(got["seconds"])
        print(row(f"{people:,}", people, got), flush=True)
        if pairs:
            other = measure("pandas", folder, folder / "pandas.parquet")
            ratios.append(other["seconds"] / got["seconds"])
            of_cores.append(other["cpu"] / got["cpu"])
            print(row("pandas", people, other), flush=True)
            wrong = differing_rows(folder / "rows.parquet", folder / "pandas.parquet")
            print(f"pandas takes {ratios[-1]:.1f} times as long; rows that differ: {wrong}", flush=True)
    if pairs:
        print(f"median of {pairs}: {median(ratios):.1f} times as long, {median(of_cores):.1f} by seconds of the cores")
    return median(ours)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--pandas", type=int, default=1_000_000, help="people of the comparison; 0 leaves it out")
    parser.add_argument("--repeat", type=int, default=1, help="how many pairs of ours and pandas, one after the other")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--one", choices=["steget", "pandas"], help="one measurement, in this process")
    told = parser.parse_args()
    if told.one:
        one(told.one, told.folder, told.out)
        return
    print(f"{'people':>12} {'spells':>12} {'seconds':>9} {'core s':>9} {'peak GB':>8}", flush=True)
    found: dict[int, float] = {}
    with tempfile.TemporaryDirectory(dir=told.folder) as place:
        for people in told.people:
            folder = Path(place) / str(people)
            write_records(folder, people)
            found[people] = compare(folder, people, told.repeat if people == told.pandas else 0)
    for small, large in zip(told.people, told.people[1:], strict=False):
        exponent = math.log(found[large] / found[small]) / math.log(large / small)
        print(f"exponent from {small:,} to {large:,}: {exponent:.2f}")


if __name__ == "__main__":
    main()
