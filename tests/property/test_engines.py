"""One code path: the same records give the same rows in memory, on a DuckDB file, on PostgreSQL and on Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from steget_eval.cohort import Cohort, build_cohort, write_person_rows
from steget_eval.cohort.tables import Laid
from steget_eval.intake.stored import open_records
from steget_eval.protocol import Protocol
from steget_eval.records import Records, RecordsCard, StoredRecords

WORDS = {"sv": "ord", "en": "words"}
CARD = RecordsCard.model_validate(
    {"schema_version": 1, "title": WORDS, "origin": "synthetic", "source": WORDS, "licence": "none"}
)
STATES = ("custody", "competitive_employment", "employment", "education", "job_seeking", "social_assistance")
FIRST = date(2016, 1, 1)
FEW = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
WORK, STUDIES, AID = {"spells": ["competitive_employment", "employment"]}, {"spells": ["education"]}, {
    "spells": ["social_assistance"]}  # fmt: skip
DEATH = {"id": "death", "label": WORDS, "sources": [{"follow_up_ended_by": ["death"]}]}
CUSTODY = {"id": "custody", "label": WORDS, "sources": [{"spells": ["custody"]}]}
#: Outcome to what it is made of, and how its intercurrent events are met.
OUTCOMES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "first": ({"kind": "competing", "events": [WORK], "minimum_dose": {"days": 20, "hours_per_week": 15},
               "intercurrent_events": [DEATH, CUSTODY]}, {"death": "while_alive", "custody": "while_alive"}),
    "entry": ({"kind": "time_to_event", "events": [{**STUDIES, "entry": True}], "intercurrent_events": [DEATH]},
              {"death": "hypothetical"}),
    "unsubsidised": ({"kind": "binary", "events": [{**WORK, "subsidised": False}]}, {}),
    "completed": ({"kind": "binary", "events": [{**STUDIES, "completed": True}, {"spells": ["custody"]}]}, {}),
    "sustained": ({"kind": "time_to_event", "events": [WORK], "bridge_days": 7,
                   "minimum_dose": {"weeks": 4, "unbroken": True}}, {}),
    "steady": ({"kind": "binary", "events": [WORK], "minimum_dose": {"share_of_weeks": 0.4}}, {}),
    "hours_dose": ({"kind": "time_to_event", "events": [WORK], "minimum_dose": {"hours": 90}}, {}),
    "last": ({"kind": "binary", "events": [WORK], "measure": "at_horizon", "bridge_days": 5,
              "intercurrent_events": [DEATH]}, {"death": "composite"}),
    "no_aid": ({"kind": "binary", "events": [AID], "measure": "last_month", "none": True}, {}),
    "at_exit": ({"kind": "binary", "events": [WORK], "measure": "at_exit", "months_after_exit": 1}, {}),
    "no_aid_since": ({"kind": "binary", "events": [AID], "measure": "since_exit", "months_after_exit": 1,
                      "none": True, "intercurrent_events": [DEATH]}, {"death": "composite"}),
    "increased": ({"kind": "binary", "events": [WORK], "measure": "increased_at_horizon"}, {}),
    "weeks": ({"kind": "amount", "events": [WORK], "measure": "weeks_in_state", "bridge_days": 3,
               "intercurrent_events": [CUSTODY]}, {"custody": "while_alive"}),
    "hours": ({"kind": "amount", "events": [WORK], "measure": "hours_in_state",
               "intercurrent_events": [CUSTODY]}, {"custody": "composite"}),
    "pay": ({"kind": "amount", "events": [WORK], "measure": "pay_in_state"}, {}),
    "tenure": ({"kind": "amount", "events": [WORK], "measure": "first_tenure", "bridge_days": 3}, {}),
    "earned": ({"kind": "amount", "events": [{"amount": {"item": "pay", "occasion": "month_6"}}],
                "measure": "as_recorded"}, {}),
    "more_work": ({"kind": "binary", "events": [{"status": {
        "occasion": "exit", "occupations": ["employed", "employed_and_studying"], "increased_since": "start"}}]}, {}),
    "ladder": ({"kind": "transition", "before_after": {}, "ladder": [
        {"id": "none", "label": WORDS},
        {"id": "prepares", "label": WORDS, "states": ["job_seeking", "education"]},
        {"id": "works", "label": WORDS, "states": ["competitive_employment", "employment"]},
        {"id": "supports_itself", "label": WORDS, "states": ["competitive_employment"],
         "without": ["social_assistance"]}]}, {}),
    "states": ({"kind": "transition", "before_after": {"after": "exit"}}, {}),
    "occupations": ({"kind": "transition", "before_after": {"statuses": ["start", "exit"]}}, {}),
    "scores": ({"kind": "longitudinal", "scores": {"instrument": "eq_vas", "occasions": ["start", "exit"]}}, {}),
}  # fmt: skip


def protocol() -> Protocol:
    """A comparison with every way of counting, on a clock of four months from enrolment."""
    ends = ["study_end", "lost", "death"]
    outcomes = [
        {"id": name, "label": WORDS, "definition": WORDS, "censoring": ends, **made}
        for name, (made, _) in OUTCOMES.items()
    ]
    estimands = [
        {"id": name, "question": WORDS, "outcome": name, "strategies": met, "contrast": "risk_difference"}
        for name, (_, met) in OUTCOMES.items()
    ]
    return Protocol.model_validate({
        "schema_version": 1, "id": "crowd", "title": WORDS, "decided_on": date(2026, 1, 1), "design": "comparison",
        "programme": {"id": "crowd", "name": WORDS, "is_ips": False, "description": WORDS},
        "arms": {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS},
                 "outside": [{"id": "trial", "label": WORDS}]},
        "eligibility": [{"id": "free", "exclude": WORDS, "not_in_state": ["custody"]},
                        {"id": "grown", "exclude": WORDS, "age_between": [18, 64]}],
        "covariates": [{"id": "sex", "label": WORDS, "kind": "category", "column": "sex"},
                       {"id": "age", "label": WORDS, "kind": "number", "column": "age"}],
        "outcomes": outcomes, "estimands": estimands, "primary": "last", "cluster": "site",
        "clock": {"index": "enrolled_on", "horizon": 4, "unit": "months"},
        "benchmark": {"comparison": "trial", "label": WORDS},
    })  # fmt: skip


def crowd(seed: int, people: int = 120) -> Records:
    """People with random, overlapping, damaged and ongoing spells; at least one of each arm is whole."""
    rng = np.random.default_rng(seed)

    def some(values: list[Any], n: int = people) -> list[Any]:
        return [values[place] for place in rng.integers(0, len(values), n)]

    ids = [f"{letter}{number:03d}" for number, letter in enumerate(some(["a", "B", "å", "_"]))]
    starts = [FIRST + timedelta(days=int(day)) for day in rng.integers(0, 366, people)]
    followed = [*rng.integers(0, 200, people - 6), *[200] * 6]
    arms = [*some(["ips", "usual", "trial"], people - 6), *["ips", "usual", "trial"] * 2]
    left = [None if rng.random() < 0.3 else start + timedelta(days=int(rng.integers(0, 150))) for start in starts]
    whole = [1980] * 6
    participants = {
        "participant_id": ids, "arm": arms, "enrolled_on": starts,
        "followed_until": [start + timedelta(days=int(days)) for start, days in zip(starts, followed, strict=True)],
        "follow_up_ended_by": some(["death", "lost", "study_end"]), "discharged_on": left,
        "site": some(["north", "south"]), "sex": [*some(["woman", "man", None], people - 6), *["woman"] * 6],
        "birth_year": [*some([1949, 1970, 1990, None], people - 6), *whole],
    }  # fmt: skip
    owners = [int(place) for place in rng.integers(0, people - 6, people * 6)]
    n = len(owners)
    began = [
        starts[place] + timedelta(days=int(day)) for place, day in zip(owners, rng.integers(-40, 130, n), strict=True)
    ]
    lengths = [None if rng.random() < 0.1 else int(rng.integers(1, 70)) for _ in began]
    spells = {
        "participant_id": [ids[place] for place in owners], "state": some(list(STATES), n), "started_on": began,
        "ended_on": [days and start + timedelta(days=days) for start, days in zip(began, lengths, strict=True)],
        "extent_percent": some([None, 25.0, 50.0, 100.0], n), "hours_per_week": some([None, 9.5, 20.0, 38.25], n),
        "subsidised": some([None, True, False], n), "completed": some([None, True, False], n),
        "monthly_pay_sek": some([None, 14_000, 27_531], n),
    }  # fmt: skip
    tables = {
        "participants": participants, "spells": spells,
        "statuses": _seen(rng, ids, occupation=["employed", "studying", "employed_and_studying", "other", "unknown"],
                          work_extent_percent=[None, 50.0, 100.0]),
        "assessments": _seen(rng, ids, score=[40.0, 62.5, None]) | {"instrument": ["eq_vas"] * (2 * people)},
        "amounts": {"participant_id": ids, "occasion": ["month_6"] * people, "item": ["pay"] * people,
                    "value": some([None, 0, 1_234_567]), "unit": ["ore"] * people},
    }  # fmt: skip
    return Records(tables={name: _arrow(name, table) for name, table in tables.items()}, card=CARD, name="crowd")


def _seen(rng: np.random.Generator, ids: list[str], **columns: list[Any]) -> dict[str, list[Any]]:
    drawn = {name: [values[place] for place in rng.integers(0, len(values), 2 * len(ids))]
             for name, values in columns.items()}  # fmt: skip
    return {"participant_id": ids * 2, "occasion": ["start"] * len(ids) + ["exit"] * len(ids)} | drawn


TYPES = {"extent_percent": pa.float64(), "hours_per_week": pa.float64(), "monthly_pay_sek": pa.int64(),
         "score": pa.float64(), "work_extent_percent": pa.float64(), "value": pa.int64(), "birth_year": pa.int64(),
         "subsidised": pa.bool_(), "completed": pa.bool_()}  # fmt: skip


def _arrow(name: str, columns: dict[str, list[Any]]) -> pa.Table:
    typed = {
        column: pa.array(values, pa.date32() if column.endswith(("_on", "_until")) else TYPES.get(column, pa.string()))
        for column, values in columns.items()
    }  # fmt: skip
    n = len(typed["participant_id"])
    return pa.table(typed | {"source_file": pa.array([f"{name}.csv"] * n), "source_row": pa.array(range(2, n + 2))})


def assert_same(one: Cohort, other: Cohort) -> None:
    """Every row of every part is the same."""
    for part in ("persons", "covariates", "states", "months_in_state"):
        pd.testing.assert_frame_equal(getattr(one, part), getattr(other, part), check_dtype=False)
    pd.testing.assert_frame_equal(one.flow.to_frame(), other.flow.to_frame())
    for mine, theirs in ((one.outcomes, other.outcomes), (one.benchmark, other.benchmark)):
        assert list(mine) == list(theirs) == list(OUTCOMES)
        for name, values in mine.items():
            pd.testing.assert_frame_equal(values.to_frame(), theirs[name].to_frame(), check_exact=True, obj=name)
            assert values.unit == theirs[name].unit


def test_the_crowd_has_every_answer():
    cohort = build_cohort(protocol(), crowd(7, people=400))
    for name, values in cohort.outcomes.items():
        assert len(np.unique(values.to_frame().to_numpy().astype(str), axis=0)) > 2, name
        assert values.known.any(), name


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
def test_duckdb_file_gives_the_rows_of_memory(tmp_path_factory, seed):
    folder, records = tmp_path_factory.mktemp("stored"), crowd(seed)
    engine = ibis.duckdb.connect(folder / "register.duckdb")
    for name, table in records.tables.items():
        engine.create_table(name, table)
    engine.disconnect()
    with open_records(folder / "register.duckdb", card=CARD) as stored:
        assert_same(build_cohort(protocol(), records), build_cohort(protocol(), stored))
        assert stored.scratch is not None
        scratch = stored.scratch
    assert not scratch.exists()


@pytest.fixture(scope="module")
def records() -> Records:
    """The records that every engine but DuckDB's file is asked of."""
    return crowd(1)


@pytest.fixture(scope="module")
def cohort(records: Records) -> Cohort:
    return build_cohort(protocol(), records)


@pytest.fixture(scope="module")
def written(records: Records, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return rows_written(records, tmp_path_factory.mktemp("rows") / "rows.parquet")


def rows_written(records: Records | StoredRecords, path: Path, asked: Protocol | None = None) -> pd.DataFrame:
    """What `write_person_rows` wrote, in one order and with one type of date."""
    rows = pd.read_parquet(write_person_rows(asked or protocol(), records, path))
    return rows.assign(index_on=pd.to_datetime(rows["index_on"])).sort_values("participant_id", ignore_index=True)


@pytest.mark.slow
def test_person_rows_on_disk_are_those_of_the_cohort(cohort, written):
    assert list(written["participant_id"]) == list(cohort.persons["participant_id"])
    for name, values in cohort.outcomes.items():
        if values.y.size:
            np.testing.assert_array_equal(written[name], values.y)
        elif values.t.size:
            np.testing.assert_array_equal(written[[f"{name}_t", f"{name}_d"]], np.column_stack([values.t, values.d]))
    months = cohort.months_in_state.pivot_table("months", "participant_id", "state", fill_value=0)
    found = written.set_index("participant_id")
    for state in months.columns:
        held = months[state].reindex(found.index, fill_value=0)
        np.testing.assert_array_equal(found[f"months_{state}"], held)


#: Words that a dialect accepts in a query but that other engines lack.
ONLY_SOME_SAY = ("LEAST(", "GREATEST(", "ARG_MIN", "FIRST(", "MEDIAN", "QUALIFY", "UNNEST", "LIST(")


def test_every_way_of_counting_compiles_for_sql_server(monkeypatch):
    texts: list[str] = []
    keep, compile_ = Laid.keep, Backend.compile

    def spy_keep(self: Laid, name: str, content: Any) -> Any:
        if isinstance(content, ir.Expr):
            texts.append(str(ibis.to_sql(content, dialect="mssql")))
        return keep(self, name, content)

    def spy_compile(self: Backend, expr: ir.Expr, **options: Any) -> str:
        texts.append(str(ibis.to_sql(expr, dialect="mssql")))
        return compile_(self, expr, **options)

    monkeypatch.setattr(Laid, "keep", spy_keep)
    monkeypatch.setattr(Backend, "compile", spy_compile)
    build_cohort(protocol(), crowd(5))
    assert len(texts) > 40
    assert not [word for word in ONLY_SOME_SAY for text in texts if word in text.upper()]


@pytest.fixture
def in_postgres(postgres_database: str) -> Callable[[Records], StoredRecords]:
    def store(records: Records) -> StoredRecords:
        engine = ibis.connect(postgres_database)
        for name, table in records.tables.items():
            engine.create_table(name, table, overwrite=True)
        engine.disconnect()
        return open_records(postgres_database, card=CARD)

    return store


@pytest.mark.slow
@pytest.mark.extra_postgres
def test_postgres_gives_and_writes_the_rows_of_memory(in_postgres, records, cohort, written, tmp_path):
    with in_postgres(records) as stored:
        assert_same(cohort, build_cohort(protocol(), stored))
        pd.testing.assert_frame_equal(rows_written(stored, tmp_path / "rows.parquet"), written, check_dtype=False)
        assert not [name for name in stored.engine.list_tables() if name.startswith("steget_kept")]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="the extra [spark] is not installed")
    place = Path(tmp_path_factory.mktemp("spark"))
    options = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1",
        "spark.sql.warehouse.dir": str(place / "warehouse"), "spark.driver.memory": "1g",
        "spark.sql.session.timeZone": "UTC", "spark.sql.codegen.wholeStage": "false", "spark.driver.host": "127.0.0.1",
        # Plans are many and rows few: nothing is compiled that will run once.
        "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.adaptive.enabled": "false",
        "spark.sql.autoBroadcastJoinThreshold": "-1", "spark.shuffle.compress": "false",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={place} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }  # fmt: skip
    builder = sql.SparkSession.builder.master("local[1]")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.extra_spark
def test_spark_gives_the_rows_of_memory(spark, records, cohort):
    engine = ibis.pyspark.connect(spark)
    for name, table in records.tables.items():
        spark.createDataFrame(table).createOrReplaceTempView(name)
    stored = open_records(engine, card=CARD)
    assert_same(cohort, build_cohort(protocol(), stored))
    assert not [name for name in engine.list_tables() if name.startswith("steget_kept")]


@pytest.mark.slow
@pytest.mark.extra_spark
def test_spark_writes_a_folder_with_the_rows_of_memory(spark, records, written, tmp_path):
    whole = protocol()
    few = whole.model_copy(update={"estimands": tuple(one for one in whole.estimands if one.id in {"first", "last"})})
    engine = ibis.pyspark.connect(spark)
    for name, table in records.tables.items():
        spark.createDataFrame(table).createOrReplaceTempView(name)
    rows = rows_written(open_records(engine, card=CARD), tmp_path / "rows", few)
    assert {"first_t", "first_d", "last", "months_education"} <= set(rows.columns)
    pd.testing.assert_frame_equal(rows, written[list(rows.columns)], check_dtype=False)
