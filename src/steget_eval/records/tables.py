"""The schema of every table of records: columns, types, codes and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from steget_eval.records.codes import CONTACTS, FOLLOW_UP_ENDS, OCCASIONS, OCCUPATIONS, SEXES, STATES, UNITS, Words

ColumnType = Literal["text", "code", "codes", "date", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    type
        ``codes`` is several codes in one cell, separated by ``|``.
    required
        The column must be in the file.
    filled
        No cell of it may be empty.
    codes
        What is allowed, for ``code`` and ``codes``; None where the records' own card declares the list.
    """

    name: str
    type: ColumnType
    sv: str
    en: str
    required: bool = False
    filled: bool = False
    codes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """One table: what a row is, what makes it unique, and its columns in order."""

    name: str
    row_sv: str
    row_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def _codes(words: Mapping[str, Words | object]) -> tuple[str, ...]:
    return tuple(words)


#: Where a row of an imported table came from; in the files of imported records, and of no others.
SOURCE = (
    Column(name="source_file", type="text", sv="källfil", en="source file"),
    Column(name="source_row", type="integer", sv="rad i källfilen", en="row in the source file"),
)

_PERSON = Column(name="participant_id", type="text", sv="löpnummer", en="pseudonym", required=True, filled=True)
_OCCASION = Column(name="occasion", type="code", sv="mättillfälle", en="occasion", required=True, filled=True,
                   codes=_codes(OCCASIONS))  # fmt: skip

PARTICIPANTS = TableSchema(
    name="participants",
    row_sv="en person i en arm",
    row_en="a person in an arm",
    key=("participant_id",),
    columns=(
        _PERSON,
        Column(name="arm", type="text", sv="arm", en="arm", required=True, filled=True),
        Column(name="enrolled_on", type="date", sv="inskriven den", en="enrolled on", required=True),
        Column(name="followed_until", type="date", sv="följd till (dagen efter den sista)",
               en="followed until (the day after the last)", required=True),
        Column(name="follow_up_ended_by", type="code", sv="varför uppföljningen slutade",
               en="why follow-up ended", required=True, codes=_codes(FOLLOW_UP_ENDS)),
        Column(name="discharged_on", type="date", sv="utskriven den", en="discharged on"),
        Column(name="site", type="text", sv="plats", en="site"),
        Column(name="sex", type="code", sv="kön", en="sex", codes=_codes(SEXES)),
        Column(name="birth_year", type="integer", sv="födelseår", en="year of birth"),
    ),
)  # fmt: skip

SPELLS = TableSchema(
    name="spells",
    row_sv="en sträcka i ett tillstånd, [start, slut)",
    row_en="a stretch in a state, [start, end)",
    key=("participant_id", "state", "started_on"),
    columns=(
        _PERSON,
        Column(name="state", type="code", sv="tillstånd", en="state", required=True, filled=True,
               codes=_codes(STATES)),
        Column(name="started_on", type="date", sv="började den", en="started on", required=True, filled=True),
        Column(name="ended_on", type="date", sv="slutade den (tomt = pågår)", en="ended on (empty = ongoing)",
               required=True),
        Column(name="extent_percent", type="number", sv="omfattning i procent", en="extent in per cent"),
        Column(name="hours_per_week", type="number", sv="timmar per vecka", en="hours a week"),
        Column(name="subsidised", type="boolean", sv="subventionerad", en="subsidised"),
        Column(name="completed", type="boolean", sv="fullföljd (om utbildning: med godkänt resultat)",
               en="completed (of education: with a pass)"),
        Column(name="monthly_pay_sek", type="integer", sv="månadslön i kronor", en="monthly pay in kronor"),
        Column(name="chain_day", type="integer", sv="dag i rehabiliteringskedjan när sträckan började (första = 1)",
               en="day of the rehabilitation chain when the spell began (the first is 1)"),
    ),
)  # fmt: skip

STATUSES = TableSchema(
    name="statuses",
    row_sv="vad som var känt vid ett tillfälle",
    row_en="what was known at an occasion",
    key=("participant_id", "occasion"),
    columns=(
        _PERSON,
        _OCCASION,
        Column(name="observed_on", type="date", sv="observerad den", en="observed on"),
        Column(name="occupation", type="code", sv="sysselsättning", en="occupation", required=True,
               codes=_codes(OCCUPATIONS)),
        Column(name="income_sources", type="codes", sv="försörjningskällor", en="sources of income"),
        Column(name="work_extent_percent", type="number", sv="arbete i procent av heltid",
               en="work in per cent of full time"),
        Column(name="study_extent_percent", type="number", sv="studier i procent av heltid",
               en="education in per cent of full time"),
        Column(name="subsidised", type="boolean", sv="arbetet är subventionerat", en="the work is subsidised"),
        Column(name="contact", type="code", sv="hur personen nåddes", en="how the person was reached",
               codes=_codes(CONTACTS)),
    ),
)  # fmt: skip

ASSESSMENTS = TableSchema(
    name="assessments",
    row_sv="en poäng",
    row_en="a score",
    key=("participant_id", "occasion", "instrument"),
    columns=(
        _PERSON,
        Column(name="assessed_on", type="date", sv="bedömd den", en="assessed on"),
        _OCCASION,
        Column(name="instrument", type="code", sv="instrument", en="instrument", required=True, filled=True),
        Column(name="score", type="number", sv="poäng", en="score", required=True),
    ),
)

AMOUNTS = TableSchema(
    name="amounts",
    row_sv="ett belopp vid ett tillfälle",
    row_en="an amount at an occasion",
    key=("participant_id", "occasion", "item"),
    columns=(
        _PERSON,
        _OCCASION,
        Column(name="item", type="code", sv="post", en="item", required=True, filled=True),
        Column(name="value", type="integer", sv="värde", en="value", required=True),
        Column(name="unit", type="code", sv="enhet", en="unit", required=True, filled=True, codes=_codes(UNITS)),
    ),
)

SERVICES = TableSchema(
    name="services",
    row_sv="något som gavs",
    row_en="something delivered",
    key=(),
    columns=(
        _PERSON,
        Column(name="delivered_on", type="date", sv="given den", en="delivered on", required=True, filled=True),
        Column(name="service", type="text", sv="insats", en="service", required=True, filled=True),
        Column(name="quantity", type="number", sv="mängd", en="quantity"),
        Column(name="cost_sek", type="integer", sv="kostnad i kronor", en="cost in kronor"),
    ),
)

COUNTS = TableSchema(
    name="counts",
    row_sv="ett sammanräknat antal",
    row_en="an aggregate",
    key=("period", "category", "sex"),
    columns=(
        Column(name="period", type="text", sv="tid", en="period", required=True, filled=True),
        Column(name="category", type="text", sv="kategori", en="category", required=True, filled=True),
        Column(name="sex", type="code", sv="kön", en="sex", required=True, codes=_codes(SEXES)),
        Column(name="n", type="integer", sv="antal", en="number", required=True, filled=True),
    ),
)

#: Every table, in the order in which files are read.
TABLES: dict[str, TableSchema] = {
    table.name: table for table in (PARTICIPANTS, SPELLS, STATUSES, ASSESSMENTS, AMOUNTS, SERVICES, COUNTS)
}
