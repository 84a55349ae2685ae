"""Adjusted effects recover a stated truth: bias and coverage over replicates, with the truth by integration."""

from dataclasses import dataclass

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount_adjusted, binary_adjusted

REPLICATES = 400
PEOPLE = 400
SEED = 20240101

# How people come: an amount x ~ N(0, 1), a mark z ~ Bernoulli(0.4); then arm and outcome by these log odds.
ARM = np.array([-0.2, 0.6, -0.5])
OUTCOME = np.array([-0.6, 0.7, 0.5])
EFFECT, EFFECT_BY_X = 0.8, 0.4


def expit(eta: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-eta))


@dataclass(frozen=True)
class Truth:
    """Risk difference and difference in pay, each in its population."""

    risk: dict[str, float]
    pay: dict[str, float]


def true_effects(bend: float = 0.0) -> Truth:
    """Integrate over x by 60 Gauss–Hermite nodes, and over z by its two values: exact to rounding, no draws."""
    nodes, masses = np.polynomial.hermite_e.hermegauss(60)
    x, z = np.repeat(nodes, 2), np.tile([0.0, 1.0], 60)
    mass = np.repeat(masses / masses.sum(), 2) * np.where(z == 1, 0.4, 0.6)
    D = np.column_stack([np.ones(120), x, z])
    e, eta = expit(D @ ARM + bend * x**2), D @ OUTCOME
    gain = expit(eta + EFFECT + EFFECT_BY_X * x) - expit(eta)
    tilts = {"ATE": np.ones(120), "ATT": e, "ATO": e * (1 - e)}
    return Truth(
        risk={name: float(mass * h @ gain / (mass @ h)) for name, h in tilts.items()},
        pay={name: float(mass * h @ (10 * (EFFECT + EFFECT_BY_X * x)) / (mass @ h)) for name, h in tilts.items()},
    )


def draw(replicate: int, bend: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return outcome, pay, arm and covariates of one replicate; `bend` curves the log odds of the arm in x."""
    draws = stream(SEED, "adjusted", replicate)
    X = np.column_stack([draws.normal(size=PEOPLE), draws.random(PEOPLE) < 0.4]).astype(float)
    D = np.column_stack([np.ones(PEOPLE), X])
    a = (draws.random(PEOPLE) < expit(D @ ARM + bend * X[:, 0] ** 2)).astype(float)
    eta = D @ OUTCOME + a * (EFFECT + EFFECT_BY_X * X[:, 0])
    y = (draws.random(PEOPLE) < expit(eta)).astype(float)
    return y, 10 * eta + draws.normal(scale=5, size=PEOPLE), a, X


def recover(
    room, contrast: str, function: str, population: str, options: dict[str, bool], bend: float = 0.0
) -> np.ndarray:
    """Return estimate, standard error and limits of every replicate, shape (replicates, 4)."""
    rows = []
    for replicate in range(REPLICATES):
        y, pay, a, X = draw(replicate, bend)
        outcome = y if room is binary_adjusted else pay
        row = getattr(room, function)(outcome, a, X, population=population, **options).only(contrast=contrast)
        rows.append([row.estimate, row.std_error, row.conf_low, row.conf_high])
    return np.array(rows)


def check_recovery(found: np.ndarray, wanted: float) -> None:
    estimate, std_error, low, high = found.T
    mcse = estimate.std(ddof=1) / np.sqrt(REPLICATES)
    assert abs(estimate.mean() - wanted) < 4 * mcse
    coverage = ((low <= wanted) & (wanted <= high)).mean()
    # Binomial band of four standard errors round 0.95 with 400 replicates: 0.906 to 0.994.
    assert abs(coverage - 0.95) < 4 * np.sqrt(0.95 * 0.05 / REPLICATES)
    # The spread of 400 estimates is itself known to 1 / sqrt(800) = 3.5 %; four of these.
    assert std_error.mean() == pytest.approx(estimate.std(ddof=1), rel=0.14)


CASES = [
    ("g_computation", "ATE", {"interaction": True}),
    ("g_computation", "ATT", {"interaction": True}),
    ("inverse_probability", "ATE", {}),
    ("inverse_probability", "ATT", {}),
    ("inverse_probability", "ATO", {}),
    ("augmented", "ATE", {}),
    ("augmented", "ATT", {"interaction": True}),
    ("augmented", "ATO", {"interaction": True}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("function", "population", "options"), CASES)
def test_risk_difference_is_recovered_with_its_coverage(function, population, options) -> None:
    found = recover(binary_adjusted, "risk_difference", function, population, options)
    check_recovery(found, true_effects().risk[population])


@pytest.mark.slow
@pytest.mark.parametrize(("function", "population", "options"), CASES)
def test_difference_in_pay_is_recovered_with_its_coverage(function, population, options) -> None:
    found = recover(amount_adjusted, "mean_difference", function, population, options)
    check_recovery(found, true_effects().pay[population])


@pytest.mark.slow
@pytest.mark.parametrize("population", ["ATE", "ATT"])
def test_augmented_is_right_when_the_outcome_model_is_wrong_and_g_computation_is_not(population) -> None:
    # One model for both arms misses that the effect grows with x; the score is right.
    wanted = true_effects().pay[population]
    both = recover(amount_adjusted, "mean_difference", "augmented", population, {"interaction": False})
    check_recovery(both, wanted)
    alone = recover(amount_adjusted, "mean_difference", "g_computation", population, {"interaction": False})[:, 0]
    assert abs(alone.mean() - wanted) > 4 * alone.std(ddof=1) / np.sqrt(REPLICATES)


@pytest.mark.slow
@pytest.mark.parametrize("population", ["ATE", "ATT"])
def test_augmented_is_right_when_the_score_is_wrong_and_the_weights_alone_are_not(population) -> None:
    # The log odds of the arm are curved in x, which the propensity model does not know; the outcome model is right.
    wanted = true_effects(bend=0.6).pay[population]
    both = recover(amount_adjusted, "mean_difference", "augmented", population, {"interaction": True}, bend=0.6)
    check_recovery(both, wanted)
    alone = recover(amount_adjusted, "mean_difference", "inverse_probability", population, {}, bend=0.6)[:, 0]
    assert abs(alone.mean() - wanted) > 4 * alone.std(ddof=1) / np.sqrt(REPLICATES)
