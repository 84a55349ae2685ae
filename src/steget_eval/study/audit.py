"""Audits a published table that somebody has typed in."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake.trials import read_printed_table
from steget_eval.methods.evidence.audit import audit
from steget_eval.methods.evidence.audit_findings import Audit, PrintedRow
from steget_eval.methods.evidence.audit_sums import Cells
from steget_eval.methods.evidence.ledger_line import Line
from steget_eval.records.printed_table import TypedRow


def audit_table(table: Path | tuple[TypedRow, ...]) -> Audit:
    """Return what is wrong with a published table, with the counts that can be reconstructed from it.

    Parameters
    ----------
    table
        A CSV file with the columns of `TypedRow`, or its rows. Only ``row`` is needed; an empty cell is not printed.

    Raises
    ------
    RecordsError
        Where a row of the file is not as it should be.
    """
    rows = read_printed_table(table) if isinstance(table, Path) else table
    return audit(tuple(_row(row) for row in rows))


def _row(row: TypedRow) -> PrintedRow:
    return PrintedRow(
        label=row.row,
        part_of=row.part_of,
        arm_1=Cells(n=row.n_1, events=row.events_1, percent=row.percent_1),
        arm_0=Cells(n=row.n_0, events=row.events_0, percent=row.percent_0),
        everyone=Cells(n=row.n_all, events=row.events_all, percent=row.percent_all),
        effect=Line(measure=row.measure, estimate=row.estimate, low=row.low, high=row.high, p=row.p),
    )
