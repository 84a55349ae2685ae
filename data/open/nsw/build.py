"""Builds the records of National Supported Work from the two published files beside this script."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa

from steget_eval.intake import write_records
from steget_eval.records import Records, RecordsCard

HERE = Path(__file__).resolve().parent
OUT = HERE / "records"
YEARS = {"year_1974": "re74", "year_1975": "re75", "year_1978": "re78"}
FLAGS = ("black", "hisp", "marr", "nodegree")


def _words(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


CARD = RecordsCard.model_validate({
    "schema_version": 1,
    "title": _words("National Supported Work med jämförelsemän ur CPS",
                    "National Supported Work with comparison men from the CPS"),
    "origin": "real",
    "source": _words(
        "Dehejias och Wahbas urval av försökets män (445, lottade) och CPS-1 (15 992 män, inte lottade), ur "
        "Python-paketet causaldata 0.1.5; dollar avrundade till cent.",
        "Dehejia and Wahba's sample of the trial's men (445, randomised) and CPS-1 (15,992 men, not randomised), from "
        "the Python package causaldata 0.1.5; dollars rounded to cents."),
    "licence": "MIT (causaldata 0.1.5)",
    "citation":
        "LaLonde RJ (1986). Evaluating the econometric evaluations of training programs with experimental data. "
        "American Economic Review 76(4), 604-620. "
        "Dehejia RH, Wahba S (1999). Causal effects in nonexperimental studies: reevaluating the evaluation of "
        "training programs. Journal of the American Statistical Association 94(448), 1053-1062.",
    "baseline": {
        "age": {"type": "integer", "label": _words("ålder i år", "age in years")},
        "educ": {"type": "integer", "label": _words("skolår", "years of schooling")},
        "black": {"type": "boolean", "label": _words("svart (källans indelning, 1970-talet)",
                                                     "Black (the source's category, 1970s)")},
        "hisp": {"type": "boolean", "label": _words("latinamerikanskt ursprung (källans indelning, 1970-talet)",
                                                    "Hispanic (the source's category, 1970s)")},
        "marr": {"type": "boolean", "label": _words("gift", "married")},
        "nodegree": {"type": "boolean", "label": _words("utan examen från high school", "no high-school degree")},
    },
    "occasions": {
        f"year_{year}": _words(f"kalenderåret {year}", f"calendar year {year}") for year in (1974, 1975, 1978)
    },
    "items": {"earnings": _words("arbetsinkomst under året", "earnings in the year")},
})  # fmt: skip


def build() -> Records:
    """Return the records: one participant a row of the sources, three yearly amounts and statuses each."""
    trial = pd.read_csv(HERE / "nsw_dw445.csv", dtype=str)
    trial["arm"] = trial["treat"].map({"1": "supported_work", "0": "nsw_control"})
    trial["participant_id"] = [f"nsw-{number:03d}" for number in range(1, len(trial) + 1)]
    survey = pd.read_csv(HERE / "cps1_15992.csv", dtype=str).assign(arm="cps")
    survey["participant_id"] = [f"cps-{number:05d}" for number in range(1, len(survey) + 1)]
    people = pd.concat([trial, survey], ignore_index=True)
    return Records(
        card=CARD, name="nsw",
        tables={"participants": _participants(people), "statuses": _statuses(people), "amounts": _amounts(people)},
    )  # fmt: skip


def _participants(people: pd.DataFrame) -> pa.Table:
    columns = {name: pa.array(people[name]) for name in ("participant_id", "arm")}
    columns |= {name: pa.array(people[name].astype("int64")) for name in ("age", "educ")}
    columns |= {name: pa.array(people[name] == "1") for name in FLAGS}
    return pa.table(columns)


def _amounts(people: pd.DataFrame) -> pa.Table:
    long = _long(people)
    return pa.table({
        "participant_id": pa.array(long["participant_id"]),
        "occasion": pa.array(long["occasion"]),
        "item": pa.array(["earnings"] * len(long)),
        "value": pa.array(long["cents"]),
        "unit": pa.array(["usd_cent"] * len(long)),
    })  # fmt: skip


def _statuses(people: pd.DataFrame) -> pa.Table:
    long = _long(people)
    occupation = (long["cents"] > 0).map({True: "employed", False: "other"})
    return pa.table({
        "participant_id": pa.array(long["participant_id"]),
        "occasion": pa.array(long["occasion"]),
        "occupation": pa.array(occupation),
    })  # fmt: skip


def _long(people: pd.DataFrame) -> pd.DataFrame:
    # "1234.56" without its point is the whole number of cents; no float on the way.
    years = [
        pd.DataFrame({
            "participant_id": people["participant_id"],
            "occasion": occasion,
            "cents": people[column].str.replace(".", "", regex=False).astype("int64"),
        })
        for occasion, column in YEARS.items()
    ]  # fmt: skip
    return pd.concat(years, ignore_index=True)


def main(out: Path = OUT) -> None:
    """Write the records and say where."""
    records = build()
    write_records(records, out)
    print(f"{out}: {records.counts()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
