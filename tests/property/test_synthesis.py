"""Laws that every synthesis keeps."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from steget_eval.core.errors import MethodError
from steget_eval.methods.evidence.heterogeneity import heterogeneity
from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.pooling import inverse_variance, mantel_haenszel, peto
from steget_eval.methods.evidence.pooling_random import random_effects
from steget_eval.methods.evidence.pooling_tau import estimate_tau2, fit_weighted, ones
from steget_eval.methods.evidence.predictive import place_programme, prediction_interval
from steget_eval.methods.evidence.sensitivity_analysis import cumulative, leave_one_out
from steget_eval.methods.evidence.small_study import egger
from steget_eval.methods.evidence.synthesis import build_studies
from steget_eval.methods.evidence.synthesis_effects import printed_effects, study_effects
from steget_eval.methods.evidence.synthesis_setting import Setting, note_setting

YEAR = Setting(outcome="competitive_employment", months=12, minimum_dose="1 day")
METHODS = ["reml", "paule_mandel", "dersimonian_laird"]
LAW = settings(deadline=None, max_examples=40)
MEASURES = ["risk_ratio", "odds_ratio", "risk_difference"]


@st.composite
def tables(draw):
    k = draw(st.integers(2, 7))
    n = [draw(st.lists(st.integers(5, 200), min_size=k, max_size=k)) for _ in range(2)]
    x = [[draw(st.integers(1, size - 1)) for size in sizes] for sizes in n]
    return x[0], n[0], x[1], n[1]


@st.composite
def effects(draw, least=2):
    k = draw(st.integers(least, 8))
    y = draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k))
    error = draw(st.lists(st.floats(0.05, 1), min_size=k, max_size=k))
    return printed_effects([str(i) for i in range(k)], y, error, "risk_ratio", settings=YEAR)


def _studies(x_1, n_1, x_0, n_0):
    return build_studies([str(i) for i in range(len(x_1))], x_1, n_1, x_0, n_0, settings=YEAR)


@LAW
@given(tables(), st.sampled_from(MEASURES))
def test_exchanging_the_arms_turns_the_effect_round(table, measure):
    x_1, n_1, x_0, n_0 = table
    one, other = _studies(x_1, n_1, x_0, n_0), _studies(x_0, n_0, x_1, n_1)
    pools = [partial(mantel_haenszel, measure=measure), lambda s: inverse_variance(study_effects(s, measure)), peto]
    for pool in pools:
        assert pool(one).value == pytest.approx(-pool(other).value, abs=1e-9)  # closed form
        assert pool(one).std_error == pytest.approx(pool(other).std_error, rel=1e-8)


@LAW
@given(tables(), st.sampled_from(MEASURES))
def test_one_study_pooled_is_that_study(table, measure):
    one = _studies(*table).take([0])
    alone = study_effects(one, measure)
    found = mantel_haenszel(one, measure)
    assert found.value == pytest.approx(float(alone.y[0]), abs=1e-12)  # closed form
    assert inverse_variance(alone).std_error == pytest.approx(math.sqrt(alone.v[0]))


@LAW
@given(effects(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_the_studies_does_not_matter(found, method, random):
    order = list(range(len(found)))
    random.shuffle(order)
    one, other = random_effects(found, tau2=method), random_effects(found.take(order), tau2=method)
    assert other.tau2 == pytest.approx(one.tau2, abs=1e-9)  # iterated
    assert other.value == pytest.approx(one.value, abs=1e-9)
    assert other.weights == pytest.approx(one.weights[order], abs=1e-9)
    assert one.weights.sum() == pytest.approx(1)


@LAW
@given(effects(), st.floats(0, 20))
def test_nothing_between_studies_is_likelier_than_the_reml_estimate(found, tau2):
    def likelihood(at):
        fit = fit_weighted(found.y, found.v, ones(len(found)), at)
        return float(np.log(fit.w).sum() + np.log(fit.covariance[0, 0]) - fit.q)

    best = estimate_tau2(found.y, found.v, ones(len(found)), "reml")
    assert likelihood(best) >= likelihood(tau2) - 1e-9


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # statsmodels divides by a variance of zero
@LAW
@given(effects(), st.sampled_from([("dersimonian_laird", "dl"), ("paule_mandel", "pm")]))
def test_moment_estimators_are_statsmodels(found, names):
    ours, theirs = names
    other = combine_effects(found.y, found.v, method_re=theirs, use_t=False)
    # statsmodels stops Paule and Mandel at 1e-5 of Q, and does not cut at zero.
    assert estimate_tau2(found.y, found.v, ones(len(found)), ours) == pytest.approx(max(other.tau2, 0), abs=1e-4)


@LAW
@given(effects(least=3), st.sampled_from(METHODS))
def test_the_floor_is_never_narrower_than_hartung_knapp_or_walds_error(found, method):
    wald, floor = (random_effects(found, tau2=method, interval=name) for name in ("wald", "hartung_knapp_floor"))
    assert floor.std_error >= wald.std_error * (1 - 1e-12)
    if heterogeneity(found, tau2=method).estimates.only(contrast="q").estimate > 1e-12:
        plain = random_effects(found, tau2=method, interval="hartung_knapp")
        assert floor.std_error >= plain.std_error * (1 - 1e-12)
        assert floor.value == pytest.approx(plain.value)


@LAW
@given(effects(least=3))
def test_a_further_study_is_less_certain_than_the_mean(found):
    pooled = random_effects(found)
    (mean,), (further,) = pooled.estimates, prediction_interval(pooled)
    assert further.conf_low <= mean.conf_low
    assert mean.conf_high <= further.conf_high


@LAW
@given(effects(least=3), st.floats(0.05, 0.5))
def test_an_estimate_on_the_mean_lies_in_the_middle_and_a_vaguer_one_less_far_out(found, error):
    pooled = random_effects(found)
    middle = place_programme(pooled, math.exp(pooled.value), error)
    assert middle.percentile == pytest.approx(0.5)
    assert middle.p_value == pytest.approx(1)
    far = math.exp(pooled.value + 1)
    near, vague = place_programme(pooled, far, error), place_programme(pooled, far, 3 * error)
    assert near.percentile > vague.percentile > 0.5
    assert near.percentile_of_effects > near.percentile
    assert near.assumes.sv != near.assumes.en


@LAW
@given(effects(least=4))
def test_centring_a_feature_changes_nothing_but_the_constant(found):
    x = np.arange(len(found), dtype=float)
    one, other = (meta_regression(found, column, ["x"]) for column in (x, 1000 * (x - 1)))
    a, b = (m.estimates.only(subgroup="x") for m in (one, other))
    assert b.estimate * 1000 == pytest.approx(a.estimate, abs=1e-8)
    assert b.p_value == pytest.approx(a.p_value, abs=1e-8)


@LAW
@given(effects(least=3))
def test_cumulative_analysis_ends_with_everybody_and_each_is_left_out_once(found):
    steps = cumulative(found, random_effects, range(len(found)))
    assert steps.pooled[-1].value == pytest.approx(random_effects(found).value, abs=1e-12)
    assert leave_one_out(found, random_effects).studies == found.labels


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Setting(outcome="competitive_employment", months=18, minimum_dose="1 day"), "follow-up (12, 18 months)"),
        (Setting(outcome="paid_work", months=12, minimum_dose="1 day"), "outcome (competitive_employment, paid_work)"),
        (Setting(outcome="competitive_employment", months=12), "minimum dose (1 day, not stated)"),
    ],
)
def test_what_differs_is_not_pooled_unless_told_and_then_the_row_says_so(other, told):
    with pytest.raises(MethodError) as refused:
        note_setting([YEAR, other], 2, allow_mixed=False)
    assert told in str(refused.value)
    assert "allow_mixed=True" in str(refused.value)
    studies = build_studies(["a", "b"], [3, 4], [9, 9], [1, 2], [9, 9], settings=[YEAR, other], allow_mixed=True)
    found = random_effects(study_effects(studies, "risk_ratio"))
    rows = found.estimates + mantel_haenszel(studies, "risk_ratio").estimates
    assert all(f"mixed {told}" in row.note for row in rows)


def test_an_empty_cell_is_refused_or_told():
    studies = build_studies(["a", "b", "c"], [0, 5, 0], [20, 20, 20], [3, 2, 0], [20, 20, 20], settings=YEAR)
    with pytest.raises(MethodError, match="a, c: an empty cell"):
        study_effects(studies, "risk_ratio")
    told = study_effects(studies, "risk_ratio", zero="half")
    assert told.labels == ("a", "b")
    assert "1/2 added to all cells of 1 of the studies" in told.note
    assert "left out, without information on the ratio: c" in told.note
    assert "1 of them without weight" in peto(studies).estimates.rows[0].note


def test_the_same_study_twice_is_refused():
    with pytest.raises(MethodError, match="a: the same study twice"):
        build_studies(["a", "a"], [1, 1], [5, 5], [1, 1], [5, 5], settings=YEAR)


def test_a_common_effect_predicts_nothing():
    pooled = mantel_haenszel(_studies([3, 4, 5], [9, 9, 9], [1, 2, 3], [9, 9, 9]), "risk_ratio")
    with pytest.raises(MethodError, match="no distribution"):
        prediction_interval(pooled)


def test_few_studies_are_told_beside_a_funnel_test():
    found = study_effects(_studies([3, 4, 15], [9, 9, 40], [1, 2, 9], [9, 9, 41]), "risk_ratio")
    assert "fewer than 10 studies" in egger(found).rows[0].note


@pytest.mark.parametrize("y", [[0.3, 0.3, 0.3, 0.3], [0.0, 0.0, 0.0, 0.0]])
def test_effects_that_do_not_differ_have_a_floor_and_no_interval_without(y):
    found = printed_effects(list("abcd"), y, [0.1, 0.2, 0.3, 0.4], "risk_ratio", settings=YEAR)
    floor = random_effects(found)
    assert floor.tau2 == 0
    assert floor.std_error == pytest.approx(random_effects(found, interval="wald").std_error)
    with pytest.raises(MethodError, match="do not differ"):
        random_effects(found, interval="hartung_knapp")
    with pytest.raises(MethodError, match="one line"):
        egger(found)
