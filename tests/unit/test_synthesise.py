"""What a synthesis of printed lines holds."""

from __future__ import annotations

import pytest

from steget_eval.core.errors import MethodError
from steget_eval.methods.evidence.borrowing import power_prior
from steget_eval.methods.evidence.synthesis_setting import Setting
from steget_eval.records.trials import PublishedTrial
from steget_eval.study.synthesise import synthesise, synthesise_all
from steget_eval.study.synthesise_select import Only, control_arms, select_comparisons


def _line(study, counts, *, line=1, months=12, **more):
    x_1, n_1, x_0, n_0 = counts
    columns = {
        "study_id": study, "line": line, "citation": "A journal 2020;1:1", "design": "randomised",
        "population": "severe mental illness", "programme": "IPS", "follow_up_months": months, "outcome": "work",
        "events_1": x_1, "n_1": n_1, "events_0": x_0, "n_0": n_0, "measure": "none", "status": "verbatim",
    }  # fmt: skip
    return PublishedTrial(**{**columns, **more})


def replaced(line, **columns):
    return line.model_copy(update=columns)


YEAR = (_line("a", (14, 33, 1, 25)), _line("b", (13, 42, 3, 43)), _line("c", (22, 46, 8, 37)))
LATER = (_line("a", (20, 33, 5, 25), line=2, months=18), _line("d", (30, 60, 20, 62), months=18))


def test_every_pooled_study_has_a_row_for_forest_and_funnel():
    found = synthesise(YEAR, "work")
    frame = found.studies_frame()
    assert list(frame["study"]) == ["a", "b", "c"]
    assert frame["weight"].sum() == pytest.approx(1)
    assert frame["weight_common"].sum() == pytest.approx(1)
    assert (frame["conf_low"] < frame["estimate"]).all()
    assert (frame["estimate"] < frame["conf_high"]).all()
    assert {"effect", "std_error"} <= set(frame.columns)
    assert {row.interval_kind for row in found.estimates} == {"confidence", "prediction", "none"}
    assert {row.outcome for row in found.estimates} == {"work"}


def test_windows_that_differ_are_refused_unless_told():
    with pytest.raises(MethodError, match="a is printed at several windows"):
        synthesise(YEAR + LATER, "work")
    with pytest.raises(MethodError, match="follow-up"):
        synthesise(YEAR + LATER[1:], "work")
    found = synthesise(YEAR + LATER, "work", allow_mixed=True)
    assert found.months == (12, 18)
    assert all("mixed follow-up (12, 18 months)" in row.note for row in found.estimates)


def test_a_study_counts_once_and_what_is_left_out_has_its_reason():
    again = _line("b", (13, 42, 3, 43), line=2)
    arm = _line("b", (13, 42, 9, 43), line=3)
    reviewed = _line("review", (50, 90, 20, 90), design="review")
    partial = _line("e", (5, 20, None, None))
    chosen = select_comparisons((*YEAR, again, arm, reviewed, partial), "work", months=12)
    assert [line.key for line in chosen.lines] == ["a.1", "b.1", "c.1"]
    assert {one.line: one.reason for one in chosen.left_out} == {
        "b.2": "the counts of b.1 again", "b.3": "people already counted in b.1",
        "review.1": "not a single randomised study", "e.1": "the four counts are not known",
    }  # fmt: skip


def test_only_the_wanted_countries_and_fidelity_are_taken_and_the_rest_has_its_reason():
    lines = (
        *(replaced(line, country="Norway") for line in YEAR),
        _line("n", (9, 30, 4, 30), country="Sweden", fidelity="100-103/125"),
        _line("m", (9, 30, 4, 30), country="Sweden", fidelity="73/125"),
    )
    chosen = select_comparisons(lines, "work", only=Only(country=("Sweden",)))
    assert [line.key for line in chosen.lines] == ["n.1", "m.1"]
    assert chosen.left_out[0].reason == "country Norway"
    chosen = select_comparisons(lines, "work", only=Only(fidelity_at_least=0.8))
    assert [line.key for line in chosen.lines] == ["n.1"]
    assert {one.reason for one in chosen.left_out} == {"fidelity not stated", "fidelity 73/125"}
    with pytest.raises(MethodError, match="no line of the outcome has the country Narnia; allowed: Norway, Sweden"):
        select_comparisons(lines, "work", only=Only(country=("Narnia",)))


def test_a_comparison_with_ips_asks_something_else_and_is_left_out():
    against = _line("x", (40, 60, 30, 60), comparator="IPS with a break", programme="IPS and more")
    chosen = select_comparisons((*YEAR, against), "work")
    assert {one.line: one.reason for one in chosen.left_out} == {"x.1": "the comparison was given IPS too"}


def test_mixed_windows_keep_the_longest_follow_up_of_a_study():
    chosen = select_comparisons(YEAR + LATER, "work", allow_mixed=True)
    assert [line.key for line in chosen.lines] == ["b.1", "c.1", "a.2", "d.1"]


def test_all_outcomes_are_pooled_window_by_window_and_the_rest_has_a_reason():
    alone = _line("f", (5, 20, 4, 20), outcome="education")
    found = synthesise_all((*YEAR, *LATER, alone))
    assert [(one.outcome, one.months, len(one.studies)) for one in found.answers] == [
        ("work", (12,), 3), ("work", (18,), 2),
    ]  # fmt: skip
    (refusal,) = found.refusals
    assert refusal.estimand == "education"
    assert "at least two studies" in refusal.reason
    assert len(found.answers[1].prediction) == 0


def test_controls_are_borrowed_only_from_the_programmes_own_window():
    own = Setting(outcome="work", months=12)
    arms = control_arms(YEAR + LATER, "work", own=own, months=12)
    assert list(arms.to_frame()["n"]) == [25, 43, 37]
    (row,) = power_prior(arms, 0.5).estimates
    assert row.interval_kind == "credible"
    assert row.note.startswith("3 published arms, 105 people")
    with pytest.raises(MethodError, match="follow-up"):
        control_arms(YEAR + LATER, "work", own=own, months=18)
