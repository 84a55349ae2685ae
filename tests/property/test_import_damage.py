"""Whatever happens to a source file, an import ends in records whose rows add up or in a sentence."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import RecordsError
from steget_eval.core.shipped import shipped
from steget_eval.intake.importing import import_files
from steget_eval.intake.pseudonyms import Pseudonymiser
from steget_eval.intake.recipes import load_recipe, shipped_recipes
from steget_eval.records import Records

FILES = Path(__file__).parents[1] / "unit" / "test_import" / "files"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FILES.glob("*.csv")}
TEXTS["esf_monthly"] = (
    "Personnummer;Startdatum;Slutdatum;Månad;Timmar;Mall\nA1;2018-02-01;;2018-02;24;PO2\n"
    "A1;2018-02-01;2018-03-15;2018-03;12,5;PO2\nA2;20180301;;2018-03;40;PO1\n"
)
PEOPLE = import_files([FILES / "sus_person.csv"], load_recipe("sus_person"), origin="synthetic").records
RECIPES = {name: load_recipe(name) for name in shipped_recipes()}
ODD = st.sampled_from(
    ["", " ", "|", "=1+1", "#N/A", "1e999", "-0", "9" * 30, "0000-00-00", "2021-02-30", "9999-12-31", "1677-01-01",
     "2021-04-12T00:00:00", '"', "''", "\u00a0", "ÅÄÖ", "nan", "None", "{Ar}", "<column>", "2021,5", "1 000"]
)  # fmt: skip


def needs_people(name: str) -> Records | None:
    tables = {landing.table for landing in RECIPES[name].tables}
    return None if tables & {"participants", "counts"} else PEOPLE


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(TEXTS)))
    cells = [line.split(";") for line in TEXTS[name].splitlines()]
    for _ in range(draw(st.integers(0, 6))):
        row = draw(st.integers(0, len(cells) - 1))
        column = draw(st.integers(0, len(cells[row]) - 1))
        cells[row][column] = draw(st.one_of(ODD, st.text(max_size=8)))
    text = "\n".join(";".join(row) for row in draw(st.permutations(cells[1:])))
    whole = ";".join(cells[0]) + "\n" + text
    content = whole.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])), errors="replace")
    return name, content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content


@pytest.fixture(scope="module")
def pseudonymise(tmp_path_factory: pytest.TempPathFactory) -> Pseudonymiser:
    key = tmp_path_factory.mktemp("keys") / "key"
    key.write_text(bytes(range(32)).hex() + "\n", encoding="ascii")
    key.chmod(0o600)
    return Pseudonymiser(key, project=shipped("data"))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(damaged())
def test_a_damaged_file_becomes_records_or_a_refusal(pseudonymise: Pseudonymiser, made: tuple[str, bytes]) -> None:
    name, content = made
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "source.csv"
        file.write_bytes(content)
        try:
            got = import_files([file], RECIPES[name], people=needs_people(name), until=date(2023, 1, 1),
                               pseudonymise=pseudonymise.pseudonym, this_year=2018)  # fmt: skip
        except RecordsError:
            return
        total = got.conservation.total
        assert got.conservation.read == total("kept") + total("merged") + total("dropped")
