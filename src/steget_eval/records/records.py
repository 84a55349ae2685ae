"""Records: the validated tables of one programme, with their origin and their fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from steget_eval.core.fingerprint import fingerprint_bytes, fingerprint_json
from steget_eval.core.html import frame_html
from steget_eval.records.account import DataAccount, Found
from steget_eval.records.card import RecordsCard
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

#: Where a row came from; not part of what a record says, so not part of its fingerprint.
SOURCE_COLUMNS = ("source_file", "source_row")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Records:
    """Validated tables.

    Attributes
    ----------
    tables
        Table name to an Arrow table with the schema's columns, typed (dates are date32, amounts int64), and with
        `source_file` and `source_row`, so that a later refusal can point at them.
    card
        Origin, licence and the records' own columns and codes.
    first_read
        When this package first read these records on this account, from this folder or any other; None where that is
        not known, as for records that were never read from a folder.
    found
        What the rules of intake found as the files were read, without refusing it.
    """

    tables: Mapping[str, pa.Table]
    card: RecordsCard
    name: str = "records"
    first_read: datetime | None = None
    found: tuple[Found, ...] = ()

    @property
    def account(self) -> DataAccount:
        """What the reader of a report is told of the files behind these records."""
        return DataAccount.of(self.card, self.found)

    def has(self, name: str) -> bool:
        """Tell whether the table is there and has rows."""
        return name in self.tables and self.tables[name].num_rows > 0

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas frame with nullable types."""
        import pandas as pd

        frame: pd.DataFrame = self.tables[name].to_pandas(
            types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get
        )
        return frame

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the records say, whatever the files and the order of their rows.

        An empty column says what an absent one says, and so does an empty table.
        """
        filled = {name: table for name, table in sorted(self.tables.items()) if table.num_rows}
        return fingerprint_json({name: _table_fingerprint(table) for name, table in filled.items()})

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has, in the schema's order."""
        return {name: self.tables[name].num_rows for name in TABLES if name in self.tables}

    def _repr_html_(self) -> str:
        import pandas as pd

        return frame_html(pd.DataFrame(list(self.counts().items()), columns=["table", "rows"]))

    def __repr__(self) -> str:
        return f"<Records {self.name}: {', '.join(f'{name} {rows}' for name, rows in self.counts().items())}>"


def _table_fingerprint(table: pa.Table) -> str:
    filled = (name for name in table.column_names if table[name].null_count < table.num_rows)
    said = table.select(sorted(name for name in filled if name not in SOURCE_COLUMNS))
    order = pc.sort_indices(said, sort_keys=[(name, "ascending") for name in said.column_names])
    sink = pa.BufferOutputStream()
    pc_csv.write_csv(said.take(order), sink)
    return fingerprint_bytes(sink.getvalue().to_pybytes())
