"""The gate on results made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from steget_eval.cohort import Flow, FlowStep
from steget_eval.core.columns import COUNT_NAMES, NUMBER_NAMES
from steget_eval.core.estimates import Estimates
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.suppress import Thresholds, blanked, complement_levels
from steget_eval.reporting.suppress_curves import choose_steps
from steget_eval.reporting.suppress_refusals import UNTOLD
from steget_eval.study.results import Refusal, Results


def test_a_small_count_takes_every_row_of_its_outcome(results_two_arms: Results) -> None:
    frame = disclose(results_two_arms).estimates
    education = frame[frame["estimand"] == "education"]
    assert education["suppressed"].all()
    assert education[[*NUMBER_NAMES, *COUNT_NAMES]].isna().all().all()
    assert set(education["note"]) == {""}
    assert not frame[frame["estimand"] == "employment"]["suppressed"].any()


def test_rows_without_counts_of_their_own_go_with_their_outcome(results_two_arms: Results) -> None:
    small = Estimates(tuple(replace(row, events_0=2) if row.estimand == "first_job" and row.events_0 else row
                            for row in results_two_arms.estimates))  # fmt: skip
    frame = disclose(replace(results_two_arms, estimates=small)).estimates
    assert frame[frame["contrast"] == "hazard_ratio"]["suppressed"].all()


def test_few_without_the_event_are_as_small_as_few_with_it(results_two_arms: Results) -> None:
    nearly = Estimates(tuple(replace(row, events_1=117) if row.estimand == "employment" and row.events_1 else row
                             for row in results_two_arms.estimates))  # fmt: skip
    frame = disclose(replace(results_two_arms, estimates=nearly)).estimates
    assert frame[frame["estimand"] == "employment"]["suppressed"].all()


def test_an_estimand_that_would_tell_how_few_are_unknown_is_hidden_and_the_primary_kept(
    results_two_arms: Results,
) -> None:
    fewer = Estimates(tuple(replace(row, n_1=117) if row.estimand == "days" else row
                            for row in results_two_arms.estimates))  # fmt: skip
    release = disclose(replace(results_two_arms, estimates=fewer))
    frame = release.estimates
    assert frame[frame["estimand"] == "days"]["suppressed"].all()
    assert not frame[frame["estimand"] == "employment"]["suppressed"].any()
    assert any(one.rule == "small_difference" and one.place == "estimates" for one in release.suppressions)


def test_the_primary_number_stays_and_the_flow_gives_way_where_few_are_unknown(results_two_arms: Results) -> None:
    known = Estimates(tuple(replace(row, n_1=117) for row in results_two_arms.estimates))
    release = disclose(replace(results_two_arms, estimates=known))
    included = release.flow[release.flow["kind"] == "included"].set_index("arm")["n"]
    assert pd.isna(included["ips"])
    assert pd.isna(included["all"])
    assert included["usual"] == 118
    assert release.baseline[release.baseline["arm"] == "ips"]["n"].isna().all()
    assert release.overlap[release.overlap["arm"] == "ips"]["value"].isna().all()
    assert release.at_risk[(release.at_risk["arm"] == "ips") & (release.at_risk["at_risk"] == 120)].empty


def test_a_hidden_level_takes_the_next_smallest_and_the_standardised_differences(results_two_arms: Results) -> None:
    frame = disclose(results_two_arms).baseline
    sex = frame[frame["covariate"] == "sex"].set_index(["level", "arm"])
    assert pd.isna(sex.loc[("unknown", "ips"), "count"])
    assert pd.isna(sex.loc[("man", "ips"), "count"])
    assert sex.loc[("woman", "ips"), "count"] == 60
    assert sex[["smd", "smd_weighted"]].isna().all().all()
    assert frame[frame["covariate"] == "age"]["smd"].notna().any()


def test_two_hidden_levels_whose_sum_is_small_take_a_third() -> None:
    thresholds = Thresholds(Disclosure(minimum_cell=5))
    assert set(complement_levels({"a": 1, "b": 2, "c": 9, "d": 30}, thresholds)) == {"a", "b", "c"}
    assert set(complement_levels({"a": 2, "b": 4, "c": 9}, thresholds)) == {"a", "b"}
    assert complement_levels({"a": 12, "b": 30}, thresholds) == {}


@pytest.mark.parametrize(("publish_zero", "rule"), [(False, "zero"), (True, None)])
def test_zero_is_small_unless_the_policy_tells_it(publish_zero: bool, rule: str | None) -> None:
    assert Thresholds(Disclosure(publish_zero=publish_zero)).rule(0) == rule


def test_small_exclusions_become_one_step(results_two_arms: Results) -> None:
    frame = disclose(results_two_arms).flow
    pooled = frame[frame["kind"] == "excluded"].set_index("arm")
    assert set(pooled["id"]) == {"suppressed"}
    assert pooled.loc["all", "n"] == 26
    assert pooled.loc["usual", "n"] == 12


def test_a_lone_small_exclusion_takes_the_records_it_was_taken_from(results_single_arm: Results) -> None:
    flow = Flow((
        FlowStep(kind="records", id="records", n=122, by_arm={"ips": 122}),
        FlowStep(kind="excluded", id="period", n=2, by_arm={"ips": 2}),
        FlowStep(kind="included", id="included", n=120, by_arm={"ips": 120}),
    ))  # fmt: skip
    frame = disclose(replace(results_single_arm, flow=flow)).flow
    assert frame[frame["kind"] != "included"]["n"].isna().all()
    assert set(frame[frame["kind"] == "included"]["n"]) == {120}


def test_an_arm_has_the_same_people_every_month(results_single_arm: Results) -> None:
    frame = disclose(results_single_arm).states
    assert set(frame["total"]) == {120}
    assert set(frame.groupby("month")["n"].sum()) == {120}


def test_the_few_who_left_stand_in_the_pooled_row_until_enough_have(results_single_arm: Results) -> None:
    frame = disclose(results_single_arm).states
    months = frame[frame["month"] == 7].set_index("state")["n"]
    assert "not_followed" not in months.index
    assert months["suppressed"] == 3 + 2 + 3  # education, sickness benefit and those who left
    assert frame[(frame["month"] == 18) & (frame["state"] == "not_followed")]["n"].item() == 9


def test_enough_who_left_are_pooled_all_the_same_where_the_followed_lie_close_to_a_told_number(
    results_single_arm: Results,
) -> None:
    later = results_single_arm.states[results_single_arm.states["month"].isin([18, 24])]
    told = disclose(replace(results_single_arm, states=later)).states
    assert set(told[told["state"] == "not_followed"]["month"]) == {18}  # 111 followed, then 108
    assert told[(told["month"] == 24) & told["suppressed"]]["n"].item() == 12 + 2


def test_states_are_hidden_in_every_month_where_the_arm_s_people_would_tell_how_few_are_unknown(
    results_single_arm: Results,
) -> None:
    fewer = Estimates(tuple(replace(row, n_1=117) for row in results_single_arm.estimates))
    frame = disclose(replace(results_single_arm, estimates=fewer)).states
    assert frame[["n", "total"]].isna().all().all()


@pytest.mark.parametrize("reason", ["period", "covariate_missing"])
def test_an_exclusion_of_nobody_is_told_and_hides_nothing(results_single_arm: Results, reason: str) -> None:
    flow = Flow((
        FlowStep(kind="records", id="records", n=120, by_arm={"ips": 120}),
        FlowStep(kind="excluded", id=reason, n=0, by_arm={"ips": 0}),
        FlowStep(kind="included", id="included", n=120, by_arm={"ips": 120}),
    ))  # fmt: skip
    frame = disclose(replace(results_single_arm, flow=flow)).flow
    assert frame["n"].notna().all()
    assert set(frame[frame["kind"] == "excluded"]["n"]) == {0}


def test_an_exclusion_of_nobody_is_no_cover_for_one_of_a_few(results_single_arm: Results) -> None:
    flow = Flow((
        FlowStep(kind="records", id="records", n=122, by_arm={"ips": 122}),
        FlowStep(kind="excluded", id="period", n=0, by_arm={"ips": 0}),
        FlowStep(kind="excluded", id="age", n=2, by_arm={"ips": 2}),
        FlowStep(kind="included", id="included", n=120, by_arm={"ips": 120}),
    ))  # fmt: skip
    frame = disclose(replace(results_single_arm, flow=flow)).flow.set_index(["id", "arm"])["n"]
    assert frame["period", "all"] == 0
    assert frame[["age", "records"]].isna().all()


def test_small_states_are_one_row_that_is_large_enough(results_single_arm: Results) -> None:
    frame = disclose(results_single_arm).states.dropna(subset=["n"])
    assert (frame["n"] >= 5).all()
    month = frame[frame["month"] == 3].set_index("state")["n"]
    assert month["suppressed"] == 5
    assert month["competitive_employment"] == 6
    assert month.sum() == 120


def test_the_last_steps_of_a_curve_are_merged_so_that_no_small_remainder_is_left() -> None:
    curve = pd.DataFrame({"events": [0, *[1] * 13], "at_risk": [60 - day for day in range(14)]})
    assert choose_steps(curve, Thresholds(Disclosure())) == [5, 13]


def test_a_curve_ends_where_few_are_at_risk() -> None:
    curve = pd.DataFrame({"events": [0, *[1] * 18], "at_risk": [18, *range(18, 0, -1)]})
    assert choose_steps(curve, Thresholds(Disclosure())) == [5]


def test_a_number_at_risk_is_hidden_where_the_curve_s_steps_leave_the_few_who_were_lost(
    results_two_arms: Results,
) -> None:
    frame = disclose(results_two_arms).at_risk
    usual = frame[frame["arm"] == "usual"].set_index("time")["at_risk"]
    assert pd.isna(usual[183])  # ten events told by day 170, and two had died: 118 - 10 - 2
    assert usual[366] == 89


def test_no_few_people_left_or_had_the_event_between_a_told_step_and_a_told_number_at_risk(
    results_two_arms: Results,
) -> None:
    release, seen = disclose(results_two_arms), 0
    for row in release.at_risk.dropna().itertuples():
        if row.time == release.at_risk["time"].max():
            continue
        mine = results_two_arms.curves.query("estimand == @row.estimand and arm == @row.arm and cause == 'event'")
        told = release.curves.query("estimand == @row.estimand and arm == @row.arm and cause == 'event'")
        step = told.loc[~told["suppressed"] & (told["time"] < row.time), "time"].max()
        counted = mine.loc[mine["time"] <= step, "events"].sum()
        since = mine["at_risk"].iloc[0] - counted - row.at_risk
        seen += 1
        assert since == 0 or since >= 5, (row.estimand, row.arm, row.time)
    assert seen > 3


def test_a_number_at_risk_is_held_against_those_without_the_event_of_a_kindred_outcome(
    results_two_arms: Results,
) -> None:
    known = Estimates(tuple(replace(row, n_1=115) if row.estimand == "employment" else row
                            for row in results_two_arms.estimates))  # fmt: skip
    for results, told in ((results_two_arms, True), (replace(results_two_arms, estimates=known), False)):
        frame = disclose(results).at_risk
        last = frame[(frame["arm"] == "ips") & (frame["time"] == 731)]["at_risk"]
        assert last.notna().all() == told  # 51 at risk; 115 - 62 = 53 without a job would tell of two


def test_a_curve_goes_with_its_estimates(results_two_arms: Results) -> None:
    small = Estimates(tuple(replace(row, events_0=2) if row.estimand == "first_job" and row.events_0 else row
                            for row in results_two_arms.estimates))  # fmt: skip
    release = disclose(replace(results_two_arms, estimates=small))
    assert release.curves["suppressed"].all()
    assert release.curves["estimate"].isna().all()
    assert release.at_risk["at_risk"].isna().all()


def test_a_verdict_goes_with_the_row_it_rests_on(results_single_arm: Results) -> None:
    verdicts = {one.target: one for one in disclose(results_single_arm).verdicts}
    assert verdicts["firm"].suppressed
    assert (verdicts["firm"].point, verdicts["firm"].estimate, verdicts["firm"].needed) == (None, None, None)
    assert verdicts["half"].n == 120
    assert verdicts["half"].needed == 70


def test_a_method_s_own_reason_is_not_told_where_it_may_hold_a_hidden_number(results_two_arms: Results) -> None:
    refusals = (
        Refusal(estimand="education", method="log", reason="nobody in arm 0 had the event"),
        Refusal(estimand="employment", method="ipw", reason="2 people have weights that explode"),
        Refusal(estimand="employment", method="cox", reason="the arms do not overlap"),
    )
    release = disclose(replace(results_two_arms, refusals=refusals))
    assert [one.reason for one in release.refusals] == [UNTOLD, "the arms do not overlap"]
    assert {(one.rule, one.place): one.cells for one in release.suppressions}["dependent", "refusals"] == 1


def test_extremes_of_weights_are_never_told(results_two_arms: Results) -> None:
    frame = disclose(results_two_arms).overlap.set_index(["arm", "key"])
    assert pd.isna(frame.loc[("ips", "largest_weight_share"), "value"])
    assert frame.loc[("ips", "ess"), "value"] == pytest.approx(108)


def test_equal_amounts_are_hidden_since_the_mean_is_everybody_s_own(results_two_arms: Results) -> None:
    equal = Estimates(tuple(replace(row, std_error=0.0) if row.estimand == "days" else row
                            for row in results_two_arms.estimates))  # fmt: skip
    frame = disclose(replace(results_two_arms, estimates=equal)).estimates
    assert frame[frame["estimand"] == "days"]["suppressed"].all()


@pytest.mark.parametrize("holders", [0, 1, 4, 5, 60, 116])
def test_an_attacker_who_knows_the_sum_that_each_got_learns_of_no_few_who_got_it(
    results_two_arms: Results, holders: int
) -> None:
    # Everybody who got the amount got the same, so that mean, standard error and people give the holders back.
    n, sum_each = 120, 9_000.0
    mean, error = sum_each * holders / n, sum_each * math.sqrt(holders / n * (1 - holders / n) / n)
    rows = (replace(row, estimate=mean, std_error=error) if (row.estimand, row.contrast) == ("days", "mean_1") else row
            for row in results_two_arms.estimates)  # fmt: skip
    unknown = results_two_arms.unknown.assign(positive=pd.array([None] * 6 + [holders, 60], dtype="Int64"))
    released = disclose(replace(results_two_arms, estimates=Estimates(tuple(rows)), unknown=unknown)).estimates
    told = released[(released["estimand"] == "days") & released["estimate"].notna()].set_index("contrast")
    if holders >= 5:
        one = told.loc["mean_1"]
        assert round(one["n_1"] / (1 + one["n_1"] * (one["std_error"] / one["estimate"]) ** 2)) == holders
    else:
        assert told.empty  # neither the arm's own row nor the difference, which the other arm's would give back


def test_the_account_counts_what_was_taken_by_rule_and_place(results_single_arm: Results) -> None:
    told = {(one.rule, one.place): one.cells for one in disclose(results_single_arm).suppressions}
    assert told["small_cell", "estimates"] == 2
    assert told["dependent", "verdicts"] == 1


def test_results_are_left_as_they_were(results_two_arms: Results) -> None:
    before = {name: getattr(results_two_arms, name).copy() for name in ("baseline", "states", "curves", "overlap")}
    disclose(results_two_arms)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(results_two_arms, name), frame)


def test_the_internal_view_says_so_and_keeps_everything(results_two_arms: Results) -> None:
    release = disclose(results_two_arms, internal=True)
    assert release.internal
    assert release.estimates["estimate"].notna().all()
    assert not release.states["suppressed"].any()
    assert release.suppressions == ()


def test_a_hidden_answer_tells_no_number_no_count_no_word_and_no_two_parts_wherever_it_is_hidden(
    results_two_arms: Results,
) -> None:
    frame = results_two_arms.to_frame().head(3).assign(interval_kind="disjoint", note="three of them")
    hidden = pd.Series([True, False, False], index=frame.index)
    for before in (frame, frame.assign(suppressed=[False, False, True])):
        shown = blanked(before, hidden)
        assert shown.loc[frame.index[0], [*NUMBER_NAMES, *COUNT_NAMES]].isna().all()
        assert (shown["note"].iloc[0], shown["interval_kind"].iloc[0]) == ("", "confidence")
        pd.testing.assert_frame_equal(shown[frame.columns].iloc[1:], frame.iloc[1:], check_dtype=False)
        assert shown["suppressed"].tolist() == [True, False, "suppressed" in before]
