"""A database is read by its address and checked where it lies; no credential and no cell stands in what is said."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from steget_eval.cli import app
from steget_eval.core.errors import RecordsError
from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, write_records
from steget_eval.intake.check_stored import check_stored, query_of
from steget_eval.intake.database import connect, database_table_names, parse_address, read_database_sheet
from steget_eval.intake.expressions import ROW_EXPRESSIONS
from steget_eval.intake.read import read_records
from steget_eval.intake.sheet import UnreadableError
from steget_eval.intake.stored import open_records
from steget_eval.records.stored import StoredRecords
from steget_eval.records.tables import TABLES

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
"""
PEOPLE = """\
participant_id,arm,enrolled_on,followed_until,follow_up_ended_by,sex
zq-1,ips,2024-01-01,2026-01-01,study_end,woman
zq-2,usual,2024-02-01,2025-02-01,canary_code,man
zq-3, usual,2024-02-01,2024-01-01,death,man
191212121212,usual,2024-02-01,2025-02-01,death,man
"""
SPELLS = """\
participant_id,state,started_on,ended_on,extent_percent
zq-1,employment,2024-03-01,2024-02-01,150
zq-9,education,2024-03-01,,50
zq-1,education,1024-03-01,,-1
"""
#: Rules that the folder and the database must both find broken, with the same counts.
BROKEN = {
    ("identity_number", "participants", "participant_id", 1), ("outer_spaces", "participants", "arm", 1),
    ("unknown_code", "participants", "follow_up_ended_by", 1),
    ("enrolled_after_follow_up", "participants", "enrolled_on", 1), ("end_before_start", "spells", "ended_on", 1),
    ("unknown_person", "spells", "participant_id", 1), ("far_date", "spells", "started_on", 1),
    ("above_hundred", "spells", "extent_percent", 1),
}  # fmt: skip
CELLS = ("zq-", "canary", "191212121212", "1024-03")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"records.yaml": CARD, "participants.csv": PEOPLE, "spells.csv": SPELLS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _fill(address: str, folder: Path) -> None:
    """Lay the folder's tables out in the database, typed and with their faults."""
    engine = connect(address)
    memory = ibis.duckdb.connect()
    for name in ("participants", "spells"):
        frame = memory.read_csv(folder / f"{name}.csv").to_pyarrow()
        engine.create_table(name, frame)
    memory.disconnect()
    engine.disconnect()


def _broken(findings) -> set[tuple[str, str, str, int]]:
    return {(one.rule, one.table, one.column, one.count) for one in findings}


@pytest.mark.extra_postgres
def test_a_table_of_postgresql_is_a_sheet_for_an_import(postgres_database: str, folder: Path):
    _fill(postgres_database, folder)
    assert database_table_names(postgres_database) == ("participants", "spells")
    sheet = read_database_sheet(postgres_database, "spells")
    assert sheet.header == ("participant_id", "state", "started_on", "ended_on", "extent_percent")
    assert [column[0] for column in sheet.columns] == ["zq-1", "employment", "2024-03-01", "2024-02-01", "150"]
    assert list(sheet.rows) == [2, 3, 4]
    with pytest.raises(UnreadableError):
        read_database_sheet(postgres_database, "no_such")


@pytest.mark.extra_postgres
def test_rules_run_in_postgresql_as_they_do_on_files(postgres_database: str, folder: Path):
    _fill(postgres_database, folder)
    with open_records(postgres_database, card=folder) as stored:
        found = check_stored(stored)
        assert _broken(found) >= BROKEN
        said = " ".join([*found.sentences("sv"), *found.sentences(), *(one.query for one in found)])
        assert not [cell for cell in CELLS if cell in said]
        (ended,) = [one for one in found if one.rule == "end_before_start"]
        assert ended.key == ("participant_id", "state", "started_on")
        assert ended.sentence() == (
            "spells, column ended_on, 1 row: the end is before the start; "
            "allowed: a day after started_on, or empty (ongoing)"
        )
        keys = stored.engine.raw_sql(ended.query).fetchall()
        assert [key[:2] for key in keys] == [("zq-1", "employment")]
    assert _broken(check_records(folder)) >= BROKEN


def test_rules_run_in_a_duckdb_file_as_they_do_on_files(tmp_path: Path, folder: Path):
    engine = ibis.duckdb.connect(tmp_path / "register.duckdb")
    for name in ("participants", "spells"):
        engine.create_table(name, engine.read_csv(folder / f"{name}.csv").to_pyarrow())
    engine.disconnect()
    with open_records(tmp_path / "register.duckdb", card=folder) as stored:
        found = check_stored(stored)
    assert _broken(found) >= BROKEN
    assert list(found.to_frame().columns[-2:]) == ["key", "query"]


def test_records_without_a_fault_have_none_in_an_engine_either(folder: Path):
    (folder / "participants.csv").write_text(PEOPLE.splitlines()[0] + "\n" + PEOPLE.splitlines()[1] + "\n")
    (folder / "spells.csv").unlink()
    records = read_records(folder)
    engine = ibis.duckdb.connect()
    tables = {name: engine.create_table(name, table) for name, table in records.tables.items()}
    assert len(check_stored(StoredRecords(engine=engine, tables=tables, card=records.card))) == 0
    write_records(records, folder / "again")
    engine.disconnect()


@pytest.mark.extra_postgres
def test_what_a_database_says_when_it_cannot_answer_is_not_repeated(postgres_database: str, folder: Path):
    engine = connect(postgres_database)
    engine.raw_sql("CREATE TABLE texts (n TEXT); INSERT INTO texts VALUES ('canary-77')")
    engine.raw_sql("CREATE VIEW spells AS SELECT n::int AS n FROM texts")
    engine.disconnect()
    with pytest.raises(RecordsError) as refusal:
        read_database_sheet(postgres_database, "spells")
    assert "canary" not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.extra_postgres
def test_the_password_comes_from_the_environment_and_stands_in_no_refusal(postgres: str, monkeypatch):
    secret = os.environ["PGPASSWORD"]
    monkeypatch.setenv("PGPASSWORD", f"{secret}-wrong")
    with pytest.raises(RecordsError) as refusal:
        connect(postgres)
    assert str(refusal.value) == "postgres database postgres: the server does not answer, or does not let us in"
    assert secret not in repr(refusal.value)


@pytest.mark.extra_postgres
def test_a_service_file_says_where_the_database_is(postgres: str, tmp_path: Path, monkeypatch):
    where = parse_address(postgres)
    (tmp_path / "services").write_text(
        f"[register]\nhost={where.host}\nport={where.port}\nuser={where.user}\ndbname=postgres\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    engine = connect("postgresql:///?service=register")
    assert engine.con.info.dbname == "postgres"
    engine.disconnect()


@pytest.mark.parametrize(
    "address",
    ["postgresql://ada:hemligt-77@host/base", "postgresql://host/base?password=hemligt-77", "mysql://hemligt-77@host/base",
     "postgresql://host/base?hemligt-77=1", "postgresql://host:hemligt-77/base"],
)  # fmt: skip
def test_an_address_that_is_refused_is_not_repeated(address: str):
    with pytest.raises(RecordsError) as refusal:
        parse_address(address)
    assert "hemligt-77" not in str(refusal.value)


def test_an_address_tells_no_user_and_no_host_of_itself():
    assert str(parse_address("postgresql://ada@db.example.org:5433/base?schema=s")) == "postgres database base"


def test_the_query_of_a_finding_is_in_the_words_of_sql_server():
    spells = ibis.table({"participant_id": "string", "state": "string", "started_on": "date", "ended_on": "date"},
                        name="spells")  # fmt: skip
    rows = ROW_EXPRESSIONS["end_before_start"](spells, spells, TABLES["spells"], "ended_on")
    assert "WHERE\n  [t0].[started_on] > [t0].[ended_on]" in query_of(rows, "spells", "mssql")


PROTOCOL = shipped("data", "programmes", "ips_sydnarke", "protocol.yaml")
LISTS = {"withdrawn": ["zq-2"], "consented": ["zq-1", "zq-2"]}


def _called(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="steget-eval")


def _listed(engine: Any) -> None:
    for name, ids in LISTS.items():
        engine.create_table(name, pa.table({"participant_id": ids}))


def _sound(folder: Path) -> None:
    people, spells = PEOPLE.replace(" usual", "usual").replace("canary_code", "lost"), SPELLS.splitlines()[:1]
    lines = people.replace("191212121212,usual", ",usual").replace("2024-02-01,2024-01-01", "2024-02-01,2025-01-01")
    (folder / "participants.csv").write_text("\n".join(lines.splitlines()[:4]) + "\n", encoding="utf-8")
    rows = [
        "zq-1,education,2024-03-01,2024-05-01,50",
        "zq-2,education,2024-03-01,2024-05-01,50",
        "zq-3,education,2024-03-01,2024-05-01,50",
    ]
    (folder / "spells.csv").write_text("\n".join([*spells, *rows]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("kind", ["duckdb", "parquet", pytest.param("postgres", marks=pytest.mark.extra_postgres)])
def test_whoever_withdrew_is_left_out_where_the_rows_lie_and_counted(kind: str, folder: Path, request):
    _sound(folder)
    memory = ibis.duckdb.connect()
    tables = {name: memory.read_csv(folder / f"{name}.csv").to_pyarrow() for name in ("participants", "spells")}
    place: str | Path = folder / "lies"
    if kind == "parquet":
        (folder / "lies").mkdir()
        for name, table in tables.items():
            pq.write_table(table, folder / "lies" / f"{name}.parquet")
        for name, ids in LISTS.items():
            (folder / "lies" / f"{name}.csv").write_text("\n".join(ids), encoding="utf-8")
    else:
        place = request.getfixturevalue("postgres_database") if kind == "postgres" else folder / "lies.duckdb"
        engine = connect(str(place)) if kind == "postgres" else ibis.duckdb.connect(place)
        for name, table in tables.items():
            engine.create_table(name, table)
        _listed(engine)
        engine.disconnect()
    with open_records(place, card=folder) as stored:
        assert stored.counts() == {"participants": 1, "spells": 1}
        told = {(line.table, line.fate, line.reason.en if line.reason else "", line.rows)
                for line in stored.card.accounting}  # fmt: skip
        found = check_stored(stored)
    assert told == {
        (table, *rest)
        for table in ("participants", "spells")
        for rest in (("kept", "", 1), ("dropped", "withdrawn consent", 1), ("dropped", "no consent", 1))
    }
    assert not [cell for cell in CELLS if cell in " ".join(one.query for one in found)]


def test_a_list_of_consent_without_ids_is_refused(folder: Path):
    engine = ibis.duckdb.connect(folder / "lies.duckdb")
    engine.create_table("participants", engine.read_csv(folder / "participants.csv").to_pyarrow())
    engine.create_table("withdrawn", pa.table({"id": ["zq-2"]}))
    engine.disconnect()
    with pytest.raises(RecordsError, match="table withdrawn: a list of consent has one column of texts"):
        open_records(folder / "lies.duckdb", card=folder)


@pytest.mark.extra_postgres
def test_check_prints_key_and_query_of_a_database_and_no_cell(postgres_database: str, folder: Path):
    _fill(postgres_database, folder)
    got = _called("check", PROTOCOL, postgres_database, "--card", folder, "--out", folder / "findings.csv")
    assert got.exit_code == 1
    assert "spells, column ended_on, 1 row: the end is before the start" in got.output
    assert 'key participant_id, state, started_on: SELECT "t' in got.output
    written = (folder / "findings.csv").read_text(encoding="utf-8")
    assert not [cell for cell in CELLS if cell in got.output + written]
    assert "query" in written.splitlines()[0]
    assert "no card" in _called("check", PROTOCOL, postgres_database).output
    assert "its own card" in _called("check", PROTOCOL, folder, "--card", folder).output


def test_check_tells_the_cohort_of_a_duckdb_file_that_no_rule_refuses(folder: Path):
    shipped_records = read_records(PROTOCOL.parent / "records")
    engine = ibis.duckdb.connect(folder / "register.duckdb")
    for name, table in shipped_records.tables.items():
        engine.create_table(name, table)
    engine.disconnect()
    got = _called("check", PROTOCOL, folder / "register.duckdb", "--card", PROTOCOL.parent / "records")
    assert got.exit_code == 0, got.output
    assert "enrolled_in_project" in got.output
    in_memory = _called("check", PROTOCOL, PROTOCOL.parent / "records").output
    assert got.output.partition("The cohort")[2] == in_memory.partition("The cohort")[2]


@pytest.mark.extra_postgres
def test_a_table_of_a_database_is_imported_by_its_address(postgres_database: str, folder: Path):
    _sound(folder)
    _fill(postgres_database, folder)
    recipe = """\
schema_version: 1
id: register
title: {sv: Register, en: Register}
origin: synthetic
source: {sv: påhittat, en: made up}
file: {sheet: participants}
key: {column: participant_id, pseudonym: as_is}
tables:
  - table: participants
    columns:
      participant_id: {key: true}
      arm: {column: arm}
      enrolled_on: {column: enrolled_on}
      sex: {column: sex}
"""
    (folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    got = _called("import", postgres_database, "--recipe", folder / "recipe.yaml", "--out", folder / "out")
    assert got.exit_code == 0, got.output
    assert ", participants: 3 rows = 3 kept + 0 merged + 0 dropped" in got.output
    assert len(read_records(folder / "out").frame("participants")) == 3
    (folder / "recipe.yaml").write_text(recipe.replace("file: {sheet: participants}\n", ""), encoding="utf-8")
    refused = _called("import", postgres_database, "--recipe", folder / "recipe.yaml", "--out", folder / "more")
    assert refused.exit_code == 1
    assert "which table of the database" in refused.output
