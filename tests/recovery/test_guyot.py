"""A curve of known people, read off and reconstructed, gives back the curve and the log hazard ratio."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.cox import hazard_ratio
from steget_eval.methods.evidence.guyot import reconstruct_times
from steget_eval.methods.numerics.curves import kaplan_meier
from steget_eval.study.reproduce import library

PRINTED = np.arange(0, 540, 90)


def _arm(name: str, n: int, mean_days: float) -> tuple[np.ndarray, np.ndarray]:
    draws = stream(7, f"guyot {name}")
    event, lost = draws.exponential(mean_days, n), draws.exponential(1500.0, n)
    t = np.maximum(np.ceil(np.minimum(np.minimum(event, lost), 540)), 1).astype(int)
    return t, (event <= np.minimum(lost, 540)).astype(int)


def _read_off(t: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve at its steps and where it ends, to three decimals, as a careful reader has it."""
    curve = kaplan_meier(t, d)
    days = np.unique(np.append(t[d == 1], t.max()))
    return days.astype(float), np.round([curve.at(int(day)).estimate for day in days], 3)


def _reconstruct(t: np.ndarray, d: np.ndarray, **options: object):
    days, shares = _read_off(t, d)
    at_risk = np.array([np.sum(t >= day) for day in PRINTED])
    return reconstruct_times(days, shares, at_risk_t=PRINTED, at_risk=at_risk, **options)


@pytest.mark.parametrize("n", [80, 300])
def test_the_curve_comes_back_within_what_three_decimals_leave(n):
    t, d = _arm(f"one {n}", n, 500.0)
    got = _reconstruct(t, d, total_events=int(d.sum()))
    ours, truth = kaplan_meier(got.t.astype(int), got.event.astype(int)), kaplan_meier(t, d)
    gaps = [abs(ours.at(day).estimate - truth.at(day).estimate) for day in range(30, 531, 10)]
    assert len(got.t) == n
    assert max(gaps) < 0.01  # a step is 1/n, a reading 0.0005
    assert abs(int(got.event.sum()) - int(d.sum())) <= 2
    assert np.max(np.abs(got.at_risk - got.at_risk_printed)) <= 1


def test_the_log_hazard_ratio_comes_back_within_a_fifth_of_its_standard_error():
    arms = [_arm("treated", 150, 400.0), _arm("usual", 150, 800.0)]
    rebuilt = [_reconstruct(t, d) for t, d in arms]
    a = np.repeat([1, 0], 150)

    def log_hazard_ratio(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
        t, d = (np.concatenate([part[i] for part in parts]).astype(int) for i in (0, 1))
        row = hazard_ratio(t, d, a).only(contrast="hazard_ratio")
        return math.log(row.estimate), row.std_error

    truth, error = log_hazard_ratio(arms)
    ours, _ = log_hazard_ratio([(np.ceil(r.t), r.event) for r in rebuilt])
    assert truth == pytest.approx(math.log(2), abs=3 * error)
    assert abs(ours - truth) < 0.2 * error


def test_without_numbers_at_risk_but_the_first_the_curve_still_comes_back():
    t, d = _arm("bare", 120, 500.0)
    days, shares = _read_off(t, d)
    got = reconstruct_times(days, shares, at_risk_t=[0], at_risk=[120], total_events=int(d.sum()))
    assert got.greatest_gap < 0.01  # a step is 1/120
    assert set(got.to_frame()["status"]) == {"reconstructed"}


def test_without_censoring_the_very_times_come_back():
    t = np.array([5, 9, 9, 20, 31, 31, 31, 40, 52, 60])
    days, shares = _read_off(t, np.ones(10, dtype=int))
    got = reconstruct_times(days, shares, at_risk_t=[0, 30], at_risk=[10, 6])
    assert list(got.t) == list(t)
    assert got.event.all()
    assert got.greatest_gap == pytest.approx(0, abs=5e-4)  # readings to three decimals


@pytest.mark.parametrize(
    ("t", "survival", "at_risk_t", "at_risk", "said"),
    [
        ([1, 2], [0.9, 0.95], [0], [10], "must fall from at most 1"),
        ([2, 1], [0.9, 0.8], [0], [10], "must rise from zero"),
        ([1, 2], [0.9, 0.8], [1], [10], "the first at zero"),
        ([1, 2], [0.9, 0.8], [0, 1], [10, 11], "must fall from at least one"),
        ([1, 2], [0.9, 0.8], [0, 3], [10, 9], "past the curve's last point"),
        ([1], [0.9], [0], [10], "at least two points"),
    ],
)
def test_points_that_are_no_curve_are_refused(t, survival, at_risk_t, at_risk, said):
    with pytest.raises(MethodError, match=said):
        reconstruct_times(t, survival, at_risk_t=at_risk_t, at_risk=at_risk)


@pytest.mark.parametrize(("told_by", "above", "until"), [("clients", 12, 15), ("administration", 12, 24)])
def test_a_published_retention_curve_comes_back_with_its_printed_median(told_by, above, until):
    """Rosenheck and Mares (2007) print who is left by month, and a median of 13 months or of just under 24."""
    lines = library().where(study_id="rosenheck2007", outcome=f"still_in_service_by_{told_by}")
    months = np.array([0, *(line.follow_up_months for line in lines)], dtype=float)
    left = np.array([lines.rows[0].n_1, *(line.events_1 for line in lines)])
    found = reconstruct_times(months, left / left[0], at_risk_t=months, at_risk=left)
    assert found.greatest_gap < 0.005  # the shares are printed in whole per cent
    assert len(found.t) == left[0]
    assert set(found.to_frame()["status"]) == {"reconstructed"}
    curve = kaplan_meier(found.t.astype(int), found.event.astype(int))
    assert curve.at(above).estimate > 0.5 > curve.at(until).estimate
