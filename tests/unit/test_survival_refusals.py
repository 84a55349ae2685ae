"""What the survival methods refuse, in sentences, and the edges they take."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from steget_eval.core.errors import (
    DependentError,
    EmptyArmError,
    HorizonError,
    MethodError,
    OutsideError,
    SeparationError,
    SpreadError,
)
from steget_eval.methods.design.censoring import weights_censoring
from steget_eval.methods.effects.censoring_weights import risk_by_censoring_weights
from steget_eval.methods.effects.competing import cumulative_incidence, time_lost
from steget_eval.methods.effects.cox import fit_cox, hazard_ratio
from steget_eval.methods.effects.fine_gray import subdistribution_hazard_ratio
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo
from steget_eval.methods.effects.time_to_event import log_rank, risk_at, rmst
from steget_eval.methods.evidence.two_by_two import (
    odds_ratio_from_counts,
    risk_difference_from_counts,
    risk_ratio_from_counts,
)
from steget_eval.methods.numerics.curves import aalen_johansen, kaplan_meier

T = np.array([0, 5, 5, 9, 10, 0, 3, 5, 8, 10])
D = np.array([1, 1, 0, 2, 0, 0, 1, 2, 1, 0])
A = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
ONE_CAUSE = (D == 1).astype(int)


@pytest.mark.parametrize("wrong", [-1, np.nan, 2.5, np.inf, 1e6])
def test_a_time_that_is_no_whole_day_is_refused(wrong):
    t = T.astype(float)
    t[3] = wrong
    with pytest.raises(MethodError, match="1 of 10 are missing, negative, fractions or longer"):
        cumulative_incidence(t, D, A, horizon=8)


@pytest.mark.parametrize("method", [risk_at, rmst])
def test_a_competing_cause_is_refused_where_one_minus_survival_is_no_risk(method):
    with pytest.raises(MethodError, match="use Aalen–Johansen"):
        method(T, D, A, horizon=8)


def test_log_rank_and_kaplan_meier_refuse_a_competing_cause_too():
    with pytest.raises(MethodError, match="use Aalen–Johansen"):
        log_rank(T, D, A)
    with pytest.raises(MethodError, match="use Aalen–Johansen"):
        kaplan_meier(T, D)


@pytest.mark.parametrize("method", [risk_at, rmst, cumulative_incidence, time_lost, risk_by_censoring_weights])
def test_a_horizon_past_the_longest_follow_up_is_refused(method):
    with pytest.raises(HorizonError, match="nobody was followed beyond day 10"):
        method(T, ONE_CAUSE, A, horizon=11)
    assert len(method(T, ONE_CAUSE, A, horizon=10)) >= 3


def test_a_horizon_past_one_arms_follow_up_is_refused():
    with pytest.raises(HorizonError, match="beyond day 8"):
        cumulative_incidence(np.minimum(T, np.where(A == 1, 10, 8)), D, A, horizon=10)


def test_an_arm_where_everybody_had_an_event_is_known_for_ever_after():
    t, d = np.array([1, 4, 4, 7, 30, 30]), np.array([1, 1, 2, 1, 0, 1])
    a = np.array([1, 1, 1, 1, 0, 0])
    row = cumulative_incidence(t, d, a, horizon=30).only(contrast="risk_1")
    assert row.estimate == pytest.approx(0.75)
    with pytest.raises(HorizonError):
        cumulative_incidence(t, np.array([1, 1, 2, 0, 0, 1]), a, horizon=30)


@pytest.mark.parametrize("horizon", [0, -3, 2.5, np.nan])
def test_a_horizon_that_is_no_whole_day_is_refused(horizon):
    with pytest.raises(HorizonError, match="whole number of days"):
        cumulative_incidence(T, D, A, horizon=horizon)


@pytest.mark.parametrize("arm", [0, 1])
def test_an_empty_arm_is_refused(arm):
    for method in (cumulative_incidence, time_lost):
        with pytest.raises(EmptyArmError, match=f"arm {1 - arm} has nobody"):
            method(T, D, np.full(10, arm), horizon=8)
    with pytest.raises(EmptyArmError):
        hazard_ratio(T, D, np.full(10, arm))


def test_nobody_at_all_is_refused():
    with pytest.raises(EmptyArmError):
        aalen_johansen(np.array([], dtype=int), np.array([], dtype=int))


@pytest.mark.parametrize("arms", [np.where(A == 1, 2, 0), np.where(A == 1, np.nan, 0), A[:5], np.array(["a"] * 10)])
def test_arms_that_are_not_0_and_1_for_everybody_are_refused(arms):
    with pytest.raises(MethodError):
        cumulative_incidence(T, D, arms, horizon=8)


@pytest.mark.parametrize("causes", [D - 1, D[:5], np.where(D == 1, np.nan, 0), D + 0.5])
def test_causes_that_are_no_codes_for_everybody_are_refused(causes):
    with pytest.raises(MethodError):
        cumulative_incidence(T, causes, A, horizon=8)


def test_an_arm_without_events_is_refused_by_name():
    d = np.where(A == 0, 0, D)
    for method in (cumulative_incidence, time_lost, risk_by_censoring_weights):
        with pytest.raises(MethodError, match="nobody in arm 0 had the event"):
            method(T, d, A, horizon=8)
    with pytest.raises(MethodError, match="nobody in arm 0 had the event"):
        hazard_ratio(T, d, A)


def test_an_arm_where_everybody_had_the_event_has_no_interval():
    with pytest.raises(MethodError, match="everybody"):
        risk_at(np.array([1, 2, 3, 4]), np.array([1, 1, 1, 1]), horizon=5)
    with pytest.raises(MethodError, match="ended alike"):
        rmst(np.array([3, 3, 3]), np.array([1, 1, 1]), horizon=5)


def test_log_rank_without_a_shared_risk_set_says_nothing():
    with pytest.raises(MethodError, match="says nothing"):
        log_rank(np.array([1, 2, 5, 6]), np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))


def test_one_arm_gives_its_own_rows_alone():
    assert [row.contrast for row in cumulative_incidence(T, D, horizon=8)] == ["risk_1"]
    assert [row.contrast for row in time_lost(T, D, horizon=8)] == ["rmtl_1"]
    assert [row.contrast for row in rmst(T, ONE_CAUSE, horizon=8)] == ["rmst_1"]
    (row,) = risk_at(T, ONE_CAUSE, horizon=8)
    assert (row.population, row.n_1, row.n_0, row.horizon) == ("arm", 10, None, 8.0)


def test_two_arms_give_every_contrast_with_its_counts():
    rows = cumulative_incidence(T, D, A, horizon=8)
    assert [row.contrast for row in rows] == ["risk_1", "risk_0", "risk_difference", "risk_ratio"]
    row = rows.only(contrast="risk_difference")
    assert (row.n_1, row.n_0, row.events_1, row.events_0, row.population) == (5, 5, 2, 2, "ATE")
    assert rows.only(contrast="risk_ratio").scale == "log"


def test_an_event_on_the_horizon_counts_and_one_on_day_0_too():
    by_hand = aalen_johansen(np.array([0, 4, 8, 9]), np.array([1, 0, 1, 0]))
    assert by_hand.at(0).estimate == pytest.approx(1 / 4)
    assert by_hand.at(7).estimate == pytest.approx(1 / 4)
    assert by_hand.at(8).estimate == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    assert [by_hand.at(day).at_risk for day in (0, 1, 4, 5, 9)] == [4, 3, 3, 2, 1]


def test_events_come_before_censorings_of_the_same_day():
    # Day 5: two at risk, one event, one censored; the censored one was at risk.
    assert kaplan_meier(np.array([5, 5, 7]), np.array([1, 0, 0])).at(5).estimate == pytest.approx(2 / 3)
    assert weights_censoring(np.array([5, 5, 7]), np.array([1, 0, 0]), horizon=7).tolist() == [1, 0, 2]


def test_a_curve_is_not_read_outside_its_days():
    for day in (-1, 11):
        with pytest.raises(HorizonError, match="outside the curve"):
            aalen_johansen(T, D).at(day)


def test_a_curve_shows_one_row_per_day_and_no_address():
    curve = aalen_johansen(T, D)
    assert curve.to_frame()["times"].tolist() == [0, 3, 5, 8, 9, 10]
    assert repr(curve) == "<Curve: 6 rows>"


def test_a_cluster_for_some_or_a_single_one_is_refused():
    with pytest.raises(MethodError, match="one label per person"):
        cumulative_incidence(T, D, A, horizon=8, cluster=A[:4])
    with pytest.raises(MethodError, match="known for everyone"):
        cumulative_incidence(T, D, A, horizon=8, cluster=np.where(T == 9, np.nan, T))
    with pytest.raises(MethodError, match="fewer than four clusters"):
        cumulative_incidence(T, D, A, horizon=8, cluster=A)


def test_a_stratum_that_ends_early_is_refused():
    with pytest.raises(HorizonError):
        weights_censoring(T, D, A, horizon=10, stratum=np.array([0, 1, 1, 1, 1] * 2))


def test_cox_refuses_separation_repeated_columns_and_missing_covariates():
    t, event = np.arange(1, 21), np.arange(20) % 2
    with pytest.raises(DependentError, match="did not converge"):
        fit_cox(t, event, np.column_stack([t, t]))
    with pytest.raises(DependentError, match="did not converge"):
        fit_cox(t, event, np.ones((20, 1)))
    with pytest.raises(SeparationError, match="did not converge"):
        fit_cox(t, event, event[:, None] + 0.0)
    with pytest.raises(MethodError, match="1 people have a missing covariate"):
        fit_cox(t, event, np.where(np.arange(20) == 3, np.nan, 1.0)[:, None])
    with pytest.raises(MethodError, match="clusters need the robust"):
        hazard_ratio(T, D, A, robust=False, cluster=A)


def test_cox_says_how_it_was_done():
    (row,) = hazard_ratio(T, D, A)
    assert row.note == "Efron ties; robust standard error; cause-specific: competing events count as censored"
    assert (row.kind, row.scale) == ("competing", "log")
    assert hazard_ratio(T, ONE_CAUSE, A, robust=False).rows[0].note == "Efron ties; model-based standard error"


@pytest.mark.parametrize("contrast", [risk_ratio_from_counts, odds_ratio_from_counts, risk_difference_from_counts])
def test_impossible_counts_are_refused(contrast):
    with pytest.raises(EmptyArmError):
        contrast(0, 0, 1, 5)
    with pytest.raises(MethodError, match="whole number of events"):
        contrast(6, 5, 1, 5)
    with pytest.raises(MethodError):
        contrast(0, 5, 0, 5)


@pytest.mark.parametrize("ask", [hazard_ratio, subdistribution_hazard_ratio])
def test_sites_left_out_in_turn_give_ts_limits_and_the_regressions_own_numbers(ask) -> None:
    draws = np.random.default_rng(5)
    t, d = draws.integers(1, 200, 160), draws.integers(0, 3, 160)
    a, site = np.arange(160) % 2, np.arange(160) // 2 % 8
    row = ask(t, d, a, cluster=site).rows[0]
    without = [math.log(ask(t[site != s], d[site != s], a[site != s]).rows[0].estimate) for s in range(8)]
    error = math.sqrt(7 / 8 * sum((one - math.log(row.estimate)) ** 2 for one in without))
    # Without a site the maximum is found by Newton's steps, of everyone by lifelines, which ends 1e-8 of an error off.
    assert row.std_error == pytest.approx(error, abs=1e-8)
    assert math.log(row.conf_high) == pytest.approx(math.log(row.estimate) + stats.t.isf(0.025, 7) * error, abs=1e-8)
    assert row.estimate == pytest.approx(ask(t, d, a).rows[0].estimate, rel=1e-12)
    assert ask(t, d, a, cluster=site, variance="sandwich").rows[0].std_error != pytest.approx(error, rel=1e-3)


def _two_levels() -> tuple[np.ndarray, ...]:
    """Arms of which one is mostly of a level that the other has few of, and steep within it."""
    x = np.concatenate([np.linspace(0, 1, 40), np.linspace(0.8, 3, 40)])
    a = np.repeat([0, 1], 40)
    d = (np.concatenate([np.linspace(0, 1, 40) > 0.3, np.arange(40) % 2 == 0])).astype(int)
    return np.where(d == 1, 0, 10), d, a, x[:, None]


@pytest.mark.parametrize("measure", ["risk", "rmtl", "rmst"])
def test_a_standardised_number_that_cannot_be_is_refused(measure):
    t, d, a, X = _two_levels()
    with pytest.raises(OutsideError, match="outside what is possible"):
        adjusted_pseudo(t, d, a, X, horizon=8, measure=measure, estimator="g_computation")


def test_pseudo_values_of_an_arm_that_ended_alike_have_no_spread():
    t, d, a, X = _two_levels()
    with pytest.raises(SpreadError, match="ended alike"):
        adjusted_pseudo(np.where(a == 0, 5, t), np.where(a == 0, 1, d), a, X, horizon=8, estimator="g_computation")
