"""Stratified, targeted, cross-fitted, matched and ratio answers recover a stated truth: bias and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary_ratio import log_binomial, modified_poisson
from steget_eval.methods.effects.binary_stratified import mantel_haenszel
from steget_eval.methods.effects.binary_targeted import cross_fitted, targeted
from steget_eval.methods.effects.matched import abadie_imbens, matched_pairs

REPLICATES, PEOPLE, SEED = 300, 400, 20240102
ARM, OUTCOME, EFFECT = np.array([-0.4, 0.6, -0.5]), np.array([-0.6, 0.7, 0.5]), 0.8
#: A world of one ratio: risk exp(-1.6 + 0.3 z + log(1.5) a).
RATIO = 1.5


def expit(eta: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-eta))


def true_difference(population: str) -> float:
    """Integrate over x by 60 Gauss–Hermite nodes and over z by its two values."""
    nodes, masses = np.polynomial.hermite_e.hermegauss(60)
    x, z = np.repeat(nodes, 2), np.tile([0.0, 1.0], 60)
    mass = np.repeat(masses / masses.sum(), 2) * np.where(z == 1, 0.4, 0.6)
    D = np.column_stack([np.ones(120), x, z])
    e, eta = expit(D @ ARM), D @ OUTCOME
    h = {"ATE": np.ones(120), "ATT": e, "ATO": e * (1 - e)}[population]
    return float(mass * h @ (expit(eta + EFFECT) - expit(eta)) / (mass @ h))


def draw(replicate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = stream(SEED, "binary_methods", replicate)
    X = np.column_stack([draws.normal(size=PEOPLE), draws.random(PEOPLE) < 0.4]).astype(float)
    D = np.column_stack([np.ones(PEOPLE), X])
    a = (draws.random(PEOPLE) < expit(D @ ARM)).astype(float)
    return (draws.random(PEOPLE) < expit(D @ OUTCOME + EFFECT * a)).astype(float), a, X


def draw_ratio(replicate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = stream(SEED, "ratio", replicate)
    z = (draws.random(PEOPLE) < 0.4) * 1.0
    a = (draws.random(PEOPLE) < expit(-0.3 + 0.6 * z)) * 1.0
    risk = np.exp(-1.6 + 0.3 * z + np.log(RATIO) * a)
    return (draws.random(PEOPLE) < risk) * 1.0, a, z[:, None]


def check(answer, draw_one, wanted: float, *, allowed_bias: float = 0.0, replicates: int = REPLICATES) -> None:
    rows = []
    for replicate in range(replicates):
        try:
            row = answer(*draw_one(replicate))
        except MethodError:
            continue
        scale = np.log if row.scale == "log" else (lambda value: value)
        rows.append([scale(row.estimate), row.std_error, row.conf_low, row.conf_high])
    found = np.array(rows)
    assert len(found) > 0.98 * replicates
    target = np.log(wanted) if row.scale == "log" else wanted
    spread = found[:, 0].std(ddof=1)
    assert abs(found[:, 0].mean() - target) < 4 * spread / np.sqrt(len(found)) + allowed_bias
    coverage = ((found[:, 2] <= wanted) & (wanted <= found[:, 3])).mean()
    # Binomial band of four standard errors round 0.95: with 300 replicates 0.90 to 1.
    assert abs(coverage - 0.95) < 4 * np.sqrt(0.95 * 0.05 / len(found)) + allowed_bias
    # The spread of 300 estimates is itself known to 1 / sqrt(600) = 4 %; four of these.
    assert np.sqrt(np.mean(found[:, 1] ** 2)) == pytest.approx(spread, rel=0.165)


@pytest.mark.slow
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATO"])
def test_targeted_difference_is_recovered(population: str) -> None:
    check(
        lambda y, a, X: targeted(y, a, X, population=population).only(contrast="risk_difference"),
        draw, true_difference(population),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["aipw", "tmle"])
def test_cross_fitted_difference_is_recovered(estimator: str) -> None:
    check(
        lambda y, a, X: cross_fitted(y, a, X, estimator=estimator).only(contrast="risk_difference"),
        draw, true_difference("ATE"),
    )  # fmt: skip


@pytest.mark.slow
def test_matched_pairs_recover_the_treated_difference_but_for_the_caliper() -> None:
    # A caliper of 0.2 leaves a little of the difference in covariates, and those without anybody alike: 0.01 allowed.
    check(
        lambda y, a, X: matched_pairs(y, a, X).only(contrast="risk_difference"),
        draw, true_difference("ATT"), allowed_bias=0.01,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("population", ["ATE", "ATT"])
def test_neighbours_with_replacement_recover_their_population(population: str) -> None:
    check(
        lambda y, a, X: abadie_imbens(y, a, X, population=population).rows[0],
        draw, true_difference(population), allowed_bias=0.005,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("answer", [modified_poisson, log_binomial, "mantel_haenszel"])
def test_one_ratio_is_recovered(answer) -> None:
    if answer == "mantel_haenszel":
        check(
            lambda y, a, X: mantel_haenszel(y, a, X, contrast="risk_ratio", population="ATE").rows[0], draw_ratio, RATIO
        )
    else:
        check(lambda y, a, X: answer(y, a, X).rows[0], draw_ratio, RATIO)


@pytest.mark.slow
def test_stratified_difference_is_recovered_for_the_overlap() -> None:
    z, share = np.array([0.0, 1.0]), np.array([0.6, 0.4])
    e = expit(-0.3 + 0.6 * z)
    gain = np.exp(-1.6 + 0.3 * z) * (RATIO - 1)
    wanted = float((share * e * (1 - e)) @ gain / (share @ (e * (1 - e))))
    check(lambda y, a, X: mantel_haenszel(y, a, X).rows[0], draw_ratio, wanted)
