"""Two goals at once, as the report tells them: four groups, what hides them, and what a protocol may ask."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting import blocks, tables
from steget_eval.reporting.figures.picture import Picture, joint_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.joint import ALL, FOLLOWED, joint_rows, of_hundred
from steget_eval.reporting.text import LANGUAGES, render_cell
from steget_eval.study import Results

PROGRAMME = shipped("data", "programmes", "ips_sydnarke")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(PROGRAMME / "protocol.yaml")


@pytest.fixture(scope="module")
def results(protocol: Protocol) -> Results:
    return evaluate(protocol, read_records(PROGRAMME / "records"))


@pytest.fixture(scope="module")
def release(results: Results) -> Release:
    return disclose(results)


def changed(protocol: Protocol, **changes) -> Protocol:
    return Protocol.model_validate(protocol.model_dump() | changes)


def test_the_four_groups_of_those_followed_are_everybody_once(release: Release, protocol: Protocol) -> None:
    rows = joint_rows(release, protocol.joint[0], FOLLOWED).values()
    assert sum(row["events_1"] for row in rows) == {row["n_1"] for row in rows}.pop()
    assert sum(row["estimate"] for row in joint_rows(release, protocol.joint[0], ALL).values()) == pytest.approx(1)


def test_the_groups_add_up_to_the_goals_own_numbers_of_those_followed(release: Release, protocol: Protocol) -> None:
    rows = joint_rows(release, protocol.joint[0], FOLLOWED)
    for estimand, cells in zip(protocol.joint[0].estimands, (("first", "both"), ("second", "both")), strict=True):
        frame = release.estimates
        own = frame[(frame["estimand"] == estimand) & (frame["subgroup"] == "all")]["events_1"].iloc[0]
        assert sum(rows[f"share_{cell}"]["events_1"] for cell in cells) == own


def test_people_of_a_hundred_are_a_hundred(release: Release, protocol: Protocol) -> None:
    for method in (FOLLOWED, ALL):
        told = of_hundred(release, protocol.joint[0], method)
        assert sum(told.values()) == 100
        rows = joint_rows(release, protocol.joint[0], method)
        assert all(abs(told[name] - 100 * row["estimate"]) < 1 for name, row in rows.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_drawn_alike_twice_and_says_its_numbers_in_words(release: Release, language) -> None:
    picture = Picture(name="joint_shares", frame=joint_behind(release, "work_and_education"))
    assert picture.svg(language, "a", narrow=True) == picture.svg(language, "a", narrow=True)
    shown = [round(100 * value, 1) for value in picture.frame["estimate"]]
    words = picture.alternative(language)
    assert len(shown) == 8
    assert all(f"{value:.1f}".replace(".", "," if language == "sv" else ".") in words for value in shown)


def test_where_a_group_is_small_the_table_the_picture_and_the_sentence_say_nothing(results: Results) -> None:
    hidden = disclose(results, Disclosure(minimum_cell=6, minimum_denominator=10))
    asked = hidden.protocol.joint[0]
    assert of_hundred(hidden, asked, FOLLOWED) == of_hundred(hidden, asked, ALL) == {}
    table = tables.joint(hidden, asked)
    told = [render_cell(cell, "en") for row in table.cells.rows for cell in row[1:]]
    assert set(told) == {"– (hidden)"}
    assert table.cells.notes
    ids = [child.id for child in blocks.joint(hidden).children]
    assert not any(one.endswith(("-figure", "-hundred")) for one in ids)


def test_a_protocol_without_two_outcomes_has_no_such_part() -> None:
    other = shipped("data", "programmes", "ips_sydnarke_comparison")
    release = disclose(evaluate(load_protocol(other / "protocol.yaml"), read_records(other / "records")))
    assert blocks.joint(release).kind == "absent"


@pytest.mark.parametrize(("change", "sentence"), [
    ({"estimands": ["employment_followed", "nobody"]}, "no estimand of a risk"),
    ({"estimands": ["employment_followed", "education"]}, "needs outcomes of kind binary"),
    ({"estimands": ["employment_followed", "employment_followed"]}, "needs two outcomes"),
    ({"under_censoring": ["lasting", "education"]}, "must count the same events"),
])  # fmt: skip
def test_a_joint_question_that_does_not_fit_is_refused(protocol: Protocol, change, sentence) -> None:
    asked = protocol.joint[0].model_dump() | change
    with pytest.raises(ValidationError, match=sentence):
        changed(protocol, joint=[asked])


def test_a_reading_may_be_one_group_of_a_joint_question(release: Release, protocol: Protocol) -> None:
    rows = tables.readings(release).frame
    mine = rows[rows["subgroup"] == "joint=work_and_education"]
    assert sorted(mine["contrast"]) == ["share_both", "share_second"]
    with pytest.raises(ValidationError, match="there is none of"):
        changed(protocol, joint=[])
