"""Checks imported rows by the rules of intake, naming source files and rows, and types them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from steget_eval.core.errors import RecordsError
from steget_eval.intake.card import columns_of
from steget_eval.intake.findings import Finding, Findings
from steget_eval.intake.importing.merging import ROW
from steget_eval.intake.importing.source import Source
from steget_eval.intake.rule_table import row_rules
from steget_eval.intake.rules import RULES
from steget_eval.intake.sheet import Sheet
from steget_eval.intake.table import Place, check_table
from steget_eval.records.card import RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.tables import TABLES, Column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typed:
    """Typed tables, and what is odd in them without being refused."""

    tables: Mapping[str, pa.Table]
    findings: Findings


def typed_tables(
    landed: Mapping[str, pd.DataFrame], source: Source, card: RecordsCard, people: Records | None
) -> Typed:
    """Return the rows as typed tables, with those of `people` before them.

    Raises
    ------
    RecordsError
        With one sentence for every rule that is broken, as `read_records` would.
    """
    tables = dict(people.tables) if people else {}
    findings: list[Finding] = []
    for name in (one for one in TABLES if one in landed):
        columns = columns_of(TABLES[name], card)
        parts = [check_table(sheet, columns, place) for sheet, place in _sheets(name, landed[name], columns, source)]
        findings += [finding for part in parts for finding in part.findings]
        mine = [part.table for part in parts if part.table is not None]
        tables[name] = pa.concat_tables([*([tables[name]] if name in tables else []), *mine], promote_options="default")
    findings += _row_findings(tables, card)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise RecordsError("\n".join(Findings(tuple(errors)).sentences()))
    return Typed(tables=tables, findings=Findings(tuple(findings)))


def _sheets(
    name: str, frame: pd.DataFrame, columns: tuple[Column, ...], source: Source
) -> Iterator[tuple[Sheet, Place]]:
    required = [column.name for column in columns if column.required and column.name not in frame.columns]
    whole = frame.assign(**dict.fromkeys(required, ""))
    header = [title for title in whole.columns if title != ROW]
    files = source.files[whole[ROW].to_numpy()]
    for file in dict.fromkeys(files):
        mine = whole[files == file]
        yield (
            Sheet(
                header=tuple(header),
                columns=tuple(mine[title].to_numpy() for title in header),
                rows=source.numbers[mine[ROW].to_numpy()],
            ),
            Place(table=name, file=file),
        )


def _row_findings(tables: Mapping[str, pa.Table], card: RecordsCard) -> list[Finding]:
    frames = {name: table.to_pandas(date_as_object=False) for name, table in tables.items()}
    people = frames.get("participants")
    findings: list[Finding] = []
    for name, frame in frames.items():
        if people is None and TABLES[name].column("participant_id") is not None:
            findings.append(RULES["no_participants"].finding(table=name, file=str(frame["source_file"].iloc[0])))
        for rule in row_rules(card):
            if name not in rule.tables or (people is None and rule.asks_participants):
                continue
            broken = rule.predicate(frame, frame if people is None else people, TABLES[name])
            allowed = ", ".join(TABLES[name].key) if rule.id == "duplicate_key" else ""
            for file in frame["source_file"][broken].unique():
                rows = frame["source_row"].to_numpy()[broken & (frame["source_file"] == file).to_numpy()]
                place = Place(table=name, file=file)
                findings.append(place.finding(rule, rule.column, rows.astype(np.int64), allowed=allowed))
    return findings
