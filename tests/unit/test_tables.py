"""Tables of a release as cells that either language can say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval.protocol import Protocol
from steget_eval.reporting import tables
from steget_eval.reporting.figures.picture import behind
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.text import LANGUAGES, label_text, render_cell
from steget_eval.reporting.text.answers import estimate_ref
from steget_eval.study.results import Results

NAMES = ("effects", "table_one", "targets", "benchmark", "flow", "states", "refusals", "suppressions", "choices",
         "unknown", "overlap", "gates")  # fmt: skip


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


def test_a_method_is_one_row_with_its_difference_before_the_arms_and_the_main_method_first(
    results_two_arms: Results,
) -> None:
    body = tables.effects(disclose(results_two_arms), estimand="employment").body()
    assert [column["key"] for column in body["columns"]] == ["method", "estimate", "arm_1", "arm_0", "p_value"]
    rows = _said(body, "en")
    assert [row[0] for row in rows] == [
        "adjusted, doubly robust, main method, for everyone in the study",
        "unadjusted, Miettinen–Nurminen interval, for everyone in the study",
        "unadjusted, interval on the log scale, for everyone in the study",
    ]
    assert rows[0][1].startswith("16.8 percentage points (95% CI ")
    assert rows[0][2].endswith(", 120 people")


def test_a_crude_difference_stands_beside_the_crude_arms_with_those_who_had_the_outcome(
    results_two_arms: Results,
) -> None:
    rows = _said(tables.effects(disclose(results_two_arms), estimand="employment").body(), "en")
    assert rows[1][2].startswith("51.7% (95% CI ")
    assert rows[1][2].endswith(", 62 of 120 people")
    assert rows[1][3].endswith(", 40 of 118 people")


def test_a_contrast_without_arms_of_its_own_stands_beside_the_people(results_two_arms: Results) -> None:
    rows = _said(tables.effects(disclose(results_two_arms), estimand="employment").body(), "en")
    assert rows[2][2:4] == ["62 of 120 (51.7%)", "40 of 118 (33.9%)"]


def test_amounts_speak_of_people_and_not_of_those_with_the_outcome(results_two_arms: Results) -> None:
    rows = _said(tables.effects(disclose(results_two_arms), estimand="days").body(), "sv")
    assert rows[0][2].endswith(", 120 personer")
    assert "utfallet" not in " ".join(rows[0])


def test_the_benchmark_is_kept_apart_and_every_other_estimate_is_told(results_two_arms: Results) -> None:
    release = disclose(results_two_arms)
    told = tables.effects(release).to_frame()
    assert "benchmark" not in set(told["subgroup"])
    names = ["estimand", "contrast", "method"]
    asked = release.estimates[release.estimates["subgroup"] == "all"]
    assert set(told[names].itertuples(index=False)) == set(asked[names].itertuples(index=False))


@pytest.mark.parametrize("internal", [False, True])
def test_every_cell_that_tells_an_estimate_equals_its_row(
    results_two_arms: Results, results_single_arm: Results, internal: bool
) -> None:
    for results in (results_two_arms, results_single_arm):
        release = disclose(results, internal=internal)
        rows = {estimate_ref(row): row for row in release.estimates.to_dict("records")}
        made = [tables.effects(release).body(), tables.benchmark(release).body()]
        cells = [cell for body in made for row in body["rows"] for cell in row if cell.get("ref")]
        assert {cell["ref"] for cell in cells} == set(rows)
        for cell in cells:
            row = rows[cell["ref"]]
            assert (cell["state"] == "suppressed") == row["suppressed"]
            if not row["suppressed"]:
                told = (cell["value"], cell["low"], cell["high"], cell["level"])
                assert told == tuple(row[name] for name in ("estimate", "conf_low", "conf_high", "conf_level"))


def test_a_one_sided_limit_is_never_told_as_an_interval(results_single_arm: Results) -> None:
    rows = _said(tables.effects(disclose(results_single_arm), estimand="employment").body(), "en")
    assert rows[-1][0] == "exact one-sided limit"
    assert rows[-1][1] == "55.0% (at least 47.5%, one-sided 95% limit)"
    rows = _said(tables.effects(disclose(results_single_arm), estimand="education").body(), "sv")
    assert rows[-1][1].replace("\u00a0", " ") == "15,0 % (9,6–20,4, ensidiga 95-procentsgränser)"


def test_suppressed_rows_say_so_and_carry_no_value(results_two_arms: Results) -> None:
    body = tables.effects(disclose(results_two_arms), estimand="education").body()
    for row in body["rows"]:
        by_key = dict(zip([column["key"] for column in body["columns"]], row, strict=True))
        assert {by_key[key]["state"] for key in ("estimate", "arm_1", "arm_0")} == {"suppressed"}
        assert all(cell["value"] is None for cell in row)


def test_table_one_tells_counts_with_their_denominator(results_two_arms: Results) -> None:
    rows = {row[0]: row for row in _said(tables.table_one(disclose(results_two_arms)).body(), "en")}
    assert rows["People"][1:3] == ["120", "118"]
    assert rows["age (years), mean (standard deviation)"][1] == "38.4 (9.7)"
    assert rows["worked in the last year, number (share)"][1] == "48 of 120 (40.0%)"
    assert rows["sex: unknown, number (share)"][1] == "– (hidden)"


def test_questions_that_count_the_same_outcome_otherwise_say_what_they_ask(results_two_arms: Results) -> None:
    release = disclose(results_two_arms)
    asked = release.protocol.estimands[0]
    second = asked.model_copy(update={"id": "again", "contrast": "risk_ratio"})
    told = release.protocol.model_copy(update={"estimands": (*release.protocol.estimands, second)})
    release, one, other = replace(release, protocol=told), asked.id, second.id
    whole = release.unknown
    rows = whole[whole["estimand"] == one]
    alike = replace(release, unknown=pd.concat([rows, rows.assign(estimand=other)]))
    assert len(tables.unknown(alike).cells.rows) == 1
    apart = replace(release, unknown=pd.concat([rows, rows.assign(estimand=other, known=rows["known"] - 5)]))
    notes = [label_text(row[0].note, "en") for row in tables.unknown(apart).cells.rows]
    assert len(set(notes)) == 2
    assert tables.unknown(alike).cells.rows[0][0].note is None


def test_what_became_known_later_stands_apart_from_the_start(results_two_arms: Results) -> None:
    release = disclose(results_two_arms)
    whole = release.protocol.model_dump(mode="json")
    for one in whole["covariates"]:
        one |= {"adjust": False, "known": "later"} if one["id"] == "age" else {}
    after = replace(release, protocol=Protocol.model_validate(whole))
    start, later = (_said(tables.table_one(after, known=known).body(), "en") for known in ("start", "later"))
    assert [row[0] for row in later] == ["People", "age (years), mean (standard deviation)"]
    assert sorted(start + later[1:]) == sorted(_said(tables.table_one(release).body(), "en"))
    assert not any("age" in words for words in behind("love_plot", after)["covariate_en"])


def test_what_became_known_later_is_never_adjusted_for(results_two_arms: Results) -> None:
    whole = disclose(results_two_arms).protocol.model_dump(mode="json")
    whole["covariates"][0] |= {"adjust": True, "known": "later"}
    with pytest.raises(ValidationError, match="what came after the start is not adjusted for"):
        Protocol.model_validate(whole)


def test_targets_tell_reached_beside_shown(results_single_arm: Results) -> None:
    rows = _said(tables.targets(disclose(results_single_arm)).body(), "sv")
    told = " | ".join(rows[0]).replace("\u00a0", " ")
    assert told == "hälften i arbete | minst 50 % | 55,0 % | minst 47,5 % | nått | ej visat | 66 av 120 (55,0 %) | 70"
    assert set(rows[2][2:]) == {"– (dolt)"}


def test_the_benchmark_stands_beside_the_adjusted_estimate(results_two_arms: Results) -> None:
    rows = _said(tables.benchmark(disclose(results_two_arms)).body(), "en")
    assert [row[1] for row in rows] == [
        "randomised controls, randomised comparison",
        "adjusted, doubly robust, for everyone in the study",
        "unadjusted, Miettinen–Nurminen interval, for everyone in the study",
    ]
    assert rows[0][3:] == ["62 of 120 (51.7%)", "31 of 90 (34.4%)"]


def test_a_control_that_nothing_can_have_touched_is_no_answer_to_hold_against_the_experiment(
    results_two_arms: Results,
) -> None:
    release = disclose(results_two_arms)
    control = release.estimates[release.estimates["subgroup"] == "all"].assign(subgroup="sensitivity=placebo before")
    more = replace(release, estimates=pd.concat([release.estimates, control], ignore_index=True))
    assert set(tables.benchmark(more).to_frame()["subgroup"]) == {"benchmark", "all"}
    assert tables.benchmark(more).body() == tables.benchmark(release).body()


def test_counts_beside_an_adjusted_answer_are_said_to_be_unadjusted(results_two_arms: Results) -> None:
    release = disclose(results_two_arms)
    rows = release.estimates
    own = (rows["method"] == "aipw") & rows["contrast"].isin(["risk_1", "risk_0"])
    counted = rows[~own].fillna({"events_1": 62, "events_0": 40})
    told = _said(tables.effects(replace(release, estimates=counted), estimand="employment").body(), "en")
    assert told[0][2:4] == ["62 of 120 (51.7%), no adjustment", "40 of 118 (33.9%), no adjustment"]
    assert told[2][2:4] == ["62 of 120 (51.7%)", "40 of 118 (33.9%)"]


def test_pooled_exclusions_have_words_of_their_own(results_two_arms: Results) -> None:
    rows = _said(tables.flow(disclose(results_two_arms)).body(), "sv")
    assert ["Uteslutna av skäl med få personer, sammanslagna", "26", "14", "12"] in rows


def test_a_refusal_is_told_in_swedish_too(results_two_arms: Results) -> None:
    rows = _said(tables.refusals(disclose(results_two_arms)).body(), "sv")
    assert rows[0][2] == "Armarna överlappar inte tillräckligt."


def test_a_single_arm_has_no_column_for_another(results_single_arm: Results) -> None:
    keys = [column["key"] for column in tables.effects(disclose(results_single_arm)).body()["columns"]]
    assert keys == ["outcome", "method", "estimate", "people"]


def test_a_category_without_words_shows_its_code(results_two_arms: Results) -> None:
    baseline = results_two_arms.baseline.assign(level=lambda f: f["level"].replace("man", "north_side"))
    rows = _said(tables.table_one(disclose(replace(results_two_arms, baseline=baseline))).body(), "en")
    assert any(row[0] == "sex: north side, number (share)" for row in rows)
