"""Each programme's recipes make its committed records of its own source files, and account for every row of them."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from steget_eval import read_records
from steget_eval.core.errors import RecordsError
from steget_eval.core.shipped import shipped
from steget_eval.intake.importing import Imported, import_files
from steget_eval.intake.recipes import load_recipe
from steget_eval.records import Records

PROGRAMMES = shipped("data", "programmes")
SCRIPT = runpy.run_path(str(PROGRAMMES / "build_sources.py"))
#: Programme to its sources in order, each a recipe with its file; the later ones add to the people of the first.
SOURCES = {
    "ips_sydnarke": (
        ("recipe", "coachlogg.csv"), ("recipe_benefits", "ersattningar.csv"),
        ("recipe_questionnaires", "enkater.xlsx"),
    ),
    "steget_2021": (
        ("recipe", "sus_utdrag.csv"), ("recipe_follow_up", "uppfoljning.csv"),
        ("recipe_questionnaires", "enkater.xlsx"),
    ),
    "inkluderande_rehabilitering": (("recipe", "halvarsrapport.csv"),),
    "inkluderande_rehabilitering_sub_projects": (("recipe", "delprojekt.csv"),),
    "inkluderande_rehabilitering_esf": (("recipe", "deltagarlistor.csv"), ("recipe_registers", "registerutdrag.csv")),
    "steget_linkoping": (("recipe", "verksamhetsredovisning.csv"),),
    "steget_linkoping_assessments": (("recipe", "bedomningar.xlsx"), ("recipe_later", "fortsattning.csv")),
}  # fmt: skip
#: The day after the last that the files cover, as the truth behind them says.
UNTIL = {
    "ips_sydnarke": date(2019, 2, 28), "steget_2021": date(2022, 12, 31),
    "inkluderande_rehabilitering_esf": date(2018, 6, 30), "steget_linkoping_assessments": date(2015, 3, 31),
}  # fmt: skip
#: Programme to the rows of its sources that are left out or counted with another, by reason.
LEFT_OUT = {
    "ips_sydnarke": {"struck out by the employment specialist": 1, "the person is not among the participants": 1},
    "steget_2021": {"registered by mistake": 1, "withdrawn consent": 1, "another effort": 1,
                    "the person is not among the participants": 1},
    "inkluderande_rehabilitering": {},
    "inkluderande_rehabilitering_sub_projects": {"a total of the rows of the sub-projects": 1},
    "inkluderande_rehabilitering_esf": {"the row has no person": 1, "the person is not among the participants": 1},
    "steget_linkoping": {"an amount, no number of people; it stands in the protocol": 1},
    "steget_linkoping_assessments": {"referred but never came to the assessment": 2,
                                     "the person is not among the participants": 1},
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(SOURCES))
def run(request: pytest.FixtureRequest) -> tuple[str, list[Imported]]:
    name, steps, people = request.param, [], None
    for recipe, file in SOURCES[name]:
        folder = PROGRAMMES / name
        got = import_files([folder / "source" / file], load_recipe(folder / f"{recipe}.yaml"), people=people,
                           until=UNTIL.get(name))  # fmt: skip
        steps.append(got)
        people = got.records
    return name, steps


def test_each_of_the_programmes_with_records_has_a_recipe_and_a_source() -> None:
    # What else asks of the people of IPS Sydnärke has the same sources, and the examples of designs are no programme's.
    five = ("steget_", "inkluderande_")
    own = {"ips_sydnarke", *(path.parent.name for path in PROGRAMMES.glob("*/records"))}
    own = {name for name in own if name.startswith(five) or name == "ips_sydnarke"}
    assert own == set(SOURCES) == set(SCRIPT["BUILDERS"])
    for name, steps in SOURCES.items():
        assert {path.stem for path in (PROGRAMMES / name).glob("recipe*.yaml")} == {recipe for recipe, _ in steps}
        assert {path.name for path in (PROGRAMMES / name / "source").iterdir()} == {file for _, file in steps}


def test_the_recipes_give_the_committed_records(run: tuple[str, list[Imported]]) -> None:
    name, steps = run
    committed = read_records(PROGRAMMES / name / "records")
    got = steps[-1].records
    for table in committed.counts():
        if committed.has(table):
            pd.testing.assert_frame_equal(_plain(got, table), _plain(committed, table)[_plain(got, table).columns])
    assert {table for table in got.counts() if got.has(table)} == {t for t in committed.counts() if committed.has(t)}
    assert set(got.card.baseline) == set(committed.card.baseline)


def test_every_row_of_a_source_comes_home_once(run: tuple[str, list[Imported]]) -> None:
    name, steps = run
    left: dict[str, int] = {}
    for step in steps:
        lines = step.conservation.lines
        assert sum(line.rows for line in lines if line.fate != "derived") == step.conservation.read
        for line in lines:
            if line.fate == "dropped" and line.reason is not None:
                left[line.reason.en] = left.get(line.reason.en, 0) + line.rows
    assert left == LEFT_OUT[name]


def test_what_no_source_says_of_a_layout_is_told_as_an_assumption(run: tuple[str, list[Imported]]) -> None:
    _, steps = run
    for step in steps:
        assert step.records.card.assumptions


def test_the_monthly_lists_are_merged_to_one_row_a_person() -> None:
    folder = PROGRAMMES / "inkluderande_rehabilitering_esf"
    got = import_files([folder / "source" / "deltagarlistor.csv"], load_recipe(folder / "recipe.yaml"))
    assert got.records.counts()["participants"] == 151
    assert got.conservation.total("merged") == got.conservation.read - 151 - 1


def test_a_list_of_follow_up_without_its_people_is_refused() -> None:
    folder = PROGRAMMES / "steget_2021"
    with pytest.raises(RecordsError, match="--people"):
        import_files([folder / "source" / "uppfoljning.csv"], load_recipe(folder / "recipe_follow_up.yaml"))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_committed_sources_are_what_the_script_writes(name: str, tmp_path: Path) -> None:
    SCRIPT["build"](name, tmp_path)
    for _, file in SOURCES[name]:
        ours, made = PROGRAMMES / name / "source" / file, tmp_path / file
        if file.endswith(".csv"):
            assert made.read_bytes() == ours.read_bytes()
        else:  # a workbook holds the minute in which it was written
            assert _cells(made) == _cells(ours)


def _cells(file: Path) -> list[list[object]]:
    from openpyxl import load_workbook

    return [list(row) for row in load_workbook(file).worksheets[0].iter_rows(values_only=True)]


def _plain(records: Records, table: str) -> pd.DataFrame:
    frame = records.frame(table)
    frame = frame.drop(columns=[name for name in ("source_file", "source_row") if name in frame.columns])
    frame = frame.loc[:, frame.notna().any()]
    return frame.sort_values(list(frame.columns), kind="stable").reset_index(drop=True)[sorted(frame.columns)]
