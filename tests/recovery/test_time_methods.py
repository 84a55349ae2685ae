"""Weighted curves and subdistribution regression recover a stated truth, as the crude curve does not."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.methods.effects.fine_gray import subdistribution_hazard_ratio
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo
from steget_eval.methods.effects.weighted_curves import weighted_risk, weighted_time_lost

REPLICATES, PEOPLE, HORIZON, SEED = 300, 400, 730, 20261122
#: Chance of arm 1 for those with x = 0 and x = 1, half of everybody each.
SHARE = np.array([0.3, 0.65])


def hazards(a: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 0.0006 * np.exp(0.9 * x + 0.5 * a), 0.0004 * np.exp(-0.4 * x)


def risk(a: float, x: np.ndarray) -> np.ndarray:
    one, two = hazards(np.full(2, a), x)
    return one / (one + two) * (1 - np.exp(-(one + two) * HORIZON))


def lost(a: float, x: np.ndarray) -> np.ndarray:
    """Days lost on whole days: an event in the day before day k is one of day k."""
    one, two = hazards(np.full(2, a), x)
    k = np.arange(1, HORIZON)[:, None]
    return (one / (one + two) * (1 - np.exp(-(one + two) * k))).sum(axis=0)


def true_difference(of, population: str) -> float:
    x = np.array([0.0, 1.0])
    h = {"ATE": np.ones(2), "ATT": SHARE, "ATO": SHARE * (1 - SHARE)}[population]
    return float(h @ (of(1, x) - of(0, x)) / h.sum())


def lives(draws: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return covariate, arm, day and cause of people whom nobody loses."""
    x = (draws.random(PEOPLE) < 0.5) * 1.0
    a = (draws.random(PEOPLE) < SHARE[x.astype(int)]).astype(np.int64)
    one, two = hazards(a, x)
    days = np.ceil(draws.exponential(size=PEOPLE) / (one + two)).astype(np.int64)
    cause = np.where(draws.random(PEOPLE) < one / (one + two), 1, 2)
    return x, a, days, cause


def draw(replicate: int) -> tuple[np.ndarray, ...]:
    draws = stream(SEED, "competing", replicate)
    x, a, days, cause = lives(draws)
    end = draws.integers(300, 1200, PEOPLE)
    seen = days <= end
    return np.minimum(days, end), np.where(seen, cause, 0), a, x[:, None]


def draw_proportional(replicate: int) -> tuple[np.ndarray, ...]:
    """A world whose subdistribution hazards are proportional (Fine & Gray 1999, section 4): log ratio 0.5."""
    draws = stream(SEED, "fine_gray", replicate)
    a = (draws.random(PEOPLE) < 0.5).astype(np.int64)
    power, p = np.exp(0.5 * a), 0.5
    u, which = draws.random(PEOPLE), draws.random(PEOPLE)
    ever = 1 - (1 - p) ** power
    first = -np.log(1 - (1 - (1 - u * ever) ** (1 / power)) / p)
    other = draws.exponential(size=PEOPLE)
    cause = np.where(which < ever, 1, 2)
    days = np.ceil(200 * np.where(cause == 1, first, other)).astype(np.int64)
    end = draws.integers(50, 800, PEOPLE)
    return np.minimum(days, end), np.where(days <= end, cause, 0), a


def recover(answer, draw_one, wanted: float) -> tuple[float, float, float]:
    """Bias in Monte Carlo standard errors, coverage, and mean over empirical standard error."""
    rows = []
    for replicate in range(REPLICATES):
        row = answer(*draw_one(replicate))
        is_log = row.scale == "log"
        ends = [np.log(v) if is_log else v for v in (row.estimate, row.conf_low, row.conf_high)]
        rows.append([*ends, row.std_error])
    estimate, low, high, error = np.array(rows).T
    bias = (estimate.mean() - wanted) / (estimate.std(ddof=1) / np.sqrt(REPLICATES))
    return bias, float(np.mean((low <= wanted) & (wanted <= high))), float(error.mean() / estimate.std(ddof=1))


@pytest.mark.slow
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATO"])
@pytest.mark.parametrize(("ask", "of", "contrast"), [
    (weighted_risk, risk, "risk_difference"), (weighted_time_lost, lost, "rmtl_difference"),
])  # fmt: skip
def test_weighted_curves_recover_the_truth(ask, of, contrast, population) -> None:
    def answer(t, d, a, X):
        return ask(t, d, a, X, horizon=HORIZON, population=population).only(contrast=contrast)

    bias, coverage, ratio = recover(answer, draw, true_difference(of, population))
    assert abs(bias) < 4
    assert 0.91 <= coverage <= 0.98  # 95 % within three Monte Carlo errors of 300 replicates
    assert 0.85 < ratio < 1.15  # an empirical standard error of 300 draws strays by 4 %


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["aipw", "g_computation"])
@pytest.mark.parametrize(("measure", "of"), [("risk", risk), ("rmtl", lost)])
def test_pseudo_values_recover_the_truth(estimator, measure, of) -> None:
    def answer(t, d, a, X):
        rows = adjusted_pseudo(t, d, a, X, horizon=HORIZON, measure=measure, estimator=estimator)
        return rows.only(contrast=f"{measure}_difference")

    bias, coverage, ratio = recover(answer, draw, true_difference(of, "ATE"))
    assert abs(bias) < 4
    assert 0.91 <= coverage <= 0.98
    assert 0.85 < ratio < 1.15


def draw_uneven(replicate: int) -> tuple[np.ndarray, ...]:
    """As `draw`, but nearly all who leave early are of x = 1, which has more events."""
    draws = stream(SEED, "uneven", replicate)
    x, a, days, cause = lives(draws)
    early = draws.random(PEOPLE) < np.where(x == 1, 0.5, 0.05)
    end = np.where(early, draws.integers(1, 300, PEOPLE), 1200)
    return np.minimum(days, end), np.where(days <= end, cause, 0), a, x[:, None]


@pytest.mark.slow
def test_strata_of_censoring_recover_the_risk_that_one_curve_for_an_arm_misses() -> None:
    truth = float(risk(1, np.array([0.0, 1.0])).mean())

    def by_stratum(t, d, a, X):
        return adjusted_pseudo(t, d, a, X, horizon=HORIZON, stratum=X[:, 0]).only(contrast="risk_1")

    def by_arm(t, d, a, X):
        return adjusted_pseudo(t, d, a, X, horizon=HORIZON).only(contrast="risk_1")

    bias, coverage, ratio = recover(by_stratum, draw_uneven, truth)
    assert abs(bias) < 4
    assert 0.91 <= coverage <= 0.98
    assert 0.85 < ratio < 1.15
    assert abs(recover(by_arm, draw_uneven, truth)[0]) > 4


@pytest.mark.slow
def test_the_unweighted_curve_does_not() -> None:
    def answer(t, d, a, X):
        return cumulative_incidence(t, d, a, horizon=HORIZON).only(contrast="risk_difference")

    bias, coverage, _ = recover(answer, draw, true_difference(risk, "ATE"))
    assert bias > 10
    assert coverage < 0.9


@pytest.mark.slow
def test_subdistribution_regression_recovers_its_ratio() -> None:
    def answer(t, d, a):
        return subdistribution_hazard_ratio(t, d, a).rows[0]

    bias, coverage, ratio = recover(answer, draw_proportional, 0.5)
    assert abs(bias) < 4
    assert 0.91 <= coverage <= 0.98
    assert 0.85 < ratio < 1.15
