"""Reads a folder of records, or refuses it with everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from steget_eval.core.errors import RecordsError
from steget_eval.core.ledger import note_first
from steget_eval.intake.card import CARD_FILE, columns_of, read_card
from steget_eval.intake.consent import ConsentLists, find_lists, without
from steget_eval.intake.findings import Finding, Findings
from steget_eval.intake.folder import TableFile, find_tables
from steget_eval.intake.readers import read_sheet
from steget_eval.intake.rule_table import WRONG_LIST, row_rules
from steget_eval.intake.rules import RULES, RowRule
from steget_eval.intake.sheet import UnreadableError
from steget_eval.intake.table import CheckedTable, Place, check_table
from steget_eval.records.card import RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


def read_records(folder: str | Path) -> Records:
    """Return the validated records in a folder: `records.yaml` and one file per table.

    Nothing is repaired. No row is dropped but those of persons on the folder's list ``withdrawn.csv``, or not on its
    list ``consented.csv``: they are left out before anything else is asked of them, and counted in the card's
    accounting.

    Raises
    ------
    RecordsError
        With one sentence for every fault: file, column, row numbers, what is allowed; never a cell.
    """
    reading = _read(Path(folder))
    errors = reading.findings.errors
    if reading.card is None or errors:
        raise RecordsError("\n".join(errors.sentences()))
    found = tuple(finding.told() for finding in reading.findings.warnings)
    records = Records(tables=reading.tables, card=reading.card, name=_name(Path(folder)), found=found)
    # A folder that is filled anew was read before, and so were the same rows in another folder.
    times = [reading.first_read, note_first(f"records {records.fingerprint}")]
    return replace(records, first_read=min((one for one in times if one is not None), default=None))


def check_records(folder: str | Path) -> Findings:
    """Return everything that is wrong or odd in a folder of records, errors and warnings alike, without refusing."""
    return _read(Path(folder)).findings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reading:
    tables: Mapping[str, pa.Table]
    card: RecordsCard | None
    findings: Findings
    first_read: datetime | None = None


def _read(folder: Path) -> _Reading:
    if not folder.is_dir():
        missing = RULES["no_folder"].finding(file=str(folder))
        return _Reading(tables={}, card=None, findings=Findings((missing,)))
    try:
        card, findings = read_card(folder), []
    except RecordsError as error:
        card, findings = None, _card_findings(folder, error)
    try:
        lists = find_lists(folder)
    except RecordsError as error:
        lists = ConsentLists()
        findings.append(WRONG_LIST.finding(allowed=str(error).removeprefix(f"{folder}/")))
    found = find_tables(folder)
    findings += found.findings
    checked = {name: _check_file(name, file, card, lists) for name, file in found.files.items()}
    findings += [finding for one in checked.values() for finding in one.findings]
    tables = {name: one.table for name, one in checked.items() if one.table is not None and one.table.num_rows}
    findings += _row_findings(tables, card, is_person_known="participants" in found.files)
    read = note_first(f"folder {folder.resolve()}")
    return _Reading(tables=tables, card=_accounted(card, checked), findings=Findings(tuple(findings)), first_read=read)


def _accounted(card: RecordsCard | None, checked: Mapping[str, CheckedTable]) -> RecordsCard | None:
    lines = tuple(line for one in checked.values() for line in one.accounting)
    return card.model_copy(update={"accounting": (*card.accounting, *lines)}) if card is not None and lines else card


def _card_findings(folder: Path, error: RecordsError) -> list[Finding]:
    file = folder / CARD_FILE
    if not file.exists():
        return [RULES["no_card"].finding(file=CARD_FILE)]
    lines = (line.removeprefix(f"{file}: ") for line in str(error).splitlines())
    return [RULES["wrong_card"].finding(file=CARD_FILE, allowed=line) for line in lines]


def _check_file(name: str, file: TableFile, card: RecordsCard | None, lists: ConsentLists) -> CheckedTable:
    place = Place(table=name, file=f"{file.path.name}, {file.sheet}" if file.sheet else file.path.name)
    try:
        sheet = read_sheet(file.path, file.sheet)
    except UnreadableError as error:
        finding = RULES[error.rule].finding(
            table=name, file=place.file, count=len(error.rows), rows=error.rows[:10], allowed=error.allowed
        )
        return CheckedTable(table=None, findings=(finding,))
    sheet, accounting = without(sheet, lists, file=place.file, table=name)
    checked = check_table(sheet, columns_of(TABLES[name], card), place, is_closed=card is not None)
    return replace(checked, accounting=accounting)


def _row_findings(tables: Mapping[str, pa.Table], card: RecordsCard | None, *, is_person_known: bool) -> list[Finding]:
    frames = {name: table.to_pandas(date_as_object=False) for name, table in tables.items()}
    people = frames.get("participants")
    rules = row_rules(card)
    findings: list[Finding] = []
    for name, frame in frames.items():
        is_about_people = TABLES[name].column("participant_id") is not None
        if is_about_people and not is_person_known:
            findings.append(RULES["no_participants"].finding(table=name, file=frame["source_file"].iloc[0]))
        for rule in rules:
            if name in rule.tables and (people is not None or not rule.asks_participants):
                findings += _broken_rows(rule, name, frame, people if people is not None else frame)
    return findings


def _broken_rows(rule: RowRule, name: str, frame: pd.DataFrame, people: pd.DataFrame) -> list[Finding]:
    schema = TABLES[name]
    is_broken = rule.predicate(frame, people, schema)
    if not is_broken.any():
        return []
    place = Place(table=name, file=frame["source_file"].iloc[0])
    rows = frame["source_row"].to_numpy()[is_broken]
    allowed = ", ".join(schema.key) if rule.id == "duplicate_key" else ""
    return [place.finding(rule, rule.column, rows, allowed=allowed)]


def _name(folder: Path) -> str:
    path = folder.resolve()
    return path.parent.name if path.name == "records" else path.name
