"""What the how-to pages show of recipes can be used as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from steget_eval.intake.importing import import_files
from steget_eval.intake.recipes import Recipe, load_recipe, shipped_recipes

DOCS = Path(__file__).resolve().parents[3] / "docs"
FILES = Path(__file__).parent / "files"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_layout_of_counts_that_is_shown_imports_counts() -> None:
    shown = re.search(r"```yaml\n(.*?)```", page("how-to/aggregate-counts.md"), flags=re.DOTALL)
    assert shown is not None
    got = import_files([FILES / "finsam_counts_by_sex.csv"], Recipe.model_validate(yaml.safe_load(shown[1])))
    assert got.records.counts() == {"counts": 5}


def test_the_keys_that_are_shown_for_a_workbook_are_keys_of_recipes() -> None:
    shown = re.search(r"```yaml\n(.*?)```", page("how-to/municipality-excel.md"), flags=re.DOTALL)
    assert shown is not None
    rest = load_recipe("sus_person").model_dump(mode="json", exclude_defaults=True)
    Recipe.model_validate({**rest, **yaml.safe_load(shown[1])})


@pytest.mark.parametrize("name", ["sus_person", "sus_report_counts"])
def test_the_sums_that_are_shown_are_those_that_are_printed(name: str) -> None:
    text = page("how-to/sus-extract.md") + page("how-to/aggregate-counts.md").replace("rapport.csv", f"{name}.csv")
    for sentence in import_files([FILES / f"{name}.csv"], load_recipe(name)).conservation.sentences():
        assert sentence in text


def test_every_recipe_that_ships_is_told_of_in_a_how_to() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "how-to").glob("*.md"))
    assert [name for name in shipped_recipes() if f"`{name}`" not in pages and f"--recipe {name}" not in pages] == []
