"""Every source row ends exactly once, whatever the rows and whatever the recipe."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import RecordsError
from steget_eval.intake import read_records
from steget_eval.intake.importing import Imported, import_files, write_import
from steget_eval.intake.recipes import Recipe

HEADER = ("id", "kind", "from", "to", "sex", "n")
_LABEL = {"sv": "namn", "en": "name"}

days = st.dates(min_value=pd.Timestamp("2020-01-01").date(), max_value=pd.Timestamp("2021-12-31").date())
rows = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "c", "d"]),
        st.sampled_from(["work", "study", "rest", "mistake", "gone", ""]),
        days.map(str),
        st.one_of(st.just(""), days.map(str)),
        st.sampled_from(["K", "M", ""]),
        st.integers(0, 9).map(str),
    ),
    min_size=1,
    max_size=25,
)
_FILLED = {"column": "id", "filled": True}
_PERSON = {"participant_id": {"key": True}, "arm": {"constant": "arm"}, "enrolled_on": {"column": "from"},
           "sex": {"column": "sex", "codes": {"K": "woman", "M": "man"}}}  # fmt: skip
_SPELL = {"participant_id": {"key": True}, "state": {"column": "kind", "codes": {"work": "employment"},
          "otherwise": "education"}, "started_on": {"column": "from"}, "ended_on": {"column": "to"}}  # fmt: skip
_COUNT = {"period": {"template": "{kind}"}, "category": {"constant": "people"}, "sex": _PERSON["sex"],
          "n": {"count": True}}  # fmt: skip

conditions = st.one_of(
    st.none(),
    st.just({"column": "kind", "filled": True}),
    st.sampled_from([("work",), ("study", "rest"), ("mistake",)]).map(
        lambda kinds: {"column": "kind", "one_of": kinds}
    ),
    st.just({"column": "n", "above": 4}),
    st.just({"none": [{"column": "to", "filled": True}]}),
)


def landing(table: str, columns: dict[str, Any], merge: Any = None, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    extra = _FILLED if table != "counts" else {"column": "kind", "filled": True}
    return st.builds(
        lambda when, merged: {
            "table": table,
            "columns": columns,
            "when": {"all": [extra, when]} if when else extra,
            **({"merge": merged} if merged else {}),
            **more,
        },
        conditions,
        merge if merge is not None else st.none(),
    )


merges = st.builds(
    lambda days, chain: {"by": ["participant_id", "state"], "gap_days": days, "chain_below_days": chain},
    st.integers(0, 40), st.one_of(st.none(), st.integers(1, 90)),
)  # fmt: skip
keeps = st.sampled_from(["first", "last"]).map(
    lambda keep: {"by": ["participant_id"], "keep": keep, "order": "enrolled_on"}
)
recipes = st.builds(
    lambda drops, people, spells, counts, derived, is_counts_first: {
        "schema_version": 1, "id": "generated", "title": _LABEL, "source": _LABEL,
        "key": {"column": "id", "pseudonym": "as_is"},
        "drop": [{"when": when, "reason": {"sv": f"skäl {n}", "en": f"reason {n}"}} for n, when in enumerate(drops)],
        "tables": ([counts, people] if is_counts_first else [people, counts]) + spells + derived,
    },
    st.lists(conditions.filter(bool), max_size=3),
    landing("participants", _PERSON, keeps), st.lists(landing("spells", _SPELL, merges), max_size=1),
    landing("counts", _COUNT), st.lists(landing("services", {"participant_id": {"key": True},
        "delivered_on": {"column": "from"}, "service": {"column": "kind", "empty": "none"}}, of="kept", derived=True),
        max_size=1), st.booleans(),
)  # fmt: skip


def imported(content: list[tuple[str, ...]], recipe: dict[str, Any], folder: Path) -> Imported | None:
    half = len(content) // 2
    files = []
    for number, part in enumerate((content[:half], content[half:])):
        if part:
            files.append(folder / f"file{number}.csv")
            with files[-1].open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([HEADER, *part])
    try:
        return import_files(files, Recipe.model_validate(recipe), origin="synthetic")
    except RecordsError:
        return None  # refused in a sentence: nothing was written, so nothing can be lost


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(rows, recipes)
def test_rows_read_are_rows_kept_merged_and_dropped(content: list[tuple[str, ...]], recipe: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        got = imported(content, recipe, Path(folder))
        if got is None:
            return
        fates = got.conservation.rows
        assert len(fates) == len(content) == len(fates[["source_file", "source_row"]].drop_duplicates())
        sums = Counter(fates["fate"])
        assert all(got.conservation.total(fate) == sums[fate] for fate in ("kept", "merged", "dropped"))
        assert ((fates["reason"] != "") == (fates["fate"] == "dropped")).all()
        assert (fates["into_row"].notna() == (fates["fate"] == "merged")).all()


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(rows, recipes)
def test_rows_of_a_table_are_its_kept_rows_and_its_derived_ones(
    content: list[tuple[str, ...]], recipe: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        got = imported(content, recipe, Path(folder))
        if got is None:
            return
        for table, n in got.records.counts().items():
            assert n == got.conservation.total("kept", table=table) + got.conservation.total("derived", table=table)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(rows, recipes)
def test_a_row_is_merged_into_a_row_that_stands_in_that_table(
    content: list[tuple[str, ...]], recipe: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        got = imported(content, recipe, Path(folder))
        if got is None:
            return
        fates = got.conservation.rows
        there = {
            (table, file, row)
            for table in got.records.tables
            for file, row in got.records.frame(table)[["source_file", "source_row"]].itertuples(index=False)
        }
        kept, merged = fates[fates["fate"] == "kept"], fates[fates["fate"] == "merged"]
        assert set(zip(kept["table"], kept["source_file"], kept["source_row"], strict=True)) <= there
        assert set(zip(merged["table"], merged["into_file"], merged["into_row"], strict=True)) <= there


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(rows, recipes)
def test_kept_rows_say_what_their_source_row_says(content: list[tuple[str, ...]], recipe: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        got = imported(content, recipe, Path(folder))
        if got is None:
            return
        write_import(got, Path(folder) / "records")
        records = read_records(Path(folder) / "records")
        assert records.fingerprint == got.records.fingerprint
        half = len(content) // 2
        for table in ("participants", "spells"):
            if not records.has(table):
                continue
            for row in records.frame(table).itertuples():
                cells = content[row.source_row - 2 + (half if row.source_file == "file1.csv" else 0)]
                assert row.participant_id == cells[0]
                assert str(row.enrolled_on if table == "participants" else row.started_on) == cells[2]
