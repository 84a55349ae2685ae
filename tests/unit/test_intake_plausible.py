"""The rules of plausibility: each told at its rows, and records that are in order are told of by none."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import check_records, read_records
from steget_eval.intake.rule_table import FUTURE_RULES, PLAUSIBLE_RULES, row_rules, rule_table

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: real
source: {sv: påhittat, en: made up}
licence: MIT
instruments:
  scale_a: {sv: skala A, en: scale A, low: 0, high: 10}
  scale_b: {sv: skala B, en: scale B}
"""
HEAD = {
    "participants": "participant_id,arm,enrolled_on,followed_until,follow_up_ended_by,discharged_on,sex,birth_year",
    "spells": "participant_id,state,started_on,ended_on,extent_percent,hours_per_week,monthly_pay_sek",
    "statuses": "participant_id,occasion,observed_on,occupation,income_sources",
    "assessments": "participant_id,assessed_on,occasion,instrument,score",
    "services": "participant_id,delivered_on,service,quantity",
    "counts": "period,category,sex,n",
}
FINE = {
    "participants": ("a,ips,2021-03-07,2023-03-07,study_end,2022-05-01,woman,1987",
                     "b,ips,2021-04-08,2022-04-08,death,,man,1979"),
    "spells": ("a,competitive_employment,2021-06-11,2021-11-23,50,20,18000",
               "a,competitive_employment,2021-07-01,2021-12-01,25,10,9000",
               "a,sickness_benefit,2020-01-01,2020-06-01,,,",
               "a,sickness_benefit,2020-06-01,2020-07-01,,,"),
    "statuses": ("a,start,2021-03-07,other,sickness_benefit|social_assistance",
                 "a,exit,2022-05-03,employed,no_public_support"),
    "assessments": ("a,2021-03-07,start,scale_a,10", "a,2021-03-07,start,scale_b,400"),
    "services": ("a,2021-03-08,samtal,1", "a,2021-03-09,samtal,1"),
    "counts": ("2024,samtal,woman,10", "2024,samtal,man,7", "2024,samtal,,17", "2024,grupp,,4", "2024,grupp,woman,3"),
}  # fmt: skip
TOMORROW = (date.today() + timedelta(days=1)).isoformat()


def write(folder: Path, *, card: str = CARD, **more: tuple[str, ...]) -> Path:
    """Write records that are in order, with further rows."""
    (folder / "records.yaml").write_text(card, encoding="utf-8")
    for name, head in HEAD.items():
        rows = (head, *FINE[name], *more.get(name, ()))
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_records_in_order_break_no_rule(tmp_path: Path) -> None:
    assert check_records(write(tmp_path)).sentences() == ()


BROKEN = [
    ("before_birth", "error", "participants", "c,ips,1975-01-01,2023-03-07,study_end,,man,1979", "enrolled_on"),
    ("before_birth", "error", "spells", "a,education,1986-08-20,1987-06-10,,,", "started_on"),
    ("odd_age", "warning", "participants", "c,ips,2021-03-07,2023-03-07,study_end,,man,2015", "birth_year"),
    ("odd_age", "warning", "participants", "c,ips,2021-03-07,2023-03-07,study_end,,man,1930", "birth_year"),
    ("overlapping_spells", "warning", "spells", "a,sickness_benefit,2020-05-31,2020-06-01,,,", "started_on"),
    ("impossible_hours", "error", "spells", "a,employment,2021-01-01,2021-02-01,,169,", "hours_per_week"),
    ("many_hours", "warning", "spells", "a,employment,2021-01-01,2021-02-01,,160,", "hours_per_week"),
    ("odd_pay", "warning", "spells", "a,employment,2021-01-01,2021-02-01,,,180", "monthly_pay_sek"),
    ("odd_pay", "warning", "spells", "a,employment,2021-01-01,2021-02-01,,,2500000", "monthly_pay_sek"),
    ("share_for_percent", "warning", "spells", "a,employment,2021-01-01,2021-02-01,0.5,,", "extent_percent"),
    ("not_alone", "warning", "statuses", "b,exit,2022-01-01,studying,no_public_support|pay", "income_sources"),
    ("out_of_range", "error", "assessments", "b,2021-04-08,start,scale_a,10.5", "score"),
    ("out_of_range", "error", "assessments", "b,2021-04-08,start,scale_a,-1", "score"),
    ("same_row", "warning", "services", "a,2021-03-09,samtal,1", ""),
    ("does_not_sum", "warning", "counts", "2024,stöd,woman,1\n2024,stöd,man,2\n2024,stöd,,4", "n"),
    ("future_date", "warning", "services", f"b,{TOMORROW},samtal,1", "delivered_on"),
]


@pytest.mark.parametrize(("rule", "severity", "table", "row", "column"), BROKEN,
                         ids=[f"{one[0]}-{number}" for number, one in enumerate(BROKEN)])  # fmt: skip
def test_a_broken_rule_is_told_at_its_row_and_never_with_a_value(
    rule: str, severity: str, table: str, row: str, column: str, tmp_path: Path
) -> None:
    found = {finding.rule: finding for finding in check_records(write(tmp_path, **{table: (row,)}))}
    finding = found[rule]
    last = len(FINE[table]) + 1 + len(row.split("\n"))
    assert (finding.severity, finding.table, finding.column, finding.rows) == (severity, table, column, (last,))
    for cell in row.replace("\n", ",").split(","):
        assert len(cell) < 5 or cell not in finding.sentence("sv") + finding.sentence("en") or cell in rule


def test_a_status_of_the_start_after_discharge_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, participants=("c,ips,2021-03-07,2023-03-07,study_end,2021-05-01,man,1980",),
                   statuses=("c,start,2021-06-01,other,",))  # fmt: skip
    assert [(one.rule, one.rows) for one in check_records(folder)] == [("start_after_discharge", (4,))]


def test_sex_is_told_where_it_is_unknown_for_more_than_one_in_ten(tmp_path: Path) -> None:
    people = tuple(f"p{n},ips,2021-03-07,2023-03-07,study_end,,{'man' if n < 9 else 'unknown'},1980" for n in range(11))
    found = [(one.rule, one.column, one.count) for one in check_records(write(tmp_path, participants=people))]
    assert found == [("often_missing", "sex", 2)]
    assert check_records(write(tmp_path, participants=people[:10])).sentences() == ()


def test_a_day_to_come_is_no_slip_in_records_that_were_drawn(tmp_path: Path) -> None:
    folder = write(tmp_path, card=CARD.replace("real", "synthetic"), services=(f"b,{TOMORROW},samtal,1",))
    # The person's follow-up ended before it, which is another rule.
    assert {one.rule for one in check_records(folder)} == {"after_follow_up"}
    assert not set(FUTURE_RULES) & set(row_rules(None))


def test_what_was_found_goes_with_the_records_and_an_error_refuses_them(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, spells=("a,employment,2021-01-01,2021-02-01,0.5,,",)))
    assert [(one.rule, one.table, one.column, one.rows) for one in records.account.found] == [
        ("share_for_percent", "spells", "extent_percent", 1)
    ]
    with pytest.raises(RecordsError, match="score, row 4: outside what the instrument can give"):
        read_records(write(tmp_path, assessments=("b,2021-04-08,start,scale_a,11",)))


def test_the_rule_table_has_every_rule_in_both_languages() -> None:
    table = rule_table().to_frame()
    assert {rule.id for rule in (*PLAUSIBLE_RULES, *FUTURE_RULES)} <= set(table["rule"])
    assert {"identity_number", "no_folder", "out_of_range", "missing_cell"} <= set(table["rule"])
    assert (table[["rule", "severity", "asked_of", "sv", "en"]] != "").all(axis=None)
