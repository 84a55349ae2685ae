"""Reads Parquet: every cell as the text that the same table would have in CSV."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steget_eval.intake.readers.signature import content_of
from steget_eval.intake.sheet import MOST_COLUMNS, Sheet, UnreadableError

#: What a file states that its rows take when they are unpacked may not be more than this.
UNPACKED_BYTES = 2 * 10**9
MOST_ROWS = 50 * 10**6

_UNFIT = (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError)


def read_parquet_sheet(path: Path, name: str = "") -> Sheet:
    """Return the sheet in a Parquet file; a column of lists, maps or bytes is refused as damaged.

    A file has one table, whatever `name` says.
    """
    content = content_of(path, "parquet")
    try:
        _refuse_large(pq.ParquetFile(io.BytesIO(content)).metadata)
        table = pq.read_table(io.BytesIO(content), use_threads=False)
        table.validate(full=True)
    except _UNFIT:
        raise UnreadableError("damaged", allowed="parquet") from None
    return sheet_from_arrow(table, kind="parquet")


def sheet_from_arrow(table: Any, *, kind: str) -> Sheet:
    """Return an Arrow table as text cells; `kind` is what a table that cannot become text is refused as."""
    if table.num_columns > MOST_COLUMNS:
        raise UnreadableError("too_wide", allowed=str(MOST_COLUMNS))
    try:
        columns = tuple(_text(column) for column in table.columns)
    except _UNFIT:
        raise UnreadableError("damaged", allowed=kind) from None
    if not columns:
        raise UnreadableError("empty_file")
    if table.num_rows == 0:
        raise UnreadableError("no_rows")
    rows = np.arange(2, table.num_rows + 2, dtype=np.int64)
    filled = np.any([column != "" for column in columns], axis=0)
    return Sheet(
        header=tuple(table.column_names), columns=tuple(column[filled] for column in columns), rows=rows[filled]
    )


def _refuse_large(said: Any) -> None:
    unpacked = sum(said.row_group(number).total_byte_size for number in range(said.num_row_groups))
    if unpacked > UNPACKED_BYTES or said.num_rows > MOST_ROWS:
        raise UnreadableError("too_large", allowed=f"{UNPACKED_BYTES // 10**6} MB")


def _text(column: Any) -> np.ndarray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        column = _days_or_moments(column.cast(pa.timestamp("us"), safe=False))
    elif pa.types.is_floating(kind):
        column = _whole_or_decimal(column)
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_primitive(kind)
              or pa.types.is_null(kind) or pa.types.is_decimal(kind)):  # fmt: skip
        raise pa.ArrowNotImplementedError("a cell that holds more than one value")
    text = pc.fill_null(column.cast(pa.string()), "")
    array: np.ndarray = text.to_numpy(zero_copy_only=False)
    return array


def _days_or_moments(moments: Any) -> Any:
    days = moments.cast(pa.date32(), safe=False)
    return days if pc.all(pc.equal(days.cast(pa.timestamp("us")), moments)).as_py() is not False else moments


def _whole_or_decimal(numbers: Any) -> Any:
    # pandas stores whole numbers with gaps as floats; 2**53 is where a double stops telling neighbours apart.
    is_whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 2.0**53))
    return numbers.cast(pa.int64()) if pc.all(is_whole).as_py() is not False else numbers
