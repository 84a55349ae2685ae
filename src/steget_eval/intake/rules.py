"""The rules of intake: id, severity, predicate, message in Swedish and English."""

from __future__ import annotations

from dataclasses import dataclass

from steget_eval.intake import predicates as ask
from steget_eval.intake.findings import Finding, Severity
from steget_eval.records.codes import Words
from steget_eval.records.tables import ColumnType


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule about a folder, a file or a header; the reader that meets the fault names it.

    Attributes
    ----------
    sv, en
        What is wrong and what is allowed; ``{allowed}`` is filled with names from the schema, the card or the
        package, never with a cell.
    """

    id: str
    severity: Severity = "error"
    sv: str
    en: str

    def finding(
        self,
        *,
        table: str = "",
        file: str = "",
        column: str = "",
        count: int = 0,
        rows: tuple[int, ...] = (),
        allowed: str = "",
        key: tuple[str, ...] = (),
        query: str = "",
    ) -> Finding:
        """Return the finding that this rule is broken there."""
        message = Words(self.sv.format(allowed=allowed), self.en.format(allowed=allowed))
        return Finding(
            rule=self.id, severity=self.severity, table=table, file=file, column=column, count=count, rows=rows,
            key=key, query=query, message=message,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRule(Rule):
    """A rule about one cell's text, asked of the columns of certain types; the first broken one names the cell."""

    types: tuple[ColumnType, ...] | None = None
    predicate: ask.CellPredicate


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule(Rule):
    """A rule about the rows of typed tables, named at a column.

    Attributes
    ----------
    tables
        Which tables it is asked of.
    column
        The column it is named at; empty where it is about the whole row.
    asks_participants
        Whether it needs the participants beside the table.
    """

    tables: tuple[str, ...]
    column: str = ""
    asks_participants: bool = False
    predicate: ask.RowPredicate


_PERSON_TABLES = ("spells", "statuses", "assessments", "amounts", "services")
_EVERY_TABLE = ("participants", *_PERSON_TABLES, "counts")
_NUMBERS: tuple[ColumnType, ...] = ("integer", "number")

_FOLDER_RULES = (
    Rule(id="no_folder", sv="mappen finns inte", en="there is no such folder"),
    Rule(id="no_card", sv="filen saknas; den säger varifrån uppgifterna kommer (title, origin, source, licence)",
         en="the file is missing; it says where the records come from (title, origin, source, licence)"),
    Rule(id="wrong_card", sv="{allowed}", en="{allowed}"),
    Rule(id="no_table", sv="varken participants eller counts finns; tillåtet: {allowed}",
         en="neither participants nor counts is there; allowed: {allowed}"),
    Rule(id="no_participants", sv="personer finns i tabellen men participants saknas",
         en="the table is about persons but participants is missing"),
    Rule(id="unknown_file", sv="ingen av tabellerna; tillåtet: {allowed}", en="none of the tables; allowed: {allowed}"),
    Rule(id="table_twice", sv="tabellen finns i flera filer; behåll en av dem: {allowed}",
         en="the table stands in several files; keep one of them: {allowed}"),
)  # fmt: skip

_FILE_RULES = (
    Rule(id="unreadable", sv="filen kan inte öppnas", en="the file cannot be opened"),
    Rule(id="unknown_kind", sv="ingen fil som läses; tillåtet: {allowed}",
         en="no file that is read; allowed: {allowed}"),
    Rule(id="empty_file", sv="filen är tom", en="the file is empty"),
    Rule(id="not_its_suffix", sv="filen är inte vad dess ändelse säger; innehållet ser ut som {allowed}",
         en="the file is not what its suffix says; the content looks like {allowed}"),
    Rule(id="damaged", sv="filen är skadad och kan inte läsas som {allowed}",
         en="the file is damaged and cannot be read as {allowed}"),
    Rule(id="too_large", sv="filen är för stor för att läsas cell för cell; tillåtet: {allowed}, eller en databas",
         en="the file is too large to be read cell by cell; allowed: {allowed}, or a database"),
    Rule(id="too_wide", sv="för många kolumner; tillåtet: {allowed}", en="too many columns; allowed: {allowed}"),
    Rule(id="not_text", sv="texten är varken UTF-8 eller Windows-1252; spara som ”CSV UTF-8”",
         en="the text is neither UTF-8 nor Windows-1252; save it as “CSV UTF-8”"),
    Rule(id="windows_1252", severity="warning", sv="texten är inte UTF-8 och lästes som Windows-1252",
         en="the text is not UTF-8 and was read as Windows-1252"),
    Rule(id="no_such_sheet", sv="tabellen finns inte i filen; tillåtet: en tabell som filen har",
         en="the table is not in the file; allowed: a table that the file has"),
    Rule(id="merged_cells", sv="sammanslagna celler; tillåtet: en cell för varje rad och kolumn",
         en="merged cells; allowed: one cell for each row and column"),
    Rule(id="cached_formula", severity="warning", sv="formler; det värde som sparades senast lästes",
         en="formulas; the value that was saved last was read"),
    Rule(id="hidden_sheet", severity="warning", sv="arbetsboken har dolda blad",
         en="the workbook has hidden sheets"),
    Rule(id="user_missing", severity="warning",
         sv="celler som filen märker som saknade lästes som tomma; skäl: {allowed}",
         en="cells that the file marks as missing were read as empty; reason: {allowed}"),
    Rule(id="no_header", sv="första raden är ingen rubrikrad; den ska namnge kolumner som {allowed}",
         en="the first row is no header; it should name columns such as {allowed}"),
    Rule(id="no_rows", sv="rubrikraden finns men inga rader under den", en="there is a header but no row below it"),
    Rule(id="ragged_row", sv="raden har inte lika många celler som rubrikraden; tillåtet: {allowed}",
         en="the row has not as many cells as the header; allowed: {allowed}"),
    Rule(id="unknown_column", sv="okänd kolumn (räknat från vänster); tillåtet: {allowed}",
         en="not a known column (counted from the left); allowed: {allowed}"),
    Rule(id="unknown_column_near", sv="okänd kolumn (räknat från vänster); menades {allowed}",
         en="not a known column (counted from the left); did you mean {allowed}"),
    Rule(id="more_unknown_columns", sv="ytterligare okända kolumner: {allowed}",
         en="further unknown columns: {allowed}"),
    Rule(id="unnamed_column", sv="kolumnen har celler men inget namn", en="the column has cells but no name"),
    Rule(id="column_twice", sv="kolumnen finns två gånger", en="the column stands twice"),
    Rule(id="missing_column", sv="kolumnen saknas", en="the column is missing"),
)  # fmt: skip

#: In the order in which they are asked of a cell.
CELL_RULES = (
    CellRule(id="identity_number", predicate=ask.is_identity_number,
             sv="identitetsnummer; byt mot löpnummer innan uppgifterna läses",
             en="identity numbers; replace them by pseudonyms before the records are read"),
    CellRule(id="outer_spaces", predicate=ask.has_outer_spaces,
             sv="blanktecken först eller sist i cellen", en="the cell begins or ends with space"),
    CellRule(id="formula", predicate=ask.is_formula,
             sv="en formel eller ett felvärde; tillåtet: ett värde", en="a formula or its error; allowed: a value"),
    CellRule(id="not_a_date", types=("date",), predicate=ask.is_no_date,
             sv="inget datum; tillåtet: en dag skriven ÅÅÅÅ-MM-DD",
             en="not a date; allowed: a day written YYYY-MM-DD"),
    CellRule(id="far_date", types=("date",), predicate=ask.is_far_date,
             sv="en dag utanför det som läses; tillåtet: 1900-01-01 till 2100-12-31 (tomt = pågår eller okänt)",
             en="a day outside what is read; allowed: 1900-01-01 to 2100-12-31 (empty = ongoing or unknown)"),
    CellRule(id="not_whole", types=("integer",), predicate=ask.is_no_whole_number,
             sv="inget heltal; tillåtet: siffror utan mellanrum och decimaler",
             en="no whole number; allowed: digits without spaces or decimals"),
    CellRule(id="not_a_number", types=("number",), predicate=ask.is_no_number,
             sv="inget tal; tillåtet: siffror med samma decimaltecken i hela kolumnen, som 12.5",
             en="not a number; allowed: digits with one decimal sign in the whole column, such as 12.5"),
    CellRule(id="huge_number", types=_NUMBERS, predicate=ask.is_huge,
             sv="talet är för stort; tillåtet: det som ryms i 64 bitar",
             en="the number is too large; allowed: what fits in 64 bits"),
    CellRule(id="negative", types=_NUMBERS, predicate=ask.is_negative,
             sv="mindre än noll; tillåtet: noll eller mer", en="below zero; allowed: zero or more"),
    CellRule(id="above_hundred", types=_NUMBERS, predicate=ask.is_above_hundred,
             sv="mer än hundra procent; tillåtet: 0 till 100", en="above a hundred per cent; allowed: 0 to 100"),
    CellRule(id="not_true_or_false", types=("boolean",), predicate=ask.is_no_boolean,
             sv="varken sant eller falskt; tillåtet: true, false, 1, 0",
             en="neither true nor false; allowed: true, false, 1, 0"),
    CellRule(id="unknown_code", types=("code", "codes"), predicate=ask.is_unknown_code,
             sv="okänd kod; tillåtet: {allowed}", en="an unknown code; allowed: {allowed}"),
)  # fmt: skip

MISSING_CELL = Rule(id="missing_cell", sv="tom cell; kolumnen måste vara ifylld",
                    en="an empty cell; the column must be filled")  # fmt: skip


def _after_follow_up(table: str, column: str) -> RowRule:
    return RowRule(
        id="after_follow_up", tables=(table,), column=column, asks_participants=True,
        predicate=ask.after_follow_up(column),
        sv="efter personens followed_until; tillåtet: senast den dagen",
        en="after the person's followed_until; allowed: that day at the latest",
    )  # fmt: skip


ROW_RULES = (
    RowRule(id="duplicate_key", tables=_EVERY_TABLE, predicate=ask.repeats_key,
            sv="samma nyckel på flera rader; tillåtet: en rad för varje {allowed}",
            en="the same key on several rows; allowed: one row for each {allowed}"),
    RowRule(id="unknown_person", tables=_PERSON_TABLES, column="participant_id", asks_participants=True,
            predicate=ask.is_unknown_person,
            sv="personen finns inte i participants", en="the person is not in participants"),
    RowRule(id="enrolled_after_follow_up", tables=("participants",), column="enrolled_on",
            predicate=ask.follows("enrolled_on", than="followed_until"),
            sv="efter followed_until; tillåtet: senast den dagen",
            en="after followed_until; allowed: that day at the latest"),
    RowRule(id="discharged_before_enrolled", tables=("participants",), column="discharged_on",
            predicate=ask.follows("enrolled_on", than="discharged_on"),
            sv="före enrolled_on; tillåtet: tidigast den dagen",
            en="before enrolled_on; allowed: that day at the earliest"),
    RowRule(id="end_before_start", tables=("spells",), column="ended_on",
            predicate=ask.follows("started_on", than="ended_on"),
            sv="slutet ligger före början; tillåtet: en dag efter started_on, eller tomt (pågår)",
            en="the end is before the start; allowed: a day after started_on, or empty (ongoing)"),
    RowRule(id="empty_spell", tables=("spells",), column="ended_on", predicate=ask.equals("started_on", "ended_on"),
            sv="en sträcka utan dagar; ended_on är dagen efter den sista",
            en="a spell of no days; ended_on is the day after the last"),
    _after_follow_up("spells", "started_on"),
    _after_follow_up("statuses", "observed_on"),
    _after_follow_up("assessments", "assessed_on"),
    _after_follow_up("services", "delivered_on"),
    RowRule(id="mixed_units", tables=("amounts",), column="unit", predicate=ask.mixes_units,
            sv="posten har flera enheter; tillåtet: en enhet för varje post",
            en="the item has several units; allowed: one unit for each item"),
    RowRule(id="end_without_reason", severity="warning", tables=("participants",), column="follow_up_ended_by",
            predicate=ask.only_one_filled("followed_until", "follow_up_ended_by"),
            sv="followed_until och follow_up_ended_by hör ihop, men en av dem är tom",
            en="followed_until and follow_up_ended_by belong together, but one of them is empty"),
    RowRule(id="not_followed", severity="warning", tables=("participants",), column="followed_until",
            predicate=ask.equals("enrolled_on", "followed_until"),
            sv="personen följdes inte en enda dag", en="the person was followed for no day"),
    RowRule(id="discharged_after_follow_up", severity="warning", tables=("participants",), column="discharged_on",
            predicate=ask.follows("discharged_on", than="followed_until"),
            sv="utskriven efter followed_until", en="discharged after followed_until"),
)  # fmt: skip

#: Rules that a reader names by id.
RULES: dict[str, Rule] = {rule.id: rule for rule in (*_FOLDER_RULES, *_FILE_RULES, MISSING_CELL)}
