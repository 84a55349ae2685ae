"""Tables of a release as cells that either language can say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from steget_eval.reporting import tables
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.text import LANGUAGES, label_text, render_cell
from steget_eval.study.results import Results

NAMES = ("effects", "table_one", "targets", "benchmark", "flow", "states", "refusals", "suppressions", "choices",
         "unknown", "overlap")  # fmt: skip


def _said(body: dict[str, Any], language: str = "sv") -> list[list[str]]:
    return [[render_cell(cell, language) for cell in row] for row in body["rows"]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("internal", [False, True])
def test_every_table_is_strict_json_that_both_languages_can_say(
    results_two_arms: Results, results_single_arm: Results, name: str, internal: bool
) -> None:
    for results in (results_two_arms, results_single_arm):
        table = getattr(tables, name)(disclose(results, internal=internal))
        body = json.loads(json.dumps(table.body(), allow_nan=False))
        for language in LANGUAGES:
            assert all(label_text(column["heading"], language) for column in body["columns"])
            assert all(len(row) == len(body["columns"]) for row in _said(body, language))
        assert len(table.to_frame()) >= 0


def test_effects_tell_absolute_measures_first_and_keep_the_benchmark_apart(results_two_arms: Results) -> None:
    table = tables.effects(disclose(results_two_arms), estimand="employment")
    contrasts = list(table.to_frame()["contrast"])
    assert contrasts[:2] == ["risk_1", "risk_1"]
    assert contrasts[-1] == "risk_ratio"
    assert "benchmark" not in set(table.to_frame()["subgroup"])


def test_a_number_of_one_arm_stands_beside_that_arm_alone(results_two_arms: Results) -> None:
    rows = _said(tables.effects(disclose(results_two_arms), estimand="employment").body(), "en")
    wilson = next(row for row in rows if row[1] == "share, IPS" and "Wilson" in row[2])
    assert wilson[-2:] == ["62 of 120 (51.7%)", "–"]


def test_suppressed_rows_say_so_and_carry_no_value(results_two_arms: Results) -> None:
    body = tables.effects(disclose(results_two_arms), estimand="education").body()
    for row in body["rows"]:
        by_key = dict(zip([column["key"] for column in body["columns"]], row, strict=True))
        assert by_key["estimate"]["state"] == "suppressed"
        assert all(cell["value"] is None for cell in row)


def test_table_one_tells_counts_with_their_denominator(results_two_arms: Results) -> None:
    rows = {row[0]: row for row in _said(tables.table_one(disclose(results_two_arms)).body(), "en")}
    assert rows["People"][1:3] == ["120", "118"]
    assert rows["age (years), mean (standard deviation)"][1] == "38.4 (9.7)"
    assert rows["worked in the last year, number (share)"][1] == "48 of 120 (40.0%)"
    assert rows["sex: unknown, number (share)"][1] == "– (hidden)"


def test_targets_tell_reached_beside_shown(results_single_arm: Results) -> None:
    rows = _said(tables.targets(disclose(results_single_arm)).body(), "sv")
    told = " | ".join(rows[0]).replace("\u00a0", " ")
    assert told == "hälften i arbete | minst 50 % | 55,0 % | 47,5 % | nått | ej visat | 66 av 120 (55,0 %) | 70"
    assert set(rows[2][2:]) == {"– (dolt)"}


def test_the_benchmark_stands_beside_the_adjusted_estimate(results_two_arms: Results) -> None:
    rows = _said(tables.benchmark(disclose(results_two_arms)).body(), "en")
    assert [row[0] for row in rows] == ["randomised controls", *["comparison without randomisation, adjusted"] * 2]


def test_pooled_exclusions_have_words_of_their_own(results_two_arms: Results) -> None:
    rows = _said(tables.flow(disclose(results_two_arms)).body(), "sv")
    assert ["Uteslutna av skäl med få personer, sammanslagna", "26", "14", "12"] in rows


def test_a_refusal_is_told_in_swedish_too(results_two_arms: Results) -> None:
    rows = _said(tables.refusals(disclose(results_two_arms)).body(), "sv")
    assert rows[0][2] == "Armarna överlappar inte tillräckligt."


def test_a_single_arm_has_no_column_for_another(results_single_arm: Results) -> None:
    keys = [column["key"] for column in tables.effects(disclose(results_single_arm)).body()["columns"]]
    assert "people_0" not in keys


def test_a_category_without_words_shows_its_code(results_two_arms: Results) -> None:
    baseline = results_two_arms.baseline.assign(level=lambda f: f["level"].replace("man", "north_side"))
    rows = _said(tables.table_one(disclose(replace(results_two_arms, baseline=baseline))).body(), "en")
    assert any(row[0] == "sex: north side, number (share)" for row in rows)
