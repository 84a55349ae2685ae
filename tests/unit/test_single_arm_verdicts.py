"""Verdicts of one arm: reached or not, shown or not, below, within or above."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import EmptyArmError, HorizonError, MethodError
from steget_eval.methods.effects.single_arm import at_least, between
from steget_eval.methods.effects.single_arm_censored import at_least_under_censoring, between_under_censoring
from steget_eval.methods.numerics.curves import aalen_johansen


def people(count: int, n: int) -> np.ndarray:
    return (np.arange(n) < count).astype(int)


@pytest.mark.parametrize(
    ("count", "point", "shown"),
    [(20, "not_reached", False), (21, "reached", False), (26, "reached", False), (27, "reached", True)],
)
def test_reaching_half_of_42_and_showing_it_are_two_things(count, point, shown):
    verdict = at_least(people(count, 42), 0.5)
    assert (verdict.point, verdict.shown, verdict.smallest_count) == (point, shown, 27)


def test_a_limit_on_the_target_itself_shows_nothing():
    verdict = at_least(people(1, 1), 0.05)  # P(X ≥ 1) is 0.05 itself
    assert (verdict.shown, verdict.smallest_count) == (False, None)


def test_too_few_people_can_never_show_half():
    assert at_least(people(4, 4), 0.5).smallest_count is None
    assert at_least(people(5, 5), 0.5).smallest_count == 5


@pytest.mark.parametrize(
    ("count", "n", "point", "shown"),
    [(9, 100, "below", False), (10, 100, "within", False), (20, 100, "within", False), (21, 100, "above", False),
     (22, 158, "within", False), (23, 158, "within", True), (24, 158, "within", False), (60, 400, "within", True)],
)  # fmt: skip
def test_a_band_has_its_place_and_is_shown_only_where_both_limits_lie_inside(count, n, point, shown):
    verdict = between(people(count, n), 0.1, 0.2)
    assert (verdict.point, verdict.shown, verdict.smallest_n) == (point, shown, 158)


def test_a_band_too_narrow_for_a_hundred_thousand_people_has_no_size():
    assert between(people(1, 4), 0.1, 0.1001).smallest_n is None


@pytest.fixture
def followed() -> tuple[np.ndarray, np.ndarray]:
    """120 people, jobs on days 0–59, exits competing, some censored, the rest followed through day 60."""
    i = np.arange(120)
    t = np.where(i % 3 == 2, 60, (i * 7) % 60)
    return t, np.where(i % 3 == 2, 0, np.where(i % 12 == 1, 2, np.where(i % 15 == 0, 0, 1)))


def test_under_censoring_the_limit_is_the_curves_at_ninety_percent(followed):
    # One side of 95 % is the two-sided limit of 90 %.
    point = aalen_johansen(*followed, level=0.90).at(60)
    verdict = at_least_under_censoring(*followed, 0.5, horizon=60)
    (row,) = verdict.estimates
    assert row.conf_low == pytest.approx(point.conf_low, abs=1e-12)
    assert (row.estimate, row.conf_high, row.conf_level) == (point.estimate, 1.0, 0.95)
    assert (row.kind, row.population, row.contrast) == ("competing", "arm", "risk_1")
    (band,) = between_under_censoring(*followed, 0.4, 0.7, horizon=60).estimates
    assert (band.conf_low, band.conf_high) == pytest.approx((point.conf_low, point.conf_high), abs=1e-12)
    assert band.conf_level == 0.90


def test_under_censoring_shown_and_the_p_value_agree(followed):
    low = at_least_under_censoring(*followed, 0.5, horizon=60).estimates.rows[0].conf_low
    for target, shown in ((low - 1e-6, True), (low + 1e-6, False)):
        verdict = at_least_under_censoring(*followed, target, horizon=60)
        assert verdict.shown is shown
        assert (verdict.estimates.rows[0].p_value < 0.05) is shown
        assert verdict.point == "reached"
    high = between_under_censoring(*followed, 0.4, 0.7, horizon=60).estimates.rows[0].conf_high
    for end, shown in ((high + 1e-6, True), (high - 1e-6, False)):
        verdict = between_under_censoring(*followed, 0.3, end, horizon=60)
        assert verdict.shown is shown
        assert (verdict.estimates.rows[0].p_value < 0.05) is shown


def test_nobody_with_the_event_shows_no_target_and_answers_no_band(followed):
    t, d = followed
    verdict = at_least_under_censoring(t, np.where(d == 1, 0, d), 0.5, horizon=60)
    assert (verdict.point, verdict.shown, verdict.estimates.rows[0].conf_low) == ("not_reached", False, 0.0)
    with pytest.raises(MethodError, match="nobody"):
        between_under_censoring(t, np.where(d == 1, 0, d), 0.1, 0.2, horizon=60)


def test_a_verdict_past_the_follow_up_is_refused(followed):
    with pytest.raises(HorizonError):
        at_least_under_censoring(*followed, 0.5, horizon=61)


@pytest.mark.parametrize("target", [0, 1, -0.2, 50])
def test_a_target_that_is_no_inner_proportion_is_refused(target):
    with pytest.raises(MethodError, match="proportion above 0 and below 1"):
        at_least(people(1, 2), target)


def test_a_band_the_wrong_way_round_is_refused():
    with pytest.raises(MethodError, match="from a lower to a higher"):
        between(people(1, 2), 0.2, 0.1)


def test_outcomes_must_be_known():
    with pytest.raises(EmptyArmError):
        at_least(np.array([]), 0.5)
    with pytest.raises(MethodError, match="nobody missing"):
        at_least(np.array([1, np.nan]), 0.5)


def test_a_verdict_shows_itself_with_its_row():
    frame = at_least(people(27, 42), 0.5).to_frame()
    assert frame.loc[0, "point"] == "reached"
    assert frame.loc[0, "events_1"] == 27
    assert "target" not in repr(at_least(people(27, 42), 0.5))
