"""A drafted recipe loads, guesses what it can, and lists nobody's own words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from typer.testing import CliRunner

from steget_eval.cli import app
from steget_eval.core.errors import RecordsError
from steget_eval.intake import read_records
from steget_eval.intake.importing import import_files, write_import
from steget_eval.intake.readers import read_sheet
from steget_eval.intake.recipes import Recipe
from steget_eval.intake.recipes.draft import draft_recipe

FILES = Path(__file__).parent / "files"
COLOURS = ("röd", "grön", "blå")


def listing(folder: Path, rows: int = 12) -> Path:
    lines = ["Löpnr;Inskriven;Kön;Född;Handläggare;Anteckning;Utbildning;Timmar"]
    lines += [
        f"P{n:03d};{n % 28 + 1:02d}/03/2021;{'KM'[n % 2]};{1970 + n};Handl {n % 2};Lång text om person {n} här;"
        f"{COLOURS[n % 3]};{n},5"
        for n in range(rows)
    ]
    file = folder / "Deltagare.csv"
    file.write_text("\n".join(lines), encoding="cp1252")
    return file


def test_a_draft_of_a_municipal_list_imports_it_as_it_stands(tmp_path: Path) -> None:
    file = listing(tmp_path)
    made = draft_recipe(file)
    got = import_files([file], Recipe.model_validate(yaml.safe_load(made.text)))
    people = got.records.frame("participants")
    assert len(people) == 12
    assert str(people["enrolled_on"].iloc[1]) == "2021-03-02"
    assert set(people["sex"]) == {"woman", "man"}
    assert people["timmar"].iloc[3] == 3.5


def test_codes_are_listed_only_where_texts_are_few_and_about_nobody(tmp_path: Path) -> None:
    made = draft_recipe(listing(tmp_path))
    assert {column.name: column.kind for column in made.columns} == {
        "Löpnr": "id", "Inskriven": "date", "Kön": "code", "Född": "integer", "Handläggare": "free text",
        "Anteckning": "free text", "Utbildning": "code", "Timmar": "number",
    }  # fmt: skip
    assert "Handl" not in made.text.replace("Handläggare", "")
    assert "Lång text" not in made.text
    assert "P003" not in made.text
    assert all(colour in made.text for colour in COLOURS)


def test_a_text_without_a_known_code_is_left_to_be_decided(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "id;kön\n" + "".join(f"a{n};{'Kvinna' if n % 2 else 'Annat'}\n" for n in range(8)), encoding="utf-8"
    )
    made = draft_recipe(file)
    assert "decide: participants.sex: 1 texts" in made.text
    assert yaml.safe_load(made.text)["tables"][0]["columns"]["sex"]["codes"] == {"Annat": "", "Kvinna": "woman"}


def test_identity_numbers_make_the_draft_ask_for_a_key(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Personnummer;Startdatum\n19640823-3234;2021-01-01\n19640823Tf29;2021-01-02\n", encoding="utf-8")
    made = draft_recipe(file)
    assert yaml.safe_load(made.text)["key"] == {"column": "Personnummer", "pseudonym": "hmac"}
    assert "3234" not in made.text


@pytest.mark.parametrize(
    "name", [path.stem for path in sorted(FILES.glob("*.csv")) if path.stem != "sus_report_counts"]
)
def test_drafts_of_the_invented_files_are_recipes(name: str) -> None:
    Recipe.model_validate(yaml.safe_load(draft_recipe(FILES / f"{name}.csv").text))


def test_a_first_row_of_cells_is_refused_and_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("P001;2021-01-01\nP002;2021-01-02\n", encoding="utf-8")
    with pytest.raises(RecordsError, match="first row should name the columns") as refused:
        draft_recipe(file)
    assert "P001" not in str(refused.value)


def test_the_terminal_shows_columns_and_no_cells(tmp_path: Path) -> None:
    file, out = listing(tmp_path), tmp_path / "recipe.yaml"
    shown = CliRunner().invoke(app, ["recipe", "draft", str(file), "--out", str(out)])
    assert shown.exit_code == 0
    assert "participants.enrolled_on" in shown.output
    assert not any(text in shown.output for text in (*COLOURS, "P003", "Lång", "1973", "Handl "))
    imported = CliRunner().invoke(app, ["import", str(file), "--recipe", str(out), "--out", str(tmp_path / "records")])
    assert imported.exit_code == 0, imported.output
    assert "Deltagare.csv: 12 rows = 12 kept + 0 merged + 0 dropped" in imported.output
    assert len(read_records(tmp_path / "records").frame("participants")) == 12
    again = CliRunner().invoke(app, ["recipe", "draft", str(file), "--out", str(out)])
    assert again.exit_code == 1


def test_the_command_line_lists_the_recipes_that_ship() -> None:
    shown = CliRunner().invoke(app, ["recipe", "list"])
    assert shown.exit_code == 0
    assert "lisa_monthly" in shown.output


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """An SPSS file of twelve people: sex and an answer in codes, one of which is missing for a reason."""
    frame = pd.DataFrame({
        "lopnr": [f"q{n}" for n in range(12)], "kon": [1.0, 2.0] * 6, "svar": [1.0, 2.0, -99.0] * 4,
    })  # fmt: skip
    labels = {"kon": {1.0: "Man", 2.0: "Kvinna"}, "svar": {1.0: "ja", 2.0: "nej", -99.0: "vill ej svara"}}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=labels, missing_ranges={"svar": [-99]})
    return tmp_path / "a.sav"


def test_a_draft_of_a_statistical_file_reads_its_labels_and_the_card_keeps_why_cells_are_missing(survey: Path) -> None:
    made = draft_recipe(survey)
    said = yaml.safe_load(made.text)
    assert said["file"]["labels"] is True
    got = import_files([survey], Recipe.model_validate(said))
    people = got.records.frame("participants")
    assert dict(people["sex"].value_counts()) == {"man": 6, "woman": 6}
    assert people["svar"].isna().sum() == 4
    (found,) = got.records.account.found
    assert (found.rule, found.column, found.rows) == ("user_missing", "svar", 4)
    assert found.message.sv.endswith("skäl: vill ej svara")
    write_import(got, survey.parent / "records")
    again = read_records(survey.parent / "records").account
    assert found in again.found


def test_a_reason_that_holds_an_identity_number_is_told_by_its_code(tmp_path: Path) -> None:
    number = "640823-" + "3234"
    frame = pd.DataFrame({"lopnr": ["q1", "q2"], "svar": [1.0, -99.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels={"svar": {-99.0: f"fråga {number}"}},
                         missing_ranges={"svar": [-99]})  # fmt: skip
    (note,) = read_sheet(tmp_path / "a.sav").notes
    assert note.allowed == "-99"


@pytest.mark.parametrize("total", ["", "Antal"])
def test_a_draft_of_counts_with_a_column_for_each_sex_gives_a_row_for_each(total: str, tmp_path: Path) -> None:
    names = ["År", "Insats", "Kvinnor", "Män", *([total] if total else [])]
    rows = [[2023, "coachning", 31, 22, 53], [2024, "coachning", 28, 25, 54]]
    file = tmp_path / "counts.csv"
    lines = [";".join(str(one) for one in row[: len(names)]) for row in [names, *rows]]
    file.write_text("\n".join(lines), encoding="utf-8")
    got = import_files([file], Recipe.model_validate(yaml.safe_load(draft_recipe(file).text)))
    counts = got.records.frame("counts")
    assert sorted(zip(counts["period"], counts["sex"].fillna(""), counts["n"], strict=True)) == sorted(
        (str(row[0]), *one)
        for row in rows
        for one in list(zip(["woman", "man", ""], row[2:], strict=True))[: len(names) - 2]
    )
    assert got.conservation.total("kept") == 2
    assert [(one.rule, one.count) for one in got.findings] == ([("does_not_sum", 1)] if total else [])


def test_numbers_with_decimals_that_all_differ_are_no_ids(tmp_path: Path) -> None:
    kinds = {column.name: column.kind for column in draft_recipe(listing(tmp_path, rows=40)).columns}
    assert kinds["Timmar"] == "number"


def test_the_next_step_can_be_pasted_though_the_file_has_a_space_in_its_name(tmp_path: Path) -> None:
    file = listing(tmp_path).rename(tmp_path / "Deltagare 2021.csv")
    got = CliRunner().invoke(app, ["recipe", "draft", str(file), "--out", str(tmp_path / "r.yaml")])
    assert f"import '{file}' --recipe" in got.output
