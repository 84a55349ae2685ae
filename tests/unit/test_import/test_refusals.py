"""An import or a recipe that cannot be used is refused in a sentence that quotes nobody."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from steget_eval.core.errors import RecordsError, SpecError
from steget_eval.intake.importing import import_files, write_import
from steget_eval.intake.importing.cells import number_of
from steget_eval.intake.recipes import Recipe, load_recipe

#: The check digit of 000101239 is 2, that of 050312123 is 8; a spreadsheet keeps their last seven and nine digits.
SHORT = ("1012392", "503121238")
LABEL = {"sv": "namn", "en": "name"}
PEOPLE = {
    "table": "participants",
    "columns": {
        "participant_id": {"key": True}, "arm": {"constant": "arm"}, "enrolled_on": {"column": "Start"},
        "sex": {"column": "Kön", "codes": {"K": "woman", "M": "man"}},
    },
}  # fmt: skip


def recipe(**more: Any) -> Recipe:
    content = {"schema_version": 1, "id": "mine", "title": LABEL, "source": LABEL, "tables": [PEOPLE],
               "key": {"column": "Id", "pseudonym": "as_is"}}  # fmt: skip
    return Recipe.model_validate({**content, **more})


def source(folder: Path, text: str, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Id;Start;Kön\na;2021-01-01;K\nb;1 maj;M\n", "list.csv, row 3: column Start, for participants.enrolled_on"),
        (
            "Id;Start;Kön\na;2021-01-01;kvinnan Test\n",
            "row 2: column Kön, for participants.sex, is not what the recipe allows: K, M",
        ),
        ("Id;Start\na;2021-01-01\n", "columns that are not there: Kön"),
        ("Id;Start;Kön;KÖN\na;2021-01-01;K;K\n", "stands twice: kön"),
        ("Id;Start;Kön\na;2021-01-01;K\na;2021-02-01;K\n", "list.csv, rows 2, 3: the same key on several rows"),
        ("Id;Start;Kön\n;2021-01-01;K\n", "list.csv, column participant_id, row 2: an empty cell"),
        ("Id;Start;Kön\na;1821-01-01;K\n", "column enrolled_on, row 2: a day outside what is read"),
    ],
)
def test_a_cell_that_the_recipe_does_not_allow_is_told_by_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=told) as refused:
        import_files([source(tmp_path, text)], recipe())
    assert "maj" not in str(refused.value)
    assert "Test" not in str(refused.value)


def test_a_condition_about_a_number_is_not_answered_by_words(tmp_path: Path) -> None:
    asked = {**PEOPLE, "when": {"column": "Start", "above": 0}}
    with pytest.raises(RecordsError, match="row 3: column Start is no number"):
        import_files([source(tmp_path, "Id;Start;Kön\na;2021;K\nb;8 900 kr;M\n")], recipe(tables=[asked]))


@pytest.mark.parametrize(
    ("text", "number"),
    [("8 900,50", "8900.50"), ("12.5", "12.5"), ("1.234", None), ("1.234,5", None), ("0.125", "0.125"), ("-3", "-3")],
)
def test_a_point_that_may_part_thousands_is_no_decimal_sign(text: str, number: str | None) -> None:
    got = number_of(text, ",")
    assert got == (None if number is None else Decimal(number))


def test_two_files_of_one_name_could_not_be_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    files = [source(tmp_path, "Id;Start;Kön\na;2021-01-01;K\n"), source(tmp_path / "a", "Id;Start;Kön\n")]
    with pytest.raises(RecordsError, match="the same name"):
        import_files(files, recipe())


def test_a_file_named_by_an_identity_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="name of a file") as refused:
        import_files([source(tmp_path, "Id;Start;Kön\n", name="19640823-3234.csv")], recipe())
    assert "3234" not in str(refused.value)


def test_an_import_of_which_no_row_is_left_is_refused_with_the_reasons(tmp_path: Path) -> None:
    drop = [{"when": {"column": "Kön", "filled": True}, "reason": LABEL}]
    with pytest.raises(RecordsError, match="no row is left") as refused:
        import_files([source(tmp_path, "Id;Start;Kön\na;2021-01-01;K\n")], recipe(drop=drop))
    assert "dropped 1: name" in str(refused.value)


def test_rows_about_persons_need_the_people() -> None:
    with pytest.raises(RecordsError, match="--people"):
        import_files([Path(__file__).parent / "files" / "af_skat.csv"], load_recipe("af_skat"))


def test_an_import_does_not_write_over_what_is_there(tmp_path: Path) -> None:
    got = import_files([source(tmp_path, "Id;Start;Kön\na;2021-01-01;K\n")], recipe())
    with pytest.raises(RecordsError, match="something there already"):
        write_import(got, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_a_spell_without_days_is_refused_and_not_hidden_by_a_merge(tmp_path: Path) -> None:
    spells = {
        "table": "spells", "derived": True, "merge": {"by": ["participant_id", "state"], "gap_days": 30},
        "columns": {"participant_id": {"key": True}, "state": {"constant": "education"},
                    "started_on": {"column": "Start"}, "ended_on": {"column": "Slut"}},
    }  # fmt: skip
    people = {**PEOPLE, "merge": {"by": ["participant_id"], "keep": "first", "order": "enrolled_on"}}
    text = "Id;Start;Kön;Slut\na;2021-01-01;K;2021-03-01\na;2021-02-01;K;2021-01-15\n"
    with pytest.raises(RecordsError, match="row 3: the end is before the start"):
        import_files([source(tmp_path, text)], recipe(tables=[people, spells]))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tables": [{**PEOPLE, "table": "person"}]}, "'participants'"),
        ({"tables": [{**PEOPLE, "columns": {"participant_id": {"key": True}}}]}, "columns.arm is missing"),
        ({"tables": [{**PEOPLE, "columns": {**PEOPLE["columns"], "age": {"column": "x"}}}]}, "age is no column"),
        ({"tables": [{**PEOPLE, "derived": True}]}, "no row could come home"),
        ({"key": None}, "the recipe has no key"),
        ({"key": {"column": "Id", "pseudonym": "sha256"}}, "'hmac' or 'as_is'"),
        ({"drop": [{"when": {"column": "x"}, "reason": LABEL}]}, "a condition is exactly one of"),
        ({"tables": [{**PEOPLE, "merge": {"by": ["arm"], "keep": "last", "order": "arm"}}]}, "a column of days"),
        ({"tables": [{**PEOPLE, "columns": {**PEOPLE["columns"], "site": {"column": "x", "assumed": True}}}]},
         "needs its because"),
        ({"tables": [{**PEOPLE, "columns": {**PEOPLE["columns"], "site": {"column": "x", "constant": "y"}}}]},
         "exactly one of column, template"),
        ({"file": {"decimal": ";"}}, "allowed: ',' or '.'"),
        ({"colums": {}}, "not a known key"),
    ],
)  # fmt: skip
def test_a_recipe_that_does_not_hold_together_is_refused_with_its_place(
    change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    content = {**recipe().model_dump(mode="json", exclude_defaults=True), "tables": [PEOPLE], **change}
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SpecError, match=told):
        load_recipe(file)


def test_a_misspelt_recipe_is_told_the_nearest_that_ships() -> None:
    with pytest.raises(SpecError, match="did you mean sus_person"):
        load_recipe("sus_persons")


@pytest.mark.parametrize("pseudonym", ["as_is", "hmac"])
@pytest.mark.parametrize("ids", [SHORT, (SHORT[0], "a17"), (SHORT[1], *(f"90000000{n}" for n in range(9)))])
def test_identity_numbers_whose_leading_zeros_a_spreadsheet_took_are_refused_by_row(
    ids: tuple[str, ...], pseudonym: str, tmp_path: Path
) -> None:
    rows = "".join(f"{one};2021-01-01;K\n" for one in ids)
    made = recipe(key={"column": "Id", "pseudonym": pseudonym})
    if len(ids) > 2:  # one in ten of other ids may look so by chance
        import_files([source(tmp_path, f"Id;Start;Kön\n{rows}")], made, pseudonymise=str.lower)
        return
    with pytest.raises(
        RecordsError, match=r"list\.csv, row.* 2.*: identity numbers without their leading zeros"
    ) as told:
        import_files([source(tmp_path, f"Id;Start;Kön\n{rows}")], made, pseudonymise=str.lower)
    assert not [one for one in SHORT if one in str(told.value)]


def test_an_identity_number_with_a_space_before_the_last_four_is_refused_as_an_id(tmp_path: Path) -> None:
    number = "640823 " + "3234"
    with pytest.raises(RecordsError, match="identity numbers in the column of persons"):
        import_files([source(tmp_path, f"Id;Start;Kön\n{number};2021-01-01;K\n")], recipe())
