"""Whoever is on a list of withdrawals is left out of an import first of all, and the rows still add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from steget_eval.intake.consent import read_lists
from steget_eval.intake.importing import Imported, import_files
from steget_eval.intake.recipes import load_recipe

FILE = Path(__file__).parent / "files" / "sus_person.csv"


def _import(tmp_path: Path, **lists: str) -> Imported:
    files = {name: tmp_path / name for name in lists}
    for name, file in files.items():
        file.write_text(lists[name], encoding="utf-8")
    return import_files([FILE], load_recipe("sus_person"), origin="synthetic", lists=read_lists(**files))


@pytest.mark.parametrize(("name", "text", "reason"), [("withdrawn", "D007\nD010\n", "withdrawn consent"),
                                                      ("consented", "D001\n", "no consent")])  # fmt: skip
def test_rows_are_dropped_for_the_list_and_every_row_still_ends_once(
    name: str, text: str, reason: str, tmp_path: Path
) -> None:
    imported = _import(tmp_path, **{name: text})
    told = imported.conservation
    assert told.read == 20
    assert sum(told.total(fate) for fate in ("kept", "merged", "dropped")) == 20
    people = set(imported.records.frame("participants")["participant_id"])
    listed = set(text.split())
    assert people == listed if name == "consented" else not people & listed
    # One effort of the extract is dropped for withdrawn consent by the recipe itself.
    assert told.total("dropped", reason=reason) >= len(listed)
    assert reason in {line.reason.en for line in imported.records.card.accounting if line.reason}


def test_without_lists_nothing_is_dropped_for_them(tmp_path: Path) -> None:
    assert _import(tmp_path).conservation.total("dropped") == 2
