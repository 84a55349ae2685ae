"""Lists of consent for records that stay in their engine: whoever withdrew is left out where the rows lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steget_eval.core.errors import RecordsError
from steget_eval.intake.consent import NO_CONSENT, WITHDRAWN_CONSENT, find_lists
from steget_eval.records.card import AccountingLine, Label

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The tables of a database that are lists of ids and no records.
CONSENTED, WITHDRAWN = "consented", "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Consenting:
    """Tables without those whose rows may not be read, and the lines of the accounting, empty without a list."""

    tables: dict[str, ir.Table]
    accounting: tuple[AccountingLine, ...] = ()


def lists_of_folder(engine: Any, folder: Path) -> dict[str, ir.Table]:
    """Return the lists of a folder, ``consented.csv`` and ``withdrawn.csv``, as tables of the engine.

    Raises
    ------
    RecordsError
        A list is no such list; its rows are named, never an id.
    """
    import pyarrow as pa

    lists = find_lists(folder)
    held = {CONSENTED: lists.consented, WITHDRAWN: lists.withdrawn or None}
    return {
        name: engine.create_table(name, pa.table({"participant_id": pa.array(sorted(ids), pa.string())}))
        for name, ids in held.items()
        if ids is not None
    }


def only_consenting(tables: Mapping[str, ir.Table], lists: Mapping[str, ir.Table], at: str) -> Consenting:
    """Return the tables without whoever withdrew, or is not on a list of those who consented.

    The lists are tables of the same engine, so that no query names anybody. A row without an id stays: that it names
    nobody is a fault of its own.

    Raises
    ------
    RecordsError
        A list has no column of ids.
    """
    for name, listed in lists.items():
        if "participant_id" not in listed.columns or not listed.participant_id.type().is_string():
            raise RecordsError(f"{at}, table {name}: a list of consent has one column of texts, participant_id")
    left: dict[str, ir.Table] = dict(tables)
    lines: list[AccountingLine] = []
    for name in tables if lists else ():
        if "participant_id" in tables[name].columns:
            left[name], told = _of_table(name, tables[name], lists)
            lines += told
    return Consenting(tables=left, accounting=tuple(lines))


def _of_table(name: str, table: ir.Table, lists: Mapping[str, ir.Table]) -> tuple[ir.Table, list[AccountingLine]]:
    read, lines = _rows(table), []
    for which, reason in ((WITHDRAWN, WITHDRAWN_CONSENT), (CONSENTED, NO_CONSENT)):
        if which not in lists:
            continue
        ids, listed = table.participant_id, lists[which].filter(lists[which].participant_id.notnull()).participant_id
        is_listed = ids.strip().isin(listed)
        names_nobody = ids.isnull() | (ids == "")
        table = table.filter(names_nobody | (~is_listed if which == WITHDRAWN else is_listed))
        stayed = _rows(table)
        lines += [_line(name, read - stayed, reason)] if stayed < read else []
        read = stayed
    return table, [AccountingLine(file=name, table=name, fate="kept", rows=read), *lines]


def _line(name: str, rows: int, reason: Label) -> AccountingLine:
    return AccountingLine(file=name, table=name, fate="dropped", reason=reason, rows=rows)


def _rows(table: ir.Table) -> int:
    return int(table.count().execute())
