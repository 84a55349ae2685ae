"""HTML faces of results, every value escaped."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def cell_text(value: object) -> str:
    """Return a value as short plain text; a missing value is an empty text."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    text = str(value)
    return "" if text in {"NaT", "<NA>"} else text


def frame_html(frame: pd.DataFrame) -> str:
    """Return a frame as an HTML table without index, every cell escaped."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    rows = (
        "<tr>" + "".join(f"<td>{escape(cell_text(value))}</td>" for value in row) + "</tr>"
        for row in frame.itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
