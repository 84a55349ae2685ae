"""Records keep what they say apart from how it was written down."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from steget_eval.records import TABLES, Records, RecordsCard

CARD = RecordsCard.model_validate({
    "schema_version": 1,
    "title": {"sv": "Prov", "en": "Sample"},
    "origin": "synthetic",
    "source": {"sv": "påhittat", "en": "made up"},
    "licence": "MIT",
})  # fmt: skip


def _participants(**changes: list[object]) -> pa.Table:
    columns: dict[str, list[object]] = {
        "participant_id": ["a", "b"], "arm": ["ips", "usual"],
        "enrolled_on": [date(2024, 1, 1), date(2024, 2, 1)], "source_row": [2, 3],
    }  # fmt: skip
    return pa.table(columns | changes)


def _records(**tables: pa.Table) -> Records:
    return Records(tables=tables, card=CARD, name="sample")


def test_fingerprint_does_not_depend_on_the_order_or_place_of_rows():
    one = _participants()
    other = _participants(source_row=[7, 9]).take([1, 0])
    assert _records(participants=one).fingerprint == _records(participants=other).fingerprint


def test_an_empty_column_and_an_empty_table_say_what_absent_ones_say():
    plain = _records(participants=_participants())
    empty_column = _participants().append_column("site", pa.nulls(2, pa.string()))
    empty_table = pa.table({"participant_id": pa.array([], pa.string())})
    assert _records(participants=empty_column, spells=empty_table).fingerprint == plain.fingerprint


@pytest.mark.parametrize("changes", [{"arm": ["ips", "ips"]}, {"enrolled_on": [date(2024, 1, 2), date(2024, 2, 1)]}])
def test_fingerprint_changes_with_a_single_cell(changes: dict[str, list[object]]):
    changed = _records(participants=_participants(**changes))
    assert changed.fingerprint != _records(participants=_participants()).fingerprint


def test_counts_come_in_the_order_of_the_schema():
    counts = pa.table({"period": ["2024"], "category": ["a"], "sex": ["woman"], "n": [3]})
    assert _records(counts=counts, participants=_participants()).counts() == {"participants": 2, "counts": 1}


def test_repr_tells_tables_and_no_person():
    assert repr(_records(participants=_participants())) == "<Records sample: participants 2>"


@pytest.mark.parametrize("name", TABLES)
def test_every_key_column_is_a_required_column_of_its_table(name: str):
    schema = TABLES[name]
    assert all((column := schema.column(key)) is not None and column.required for key in schema.key)
