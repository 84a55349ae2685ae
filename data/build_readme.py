"""Writes `data/README.md`, the data dictionary, from the schema of the records and the rules of intake."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake.rule_table import rule_table
from steget_eval.records.codes import FOLLOW_UP_ENDS, INCOME_SOURCES, OCCASIONS, OCCUPATIONS, SEXES, STATES, UNITS
from steget_eval.records.tables import TABLES, Column, TableSchema

FILE = Path(__file__).resolve().parent / "README.md"

HEAD = """\
# Data

Made from the schema by `python data/build_readme.py`; change the schema, not this page.

| folder | what it holds |
|---|---|
| `programmes/<id>/` | a programme's `protocol.yaml`, and synthetic records where they are synthetic |
| `trials/` | published figures with their citations |
| `recipes/` | how files of a known source become records, for `steget-eval import` |
| `open/` | small real data sets with records of persons, with licence and origin (see `open/README.md`) |

## A folder of records

`records.yaml` says where the records come from and declares their own columns and codes. Beside it lies one file per
table, `<table>.csv`, `<table>.xlsx` or `<table>.parquet`; `participants` or `counts` must be there.

- CSV is UTF-8 with a comma or a semicolon between cells. A workbook is read from the sheet of the table's name, or its
  first; a formula is refused.
- A day is written YYYY-MM-DD. An interval is [start, end): the end is the day after the last.
- An empty cell is unknown; in `spells.ended_on` it means ongoing.
- A whole number has neither spaces nor decimals, a number has a decimal point; true and false may be 1 and 0.
- Imported tables have `source_file` and `source_row` last, and `conservation.csv` beside them tells what became of
  every row of the files.
- Several codes in one cell are separated by `|`.
- No cell is repaired: what breaks a rule is refused with file, column and rows, and identity numbers are refused
  wherever they stand. `steget-eval check` says the same without reading further, and writes it with `--out`.
- No row is dropped but those of people on `withdrawn.csv`, or not on `consented.csv`: lists of pseudonyms that may lie
  beside the tables, one a line. Their rows are left out before anything is asked of them, and counted.

```yaml
schema_version: 1
title: {sv: Mitt program, en: My programme}
origin: real                 # or synthetic, which every page then says
source: {sv: Verksamhetens eget register, en: The programme's own register}
licence: not distributed
baseline:                    # columns of participants beside those below
  months_on_support: {type: integer, label: {sv: månader före, en: months before}}
occasions: {month_3: {sv: månad 3, en: month 3}}
items: {pay: {sv: lön, en: pay}}
instruments: {scale_a: {sv: skala A, en: scale A, low: 0, high: 10}}   # low and high where they are known
assumptions: [{sv: Tomt slutdatum betyder pågående., en: An empty end means ongoing.}]
```

## Tables

"""

RULES_HEAD = """\
## Rules

Asked of every folder of records. An error refuses it; a warning is told by `steget-eval check` and, as a count past the
gate, in every report. A finding names file, column and rows, never a value.

"""

CODE_LISTS = {
    "state": STATES, "follow_up_ended_by": FOLLOW_UP_ENDS, "sex": SEXES, "occupation": OCCUPATIONS,
    "income_sources": INCOME_SOURCES, "occasion": OCCASIONS, "unit": UNITS,
}  # fmt: skip
DECLARED = {"item": "items", "instrument": "instruments"}


def data_dictionary() -> str:
    """Return the page: what a folder of records holds, every table, every code list."""
    tables = "\n".join(_table(schema) for schema in TABLES.values())
    codes = "\n".join(_codes(name) for name in CODE_LISTS)
    return f"{HEAD}{tables}\n## Codes\n\n{codes}\n{RULES_HEAD}{_rules()}".rstrip() + "\n"


def _table(schema: TableSchema) -> str:
    key = ", ".join(f"`{name}`" for name in schema.key) or "none"
    lines = [f"### {schema.name}", "", f"One row is {schema.row_en} ({schema.row_sv}). Key: {key}.", "",
             "| column | cells | must | meaning | på svenska |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [_line(column) for column in schema.columns]
    if schema.name == "participants":
        lines.append("| … | as the card says | yes | the card's `baseline` columns | kortets egna kolumner |")
    return "\n".join([*lines, ""])


def _line(column: Column) -> str:
    must = "every cell" if column.filled else "the column" if column.required else ""
    return f"| `{column.name}` | {_cells(column)} | {must} | {column.en} | {column.sv} |"


def _cells(column: Column) -> str:
    words = {"text": "text", "date": "day", "integer": "whole number", "number": "number", "boolean": "true or false"}
    if column.name in DECLARED:
        return f"code of the card's `{DECLARED[column.name]}`"
    if column.name == "occasion":
        return "[code](#occasion), or of the card's `occasions`"
    if column.name == "income_sources":
        return "codes with `|` between: [these](#income_sources) where they fit, else your own"
    if column.type in {"code", "codes"}:
        return f"[code](#{column.name})" if column.name in CODE_LISTS else "codes with `|` between"
    return words[column.type]


def _codes(name: str) -> str:
    lines = [f"### {name}", "", "| code | meaning | på svenska |", "|---|---|---|"]
    lines += [f"| `{code}` | {words.en} | {words.sv} |" for code, words in CODE_LISTS[name].items()]
    return "\n".join([*lines, ""])


def _rules() -> str:
    frame = rule_table().to_frame()
    # A rule that is asked of several columns is told once.
    told = frame.groupby(["rule", "severity", "sv", "en"], sort=False)["asked_of"]
    lines = ["| rule | severity | asked of | what is wrong | på svenska |", "|---|---|---|---|---|"]
    for (rule, severity, sv, en), places in told.unique().items():
        words = [text.replace("{allowed}", "…") for text in (en, sv)]
        lines.append(f"| `{rule}` | {severity} | {', '.join(places)} | {words[0]} | {words[1]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(data_dictionary(), encoding="utf-8", newline="\n")
    print(FILE)
