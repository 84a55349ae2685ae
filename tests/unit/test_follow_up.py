"""Change, moves, status with bounds and the calendar: one set of numbers, and only words of change."""

from __future__ import annotations

import re

import pytest

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.reporting import blocks
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.picture import Picture, behind, moves_behind
from steget_eval.reporting.html import block_html
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import forbidden_words
from steget_eval.study.answers import method_lines
from steget_eval.study.examples import check_examples

FOLDER = shipped("data", "programmes", "steget_2021")
NAMES = ("change", "moves", "status", "calendar")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(FOLDER / "protocol.yaml")


@pytest.fixture(scope="module")
def release(protocol: Protocol) -> Release:
    return disclose(evaluate(protocol, read_records(FOLDER / "records")))


def text(release: Release, name: str, language: str) -> str:
    html = block_html(getattr(blocks, name)(release), language=language)
    return re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_block_of_follow_up_uses_only_words_of_change(release: Release, name: str, language: str):
    assert forbidden_words(text(release, name, language), "before_after", language) == ()


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "regression mot medelvärdet"), ("en", "regression to the mean")]
)
@pytest.mark.parametrize("name", ["change", "moves"])
def test_regression_to_the_mean_stands_beside_every_change(release: Release, language: str, words: str, name: str):
    assert words in text(release, name, language)


def test_pairs_and_those_who_started_are_both_told(release: Release):
    row = release.unknown.set_index("estimand").loc["health"]
    assert f"{row['known']} of the {row['n']} who started" in text(release, "change", "en")
    assert f"{row['known']} av {row['n']} som började" in text(release, "change", "sv")


def test_bounds_hold_the_share_and_count_everybody_who_started(release: Release):
    frame = release.estimates[(release.estimates["subgroup"] == "all") & ~release.estimates["suppressed"]]
    bounds = frame[frame["method"] == "worst_case"].set_index("estimand")
    seen = frame[(frame["method"] == "wilson") & (frame["contrast"] == "risk_1")].set_index("estimand")
    assert len(bounds) >= 5
    for estimand, row in bounds.iterrows():
        assert row["conf_low"] <= seen.loc[estimand, "estimate"] <= row["conf_high"]
        assert row["n_1"] == 128
        assert row["conf_high"] - row["conf_low"] == pytest.approx(1 - seen.loc[estimand, "n_1"] / 128, abs=1e-12)


def test_nobody_s_follow_up_falls_inside_the_project(release: Release):
    frame = behind("calendar_plan", release)
    assert len(frame) == 9
    assert (frame["follow_at"] >= frame["end_at"]).all()
    assert (frame["leave_at"] < frame["end_at"]).sum() == 3  # April, May and June


@pytest.mark.parametrize("name", ["calendar_plan", "change_plot", "status_bounds", "move_matrix"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_figure_of_follow_up_is_drawn_wide_and_narrow_and_told_in_words(release: Release, name: str, language: str):
    frame = moves_behind(release, "steps") if name == "move_matrix" else behind(name, release)
    picture = Picture(name=name, frame=frame)
    assert picture.alternative(language)
    headings, rows = picture.table(language)
    assert len(headings) == len(rows[0])
    assert style.NARROW < style.WIDE
    assert all("<svg" in picture.svg(language, "a", narrow=narrow) for narrow in (False, True))


def test_no_number_of_few_people_is_told_in_the_table_of_moves(release: Release):
    told = release.moves["n"].dropna()
    assert len(told)
    assert (told >= 5).all()


def test_responders_are_refused_without_an_important_difference(protocol: Protocol):
    asked = protocol.estimand("health").model_copy(update={"methods": ("paired_t", "wilson")})
    with pytest.raises(SpecError, match="important with its source"):
        method_lines(protocol, asked)


def test_responders_are_told_with_the_source_of_their_difference(protocol: Protocol):
    outcome = protocol.outcome("health")
    important = {"points": 8, "source": {"sv": "Någon (2000)", "en": "Somebody (2000)"}}
    scores = type(outcome.scores).model_validate({**outcome.scores.model_dump(), "important": important})
    asked = protocol.estimand("health").model_copy(update={"methods": ("paired_t", "wilson")})
    changed = protocol.model_copy(update={
        "outcomes": tuple(one.model_copy(update={"scores": scores}) if one.id == "health" else one
                          for one in protocol.outcomes),
        "estimands": tuple(asked if one.id == "health" else one for one in protocol.estimands),
    })  # fmt: skip
    told = disclose(evaluate(changed, read_records(FOLDER / "records")))
    assert "responders" in set(told.estimates["contrast"])
    assert "Somebody (2000)" in text(told, "change", "en")


def test_the_protocol_tests_no_goal_since_none_was_stated(protocol: Protocol, release: Release):
    assert protocol.targets == ()
    assert blocks.targets(release).kind == "absent"


def test_the_examples_come_out_as_written(protocol: Protocol):
    assert check_examples(protocol, FOLDER / "examples.yaml") == 5


def test_every_ambiguity_has_another_reading_with_a_result_or_why_it_has_none(protocol: Protocol):
    assert len(protocol.choices) >= 6
    assert all(one.alternatives for one in protocol.choices)
