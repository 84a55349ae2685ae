"""From a file that somebody holds to a report: import, check, and the notebook of effects."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from steget_eval import read_records
from steget_eval.cli import app
from steget_eval.intake import check_records
from steget_eval.intake.importing import import_files
from steget_eval.intake.recipes import load_recipe

HERE = Path(__file__).parent
SUS, PROTOCOL = HERE / "files" / "sus_person.csv", HERE / "protocol.yaml"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="steget-eval")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    got = call("import", SUS, "--recipe", "sus_person", "--out", tmp_path / "records", "--origin", "synthetic",
               "--until", "2022-07-01")  # fmt: skip
    assert got.exit_code == 0, got.output
    return tmp_path / "records"


def test_the_import_prints_where_every_row_went_and_what_was_assumed(tmp_path: Path) -> None:
    got = call("import", SUS, "--recipe", "sus_person", "--out", tmp_path / "records")
    assert "sus_person.csv: 20 rows = 17 kept + 1 merged + 2 dropped" in got.output
    assert "dropped 1: withdrawn consent" in got.output
    assert "assumed   The four classes of education are assumed" in got.output
    assert "no_public_support" in got.output
    assert "D016" not in got.output


def test_an_imported_folder_is_checked_without_errors_and_points_at_the_source(records: Path) -> None:
    findings = check_records(records)
    assert len(findings.errors) == 0
    assert any("row 18" in sentence for sentence in findings.warnings.sentences())
    fates = list(csv.DictReader(io.StringIO((records / "conservation.csv").read_text(encoding="utf-8"))))
    assert [int(row["source_row"]) for row in fates] == list(range(2, 22))


def test_a_follow_up_that_has_not_ended_goes_on_until_the_day_of_the_extract(records: Path) -> None:
    people = read_records(records).frame("participants").set_index("participant_id")
    assert str(people.loc["D010", "followed_until"]) == "2022-07-01"
    assert str(people.loc["D001", "followed_until"]) == "2021-10-16"  # the extract knows nothing after the exit


def test_registers_lengthen_the_follow_up_that_only_the_study_ended(records: Path) -> None:
    got = import_files([HERE / "files" / "af_skat.csv"], load_recipe("af_skat"), people=read_records(records),
                       until=date(2023, 1, 1))  # fmt: skip
    until = got.records.frame("participants")["followed_until"].astype(str)
    assert set(until) == {"2023-01-01"}
    assert {line.file for line in got.records.card.accounting} == {"sus_person.csv", "af_skat.csv"}


@pytest.mark.slow
def test_the_effect_notebook_runs_from_an_imported_folder(records: Path, tmp_path: Path) -> None:
    got = call("report", PROTOCOL, records, "--out", tmp_path / "reports", "--quiet")
    assert got.exit_code == 0, got.output
    folder = tmp_path / "reports" / "single" / "imported_extract"
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as stream:
        row = next(line for line in csv.DictReader(stream) if line["method"] == "wilson")
    assert (row["n_1"], row["events_1"]) == ("14", "8")
    page = (folder / "report.en.html").read_text(encoding="utf-8")
    assert "four classes of education are assumed" in page
    assert "D016" not in page


def test_a_workbook_of_a_municipality_is_drafted_and_imported_by_its_sheet(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Läs mig"
    workbook.active.append(["Denna fil är påhittad"])
    sheet = workbook.create_sheet("Deltagare")
    sheet.append(["Löpnummer", "Inskrivningsdatum", "Slutdatum", "Kön", "Enhet"])
    for n in range(10):
        sheet.append([f"K{n}", date(2024, 1, n + 1), date(2024, 9, 1) if n % 2 else None, "KM"[n % 2], "Norr"])
    workbook.save(tmp_path / "Uppföljning 2024.xlsx")
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "records"
    drafted = call("recipe", "draft", tmp_path / "Uppföljning 2024.xlsx", "--sheet", "Deltagare", "--out", recipe)
    assert drafted.exit_code == 0, drafted.output
    got = call("import", tmp_path / "Uppföljning 2024.xlsx", "--recipe", recipe, "--out", out)
    assert got.exit_code == 0, got.output
    people = read_records(out).frame("participants")
    assert len(people) == 10
    assert people["discharged_on"].notna().sum() == 5
    assert set(people["source_row"]) == set(range(2, 12))
