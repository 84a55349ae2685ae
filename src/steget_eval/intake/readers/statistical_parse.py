"""Takes a Stata, SPSS or SAS file apart in a process of its own, and hands its cells on as text.

What it prints is an Arrow stream of texts, whose schema carries the file's labels and missing codes.
"""

from __future__ import annotations

import json
import math
import sys
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyreadstat

from steget_eval.intake.readers.apart import run_parser

METADATA = b"steget"

_READERS: dict[str, Any] = {
    "dta": pyreadstat.read_dta,
    "sav": pyreadstat.read_sav,
    "sas7bdat": pyreadstat.read_sas7bdat,
    "xpt": pyreadstat.read_xport,
}
#: Day 0 of each program, and the length of its steps in seconds for dates and for moments.
_DAY_ZERO = {"dta": date(1960, 1, 1), "sav": date(1582, 10, 14), "sas7bdat": date(1960, 1, 1), "xpt": date(1960, 1, 1)}
_STEPS = {"dta": (86_400.0, 0.001), "sav": (1.0, 1.0), "sas7bdat": (86_400.0, 1.0), "xpt": (86_400.0, 1.0)}
_DATES = {
    "dta": ("%td", "%-td", "%d"),
    "sav": ("DATE", "ADATE", "EDATE", "SDATE", "JDATE"),
    "sas": ("DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "B8601DA", "WEEKDATE", "WORDDATE", "NLDATE", "JULIAN"),
}
_MOMENTS = {"dta": ("%tc", "%-tc"), "sav": ("DATETIME", "YMDHMS"), "sas": ("DATETIME", "E8601DT", "B8601DT", "NLDATM")}
_UNFIT = (
    pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, TypeError, LookupError, AttributeError,
    ArithmeticError, MemoryError, OSError, pa.ArrowException,
)  # fmt: skip


def parse(path: str, kind: str) -> Any:
    """Return the cells of a file as an Arrow table of texts; missing codes and labels are in its schema."""
    options: dict[str, Any] = {"disable_datetime_conversion": True, "output_format": "dict"}
    if kind != "xpt":
        options["user_missing"] = True
    cells, said = _READERS[kind](path, **options)
    columns, missing = {}, {}
    for name, values in cells.items():
        codes = [_missing_code(value, said, name) for value in values]
        form = _form(said.original_variable_types.get(name), kind)
        columns[name] = ["" if code else _text(value, form, kind) for code, value in zip(codes, values, strict=True)]
        missing[name] = {code: [at for at, one in enumerate(codes) if one == code] for code in sorted({*codes} - {""})}
    about = {"labels": said.column_names_to_labels, "value_labels": _value_labels(said), "missing": missing}
    return pa.table(
        {name: pa.array(texts, pa.string()) for name, texts in columns.items()},
        metadata={METADATA: json.dumps(about).encode()},
    )


def _value_labels(said: Any) -> dict[str, dict[str, str]]:
    return {
        name: {_text(code, "", ""): str(label) for code, label in labels.items()}
        for name, labels in said.variable_value_labels.items()
    }


def _missing_code(value: Any, said: Any, name: str) -> str:
    """Return the code of a cell that is missing for a reason, or an empty text."""
    if value in said.missing_user_values.get(name, ()):  # Stata's .a to .z, SAS's .A to .Z
        return f".{value}"
    for span in said.missing_ranges.get(name, ()):
        if type(value) is type(span["lo"]) and span["lo"] <= value <= span["hi"]:
            return _text(value, "", "")
    return ""


def _form(form: str | None, kind: str) -> str:
    family = "sas" if kind in {"sas7bdat", "xpt"} else kind
    if (form or "").startswith(_MOMENTS[family]):
        return "moment"
    return "date" if (form or "").startswith(_DATES[family]) else ""


def _text(value: object, form: str, kind: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if form and isinstance(value, int | float):
        return _day(float(value), form, kind)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip()


def _day(steps: float, form: str, kind: str) -> str:
    seconds = steps * _STEPS[kind][form == "moment"]
    try:
        moment = datetime.combine(_DAY_ZERO[kind], datetime.min.time()) + timedelta(seconds=seconds)
    except OverflowError:
        return str(steps)  # no day of the calendar, which a rule tells
    return (moment.date() if moment.time() == datetime.min.time() else moment).isoformat()


def main() -> int:
    """Parse the file that the arguments name and print it."""
    return run_parser(parse, _UNFIT)


if __name__ == "__main__":
    sys.exit(main())
