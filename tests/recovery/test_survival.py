"""Do the intervals hold the truth as often as they say, under censoring and beside a competing cause?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from steget_eval.core.estimates import Estimate
from steget_eval.core.streams import stream
from steget_eval.methods.effects.censoring_weights import risk_by_censoring_weights
from steget_eval.methods.effects.competing import cumulative_incidence, gray, time_lost
from steget_eval.methods.effects.cox import hazard_ratio
from steget_eval.methods.effects.proportional import proportional_hazards
from steget_eval.methods.effects.time_to_event import log_rank, risk_at, rmst

HORIZON = 730
DAILY = {1: (0.0012, 0.0004), 0: (0.0006, 0.0004)}  # chance per day of a job, of leaving, by arm
REPLICATES = 500
COVERAGE_BAND = 4 * np.sqrt(0.95 * 0.05 / REPLICATES)  # four Monte Carlo standard errors
SPREAD_BAND = 4 / np.sqrt(2 * REPLICATES)  # four Monte Carlo standard errors of a standard deviation, relative


@dataclass(frozen=True)
class People:
    t: np.ndarray
    d: np.ndarray
    a: np.ndarray


def true_risk(job: float, leave: float, day: int = HORIZON) -> float:
    """Chance of a job on days 0 to `day`, each day's chances being constant."""
    return job / (job + leave) * (1 - (1 - job - leave) ** (day + 1))


def draw(draws: np.random.Generator, n: int, *, leaving: bool = True) -> People:
    """Day and cause of the first event, or censoring, evenly spread over twice the window, where that comes first."""
    a = np.arange(n) % 2
    job = np.where(a == 1, DAILY[1][0], DAILY[0][0])
    leave = np.where(a == 1, DAILY[1][1], DAILY[0][1]) * leaving
    event_day = draws.geometric(job + leave) - 1
    cause = np.where(draws.random(n) < job / (job + leave), 1, 2)
    last_day = np.minimum(draws.integers(0, 2 * HORIZON, n), HORIZON)
    seen = event_day <= last_day
    return People(t=np.where(seen, event_day, last_day), d=np.where(seen, cause, 0), a=a)


def holds(rows: list[Estimate], truth: float) -> None:
    """Bias, standard error and coverage, each within its Monte Carlo band."""
    estimates = np.array([np.log(row.estimate) if row.scale == "log" else row.estimate for row in rows])
    spread = estimates.std(ddof=1)
    target = np.log(truth) if rows[0].scale == "log" else truth
    assert abs(estimates.mean() - target) < 4 * spread / np.sqrt(len(rows)) + 0.01 * abs(target)  # and 1 % small-n bias
    assert np.mean([row.std_error for row in rows]) / spread == pytest.approx(1, abs=SPREAD_BAND)
    covered = np.mean([row.conf_low <= truth <= row.conf_high for row in rows])
    assert covered == pytest.approx(0.95, abs=COVERAGE_BAND)


def test_the_difference_in_cumulative_incidence_is_covered():
    draws = stream(20_240_101, "recovery", "aalen_johansen")
    samples = [draw(draws, 200) for _ in range(REPLICATES)]
    found = [cumulative_incidence(s.t, s.d, s.a, horizon=HORIZON) for s in samples]
    risk = {arm: true_risk(*DAILY[arm]) for arm in (0, 1)}
    holds([rows.only(contrast="risk_difference") for rows in found], risk[1] - risk[0])
    holds([rows.only(contrast="risk_ratio") for rows in found], risk[1] / risk[0])
    holds([rows.only(contrast="risk_1") for rows in found], risk[1])


def test_the_difference_in_time_lost_is_covered():
    draws = stream(20_240_101, "recovery", "time_lost")
    samples = [draw(draws, 200) for _ in range(REPLICATES)]
    lost = {arm: sum(true_risk(*DAILY[arm], day) for day in range(HORIZON)) for arm in (0, 1)}
    found = [time_lost(s.t, s.d, s.a, horizon=HORIZON).only(contrast="rmtl_difference") for s in samples]
    holds(found, lost[1] - lost[0])


def test_the_difference_in_restricted_means_is_covered():
    draws = stream(20_240_101, "recovery", "rmst")
    samples = [draw(draws, 200, leaving=False) for _ in range(REPLICATES)]
    kept = {arm: sum((1 - DAILY[arm][0]) ** (day + 1) for day in range(HORIZON)) for arm in (0, 1)}
    found = [rmst(s.t, s.d, s.a, horizon=HORIZON).only(contrast="rmst_difference") for s in samples]
    holds(found, kept[1] - kept[0])


@pytest.mark.slow
def test_the_robust_cause_specific_hazard_ratio_is_covered():
    draws = stream(20_240_101, "recovery", "cox")
    samples = [draw(draws, 200) for _ in range(REPLICATES)]
    hazard = {arm: -np.log1p(-DAILY[arm][0]) for arm in (0, 1)}
    holds([hazard_ratio(s.t, s.d, s.a).rows[0] for s in samples], hazard[1] / hazard[0])


def test_censoring_that_depends_on_a_stratum_misleads_the_plain_curve_and_not_the_weights():
    draws = stream(20_240_101, "recovery", "censoring_weights")
    daily = np.array([0.0004, 0.0018])  # the second stratum finds jobs sooner, loses contact sooner too
    truth = np.mean([true_risk(job, 0.0, HORIZON) for job in daily])
    weighted, plain = [], []
    for _ in range(REPLICATES):
        stratum = (draws.random(300) < 0.5).astype(int)
        job_day = draws.geometric(daily[stratum]) - 1
        last_day = np.minimum(np.where(stratum == 1, draws.integers(0, 1100, 300), HORIZON + 1), HORIZON)
        seen = job_day <= last_day
        t, d = np.where(seen, job_day, last_day), seen.astype(int)
        weighted.append(risk_by_censoring_weights(t, d, horizon=HORIZON, stratum=stratum).rows[0])
        plain.append(risk_by_censoring_weights(t, d, horizon=HORIZON).rows[0])
    holds(weighted, float(truth))
    assert np.mean([row.conf_low <= truth <= row.conf_high for row in plain]) < 0.9


def test_the_difference_in_kaplan_meier_risks_is_covered():
    draws = stream(20_240_101, "recovery", "kaplan_meier")
    samples = [draw(draws, 200, leaving=False) for _ in range(REPLICATES)]
    found = [risk_at(s.t, s.d, s.a, horizon=HORIZON) for s in samples]
    risk = {arm: true_risk(DAILY[arm][0], 0.0) for arm in (0, 1)}
    holds([rows.only(contrast="risk_difference") for rows in found], risk[1] - risk[0])


def test_delayed_entry_leaves_the_cumulative_incidence_covered():
    draws = stream(20_240_101, "recovery", "delayed_entry")
    found = []
    for _ in range(REPLICATES):
        s = draw(draws, 400)
        entry = np.where(draws.random(400) < 0.4, draws.integers(1, 300, 400), 0)
        kept = (s.t > entry) | (entry == 0)
        rows = cumulative_incidence(s.t[kept], s.d[kept], s.a[kept], horizon=HORIZON, entry=entry[kept])
        found.append(rows.only(contrast="risk_difference"))
    holds(found, true_risk(*DAILY[1]) - true_risk(*DAILY[0]))


def rejects(test, samples: list[People]) -> float:
    return float(np.mean([test(s.t, s.d, s.a).rows[0].p_value < 0.05 for s in samples]))


@pytest.mark.parametrize(("test", "leaving"), [(log_rank, False), (gray, True)])
def test_a_test_of_equal_arms_rejects_one_in_twenty_where_they_are_and_most_where_not(test, leaving):
    draws = stream(20_240_101, "recovery", test.__name__)
    samples = [draw(draws, 200, leaving=leaving) for _ in range(REPLICATES)]
    mixed = [People(t=s.t, d=s.d, a=draws.permutation(s.a)) for s in samples]
    assert rejects(test, mixed) == pytest.approx(0.05, abs=COVERAGE_BAND)
    assert rejects(test, samples) > 0.5


@pytest.mark.slow
def test_hazards_that_are_proportional_pass_the_check_and_those_that_cross_do_not():
    draws = stream(20_240_101, "recovery", "schoenfeld")
    samples = [draw(draws, 200) for _ in range(REPLICATES // 2)]
    wrong = rejects(proportional_hazards, samples)
    assert wrong == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / len(samples)))
    crossing = []
    for _ in range(60):
        a = np.arange(300) % 2
        early = draws.geometric(np.where(a == 1, 0.004, 0.001), 300)
        late = 200 + draws.geometric(np.where(a == 1, 0.001, 0.004), 300)
        t = np.where(early < 200, early, late)
        crossing.append(People(t=np.minimum(t, HORIZON), d=(t <= HORIZON).astype(int), a=a))
    assert rejects(proportional_hazards, crossing) > 0.9
