"""Scores of two arms from the protocol to the page: answers, refusals, the gate, the block in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from steget_eval import analyse, blocks, build_cohort, disclose
from steget_eval.cohort import Cohort
from steget_eval.core.errors import SpecError
from steget_eval.core.streams import stream
from steget_eval.protocol import Protocol
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.picture import Picture, from_body, scales_behind, to_body
from steget_eval.reporting.html import block_html
from steget_eval.reporting.release import Release
from steget_eval.simulate import default_truth, simulate_records, true_table
from steget_eval.simulate.measured import NotReached
from steget_eval.study.answers import method_lines

WORDS = {"sv": "ord", "en": "words"}
SOURCE = {"sv": "Källan 2010", "en": "The source 2010"}
OCCASIONS = ["start", "month_6", "month_12", "month_24"]
METHODS = ["mmrm", "ancova", "ancova_hc3", "ancova_classical", "ancova_interaction", "gee_independence",
           "gee_exchangeable", "gee_unstructured"]  # fmt: skip
ARMS = {
    "treated": {"id": "ips", "label": {"sv": "IPS", "en": "IPS"}},
    "comparison": {"id": "usual", "label": {"sv": "vanligt stöd", "en": "usual support"}},
}


def question(**more: Any) -> dict[str, Any]:
    return {"id": "health_later", "question": WORDS, "outcome": "health", "contrast": "mean_change_difference"} | more


def asked(
    *estimands: dict[str, Any], design: str = "randomised", scores: dict[str, Any] | None = None, **more: Any
) -> Protocol:
    """Return a protocol of one scale in two arms, or in one."""
    two = design in {"randomised", "comparison"}
    told = {"instrument": "scale", "occasions": OCCASIONS, "important": {"points": 5, "source": SOURCE}}
    health = {"sv": "självskattad hälsa", "en": "self-rated health"}
    return Protocol.model_validate({
        "schema_version": 1, "id": "made", "title": WORDS, "decided_on": date(2026, 1, 1), "design": design,
        "programme": {"id": "made", "name": WORDS, "is_ips": False, "description": WORDS},
        "arms": ARMS if two else {"treated": ARMS["treated"]}, "clock": {"index": "none"},
        "covariates": [{"id": "motivation", "label": WORDS, "kind": "number", "column": "motivation"}],
        "outcomes": [{"id": "health", "kind": "longitudinal", "label": health, "definition": WORDS,
                      "scores": told | (scores or {})}],
        "estimands": list(estimands), "primary": estimands[0]["id"],
    } | more)  # fmt: skip


def cohort_of(protocol: Protocol, people: int = 300, *, missed: float = 0.3) -> Cohort:
    """Return drawn people, ever more of whom are missed as time goes."""
    lost = {one: NotReached(scores=missed * place / 3) for place, one in enumerate(OCCASIONS) if place}
    truth = default_truth(protocol).model_copy(update={"people": people, "not_reached": lost})
    return build_cohort(protocol, simulate_records(protocol, truth, seed=11))


def with_scores(cohort: Cohort, scores: np.ndarray) -> Cohort:
    return replace(cohort, outcomes={name: replace(one, scores=scores) for name, one in cohort.outcomes.items()})


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return asked(
        question(methods=METHODS),
        question(id="better", contrast="responders_difference", occasion="month_12",
                 methods=["newcombe", "miettinen_nurminen", "gee_exchangeable"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def cohort(protocol: Protocol) -> Cohort:
    return cohort_of(protocol)


@pytest.fixture(scope="module")
def release(protocol: Protocol, cohort: Cohort) -> Release:
    return disclose(analyse(cohort, protocol))


def test_every_method_answers_at_the_last_occasion_and_near_the_truth(protocol: Protocol, cohort: Cohort):
    found = analyse(cohort, protocol).estimates.where(contrast="mean_change_difference", subgroup="all")
    assert [row.method for row in found] == METHODS
    table = true_table(protocol, people=20_000, seed=2).frame
    truth = table.loc[table["quantity"] == "change.month_24_difference", "value"].item()
    assert all(abs(row.estimate - truth) < 4 * row.std_error for row in found)
    sizes = {row.method: row.n_1 for row in found}
    assert sizes["mmrm"] == sizes["gee_exchangeable"] > sizes["ancova"]


def test_the_occasion_of_the_protocol_is_the_one_that_is_answered(cohort: Cohort):
    protocol = asked(question(occasion="month_6", methods=["mmrm", "ancova"]))
    rows = analyse(cohort_of(protocol), protocol).estimates
    later = asked(question(methods=["mmrm"]))
    beside = analyse(cohort_of(later), later).estimates
    main = rows.only(method="mmrm", subgroup="all", contrast="mean_change_difference")
    other = beside.only(method="mmrm", subgroup="occasion=month_6", contrast="mean_change_difference")
    assert main.estimate == pytest.approx(other.estimate, abs=1e-9)  # one fit told in two places
    assert (main.conf_low, main.p_value) == pytest.approx((other.conf_low, other.p_value), abs=1e-9)


def test_means_stand_at_every_occasion_with_those_who_answered_then(cohort: Cohort, protocol: Protocol):
    rows = analyse(cohort, protocol).estimates
    scores, a = cohort.outcomes["health_later"].scores, cohort.a
    known = cohort.outcomes["health_later"].known
    for place, occasion in enumerate(OCCASIONS):
        row = rows.only(estimand="health_later", method="t", subgroup=f"occasion={occasion}", contrast="mean_1")
        mine = scores[known & (a == 1) & ~np.isnan(scores[:, place]), place]
        assert (row.n_1, row.estimate) == (mine.size, pytest.approx(mine.mean(), abs=1e-9))


def test_without_methods_analysis_of_covariance_answers_and_with_clusters_the_robust_one():
    protocol = asked(question())
    assert [line.name for line in method_lines(protocol, protocol.estimands[0])] == ["ancova"]
    clustered = asked(question(), cluster="site")
    assert [line.name for line in method_lines(clustered, clustered.estimands[0])] == ["ancova_cr2"]
    row = analyse(cohort_of(clustered), clustered)
    assert row.estimates.rows[0].method == "ancova_cr2" if len(row.estimates) else row.refusals
    mixed = asked(question(methods=["mmrm"]), cluster="site")
    with pytest.raises(SpecError, match="mmrm does not take clusters"):
        method_lines(mixed, mixed.estimands[0])


def test_where_people_come_in_clusters_the_means_at_occasions_are_told_by_leaving_each_out():
    protocol = asked(question(), cluster="site")
    people = cohort_of(protocol.model_copy(update={"cluster": None}))
    site = np.where(people.a == 1, np.cumsum(people.a == 1) % 6, 6 + np.cumsum(people.a == 0) % 6)
    clustered = replace(people, persons=people.persons.assign(cluster=site))
    found = analyse(clustered, protocol)
    seen = [row for row in found.estimates if row.subgroup.startswith("occasion=")]
    assert {row.method for row in seen} == {"clusters_left_out"}
    assert len(seen) == 2 * len(OCCASIONS)
    assert {row.note.rpartition(" ")[2] for row in seen} == {"5."}
    page = block_html(blocks.scales(disclose(found)), "en")
    assert f"{seen[0].conf_low:.1f}"[:4] in page


@pytest.mark.parametrize(("made", "why"), [
    (lambda: asked(question(occasion="start")), "occasion is 'start'; allowed, after the first: month_6"),
    (lambda: asked(question(contrast="responders_difference"), scores={"important": None}), "counts responders"),
    (lambda: asked(question(population="arm"), design="single_arm"), "contrast must be"),
    (lambda: asked(question(contrast="mean_change", population="arm", occasion="month_6"), design="single_arm"),
     "occasion belongs to"),
])  # fmt: skip
def test_a_question_that_does_not_fit_its_scores_is_refused(made, why: str):
    with pytest.raises(ValueError, match=why):
        made()


def test_a_method_that_refuses_tells_why_and_the_others_go_on(protocol: Protocol, cohort: Cohort):
    scores = cohort.outcomes["health_later"].scores.copy()
    scores[:, 2] = scores[:, 1]  # the score at one occasion follows from the one before
    told = analyse(with_scores(cohort, scores), protocol)
    (refused,) = (one for one in told.refusals if one.method == "mmrm" and one.estimand == "health_later")
    assert "not identified: the score at one occasion follows from the others" in refused.reason
    assert "ancova" in {row.method for row in told.estimates}
    (singular,) = (one for one in told.refusals if one.method == "gee_unstructured")
    assert "working correlation between occasions is" in singular.reason


def test_how_many_did_not_answer_cannot_be_worked_out_where_they_are_few():
    protocol = asked(question(methods=["mmrm", "ancova"]))
    cohort = cohort_of(protocol, missed=0.0)
    drawn = cohort.outcomes["health_later"].scores
    scores = np.where(np.isnan(drawn), stream(5, "filled").normal(50, 10, drawn.shape), drawn)
    scores[np.flatnonzero(cohort.a == 1)[:2], 3] = np.nan  # two did not answer the last time
    told = disclose(analyse(with_scores(cohort, scores), protocol))
    frame = told.estimates
    treated = int((cohort.a == 1).sum())
    told_sizes = set(frame["n_1"].dropna().astype(int))
    assert treated in told_sizes  # the mixed model has everybody
    assert not any(0 < treated - size < told.policy.minimum_cell for size in told_sizes)
    beside = frame[frame["subgroup"].str.startswith("occasion=")]
    assert beside["suppressed"].all()
    main = frame[(frame["subgroup"] == "all") & (frame["method"] == "mmrm")]
    assert not main["suppressed"].any()
    assert frame.loc[(frame["subgroup"] == "all") & (frame["method"] == "ancova"), "suppressed"].all()
    page = block_html(blocks.scales(told), "en")
    assert "individuals could be made out" in page


def test_an_occasion_at_which_few_became_clearly_better_is_hidden():
    protocol = asked(question(id="better", contrast="responders_difference", methods=["newcombe", "gee_independence"]))
    cohort = cohort_of(protocol, missed=0.0)
    scores = np.repeat(cohort.outcomes["better"].scores[:, :1], 4, axis=1)
    rng = stream(3, "better")
    scores[:, 1:] += rng.normal(0, 1, scores[:, 1:].shape)
    scores[np.flatnonzero(cohort.a == 1)[:40], 1:] += 20
    scores[np.flatnonzero(cohort.a == 0)[:30], 1:] += 20
    few = np.flatnonzero(cohort.a == 0)[3:30]
    scores[few, 2] -= 20  # three of the comparison are clearly better at month 12
    frame = disclose(analyse(with_scores(cohort, scores), protocol)).estimates
    hidden = frame.groupby("subgroup")["suppressed"].all()
    assert hidden["occasion=month_12"]
    assert not hidden["all"]
    assert 3 not in set(frame[["events_1", "events_0"]].stack().astype(int))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_block_tells_means_difference_and_assumption(release: Release, language: Any):
    page = block_html(blocks.scales(release), language)
    wanted = {
        "sv": ("vanligt stöd", "Tillfälle", "blandad modell", "började lika"),
        "en": ("usual support", "Occasion", "mixed model", "began alike"),
    }[language]
    assert all(word in page for word in wanted)
    answers = block_html(blocks.effects(release), language)
    assert {"sv": "skillnad i förändring", "en": "difference in change"}[language] in answers.lower()
    assert {"sv": "klart bättre", "en": "clearly better"}[language] in answers


def test_a_protocol_without_scores_has_no_such_part(results_two_arms):
    assert blocks.scales(disclose(results_two_arms)).kind == "absent"


@pytest.mark.parametrize("narrow", [False, True])
def test_the_figure_is_the_same_twice_and_tells_every_occasion(release: Release, narrow: bool):
    picture = Picture(name="scale_means", frame=scales_behind(release, "health_later"))
    again = Picture(name="scale_means", frame=from_body(to_body(picture.frame)))
    assert picture.svg("sv", "a", narrow=narrow) == again.svg("sv", "a", narrow=narrow)
    assert len(picture.frame) == 2 * len(OCCASIONS)
    alternative = picture.alternative("en")
    main = release.estimates[(release.estimates["method"] == "mmrm") & (release.estimates["contrast"] == "mean_1")]
    assert all(f"{value:.1f}" in alternative for value in main["estimate"])


def test_a_figure_of_nothing_is_an_empty_one(results_two_arms):
    from steget_eval.reporting.figures import scale_means

    ax = style.new_axes(7.2, 3)
    assert scale_means(disclose(results_two_arms), ax=ax) is ax


def _single(**reliability: Any) -> Release:
    change = question(contrast="mean_change", population="arm", methods=["paired_t"])
    protocol = asked(change, design="single_arm", scores={"occasions": ["start", "month_12"], **reliability})
    return disclose(analyse(cohort_of(protocol, missed=0.0), protocol))


def test_one_arm_is_held_against_the_drift_where_the_protocol_gives_reliability_with_a_source():
    alike = {"correlation": 0.6, "usual_mean": 62, "source": SOURCE}
    told = _single(reliability=alike)
    rows = {row["contrast"]: row for row in told.estimates.to_dict("records") if row["subgroup"] == "all"}
    drift, beyond = rows["expected_drift"]["estimate"], rows["change_beyond_drift"]["estimate"]
    assert drift == pytest.approx(0.4 * (62 - rows["mean_before"]["estimate"]), abs=1e-9)
    assert drift + beyond == pytest.approx(rows["mean_change"]["estimate"], abs=1e-9)
    for language, words in (("sv", "väntas förändras"), ("en", "is expected to change by")):
        page = block_html(blocks.change(told), language)
        assert words in page
        assert SOURCE[language] in page


def test_one_arm_without_reliability_is_warned_of_regression_to_the_mean_alone():
    told = _single()
    assert "expected_drift" not in set(told.estimates["contrast"])
    page = block_html(blocks.change(told), "sv")
    assert "går inte att säga utan jämförelse" in page


def test_a_reliability_needs_its_source():
    with pytest.raises(ValueError, match="source"):
        asked(question(), scores={"reliability": {"correlation": 0.6, "usual_mean": 62}})


def test_yes_and_no_at_occasions_are_told_as_shares_from_equations_of_all_of_them():
    yes = {"id": "housed", "question": WORDS, "outcome": "health", "contrast": "share_difference",
           "methods": ["gee_exchangeable"], "occasion": "month_12"}  # fmt: skip
    protocol = asked(yes, scores={"important": None})
    cohort = cohort_of(protocol, 140, missed=0.0)
    drawn = cohort.outcomes["housed"].scores
    scores = np.where(np.isnan(drawn), np.nan, (drawn > 55).astype(float))
    results = analyse(with_scores(cohort, scores), protocol)
    seen = results.estimates.only(contrast="share_1", method="wilson", subgroup="occasion=month_12")
    mine = scores[cohort.outcomes["housed"].known & (cohort.a == 1), 2]
    assert (seen.events_1, seen.n_1) == (np.nansum(mine), np.sum(~np.isnan(mine)))
    told = disclose(results)
    main = told.estimates[(told.estimates["subgroup"] == "all") & (told.estimates["method"] == "gee_exchangeable")]
    assert main["contrast"].tolist() == ["share_difference"]
    assert 0 < main["estimate"].item() < 1
    for language, words in (("sv", "andelar vid varje tillfälle"), ("en", "shares at each occasion")):
        page = block_html(blocks.scales(told), language)
        assert words in page
        assert "%" in page
    whole = block_html(blocks.effects(told), "sv")
    assert "procentenheter" in whole


def test_a_score_is_no_yes_or_no():
    protocol = asked(question(contrast="share_difference"))
    refused = analyse(cohort_of(protocol), protocol).refusals[0]
    assert refused.method == "gee_exchangeable"
    assert "yes and no must be 1 and 0" in refused.reason
