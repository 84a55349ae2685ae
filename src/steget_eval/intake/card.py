"""Reads the card of a folder of records and says which columns its tables may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import count_identity_numbers
from steget_eval.core.yaml import load_model
from steget_eval.records.card import Label, RecordsCard
from steget_eval.records.tables import PARTICIPANTS, SOURCE, Column, TableSchema

CARD_FILE = "records.yaml"


def read_card(folder: Path) -> RecordsCard:
    """Return the card of a folder; a wrong one raises `RecordsError` with one line for every fault."""
    file = folder / CARD_FILE
    _refuse(file, _identity_faults(file))  # before any other refusal could quote one
    card = load_model(file, RecordsCard, error=RecordsError)
    _refuse(file, _baseline_faults(card))
    return card


def columns_of(schema: TableSchema, card: RecordsCard | None) -> tuple[Column, ...]:
    """Return a table's columns in order: the schema's, with the card's codes, then the card's own.

    Imported records have last where their rows came from. Without a card the columns whose codes it would declare take
    any code.
    """
    if card is None:
        return tuple(replace(column, codes=None) if column.name == "occasion" else column for column in schema.columns)
    declared: Mapping[str, Mapping[str, Label]] = {
        "occasion": card.occasions,
        "item": card.items,
        "instrument": card.instruments,
    }
    own = tuple(
        replace(column, codes=(*(column.codes or ()), *declared[column.name])) if column.name in declared else column
        for column in schema.columns
    )
    source = SOURCE if card.accounting else ()
    if schema is not PARTICIPANTS:
        return own + source
    return own + tuple(
        Column(name=name, type=line.type, sv=line.label.sv, en=line.label.en, required=True,
               codes=tuple(line.codes) if line.type == "code" else None)
        for name, line in card.baseline.items()
    ) + source  # fmt: skip


def _refuse(file: Path, faults: list[str]) -> None:
    if faults:
        raise RecordsError("\n".join(f"{file}: {fault}" for fault in faults))


def _identity_faults(file: Path) -> list[str]:
    try:
        found = count_identity_numbers(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []  # told by whoever reads it next
    return [f"{found} identity numbers; the card is no place for them"] if found else []


def _baseline_faults(card: RecordsCard) -> list[str]:
    taken = {column.name for column in PARTICIPANTS.columns} | {"source_file", "source_row"}
    clash = [f"baseline.{name} is a column of participants already" for name in card.baseline if name in taken]
    bare = [
        f"baseline.{name}.codes is missing; a column of type code says which it may have"
        for name, line in card.baseline.items()
        if line.type == "code" and not line.codes
    ]
    return clash + bare
