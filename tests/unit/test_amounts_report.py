"""From protocol to page: days in work by ratio and in parts, among whom, and steps towards work by arm."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from steget_eval import build_cohort, disclose, load_protocol, read_records
from steget_eval.cli.explain import explain
from steget_eval.core.errors import MethodError
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.pairwise import win_statistics
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import effects
from steget_eval.reporting.blocks.beneath import beneath
from steget_eval.reporting.release import Release
from steget_eval.reporting.suppress import Thresholds
from steget_eval.reporting.suppress_steps import few_on_a_step, gate_steps, numbers_on_steps
from steget_eval.reporting.text import LANGUAGES, phrase
from steget_eval.reporting.text.phrases import phrases
from steget_eval.reporting.text.sentences import claims, headline
from steget_eval.simulate import true_values
from steget_eval.study import Results, analyse

STEPS = ("neither", "on_the_way", "job")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(shipped("data", "programmes", "ips_sydnarke_amounts", "protocol.yaml"))


@pytest.fixture(scope="module")
def results(protocol: Protocol) -> Results:
    records = read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records"))
    return analyse(build_cohort(protocol, records), protocol)


@pytest.fixture(scope="module")
def release(results: Results) -> Release:
    return disclose(results)


def walk(block: Block) -> Iterator[Block]:
    yield block
    for child in block.children:
        yield from walk(child)


def test_every_question_is_answered_and_told(protocol: Protocol, release: Release) -> None:
    told = release.estimates[release.estimates["subgroup"] == "all"]
    assert set(told["estimand"]) == {one.id for one in protocol.estimands}
    assert not told["suppressed"].any()
    for estimand in protocol.estimands:
        mine = told[(told["estimand"] == estimand.id) & (told["contrast"] == estimand.contrast)]
        assert set(mine["method"]) == set(estimand.methods), estimand.id


def test_the_check_of_proportional_odds_follows_its_regression(results: Results) -> None:
    row = results.estimates.only(estimand="standing", contrast="proportionality")
    assert (row.method, row.interval_kind) == ("brant", "none")
    assert 0 < row.p_value < 1


def test_among_those_with_any_counts_them_alone_and_the_main_answer_counts_everyone(results: Results) -> None:
    everyone = results.estimates.only(estimand="days", contrast="mean_difference", method="welch")
    part = results.estimates.only(estimand="days_of_workers", contrast="mean_difference", method="aipw")
    any_ = results.estimates.only(estimand="days", contrast="share_above_zero_1", method="two_part_gamma")
    assert part.n_1 == any_.events_1 < everyone.n_1
    assert everyone.n_1 == any_.n_1


def test_over_days_followed_nobody_who_was_followed_at_all_is_left_out(results: Results) -> None:
    row = results.estimates.only(estimand="days_per_year", method="quasi_poisson")
    assert (row.n_1, row.n_0) == (108, 132)
    rates = [results.estimates.only(estimand="days_per_year", contrast=f"rate_{arm}") for arm in (1, 0)]
    assert {one.population for one in rates} == {"unadjusted"}
    assert all(0 < one.estimate < 365.25 for one in rates)


def test_beneath_each_table_stands_what_belongs_to_it(release: Release) -> None:
    ids = [block.id for block in walk(effects(release))]
    for wanted in ("days-parts", "days_per_year-exposure", "days_of_workers-among", "standing-steps"):
        assert f"effects-{wanted}" in ids, wanted
    # The same steps do not come again with the second question about them.
    assert "effects-standing_pairs-steps" not in ids
    assert beneath(release, "days_ratio") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_what_asking_among_some_conditions_on(release: Release, language: str) -> None:
    among = next(block for block in beneath(release, "days_of_workers") if block.id.endswith("-among"))
    keys = [sentence["key"] for sentence in among.body["text"]]
    assert keys == ["amounts.among", "amounts.among_means"]
    assert {"sv": "efter starten", "en": "after the start"}[language] in phrase(keys[1], language)
    asked = release.protocol.estimand("days_of_workers").among
    assert asked is not None
    assert getattr(asked.because, language) in json.dumps(among.body, ensure_ascii=False)


def test_steps_add_up_to_the_people_whose_step_is_known(release: Release) -> None:
    assert release.steps is not None
    mine = release.steps[release.steps["estimand"] == "standing"]
    known = release.unknown[release.unknown["estimand"] == "standing"].set_index("arm")["known"]
    for arm, part in mine.groupby("arm"):
        assert part["n"].sum() == known[arm]
        assert set(part["total"]) == {known[arm]}
        assert tuple(part["step"]) == STEPS


def test_a_step_with_few_people_takes_the_whole_question_with_it(results: Results) -> None:
    release = disclose(results, Disclosure(minimum_cell=18))  # seventeen are on the way in the one arm
    mine = release.estimates[release.estimates["outcome"] == "standing"]
    assert mine["suppressed"].all()
    assert mine[["estimate", "std_error", "conf_low", "conf_high", "p_value", "n_1", "n_0"]].isna().all().all()
    assert release.steps is not None
    assert release.steps[["arm", "step"]].drop_duplicates().to_numpy().tolist() == [["all", "all"]]
    assert release.steps["n"].isna().all()
    pieces = beneath(release, "standing")
    assert [block.id for block in pieces] == ["effects-standing-steps-hidden"]


def test_the_internal_view_tells_every_step(results: Results) -> None:
    small = disclose(results, internal=True)
    assert small.steps is not None
    assert not small.steps["suppressed"].any()


def test_wins_and_ties_give_back_who_stands_where_so_the_gate_hides_them() -> None:
    # The attack that the rule answers: three steps, arms of twenty and twenty-two, three people on the highest.
    truth = {1: (11, 6, 3), 0: (14, 6, 2)}
    step = np.concatenate([np.repeat(range(3), counts) for counts in truth.values()])
    arm = np.repeat([1.0, 0.0], [20, 22])
    rows = win_statistics(step, arm)
    told = [rows.only(contrast=name).estimate for name in ("win_ratio", "net_benefit")]
    fits = [
        (upper, lower)
        for upper, lower in itertools.product(_splits(20), _splits(22))
        if np.allclose(_statistics(upper, lower), told, rtol=1e-12, atol=0)
    ]
    # Of some sixty thousand ways to stand four are left, before anything else is known of the arms.
    assert (truth[1], truth[0]) in fits
    assert len(fits) == 4
    frame = pd.DataFrame(
        [("standing", name, one, n) for name, which in (("ips", 1), ("usual", 0))
         for one, n in zip(STEPS, truth[which], strict=True)],
        columns=["estimand", "arm", "step", "n"],
    )  # fmt: skip
    protocol = load_protocol(shipped("data", "programmes", "ips_sydnarke_amounts", "protocol.yaml"))
    assert few_on_a_step(frame, protocol, Thresholds(Disclosure())) == {"standing"}
    assert few_on_a_step(frame.assign(n=frame["n"] + 5), protocol, Thresholds(Disclosure())) == frozenset()
    assert gate_steps(frame, frozenset({"standing"}))["n"].isna().all()


def _splits(people: int) -> Iterator[tuple[int, int, int]]:
    return ((one, two, people - one - two) for one in range(people + 1) for two in range(people + 1 - one))


def _statistics(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> tuple[float, float]:
    pairs = np.outer(upper, lower)
    win, loss = np.tril(pairs, -1).sum(), np.triu(pairs, 1).sum()
    return (np.inf if loss == 0 else win / loss), (win - loss) / pairs.sum()


def test_a_step_is_held_against_people_in_the_same_state_by_another_outcome(protocol: Protocol) -> None:
    frame = pd.DataFrame(
        [("standing", "ips", step, n) for step, n in zip(STEPS, (44, 17, 26), strict=True)],
        columns=["estimand", "arm", "step", "n"],
    )  # fmt: skip
    found = numbers_on_steps(frame, protocol, {"competitive_employment": "work", "education": "school"})
    # On the way are several states of several families, whose sum is nobody else's number.
    assert found == {"standing": [(("with", "ips", "work"), 26), (("with", "ips", "work"), 26)]}


def test_explain_tells_whom_an_amount_is_asked_among_and_over_which_days(protocol: Protocol) -> None:
    assert dict(explain(protocol, "days_of_workers"))["among"].startswith("those above zero alone, because: The comm")
    assert "the days each person was followed" in dict(explain(protocol, "days_per_year"))["exposure"]
    assert not {"among", "exposure"} & set(dict(explain(protocol, "days")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_headline_of_some_claims_nothing_of_everyone(results: Results, language: str) -> None:
    primary = results.protocol.model_copy(update={"primary": "days_of_workers", "design": "randomised"})
    release = disclose(replace(results, protocol=primary))
    told = [one.key for one in (*headline(release), *claims(release))]
    assert {"headline.means.among", "headline.difference.among", "claim.among"} <= set(told)
    words = " ".join(phrases(language)[key] for key in told)
    assert not re.search(r"effekt|effect", words)


def test_the_true_ratio_is_that_of_the_true_means_and_what_has_none_says_so(protocol: Protocol) -> None:
    found = true_values(protocol, None, "days_ratio", people=2_000, seed=1)
    assert found.arm_0 is not None
    assert found.contrast.value == pytest.approx(found.arm_1.value / found.arm_0.value, rel=1e-12)
    for asked, why in (("days_of_workers", "other people in each arm"), ("days_per_year", "changes over time")):
        with pytest.raises(MethodError, match=why):
            true_values(protocol, None, asked, people=2_000, seed=1)


@pytest.mark.parametrize(("primary", "key"), [
    ("days_per_year", "headline.rates"), ("standing", "headline.highest_step"),
    ("days_ratio", "headline.means.comparison"),
])  # fmt: skip
def test_a_ratio_does_not_stand_alone_in_the_headline(results: Results, primary: str, key: str) -> None:
    asked = results.protocol.model_copy(update={"primary": primary})
    told = headline(disclose(replace(results, protocol=asked)))
    assert [one.key for one in told][:2] == [key, "headline.contrast.comparison"]
    if primary == "standing":
        assert told[0].values["share_1"].value == pytest.approx(26 / 87)


def test_a_step_one_person_from_a_number_told_elsewhere_is_hidden_and_the_primary_kept(results: Results) -> None:
    told = results.estimates.only(estimand="days", contrast="share_above_zero_1", method="two_part_gamma").events_1
    assert told is not None
    steps = results.moves.steps.copy()
    mine = (steps["arm"] == "ips") & (steps["estimand"] == "standing")
    steps.loc[mine & (steps["step"] == "job"), "n"] = told - 1
    steps.loc[mine & (steps["step"] == "neither"), "n"] = 87 - 17 - (told - 1)
    release = disclose(replace(results, moves=replace(results.moves, steps=steps)))
    frame = release.estimates[release.estimates["subgroup"] == "all"].set_index("estimand")["suppressed"]
    assert frame["standing"].all()
    assert not frame["days"].any()
    assert release.steps is not None
    assert release.steps.set_index("estimand").loc["standing", "suppressed"]
