"""Writes records as CSV beside their card, so that reading them again gives the same records."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import yaml

from steget_eval.core.errors import RecordsError
from steget_eval.intake.card import CARD_FILE, columns_of
from steget_eval.records.card import RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.tables import TABLES, Column


def write_records(records: Records, folder: str | Path) -> None:
    """Write each table that has rows as ``<table>.csv`` and the card as ``records.yaml``.

    The same records give the same bytes: columns in the order of the schema (an optional one only where a cell of it
    is filled), rows sorted by the table's key, ISO dates, newline alone at the end of a line. What else lies in the
    folder is left alone, so a table in another format there is refused when the folder is read.

    Raises
    ------
    RecordsError
        When the folder cannot be written.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / CARD_FILE).write_text(_card_text(records.card), encoding="utf-8", newline="\n")
        for name in records.counts():
            if records.has(name):
                _write_table(records, name, target / f"{name}.csv")
    except OSError as error:
        raise RecordsError(f"{target}: the records cannot be written there: {error.strerror}") from None


def _write_table(records: Records, name: str, file: Path) -> None:
    table = records.tables[name]
    columns = [
        column
        for column in columns_of(TABLES[name], records.card)
        if column.required or (column.name in table.column_names and table[column.name].null_count < table.num_rows)
    ]
    names = [column.name for column in columns if column.name in table.column_names]
    order = [*TABLES[name].key, *(column for column in names if column not in TABLES[name].key)]
    rows = table.take(pc.sort_indices(table, sort_keys=[(column, "ascending") for column in order]))
    cells = [_texts(rows, column) for column in columns]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(zip(*cells, strict=True))


def _texts(table: Any, column: Column) -> list[str]:
    if column.name not in table.column_names:
        return [""] * table.num_rows
    return [_text(value) for value in table[column.name].to_pylist()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _card_text(card: RecordsCard) -> str:
    content = card.model_dump(mode="json", exclude_defaults=True)
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    return text
