"""Every rule of intake in one table, with those of plausibility."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steget_eval.core.frames import Tidy
from steget_eval.intake import plausible as ask
from steget_eval.intake.rules import CELL_RULES, ROW_RULES, RULES, RowRule, Rule
from steget_eval.records.card import Instrument, RecordsCard

if TYPE_CHECKING:
    import pandas as pd

#: A list of consent that cannot be read.
WRONG_LIST = Rule(id="wrong_list", sv="listan kan inte användas: {allowed}", en="the list cannot be used: {allowed}")

_DAYS = (
    ("participants", "enrolled_on"), ("participants", "discharged_on"), ("spells", "started_on"),
    ("statuses", "observed_on"), ("assessments", "assessed_on"), ("services", "delivered_on"),
)  # fmt: skip


def _before_birth(table: str, column: str) -> RowRule:
    return RowRule(
        id="before_birth", tables=(table,), column=column, asks_participants=True,
        predicate=ask.is_before_birth(column), sv="före personens födelseår", en="before the person's year of birth",
    )  # fmt: skip


def _future(table: str, column: str) -> RowRule:
    return RowRule(
        id="future_date", severity="warning", tables=(table,), column=column, predicate=ask.is_future(column),
        sv="en dag som inte har kommit än", en="a day that has not come yet",
    )  # fmt: skip


def _percent(table: str, column: str) -> RowRule:
    return RowRule(
        id="share_for_percent", severity="warning", tables=(table,), column=column, predicate=ask.is_share(column),
        sv="högst en procent; kan vara en andel, som 0,5 för 50 procent",
        en="at most one per cent; may be a share, such as 0.5 for 50 per cent",
    )  # fmt: skip


#: Asked only of records of real people: a day to come is no slip in records that were drawn.
FUTURE_RULES = tuple(_future(table, column) for table, column in _DAYS)

PLAUSIBLE_RULES = (
    *(_before_birth(table, column) for table, column in _DAYS),
    RowRule(id="odd_age", severity="warning", tables=("participants",), column="birth_year", predicate=ask.is_odd_age,
            sv=f"yngre än {ask.YOUNGEST} eller äldre än {ask.OLDEST} år vid inskrivningen",
            en=f"younger than {ask.YOUNGEST} or older than {ask.OLDEST} at enrolment"),
    RowRule(id="overlapping_spells", severity="warning", tables=("spells",), column="started_on",
            predicate=ask.overlaps_itself,
            sv="börjar innan en tidigare sträcka i samma tillstånd har slutat",
            en="begins before an earlier spell of the same state has ended"),
    RowRule(id="impossible_hours", tables=("spells",), column="hours_per_week",
            predicate=ask.is_above("hours_per_week", ask.HOURS_OF_A_WEEK),
            sv=f"fler timmar än veckan har; tillåtet: högst {ask.HOURS_OF_A_WEEK}",
            en=f"more hours than the week has; allowed: {ask.HOURS_OF_A_WEEK} at most"),
    RowRule(id="many_hours", severity="warning", tables=("spells",), column="hours_per_week",
            predicate=ask.is_above("hours_per_week", ask.MANY_HOURS),
            sv=f"mer än {ask.MANY_HOURS} timmar i veckan; kan vara timmar per månad",
            en=f"more than {ask.MANY_HOURS} hours a week; may be hours a month"),
    RowRule(id="odd_pay", severity="warning", tables=("spells",), column="monthly_pay_sek", predicate=ask.is_odd_pay,
            sv=f"under {ask.LEAST_PAY_SEK} eller över {ask.MOST_PAY_SEK} kronor i månaden; "
               "kan vara timlön, årslön, öre eller tusental",
            en=f"below {ask.LEAST_PAY_SEK} or above {ask.MOST_PAY_SEK} kronor a month; "
               "may be pay by the hour or year, öre or thousands"),
    _percent("spells", "extent_percent"),
    _percent("statuses", "work_extent_percent"),
    _percent("statuses", "study_extent_percent"),
    RowRule(id="not_alone", severity="warning", tables=("statuses",), column="income_sources",
            predicate=ask.is_not_alone,
            sv=f"{ask.NO_PUBLIC_SUPPORT} står tillsammans med en annan försörjningskälla; ingen av dem togs bort",
            en=f"{ask.NO_PUBLIC_SUPPORT} stands together with another source of income; neither was removed"),
    RowRule(id="start_after_discharge", severity="warning", tables=("statuses",), column="observed_on",
            asks_participants=True, predicate=ask.starts_after_discharge,
            sv="observerad efter utskrivningen, men mättillfället är start",
            en="observed after discharge, but the occasion is start"),
    RowRule(id="same_row", severity="warning", tables=("services",), predicate=ask.repeats_row,
            sv="raden säger detsamma som en tidigare rad", en="the row says what an earlier row says"),
    RowRule(id="often_missing", severity="warning", tables=("participants",), column="sex",
            predicate=ask.is_often_missing("sex", unknown="unknown"),
            sv="okänt för mer än en person av tio", en="unknown for more than one person in ten"),
    RowRule(id="often_missing", severity="warning", tables=("participants",), column="birth_year",
            predicate=ask.is_often_missing("birth_year"),
            sv="okänt för mer än en person av tio", en="unknown for more than one person in ten"),
    RowRule(id="does_not_sum", severity="warning", tables=("counts",), column="n", predicate=ask.does_not_sum,
            sv="summan för könen är en annan; inget ändrades, eftersom tal kan vara avrundade eller störda med avsikt",
            en="the sum over the sexes is another; nothing was changed, since numbers may be rounded or perturbed on "
               "purpose"),
)  # fmt: skip


def row_rules(card: RecordsCard | None) -> tuple[RowRule, ...]:
    """Return the rules about rows that are asked of records with this card, in order."""
    return (
        *ROW_RULES,
        *PLAUSIBLE_RULES,
        *(FUTURE_RULES if card is not None and card.origin == "real" else ()),
        _out_of_range({} if card is None else card.instruments),
    )


@dataclass(frozen=True, slots=True, repr=False)
class RuleTable(Tidy):
    """Every rule, in the order in which it is asked."""

    rules: tuple[Rule, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule: id, severity, what it is asked of, message in Swedish and English."""
        import pandas as pd

        rows = [(rule.id, rule.severity, _asked_of(rule), rule.sv, rule.en) for rule in self.rules]
        return pd.DataFrame(rows, columns=["rule", "severity", "asked_of", "sv", "en"])


def rule_table() -> RuleTable:
    """Return every rule of intake; those about an instrument's range are asked where the card gives one."""
    rows = (*ROW_RULES, *PLAUSIBLE_RULES, *FUTURE_RULES, _out_of_range({}))
    return RuleTable((*RULES.values(), WRONG_LIST, *CELL_RULES, *rows))


def _out_of_range(instruments: Mapping[str, Instrument]) -> RowRule:
    return RowRule(
        id="out_of_range", tables=("assessments",), column="score", predicate=ask.is_out_of_range(instruments),
        sv="utanför det som instrumentet kan ge; tillåtet: det som kortet säger (low, high)",
        en="outside what the instrument can give; allowed: what the card says (low, high)",
    )  # fmt: skip


def _asked_of(rule: Rule) -> str:
    if isinstance(rule, RowRule):
        return ", ".join(f"{table}.{rule.column}" if rule.column else table for table in rule.tables)
    return "cell" if rule in CELL_RULES else "file"
