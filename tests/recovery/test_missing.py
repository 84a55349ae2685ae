"""Weights and imputation recover a difference that those who were seen do not show."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary import risk_difference
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.rubin import pool_answers

REPLICATES, PEOPLE, SEED = 250, 500, 20_261_122
VARIABLES = [Variable(name="y", kind="binary"), Variable(name="x", kind="normal")]


def expit(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))


def chance(a: np.ndarray | float, x: np.ndarray) -> np.ndarray:
    return expit(-0.6 + 0.7 * a + 1.1 * x)


def draw(replicate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Those with a high x have the outcome more often; in arm 1 they are seen more often, in arm 0 more seldom."""
    draws = stream(SEED, "missing", replicate)
    x, a = draws.standard_normal(PEOPLE), np.arange(PEOPLE) % 2
    y = (draws.random(PEOPLE) < chance(a, x)) * 1.0
    known = draws.random(PEOPLE) < expit(0.6 + np.where(a == 1, 1.0, -1.0) * x)
    return y, known, a, x


def true_difference() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    return float(weights @ (chance(1.0, nodes) - chance(0.0, nodes)) / weights.sum())


def complete(y, known, a, x) -> Estimate:
    return risk_difference(y[known], a[known], interval="wald").only(contrast="risk_difference")


def weighted(y, known, a, x) -> Estimate:
    return attrition_weighted(y, known * 1.0, a, x[:, None]).only(contrast="risk_difference")


def imputed(y, known, a, x) -> Estimate:
    data = np.column_stack([np.where(known, y, np.nan), x])
    sets = impute(data, VARIABLES, seed=SEED, sets=20, iterations=1, arm=a).values[:, :, 0]
    rows = [risk_difference(one, a, interval="wald").only(contrast="risk_difference") for one in sets]
    return pool_answers([Estimates((row,)) for row in rows], complete_df=PEOPLE - 2).rows[0]


def recover(answer) -> tuple[float, float]:
    """Bias in percentage points, and coverage."""
    truth = true_difference()
    rows = [answer(*draw(replicate)) for replicate in range(REPLICATES)]
    covered = np.mean([row.conf_low <= truth <= row.conf_high for row in rows])
    return 100 * (float(np.mean([row.estimate for row in rows])) - truth), float(covered)


def test_those_who_were_seen_show_another_difference():
    bias, coverage = recover(complete)
    assert bias > 10
    assert coverage < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("answer", [weighted, imputed])
def test_weights_and_imputation_recover_the_difference(answer):
    bias, coverage = recover(answer)
    assert abs(bias) < 1.5  # four Monte Carlo errors: an estimate strays by 5 to 6 points, its mean by a sixteenth
    assert 0.90 <= coverage <= 0.99  # 95 % within three and a half Monte Carlo errors of 250 replicates
