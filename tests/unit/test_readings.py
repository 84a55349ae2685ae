"""What the other readings of a programme's wording give, and the summary's bounds for those who were not reached."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Reading
from steget_eval.reporting import blocks, tables
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Language, render, render_cell
from steget_eval.reporting.text.bounded import bounded

PROGRAMMES = shipped("data", "programmes")
WORDS = {"sv": "ord", "en": "words"}


def released(name: str, **policy: int) -> Release:
    folder = PROGRAMMES / name
    protocol = load_protocol(folder / "protocol.yaml")
    own = protocol.disclosure.model_copy(update=policy)
    return disclose(evaluate(protocol, read_records(folder / "records")), own)


def told(release: Release, language: Language = "en") -> dict[str, tuple[str, str]]:
    """Each reading's words, with its result and the people behind it."""
    return {
        render_cell(row[1], language).removesuffix(", chosen"): (
            render_cell(row[2], language),
            render_cell(row[3], "en"),
        )
        for row in tables.readings(release).cells.rows
    }


def test_what_was_not_published_is_bounded_by_what_was():
    found = told(released("steget_linkoping"))
    begun = found["Had in fact begun a measure."]
    assert begun[0].startswith("between 0.0% and 50.0%, The number was not published")
    assert begun[1] == "0–21 of 42 people"
    assert found["All work-oriented measures (the first wording)."][1] == "21–42 of 42 people"
    assert found["Of all who were referred or began."][1] == "21 of 42 or more"


def test_a_share_of_fewer_people_is_bounded_by_all_of_them():
    left = told(released("inkluderande_rehabilitering"))["Of those who had left."]
    assert left[0].startswith("between 18.5% and 100.0%")
    assert left[1] == "28 of 28–151 people"


def test_able_to_go_on_stands_beside_having_begun():
    found = told(released("steget_linkoping_assessments"))
    assert found["Went on: a measure was begun."][1] == "49 of 84 people"
    assert found["Able to go on: found able to, begun or not."][1] == "47 of 84 people"


def test_no_bound_is_told_where_the_chosen_answer_is_hidden():
    found = told(released("steget_linkoping", minimum_cell=25))
    assert "between" not in found["Had in fact begun a measure."][0]


def test_a_choice_that_asks_nothing_has_no_result_and_blames_no_method():
    found = told(released("steget_2021"))
    assert found["The question is not answered."] == ("–", "–")


@pytest.mark.parametrize("told_of", [
    {"words": WORDS, "between": "of_more"},
    {"words": WORDS, "estimand": "a", "between": "of_more"},
    {"words": WORDS, "estimand": "a", "advised": "b"},
])  # fmt: skip
def test_a_reading_that_bounds_or_names_too_much_is_refused(told_of: dict[str, object]):
    with pytest.raises(ValidationError):
        Reading.model_validate(told_of)


def test_a_recommendation_that_there_is_none_of_is_refused():
    protocol = load_protocol(PROGRAMMES / "steget_linkoping_assessments" / "protocol.yaml")
    content = protocol.model_dump(mode="json", exclude_defaults=True)
    content["recommendations"] = []
    with pytest.raises(ValidationError, match="names the recommendation 'went_on', which there is none of"):
        Protocol.model_validate(content)


def test_the_summary_bounds_the_share_of_everyone_who_started():
    release = released("steget_2021")
    said = [render(one, "en") for one in bounded(release)]
    assert said == [
        "In work at the exit: 22 of 100 among the 109 people reached, and between 19 and 34 of 100 among all 128 who "
        "started, whatever became of the others.",
        "In work six months after discharge: 35 of 100 among the 82 people reached, and between 23 and 59 of 100 among "
        "all 128 who started, whatever became of the others.",
    ]
    assert "summary-bounds" in {child.id for child in blocks.summary(release).children}


def test_the_summary_says_nothing_of_bounds_that_may_not_be_told():
    assert bounded(released("steget_2021", minimum_cell=30)) == ()


def test_a_clock_from_the_exit_says_so_under_its_figure():
    from steget_eval.reporting.figures.state_shares import behind

    assert set(behind(released("inkluderande_rehabilitering_esf"))["since"]) == {"exit"}
    assert set(behind(released("steget_linkoping_assessments"))["since"]) == {"time"}


def test_a_question_asked_by_group_stands_among_the_results_as_well_as_among_the_readings():
    from steget_eval.reporting.tables.readings import only_readings

    esf = load_protocol(PROGRAMMES / "inkluderande_rehabilitering_esf" / "protocol.yaml")
    assert only_readings(esf) == frozenset()
    steget = load_protocol(PROGRAMMES / "steget_2021" / "protocol.yaml")
    assert "no_support_at_exit" in only_readings(steget)


def test_the_social_fund_s_indicators_stand_one_and_six_months_after_exit():
    frame = released("inkluderande_rehabilitering_esf").estimates
    told = frame[(frame["subgroup"] == "all") & (frame["contrast"] == "risk_1")].set_index("estimand")
    assert set(told.index) == {"work_1", "education_1", "seeking_1", "work_6", "education_6"}
    assert not told["suppressed"].any()
