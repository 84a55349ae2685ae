"""Laws of staggered starts and interrupted series: what an order, a constant, a scale or a sign must not move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import ConvergenceError, EmptyArmError, MethodError
from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.group_time import NEVER, checked_panel, group_time_effects
from steget_eval.methods.effects.interrupted import fit_segmented, interrupted_series
from steget_eval.methods.effects.staggered import staggered_effects
from steget_eval.methods.numerics.kenward_roger import kenward_roger

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=15, deadline=None)
CLOSED = 1e-8  # sums in another order
ITERATED = 2e-5  # the share that errors carry over is sought to the root of the machine's precision
CONTROLS = ("never_treated", "not_yet_treated")
PERIODS = 6

Drawn = tuple[np.ndarray, np.ndarray]


def drawn(seed: int, *, dates: tuple[int, ...] = (2, 4), periods: int = PERIODS) -> Drawn:
    """Between four and seven units for each start and as many that never do."""
    rng = stream(seed, "property", "panels")
    starts = np.concatenate([np.full(rng.integers(4, 8), one) for one in (*dates, NEVER)])
    y = rng.normal(size=(starts.size, 1)) + rng.normal(size=(starts.size, periods)).cumsum(axis=1)
    return y, starts


def asked(y: np.ndarray, starts: np.ndarray, **options) -> Estimates:
    return staggered_effects(y, starts, replicates=49, **options)


def same(one: Estimates, other: Estimates, *, times: float = 1.0, but: tuple[str, ...] = ()) -> None:
    """Every row of one is the other's, multiplied; a sign turns the limits."""
    kept = [[row for row in rows if not row.subgroup.startswith(but)] if but else list(rows) for rows in (one, other)]
    assert [(row.contrast, row.subgroup) for row in kept[0]] == [(row.contrast, row.subgroup) for row in kept[1]]
    for a, b in zip(*kept, strict=True):
        c = times if a.contrast == "att" else 1.0
        limits = sorted((c * a.conf_low, c * a.conf_high))
        want = (c * a.estimate, abs(c) * a.std_error, *limits, a.p_value)
        got = (b.estimate, b.std_error, b.conf_low, b.conf_high, b.p_value)
        assert got == pytest.approx(want, rel=1e-6, abs=CLOSED * max(1.0, abs(c)), nan_ok=True), (
            a.contrast,
            a.subgroup,
        )


@FEW
@given(seed=SEEDS, control=st.sampled_from(CONTROLS), estimator=st.sampled_from(["unadjusted", "regression"]))
def test_the_order_of_units_and_so_their_names_change_nothing(seed: int, control: str, estimator: str) -> None:
    y, starts = drawn(seed)
    rng = stream(seed, "property", "order")
    X, w, order = rng.normal(size=(starts.size, 1)), rng.uniform(1, 3, starts.size), rng.permutation(starts.size)
    one = asked(y, starts, X=X, w=w, control=control, estimator=estimator)
    other = asked(y[order], starts[order], X=X[order], w=w[order], control=control, estimator=estimator)
    same(one, other, but=("band",))  # its draws are handed out in the order of the units


@FEW
@given(seed=SEEDS, control=st.sampled_from(CONTROLS))
def test_a_level_of_each_unit_and_of_each_period_are_no_difference_in_differences(seed: int, control: str) -> None:
    y, starts = drawn(seed)
    rng = stream(seed, "property", "levels")
    moved = y + 10 * rng.normal(size=(starts.size, 1)) + 10 * rng.normal(size=(1, PERIODS))
    same(asked(y, starts, control=control), asked(moved, starts, control=control))


@FEW
@given(seed=SEEDS, times=st.sampled_from([-1.0, -0.01, 0.5, 100.0]), control=st.sampled_from(CONTROLS))
def test_a_scale_scales_and_a_sign_turns(seed: int, times: float, control: str) -> None:
    y, starts = drawn(seed)
    same(asked(y, starts, control=control), asked(times * y, starts, control=control), times=times)


@FEW
@given(seed=SEEDS, effect=st.floats(-5, 5))
def test_what_is_added_to_those_that_started_is_what_every_average_grows_by(seed: int, effect: float) -> None:
    y, starts = drawn(seed)
    on = (starts[:, None] != NEVER) & (np.arange(PERIODS) >= starts[:, None])
    for a, b in zip(asked(y, starts), asked(y + effect * on, starts), strict=True):
        if a.contrast == "att":
            placebo = a.subgroup.startswith(("event=-", "band=-"))
            assert b.estimate - a.estimate == pytest.approx(0.0 if placebo else effect, abs=CLOSED), a.subgroup
            assert b.std_error == pytest.approx(a.std_error, nan_ok=True)


@FEW
@given(seed=SEEDS)
def test_units_that_never_start_have_no_effect_to_tell(seed: int) -> None:
    y, starts = drawn(seed)
    alone = starts == NEVER
    with pytest.raises(EmptyArmError, match="nobody starts"):
        asked(y[alone], starts[alone])


@FEW
@given(seed=SEEDS, date=st.integers(2, 4), ahead=st.integers(0, 1))
def test_the_event_study_is_zero_in_the_period_that_change_is_counted_from(seed: int, date: int, ahead: int) -> None:
    y, starts = drawn(seed, dates=(date,))
    found = asked(y, starts, anticipation=ahead)
    base, begun = date - 1 - ahead, starts == date
    told = {int(row.subgroup[6:]): row.estimate for row in found if row.subgroup.startswith("event=")}
    assert sorted(told) == [t - date for t in range(PERIODS) if t != base]
    told[base - date] = 0.0
    for t in range(PERIODS):  # each step of the line is the plain difference in differences of two neighbours
        for near in range(max(t - 1, 0), t):
            step = y[:, t] - y[:, near]
            plain = step[begun].mean() - step[~begun].mean()
            assert told[t - date] - told[near - date] == pytest.approx(plain, abs=CLOSED)


@FEW
@given(seed=SEEDS)
def test_one_date_and_two_periods_are_the_plain_difference_in_differences(seed: int) -> None:
    y, starts = drawn(seed, dates=(1,), periods=2)
    change, begun, n = y[:, 1] - y[:, 0], starts == 1, starts.size
    sides = (change[begun], change[~begun])
    # Without one unit its side's mean moves by its distance from it, divided by one less than the side has.
    parts = np.array([one.var(ddof=1) / (one.size - 1) for one in sides]) * (n - 1) / n
    for control in CONTROLS:
        row = asked(y, starts, control=control).only(contrast="att", subgroup="all")
        assert row.estimate == pytest.approx(sides[0].mean() - sides[1].mean(), abs=CLOSED)
        assert row.std_error == pytest.approx(np.sqrt(parts.sum()))
        degrees = parts.sum() ** 2 / (parts**2 / [one.size - 1 for one in sides]).sum()
        assert row.note.startswith(f"{degrees:.1f} degrees")


@FEW
@given(seed=SEEDS)
def test_who_started_is_never_a_control(seed: int) -> None:
    y, starts = drawn(seed)
    early = starts == 2
    later = y + 100.0 * (early[:, None] & (np.arange(PERIODS) >= 2))
    for control in CONTROLS:
        one, other = (group_time_effects(checked_panel(values, starts), control=control) for values in (y, later))
        of_later = one.group == 4
        assert other.att[of_later] == pytest.approx(one.att[of_later], abs=CLOSED)


def series(seed: int, periods: int = 40) -> tuple[np.ndarray, int]:
    """Errors that carry over a part not told, with a break somewhere; never a series whose errors have no end."""
    rng = stream(seed, "property", "series")
    rho, since = rng.uniform(-0.5, 0.6), int(rng.integers(12, periods - 12))
    e = rng.normal(size=periods)
    for t in range(1, periods):
        e[t] += rho * e[t - 1]
    return e, since


def told(y: np.ndarray, since: int, errors: str, **options) -> Estimates | None:
    try:
        return interrupted_series(y, since, errors=errors, **options)
    except ConvergenceError:
        return None


def alike(one: Estimates | None, other: Estimates | None, *, times: float = 1.0, added: dict | None = None) -> None:
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    for a, b in zip(one, other, strict=True):
        shift = (added or {}).get(a.contrast, 0.0)
        limits = sorted((times * a.conf_low + shift, times * a.conf_high + shift))
        scale = abs(times) * a.std_error
        assert b.estimate == pytest.approx(times * a.estimate + shift, abs=ITERATED * scale)
        assert b.std_error == pytest.approx(scale, rel=ITERATED)
        assert (b.conf_low, b.conf_high) == pytest.approx(limits, abs=20 * ITERATED * (limits[1] - limits[0]))


BOTH = st.sampled_from(["newey_west", "autoregressive"])


@FEW
@given(seed=SEEDS, errors=BOTH, moved=st.tuples(*[st.floats(-3, 3)] * 4))
def test_a_line_and_a_break_added_to_a_series_are_what_its_answer_grows_by(seed, errors, moved) -> None:
    y, since = series(seed)
    t = np.arange(y.size)
    after = t >= since
    line = moved[0] + moved[1] * t + after * (moved[2] + moved[3] * (t - since))
    added = {"trend_before": moved[1], "level_change": moved[2], "slope_change": moved[3],
             "trend_difference": moved[2] + moved[3] * (y.size - 1 - since)}  # fmt: skip
    alike(told(y, since, errors), told(y + line, since, errors), added=added)


@FEW
@given(seed=SEEDS, errors=BOTH, times=st.sampled_from([-1.0, -0.01, 3.0, 1000.0]))
def test_a_series_scaled_is_its_answer_scaled_and_a_sign_turns_it(seed: int, errors: str, times: float) -> None:
    y, since = series(seed)
    alike(told(y, since, errors), told(times * y, since, errors), times=times)


@FEW
@given(seed=SEEDS, errors=BOTH)
def test_what_strikes_both_series_alike_is_taken_away(seed: int, errors: str) -> None:
    y, since = series(seed)
    beside, _ = series(seed + 1)
    shock = 5 * stream(seed, "property", "shock").normal(size=y.size).cumsum()
    alike(told(y, since, errors, y_0=beside), told(y + shock, since, errors, y_0=beside + shock))
    alike(told(y, since, errors), told(y + shock, since, errors, y_0=shock))


@FEW
@given(seed=SEEDS, errors=BOTH)
def test_a_year_later_the_season_is_the_same(seed: int, errors: str) -> None:
    y, since = series(seed)
    for season in ("months", "harmonic"):
        one = told(y, since, errors, season=season, first=3, cycle=4, harmonics=1)
        alike(one, told(y, since, errors, season=season, first=7, cycle=4, harmonics=1))


@FEW
@given(seed=SEEDS, slope=st.floats(-3, 3))
def test_without_a_break_and_with_errors_that_lean_nowhere_the_answer_is_zero(seed: int, slope: float) -> None:
    y, since = series(seed)
    left = fit_segmented(y, since, errors="newey_west").series.residuals
    for row in interrupted_series(slope * np.arange(y.size) + left, since, errors="newey_west"):
        assert row.estimate == pytest.approx(slope if row.contrast == "trend_before" else 0.0, abs=CLOSED)
    with pytest.raises(MethodError, match="lies on its lines"):
        interrupted_series(slope * np.arange(y.size), since)


@FEW
@given(seed=SEEDS)
def test_knowing_that_the_carry_over_was_estimated_never_narrows_nor_turns_on_how_it_is_written(seed: int) -> None:
    rng = stream(seed, "property", "kenward_roger")
    T, rho = 20, float(rng.uniform(-0.7, 0.8))
    D = np.column_stack([np.ones(T), rng.normal(size=(T, 2))])
    apart = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))
    alike_, slope = rho**apart, apart * np.power(rho, np.maximum(apart - 1, 0))
    one = kenward_roger(D, 2 * alike_, (alike_, 2 * slope))
    assert np.linalg.eigvalsh(one.covariance - one.plain).min() >= -1e-12
    turn = rng.normal(size=(2, 2)) + 2 * np.eye(2)
    other = kenward_roger(D, 2 * alike_, [a * alike_ + b * 2 * slope for a, b in turn])
    assert other.covariance == pytest.approx(one.covariance, abs=1e-9)
    assert other.degrees_of(np.eye(3)) == pytest.approx(one.degrees_of(np.eye(3)))
