"""Holds numbers against numbers, each column with the agreement that can be asked of it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from steget_eval.core.columns import ANSWER_COLUMNS

#: Relative agreement asked of a column, where it is not that of every other. Counts are whole numbers and agree
#: exactly. A point estimate rests on an iteration that stops at 1e-10 or closer; a standard error, its limits and its
#: p-value on a matrix inverted there, in which libraries differ in the last few figures.
TOLERANCES: dict[str, float] = {
    **{column.name: 0.0 for column in ANSWER_COLUMNS if column.dtype == "count"},
    "std_error": 1e-8, "conf_low": 1e-8, "conf_high": 1e-8, "low": 1e-8, "high": 1e-8, "p_value": 1e-8,
}  # fmt: skip
RELATIVE = 1e-9
#: Below this a difference is one of rounding around zero.
ABSOLUTE = 1e-12


def differing_rows(then: str, now: str) -> Iterator[str]:
    """Yield every cell in which two tables of estimates, as CSV, differ beyond the agreement asked of its column."""
    first, second = list(csv.DictReader(StringIO(then))), list(csv.DictReader(StringIO(now)))
    if len(first) != len(second):
        yield f"{len(first)} rows in the report, {len(second)} now"
    for number, (old, new) in enumerate(zip(first, second, strict=False), start=1):
        for column in dict.fromkeys((*old, *new)):
            if not agree(_number(old.get(column)), _number(new.get(column)), column):
                yield f"row {number}, {column}: {old.get(column)!r} in the report, {new.get(column)!r} now"


def differing_values(then: Any, now: Any, at: str = "", column: str = "") -> Iterator[str]:
    """Yield every place in which two JSON values differ; rows of a frame take their columns' names."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        columns = then.get("columns")
        for name in dict.fromkeys((*then, *now)):
            path = f"{at}.{name}" if at else str(name)
            if name == "rows" and isinstance(columns, list) and columns == now.get("columns"):
                yield from _differing_frame(then["rows"], now["rows"], columns, path)
            else:
                yield from differing_values(then.get(name), now.get(name), path, str(name))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for place, (old, new) in enumerate(zip(then, now, strict=True)):
            yield from differing_values(old, new, f"{at}[{place}]", column)
    elif not agree(then, now, column):
        yield f"{at}: {_short(then)} in the report, {_short(now)} now"


def agree(old: Any, new: Any, column: str = "") -> bool:
    """Tell whether two values are the same; numbers within the agreement asked of their column."""
    if old == new:
        return True
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        relative = TOLERANCES.get(column, RELATIVE)
        return math.isclose(old, new, rel_tol=relative, abs_tol=ABSOLUTE if relative else 0.0)
    return False


def _differing_frame(then: Any, now: Any, columns: Sequence[Any], at: str) -> Iterator[str]:
    if len(then) != len(now):
        yield f"{at}: {len(then)} rows in the report, {len(now)} now"
        return
    for number, (old, new) in enumerate(zip(then, now, strict=True), start=1):
        if not isinstance(old, list) or len(old) != len(columns):
            yield from differing_values(old, new, f"{at}[{number}]")
            continue
        for name, before, after in zip(columns, old, new, strict=True):
            yield from differing_values(before, after, f"{at}[{number}].{name}", str(name))


def _number(text: str | None) -> float | str | None:
    try:
        return float(text) if text else text
    except ValueError:
        return text


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
