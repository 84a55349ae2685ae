"""Reviews of fidelity in a protocol, in a study, past the gate and on the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval.cohort import Cohort, Flow, OutcomeValues
from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary import risk
from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.synthesis import Effects
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting import blocks
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.html import block_html
from steget_eval.study.fidelity import fidelity_answers
from steget_eval.study.fidelity_found import FidelityFound
from steget_eval.study.results import Results

WORDS = {"sv": "a", "en": "a"}
TOTALS = (73, 76, 81, 84, 88, 92, 95, 99, 103, 108, 112, 118)


def form(total: int) -> list[int | None]:
    """A form that adds up to the total."""
    least, more = divmod(total, 25)
    return [least + 1] * more + [least] * (25 - more)


def reviews_of(totals: tuple[int, ...] = TOTALS, **more: Any) -> dict[str, Any]:
    reviews = [
        {"site": f"site{place:02}", "reviewed_on": "2025-03-01", "items": form(total)}
        for place, total in enumerate(totals)
    ]  # fmt: skip
    return {"reviews": reviews, **more}


def protocol_of(fidelity: dict[str, Any] | None, **more: Any) -> Protocol:
    programme = {"id": "made_up", "name": WORDS, "is_ips": True, "description": WORDS,
                 "fidelity": {"scale": "IPS-25", "score": 101, "reviewed_on": "2026-05-04"}}  # fmt: skip
    return Protocol.model_validate(
        {
            "schema_version": 1, "id": "made_up", "title": WORDS, "decided_on": "2026-01-01", "design": "single_arm",
            "programme": programme, "arms": {"treated": {"id": "ips", "label": WORDS}},
            "clock": {"index": "enrolled_on", "horizon": 24, "unit": "months"},
            "outcomes": [{"id": "job", "kind": "binary", "label": WORDS, "definition": WORDS,
                          "events": [{"spells": ["competitive_employment"]}]}],
            "estimands": [{"id": "job", "question": WORDS, "outcome": "job", "population": "arm", "contrast": "risk"}],
            "primary": "job", "fidelity": fidelity, **more,
        }
    )  # fmt: skip


def cohort_of(sites: int = 12, people: int = 40, *, few: int = 0) -> Cohort:
    """People of sites whose shares rise with their number; the first `few` sites have nine people each."""
    rng, n = stream(1, "fidelity made up"), sites * people
    site = np.repeat([f"site{place:02}" for place in range(sites)], people)
    y = (rng.random(n) < 0.3 + 0.03 * np.repeat(np.arange(sites), people)).astype(float)
    kept = np.concatenate([np.arange(people) < (9 if place < few else people) for place in range(sites)])
    nothing = np.empty(0, dtype=np.int64)
    return Cohort(
        arms=("ips",),
        persons=pd.DataFrame({"participant_id": [f"p{k}" for k in range(int(kept.sum()))], "arm": "ips", "a": 1}),
        covariates=pd.DataFrame(index=range(int(kept.sum()))),
        outcomes={"job": OutcomeValues(kind="binary", y=y[kept], t=nothing, d=nothing)},
        states=pd.DataFrame(), months_in_state=pd.DataFrame(), flow=Flow(()), benchmark={}, records_fingerprint="f",
        origin="synthetic", source={}, recorded=pd.DataFrame({"site": site[kept]}),
    )  # fmt: skip


def found_of(result: Any) -> FidelityFound:
    assert result.found is not None
    return result.found


@pytest.mark.parametrize("wrong", [
    {"reviews": []}, {"compare": "nothing"}, {"minimum_sites": 4}, {"most_missing": 6}, {"scale": "IPS-15"},
    {"reviews": [{"site": "a", "reviewed_on": "2025-03-01", "items": form(80)[:24]}]},
    {"reviews": [{"site": "a", "reviewed_on": "2025-03-01", "items": [0, *form(80)[1:]]}]},
    {"reviews": [{"site": "a", "reviewed_on": "2025-03-01", "items": form(80)}] * 2},
])  # fmt: skip
def test_reviews_that_are_no_reviews_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        protocol_of(reviews_of() | wrong)


def test_a_total_that_the_items_do_not_add_up_to_is_refused() -> None:
    asked = {"reviews": [{"site": "a", "reviewed_on": "2026-05-04", "items": form(100)}]}
    with pytest.raises(ValidationError, match=r"score is 101, and the items .* add up to 100"):
        protocol_of(asked)
    protocol_of({"reviews": [{"site": "a", "reviewed_on": "2026-05-04", "items": form(101)}]})


def test_without_reviews_there_is_nothing_to_tell() -> None:
    told = fidelity_answers(cohort_of(), protocol_of(None))
    assert told.found is None
    assert len(told.estimates) == 0


def test_reviews_are_scored_though_nothing_is_held_against_them() -> None:
    found = found_of(fidelity_answers(cohort_of(), protocol_of(reviews_of())))
    assert [one.score.total for one in found.reviews] == list(TOTALS)
    assert found.reviews[0].score.band == "disputed"
    assert found.standing == "not_asked"


def test_sites_are_held_against_their_mean_total_by_a_regression_between_them() -> None:
    cohort, asked = cohort_of(), reviews_of(compare="job")
    asked["reviews"].append({"site": "site11", "reviewed_on": "2025-09-01", "items": form(110)})
    told = fidelity_answers(cohort, protocol_of(asked))
    scores = np.array([*TOTALS[:-1], (118 + 110) / 2])
    y, site = cohort.outcomes["job"].y, cohort.recorded["site"].to_numpy()
    rows = [risk(y[site == one]).rows[0] for one in np.unique(site)]
    effects = Effects(
        labels=tuple("abcdefghijkl"), measure="risk_difference", y=np.array([row.estimate for row in rows]),
        v=np.array([row.std_error**2 for row in rows]),
    )  # fmt: skip
    wanted = meta_regression(effects, ((scores - scores.mean()) / 10)[:, None], ["x"]).estimates.only(subgroup="x")
    row = told.estimates.only(contrast="fidelity_slope")
    assert (row.estimate, row.conf_low, row.p_value) == (wanted.estimate, wanted.conf_low, wanted.p_value)
    assert "association between sites" in row.note
    assert (found_of(told).standing, found_of(told).sites) == ("told", 12)
    assert row.n_1 is None


@pytest.mark.parametrize(("sites", "few", "minimum", "standing", "left"), [
    (9, 0, 10, "few", 3), (9, 0, 9, "told", 3), (12, 3, 10, "few", 3), (12, 2, 10, "told", 2),
])  # fmt: skip
def test_with_few_sites_or_small_ones_nothing_is_compared(
    sites: int, few: int, minimum: int, standing: str, left: int
) -> None:
    told = fidelity_answers(cohort_of(sites, few=few), protocol_of(reviews_of(compare="job", minimum_sites=minimum)))
    found = found_of(told)
    assert (found.standing, found.left_out, found.sites) == (standing, left, 12 - left)
    assert len(told.estimates) == (standing == "told")


def test_what_small_sites_had_changes_nothing() -> None:
    protocol = protocol_of(reviews_of(compare="job"))
    cohort = cohort_of(12, few=2)
    values = cohort.outcomes["job"]
    small = cohort.recorded["site"].isin(["site00", "site01"]).to_numpy()
    turned = replace(cohort, outcomes={"job": replace(values, y=np.where(small, 1 - values.y, values.y))})
    assert fidelity_answers(turned, protocol).estimates == fidelity_answers(cohort, protocol).estimates


def test_sites_that_all_have_the_same_total_are_not_compared() -> None:
    told = fidelity_answers(cohort_of(), protocol_of(reviews_of((100,) * 12, compare="job")))
    assert found_of(told).standing == "alike"


@pytest.fixture
def results(results_single_arm: Results) -> Results:
    """The fixture's results with reviews of twelve sites and a slope."""
    own = results_single_arm.protocol
    asked = reviews_of(compare=own.primary)
    asked["reviews"][1]["items"][0] = None
    asked["reviews"][2]["items"][:3] = [None] * 3
    protocol = Protocol.model_validate(own.model_dump() | {"fidelity": asked})
    told = fidelity_answers(cohort_of(), protocol_of(asked | {"compare": "job"}))
    row = replace(told.estimates.rows[0], estimand=own.primary, outcome=own.estimand(own.primary).outcome)
    return replace(
        results_single_arm, protocol=protocol, fidelity=told.found,
        estimates=results_single_arm.estimates + Estimates((row,)),
    )  # fmt: skip


def test_the_page_flags_73_in_both_languages_and_decides_nothing(results: Results) -> None:
    block = blocks.fidelity(disclose(results, internal=True))
    shown = {language: block_html(block, language) for language in ("sv", "en")}
    assert "73 poäng är omtvistat" in shown["sv"]
    assert "73 points is disputed" in shown["en"]
    assert "väljer inte mellan dem" in shown["sv"]
    assert "för många för en summa" in shown["sv"]
    assert "1 punkt saknas; 73–77" in shown["sv"]
    assert "samband mellan enheter" in shown["sv"]
    assert "association between sites" in shown["en"]
    assert "effekt" not in shown["sv"]


def test_a_stricter_policy_hides_the_slope_and_keeps_the_scores(results: Results) -> None:
    smallest = found_of_results(results).smallest
    assert smallest is not None
    open_, strict = (disclose(results, Disclosure(minimum_cell=size)) for size in (3, min(100, smallest + 1)))
    row = strict.estimates[strict.estimates["subgroup"] == "fidelity=slope"].iloc[0]
    assert row["suppressed"]
    assert row[["estimate", "conf_low", "conf_high", "p_value"]].isna().all()
    assert strict.fidelity is not None
    assert open_.fidelity is not None
    assert strict.fidelity.standing == "hidden"
    assert strict.fidelity.reviews == open_.fidelity.reviews
    assert strict.fidelity.smallest is open_.fidelity.smallest is None


def found_of_results(results: Results) -> FidelityFound:
    assert results.fidelity is not None
    return results.fidelity


def test_a_review_knows_its_day(results: Results) -> None:
    assert found_of_results(results).reviews[0].reviewed_on == date(2025, 3, 1)
