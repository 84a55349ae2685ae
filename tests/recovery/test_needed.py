"""Numbers needed hold the truth as often as the differences they turn over, rays through infinity included."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.needed import needed_adjusted, needed_by_day

REPLICATES, PEOPLE, HORIZON, SEED = 300, 400, 365, 20261123
RATES = np.array([0.0010, 0.0016])  # a day, for x = 0 and 1; half as much again in arm 1


def risk(a: int) -> float:
    return float((1 - np.exp(-HORIZON * RATES * 1.5**a)).mean())


def draw(replicate: int) -> tuple[np.ndarray, ...]:
    draws = stream(SEED, "needed", replicate)
    x = (draws.random(PEOPLE) < 0.5).astype(int)
    a = (draws.random(PEOPLE) < np.array([0.35, 0.6])[x]).astype(np.int64)
    days = np.ceil(draws.exponential(size=PEOPLE) / (RATES[x] * 1.5**a)).astype(np.int64)
    end = draws.integers(200, 1000, PEOPLE)
    return days, end, a, x[:, None] * 1.0


@pytest.mark.slow
@pytest.mark.recovers(
    "binary/nnt/g_computation", "binary/nnt/ipw", "binary/nnt/aipw", "binary/nnt/tmle",
    "time_to_event/nnt/g_computation", "time_to_event/nnt/ipw", "time_to_event/nnt/aipw",
)  # fmt: skip
@pytest.mark.parametrize(("estimator", "by_day"), [
    ("g_computation", False), ("ipw", False), ("aipw", False), ("tmle", False),
    ("g_computation", True), ("ipw", True), ("aipw", True),
])  # fmt: skip
def test_the_set_holds_the_truth(estimator: str, by_day: bool) -> None:
    truth, held = 1 / (risk(1) - risk(0)), []
    for replicate in range(REPLICATES):
        days, end, a, X = draw(replicate)
        if by_day:
            rows = needed_by_day(np.minimum(days, end), (days <= end) * 1, a, X, horizon=HORIZON, estimator=estimator)
        else:
            rows = needed_adjusted((days <= HORIZON) * 1.0, a, X, estimator=estimator)
        row = rows.rows[0]
        if row.interval_kind == "disjoint":
            held.append(truth <= row.conf_low or row.conf_high <= truth)
        else:
            held.append(row.conf_low <= truth <= row.conf_high)
    assert 0.91 <= np.mean(held) <= 0.98  # 95 % within three Monte Carlo errors of 300 replicates


@pytest.mark.slow
@pytest.mark.recovers("time_to_event/nnt/kaplan_meier", "competing/nnt/aalen_johansen")
@pytest.mark.parametrize("estimator", ["kaplan_meier", "aalen_johansen"])
def test_the_set_of_curves_as_they_are_misses_where_the_arms_are_not_alike(estimator: str) -> None:
    truth, found = 1 / (risk(1) - risk(0)), []
    for replicate in range(REPLICATES):
        days, end, a, _ = draw(replicate)
        row = needed_by_day(np.minimum(days, end), (days <= end) * 1, a, horizon=HORIZON, estimator=estimator).rows[0]
        found.append(1 / row.estimate)
    crude = []
    for k in (0, 1):
        share = np.array([0.35, 0.6]) if k else np.array([0.65, 0.4])
        crude.append(float((share / share.sum()) @ (1 - np.exp(-HORIZON * RATES * 1.5**k))))
    error = np.std(found, ddof=1) / np.sqrt(REPLICATES)
    assert abs(np.mean(found) - (crude[1] - crude[0])) < 4 * error
    assert abs(np.mean(found) - 1 / truth) > 4 * error
