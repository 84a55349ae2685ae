"""The published figures of two programmes, from their counts through the gate to the file and the page."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from typing import Any

import pytest

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol.yaml import load_protocol as load
from steget_eval.reporting import Release, blocks
from steget_eval.reporting.html import block_html
from steget_eval.reporting.write import estimates_csv

IR, STEGET = "inkluderande_rehabilitering", "steget_linkoping"


@cache
def release_of(programme: str) -> Release:
    folder = shipped("data", "programmes", programme)
    return disclose(evaluate(load_protocol(folder / "protocol.yaml"), read_records(folder / "records")))


def lines(programme: str, **wanted: str) -> list[dict[str, str]]:
    text = estimates_csv(blocks.estimates(release_of(programme)))
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def said(programme: str, language: Any) -> str:
    release = release_of(programme)
    names = [name for name in blocks.__all__ if name not in {"estimates", "checklist", "title"}]
    html = " ".join(block_html(getattr(blocks, name)(release), language) for name in names)
    return " ".join(re.sub(r"[\u202f\xa0\u2009]", " ", re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize(
    ("programme", "wanted", "n", "events", "numbers"),
    [
        (IR, {"estimand": "moved_on", "method": "wilson"}, 151, 28, (18.5, 13.2, 25.5)),
        (IR, {"estimand": "women", "method": "wilson"}, 151, 93, (61.6, 53.6, 69.0)),
        (STEGET, {"estimand": "able_to_go_on", "method": "wilson"}, 42, 21, (50.0, 35.5, 64.5)),
    ],
)
def test_published_shares_come_out_in_the_file(
    programme: str, wanted: dict[str, str], n: int, events: int, numbers: tuple[float, float, float]
) -> None:
    (row,) = lines(programme, **wanted)
    assert (int(row["n_1"]), int(row["events_1"])) == (n, events)
    assert tuple(round(100 * float(row[name]), 1) for name in ("estimate", "conf_low", "conf_high")) == numbers


def test_twenty_seven_of_forty_two_would_have_shown_more_than_half() -> None:
    (verdict,) = release_of(STEGET).verdicts
    assert (verdict.point, verdict.shown, verdict.needed) == ("reached", False, 27)


def test_reach_is_arithmetic_and_reports_are_no_rate() -> None:
    (reach,) = lines(IR, contrast="reach")
    assert round(100 * float(reach["estimate"]), 2) == 0.54
    assert reach["interval_kind"] == "none"
    (events,) = lines(IR, contrast="event_count")
    assert float(events["estimate"]) == 15
    assert events["n_1"] == ""
    assert (round(float(events["conf_low"]), 1), round(float(events["conf_high"]), 1)) == (8.4, 24.7)


def test_the_annual_budget_gives_69_600_for_each_assessed_and_139_200_for_each_who_went_on() -> None:
    (each,) = lines(STEGET, contrast="cost_per_person")
    (success,) = lines(STEGET, contrast="cost_per_success")
    assert round(float(each["estimate"]), -2) == 69_600
    assert round(float(success["estimate"]), -2) == 139_200


@pytest.mark.parametrize(
    ("programme", "language", "phrases"),
    [
        (IR, "sv", ("18,5 %", "13,2–25,5", "28 av 151", "93 av 151", "0,54 %", "8,4–24,7")),
        (IR, "en", ("18.5%", "13.2–25.5", "28 of 151", "93 of 151", "0.54%", "8.4–24.7")),
        (STEGET, "sv", ("35,5–64,5", "21 av 42", "27 av 42", "69 608 kronor", "139 216 kronor")),
        (STEGET, "en", ("35.5–64.5", "21 of 42", "27 of 42", "69,608 kronor", "139,216 kronor")),
    ],
)  # fmt: skip
def test_published_figures_stand_on_the_page(programme: str, language: str, phrases: tuple[str, ...]) -> None:
    text = said(programme, language)
    assert [one for one in phrases if one not in text] == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_cost_stands_only_with_its_assumption(language: str) -> None:
    assumption = {"sv": "att årsbudgeten gällde 2010", "en": "that the annual budget was for 2010"}[language]
    assert assumption in said(STEGET, language)


@pytest.mark.parametrize("programme", [IR, STEGET])
def test_counts_have_no_piece_about_persons(programme: str) -> None:
    release = release_of(programme)
    persons = (blocks.flow, blocks.unknown, blocks.table_one, blocks.curves, blocks.states)
    assert [one(release).kind for one in persons] == ["absent"] * 5


def test_a_rate_per_person_is_refused_in_a_sentence(tmp_path: Any) -> None:
    text = shipped("data", "programmes", IR, "protocol.yaml").read_text(encoding="utf-8")
    path = tmp_path / "protocol.yaml"
    path.write_text(text.replace("    category: system_errors\n", "    category: system_errors\n    per: person\n"))
    with pytest.raises(SpecError, match="a number of participants is none"):
        load(path)


def test_sex_of_those_who_moved_on_was_not_counted_and_is_refused(tmp_path: Any) -> None:
    folder = shipped("data", "programmes", IR)
    text = (folder / "protocol.yaml").read_text(encoding="utf-8")
    path = tmp_path / "protocol.yaml"
    path.write_text(text.replace("    methods: [wilson, clopper_pearson]\n", "    methods: [wilson]\n    by: [sex]\n"))
    with pytest.raises(Exception, match="counted without sex"):
        evaluate(load(path), read_records(folder / "records"))
