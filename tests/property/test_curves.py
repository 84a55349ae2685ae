"""What every curve obeys, whatever the days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.design.censoring import weights_censoring
from steget_eval.methods.effects.drawn_curves import weighted_arm_curves
from steget_eval.methods.numerics.counting import count_days
from steget_eval.methods.numerics.curves import aalen_johansen, influence, kaplan_meier
from steget_eval.methods.numerics.horizon import risk_by, time_lost_by

EXACT = 1e-12  # sums of at most sixty terms below one
person = st.tuples(st.integers(0, 20), st.integers(0, 2))


@st.composite
def people(draw: st.DrawFn, smallest: int = 1) -> np.ndarray:
    """Tied days 0–20 with causes 0–2, shape (n, 2), ending with one followed through day 20."""
    return np.array([*draw(st.lists(person, min_size=smallest, max_size=60)), (20, 0)])


@given(people())
def test_curves_are_monotone_and_stay_between_zero_and_one(rows):
    t, d = rows.T
    risk, survival = aalen_johansen(t, d), kaplan_meier(t, d > 0)
    assert np.all(np.diff(risk.estimate) >= 0)
    assert np.all(np.diff(survival.estimate) <= 0)
    for curve in (risk, survival):
        assert np.all((curve.estimate >= 0) & (curve.estimate <= 1))
        has = ~np.isnan(curve.conf_low)
        assert np.all((curve.conf_low[has] >= 0) & (curve.conf_high[has] <= 1))
        assert np.all(curve.conf_low[has] <= curve.estimate[has])
        assert np.all(curve.estimate[has] <= curve.conf_high[has])


@given(people(), st.integers(0, 2**32 - 1))
def test_curves_of_people_who_enter_late_are_monotone_and_stay_between_zero_and_one(rows, seed):
    t, d = rows.T + np.array([[1], [0]])
    entry = np.minimum(stream(seed, "entry").integers(0, 8, t.size), t - 1)
    entry[-1] = 0
    try:
        risk = aalen_johansen(t, d, entry=entry)
    except MethodError:  # everybody at risk had an event before others came: the curve ended there
        return
    assert np.all(np.diff(risk.estimate) >= 0)
    assert np.all((risk.estimate >= 0) & (risk.estimate <= 1))
    has = ~np.isnan(risk.conf_low)
    assert np.all((risk.conf_low[has] >= 0) & (risk.conf_low[has] <= risk.estimate[has] + EXACT))
    assert np.all((risk.estimate[has] <= risk.conf_high[has] + EXACT) & (risk.conf_high[has] <= 1))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["ATE", "ATT", "ATC", "ATO"]))
def test_weighted_curves_are_monotone_and_all_causes_stay_under_one(seed, population):
    draws = stream(seed, "weighted")
    t, d, X = draws.integers(0, 20, 120), draws.integers(0, 3, 120), draws.normal(size=(120, 2))
    a = (draws.random(120) < 1 / (1 + np.exp(-0.5 * X[:, 0]))) * 1
    t, d = np.append(t, [20, 20]), np.append(d, [0, 0])
    a, X = np.append(a, [1, 0]), np.vstack([X, np.zeros((2, 2))])
    both = [weighted_arm_curves(t, d, a, X, cause=cause, population=population) for cause in (1, 2)]
    for arm in ("one", "zero"):
        curves = [getattr(one, arm) for one in both]
        for curve in curves:
            assert np.all(np.diff(curve.estimate) >= 0)
            assert np.all(curve.estimate >= 0)
        assert np.all(sum(curve.estimate for curve in curves) <= 1 + EXACT)


@given(people())
def test_all_causes_and_survival_sum_to_one(rows):
    t, d = rows.T
    parts = [aalen_johansen(t, d, cause=1).estimate, aalen_johansen(t, d, cause=2).estimate]
    assert sum(parts) + kaplan_meier(t, d > 0).estimate == pytest.approx(1, abs=EXACT)


@given(people())
def test_without_competing_events_the_incidence_is_one_minus_kaplan_meier(rows):
    t, d = rows[:, 0], (rows[:, 1] > 0).astype(int)
    risk, survival = aalen_johansen(t, d), kaplan_meier(t, d)
    assert np.array_equal(risk.estimate, 1 - survival.estimate)
    assert risk.std_error == pytest.approx(survival.std_error, abs=EXACT)
    assert risk.conf_low == pytest.approx(1 - survival.conf_high, abs=EXACT, nan_ok=True)


@given(people())
def test_kaplan_meiers_variance_is_greenwoods(rows):
    t, d = rows[:, 0], (rows[:, 1] > 0).astype(int)
    counts = count_days(t, d)
    survivors = counts.at_risk - counts.events
    terms = np.divide(counts.events, counts.at_risk * survivors, out=np.zeros(survivors.size), where=survivors > 0)
    curve = kaplan_meier(t, d)
    assert curve.std_error == pytest.approx(curve.estimate * np.sqrt(np.cumsum(terms)), abs=1e-8)  # root of rounding


@given(st.lists(person, min_size=1, max_size=60), st.integers(1, 20))
def test_without_censoring_the_risk_is_a_proportion_with_its_variance(drawn, horizon):
    rows = np.array(drawn)
    t, d = rows[:, 0], rows[:, 1]
    through = d == 0
    t = np.where(through, 20, t)  # followed through; everybody else has an event
    reading = risk_by(t, d, horizon)
    share = float(np.mean((d == 1) & (t <= horizon)))
    assert reading.estimate == pytest.approx(share, abs=EXACT)
    assert reading.variance == pytest.approx(share * (1 - share) / t.size, abs=EXACT)


@given(st.lists(person, min_size=1, max_size=60), st.integers(1, 20))
def test_without_censoring_time_lost_is_a_mean_with_its_variance(drawn, horizon):
    rows = np.array(drawn)
    t, d = np.where(rows[:, 1] == 0, 20, rows[:, 0]), rows[:, 1]
    lost = np.where(d == 1, np.maximum(horizon - t, 0), 0)
    reading = time_lost_by(t, d, horizon)
    assert reading.estimate == pytest.approx(lost.mean(), abs=1e-10)  # days
    assert reading.variance == pytest.approx(lost.var() / t.size, abs=1e-9)  # days squared


@given(people(), st.integers(1, 20), st.integers(1, 2))
def test_influences_sum_to_zero_and_their_squares_to_the_variance(rows, horizon, cause):
    t, d = rows.T
    moves = influence(t, d, horizon=horizon, cause=cause)
    assert moves.sum() == pytest.approx(0, abs=EXACT)
    assert np.sum(moves**2) == pytest.approx(risk_by(t, d, horizon, cause=cause).variance, abs=EXACT)


@given(people(), st.integers(1, 20), st.integers(1, 2))
def test_the_curve_and_the_number_at_the_horizon_are_one(rows, horizon, cause):
    t, d = rows.T
    point, reading = aalen_johansen(t, d, cause=cause).at(horizon), risk_by(t, d, horizon, cause=cause)
    assert point.estimate == pytest.approx(reading.estimate, abs=EXACT)
    assert point.std_error**2 == pytest.approx(reading.variance, abs=EXACT)
    assert point.events == reading.events
    assert point.at_risk == np.sum(t >= horizon)


@given(people(), st.integers(1, 20))
def test_time_lost_is_the_area_under_the_curve(rows, horizon):
    t, d = rows.T
    curve = aalen_johansen(t, d)
    area = sum(curve.at(day).estimate for day in range(horizon))
    assert time_lost_by(t, d, horizon).estimate == pytest.approx(area, abs=1e-10)  # days


@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(rows, random):
    shuffled = rows.tolist()
    random.shuffle(shuffled)
    one, other = aalen_johansen(*rows.T), aalen_johansen(*np.array(shuffled).T)
    assert np.array_equal(one.estimate, other.estimate)
    assert np.array_equal(one.std_error, other.std_error)


@given(people(), st.integers(1, 20))
def test_what_happens_after_the_horizon_changes_nothing(rows, horizon):
    t, d = rows.T
    later = t > horizon
    cut = risk_by(np.where(later, horizon + 1, t), np.where(later, 0, d), horizon)
    whole = risk_by(t, d, horizon)
    assert cut.estimate == pytest.approx(whole.estimate, abs=EXACT)
    assert cut.variance == pytest.approx(whole.variance, abs=EXACT)


@given(people(), st.integers(1, 20))
def test_censoring_weights_sum_to_the_people_and_carry_the_risk(rows, horizon):
    t, d = rows.T
    weights = weights_censoring(t, d, horizon=horizon)
    assert weights.sum() == pytest.approx(t.size, rel=1e-10)
    assert np.mean(weights * ((d == 1) & (t <= horizon))) == pytest.approx(risk_by(t, d, horizon).estimate, abs=EXACT)
