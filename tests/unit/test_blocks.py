"""Blocks: strict JSON, both languages, nothing past the gate, a reason where a piece does not apply."""

import json
import re

import pytest

from steget_eval.reporting import blocks
from steget_eval.reporting.block import BLOCK_MIME, Block
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.html import block_html, marked
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, render_cell
from steget_eval.study.results import Results


@pytest.fixture(scope="module")
def releases(results_two_arms: Results, results_single_arm: Results) -> dict[str, Release]:
    return {
        "two": disclose(results_two_arms),
        "single": disclose(results_single_arm),
        "internal": disclose(results_two_arms, internal=True),
    }


@pytest.mark.parametrize("which", ["two", "single", "internal"])
@pytest.mark.parametrize("name", blocks.__all__)
def test_a_block_survives_as_strict_json_and_shows_itself_in_both_languages(
    releases: dict[str, Release], which: str, name: str
) -> None:
    block = getattr(blocks, name)(releases[which])
    told = json.loads(json.dumps(block.to_json(), allow_nan=False))
    back = Block.from_json(told)
    assert back.to_json() == block.to_json()
    assert block.id == name
    for language in ("sv", "en"):
        assert block_html(back, language) == block_html(block, language)


@pytest.mark.parametrize(
    ("which", "name"), [("two", "targets"), ("single", "benchmark"), ("single", "balance"), ("single", "curves")]
)
def test_what_does_not_apply_is_absent_with_a_reason_in_both_languages(
    releases: dict[str, Release], which: str, name: str
) -> None:
    block = getattr(blocks, name)(releases[which])
    assert block.kind == "absent"
    assert block_html(block, "sv") != block_html(block, "en")


def test_a_suppressed_estimate_keeps_its_question_and_loses_every_number(releases: dict[str, Release]) -> None:
    body = blocks.estimates(releases["two"]).body
    rows = [dict(zip(body["columns"], row, strict=True)) for row in body["rows"]]
    hidden = [row for row in rows if row["suppressed"]]
    assert hidden
    for row in hidden:
        assert row["estimand"]
        assert all(row[name] is None for name in ("estimate", "conf_low", "conf_high", "p_value", "events_0"))


def test_counts_stay_whole_numbers_in_the_table_of_estimates(releases: dict[str, Release]) -> None:
    body = blocks.estimates(releases["two"]).body
    place = body["columns"].index("n_1")
    assert {type(row[place]) for row in body["rows"]} <= {int, type(None)}


def test_synthetic_people_are_called_so_in_title_summary_and_origin(releases: dict[str, Release]) -> None:
    assert blocks.title(releases["two"]).body["origin"] == "synthetic"
    for name in ("summary", "origin"):
        shown = block_html(getattr(blocks, name)(releases["two"]), "en")
        assert "Synthetic data" in shown


def test_a_notebook_gets_html_and_the_block_itself(releases: dict[str, Release]) -> None:
    block = blocks.effects(releases["two"])
    bundle = block._repr_mimebundle_()
    assert bundle[BLOCK_MIME] == block.to_json()
    assert "<table" in bundle["text/html"]
    assert "0x" not in repr(block)


def test_verdicts_follow_what_is_shown(releases: dict[str, Release]) -> None:
    section = blocks.targets(releases["single"])
    tones = {child.id: child.body["tone"] for child in section.children if child.kind == "verdict"}
    for verdict in releases["single"].verdicts:
        expected = "shown" if verdict.shown else "point" if verdict.point in {"reached", "within"} else "none"
        assert tones[f"targets-{verdict.target}"] == expected


def test_words_from_a_protocol_are_escaped(releases: dict[str, Release]) -> None:
    block = Block(kind="paragraph", id="x", body={"style": "", "text": [{"sv": "<b>a</b> & b", "en": "<b>a</b> & b"}]})
    assert "&lt;b&gt;a&lt;/b&gt; &amp; b" in block_html(block, "sv")


def test_a_goals_one_sided_limit_stands_beside_its_goal_only(releases: dict[str, Release]) -> None:
    single = releases["single"]
    assert single.estimates["method"].str.endswith("one_sided").any()
    shown = block_html(blocks.effects(single), "en")
    assert "one-sided" not in shown
    assert "one-sided" in block_html(blocks.targets(single), "en").lower()


def test_people_of_estimands_that_share_an_outcome_are_told_once(releases: dict[str, Release]) -> None:
    rows = blocks.unknown(releases["two"]).children[-1].body["rows"]
    assert all(row not in rows[:place] for place, row in enumerate(rows))


def test_short_limits_in_running_text_are_kept_on_one_line() -> None:
    cell = Cell(format="points", value=0.066, low=-0.019, high=0.152, level=0.95)
    told = marked(cell.to_json(), "here", "sv")
    assert '<span class="range">(95\u00a0% KI −1,9 till 15,2)</span>' in told
    assert re.sub("<[^>]+>", "", told) == render_cell(cell, "sv")
