"""What a report tells of the files: through the gate, in both languages, without a file's name or a value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steget_eval.records.account import DataAccount, Found
from steget_eval.records.card import AccountingLine, Label
from steget_eval.records.codes import Words
from steget_eval.reporting import blocks
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.html import block_html
from steget_eval.reporting.release import Release
from steget_eval.study.results import Results


def _line(fate: str, rows: int, *, table: str = "participants", reason: Label | None = None) -> AccountingLine:
    return AccountingLine.model_validate(
        {"file": "qxzvy.xlsx", "fate": fate, "rows": rows, "table": table,
         "reason": None if reason is None else reason.model_dump()}
    )  # fmt: skip


def _found(rule: str, rows: int, *, column: str = "sex") -> Found:
    message = Words("okänt för mer än en av tio", "unknown for more than one in ten")
    return Found(rule=rule, severity="warning", table="participants", column=column, rows=rows, message=message)


WITHDRAWN = Label(sv="återkallat samtycke", en="withdrawn consent")
MISTAKE = Label(sv="felregistrering", en="registered by mistake")
ASSUMED = Label(sv="Klass 3 lästes som två till tre år.", en="Class 3 was read as two to three years.")


def _released(
    results: Results, *lines: AccountingLine, found: tuple[Found, ...] = (), internal: bool = False
) -> Release:
    account = DataAccount(found=found, assumptions=(ASSUMED,), accounting=lines)
    return disclose(replace(results, account=account), internal=internal)


def _rows(release: Release) -> dict[tuple[str, str], int | None]:
    frame = release.account.accounting
    return {
        (row["fate"], row["en"]): None if row["suppressed"] else int(row["rows"]) for row in frame.to_dict("records")
    }


def test_large_numbers_and_their_sum_are_told(results_single_arm: Results) -> None:
    told = _rows(_released(results_single_arm, _line("kept", 400, table="spells"), _line("kept", 100, table="spells"),
                           _line("merged", 60), _line("dropped", 20, reason=WITHDRAWN),
                           _line("derived", 30)))  # fmt: skip
    assert told == {
        ("kept", ""): 500, ("merged", ""): 60, ("dropped", "withdrawn consent"): 20, ("derived", ""): 30,
        ("read", ""): 580,
    }  # fmt: skip


@pytest.mark.parametrize("few", [1, 4])
def test_a_small_number_is_hidden_and_so_is_the_sum_that_would_give_it_back(
    few: int, results_single_arm: Results
) -> None:
    release = _released(results_single_arm, _line("kept", 500), _line("dropped", few, reason=WITHDRAWN),
                        _line("dropped", 9, reason=MISTAKE))  # fmt: skip
    assert _rows(release) == {
        ("kept", ""): 500, ("dropped", "withdrawn consent"): None, ("dropped", "registered by mistake"): 9,
    }  # fmt: skip
    assert ("accounting", 1) in {(one.place, one.cells) for one in release.suppressions}


def test_rows_that_differ_little_from_the_people_told_are_hidden(results_single_arm: Results) -> None:
    # 120 people are analysed; 122 rows kept would tell that two were left out on the way.
    assert _rows(_released(results_single_arm, _line("kept", 122)))["kept", ""] is None
    assert _rows(_released(results_single_arm, _line("kept", 120)))["kept", ""] == 120


def test_a_finding_keeps_its_words_and_loses_a_small_count(results_single_arm: Results) -> None:
    found = (_found("often_missing", 3), _found("odd_pay", 40), _found("windows_1252", 0, column=""))
    release = _released(results_single_arm, found=found)
    frame = release.account.found
    assert frame["rows"].isna().tolist() == [True, False, True]
    assert frame["suppressed"].tolist() == [True, False, False]
    assert _released(results_single_arm, found=found, internal=True).account.found["rows"].tolist()[0] == 3


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_section_tells_findings_assumptions_and_rows_and_no_file(
    language: str, results_single_arm: Results
) -> None:
    release = _released(results_single_arm, _line("kept", 400), _line("dropped", 20, reason=WITHDRAWN),
                        found=(_found("often_missing", 40),))  # fmt: skip
    shown = block_html(blocks.files(release), language).lower()
    assert getattr(ASSUMED, language).lower() in shown
    assert getattr(WITHDRAWN, language) in shown
    assert {"sv": "okänt för mer än en av tio", "en": "unknown for more than one in ten"}[language] in shown
    assert "qxzvy" not in shown
    assert "420" in shown


def test_records_in_order_are_told_to_be(results_two_arms: Results) -> None:
    block = blocks.files(disclose(results_two_arms))
    assert block.kind == "section"
    assert "found nothing" in block_html(block, "en")
