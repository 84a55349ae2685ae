"""Refuses rows by file, column and row number, never by what stands in them."""

from __future__ import annotations

import ibis.expr.types as ir

from steget_eval.core.errors import CohortError

#: How many row numbers a refusal names.
_NAMED = 10


def refuse_rows(faulty: ir.Table, column: str, why: str) -> None:
    """Raise `CohortError` where a table of faulty rows has any.

    Parameters
    ----------
    faulty
        Rows with `source_file` and `source_row`.
    why
        What is wrong and what is allowed; no value of a person.
    """
    rows = faulty.select("source_file", "source_row")
    n = int(rows.count().execute())
    if n == 0:
        return
    first = rows.order_by(["source_file", "source_row"]).limit(_NAMED).to_pandas()
    if first["source_row"].isnull().any():  # rows of a database have no numbers
        raise CohortError(f"{first['source_file'].iloc[0]}, column {column}, {n} {'row' if n == 1 else 'rows'}: {why}")
    places = [
        f"{file}, column {column}, {'row' if len(part) == 1 else 'rows'} {', '.join(str(int(row)) for row in part)}"
        for file, part in first.groupby("source_file", sort=True)["source_row"]
    ]
    more = f" and {n - _NAMED} more" if n > _NAMED else ""
    raise CohortError(f"{'; '.join(places)}{more}: {why}")


def refuse_missing_column(table: ir.Table, name: str, column: str, needed_by: str) -> None:
    """Raise `CohortError` where a table lacks a column, naming its file and what needs the column."""
    if column in table.columns:
        return
    file = table.select("source_file").order_by("source_file").limit(1).to_pandas()["source_file"]
    place = str(file.iloc[0]) if len(file) else name
    raise CohortError(f"{place}: there is no column {column}, which {needed_by} needs")
