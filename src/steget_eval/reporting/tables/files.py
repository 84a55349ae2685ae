"""What was found in the files, and where their rows went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.records.tables import TABLES
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label


def found(release: Release) -> Table:
    """Return what the rules of intake found: what, where, in how many rows."""
    frame = release.account.found
    rows = tuple((_text(_words(row)), _text(_place(row)), _count(row)) for row in frame.to_dict("records"))
    return _table(("file_finding", "place", "rows"), rows, "caption.found", frame)


def accounting(release: Release) -> Table:
    """Return where the rows of the source files went."""
    frame = release.account.accounting
    rows = tuple(
        (_text(key_label(f"fate.{row['fate']}")), _text(_where_to(row)), _count(row))
        for row in frame.to_dict("records")
    )
    return _table(("fate", "where_to", "rows"), rows, "caption.accounting", frame)


def _words(row: Mapping[Any, Any]) -> Label:
    return {"sv": row["sv"], "en": row["en"]}


def _where_to(row: Mapping[Any, Any]) -> Label:
    if row["sv"]:
        return _words(row)
    return code_label("file_table", row["table"]) if row["table"] else {"sv": "", "en": ""}


def _place(row: Mapping[Any, Any]) -> Label:
    schema = TABLES.get(row["table"])
    column = schema.column(row["column"]) if schema else None
    name = ".".join(part for part in (row["table"], row["column"]) if part)
    if column is None:
        return {"sv": name, "en": name}
    return {"sv": f"{column.sv} ({name})", "en": f"{column.en} ({name})"}


def _count(row: Mapping[Any, Any]) -> Cell:
    if pd.isna(row["rows"]):
        return Cell(format="count", state="suppressed" if row["suppressed"] else "not_applicable")
    return Cell(format="count", value=int(row["rows"]))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)


def _table(names: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], caption: str, frame: pd.DataFrame) -> Table:
    columns = tuple(
        Column(key=name, heading=key_label(f"column.{name}"), align="right" if name == "rows" else "left")
        for name in names
    )
    return Table(cells=TableBody(columns=columns, rows=rows, caption=key_label(caption)), frame=frame)
