"""Crude intervals hold the truth as often as they say: exactly, over every table, with no draws."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom

from steget_eval.core.errors import MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount, binary, binary_usual

N_1, N_0, P_1, P_0 = 40, 36, 0.55, 0.3
TRUTH = {
    "risk_difference": P_1 - P_0, "risk_ratio": P_1 / P_0, "odds_ratio": P_1 / (1 - P_1) / (P_0 / (1 - P_0)),
    "number_needed": 1 / (P_1 - P_0),
}  # fmt: skip
#: How far a coverage may be from 0.95 at these sizes; counts are whole, so no interval but an exact one has 0.95.
ALLOWED = 0.02


def people(x: int, n: int) -> np.ndarray:
    return (np.arange(n) < x) * 1.0


def holds(row, wanted: float) -> bool:
    if row.interval_kind == "disjoint":
        return wanted <= row.conf_low or row.conf_high <= wanted
    return row.conf_low <= wanted <= row.conf_high


@pytest.mark.parametrize("interval", ["wilson", "clopper_pearson", "mid_p", "posterior", "agresti_coull", "jeffreys"])
@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.8])
def test_a_share_is_held(interval: str, p: float) -> None:
    mass = binom.pmf(np.arange(N_1 + 1), N_1, p)
    usual = interval in {"agresti_coull", "jeffreys"}
    ask = partial(binary_usual.share if usual else binary.risk, interval=interval)
    ask = binary.posterior_risk if interval == "posterior" else ask
    held = [holds(ask(people(x, N_1)).rows[0], p) for x in range(N_1 + 1)]
    coverage = float(mass @ held)
    assert coverage >= 0.95 if interval == "clopper_pearson" else abs(coverage - 0.95) < 2 * ALLOWED


@pytest.mark.parametrize("function", ["agresti_caffo", "fisher"])
def test_the_usual_intervals_of_two_shares_hold_it(function: str) -> None:
    n_1, n_0 = 24, 20
    a, coverage = people(n_1, n_1 + n_0), 0.0
    masses = [binom.pmf(np.arange(n + 1), n, p) for n, p in ((n_1, P_1), (n_0, P_0))]
    truth = TRUTH["risk_difference" if function == "agresti_caffo" else "odds_ratio"]
    for x_1, x_0 in np.argwhere(np.outer(*masses) > 1e-7):  # the tables left out weigh less than 1e-4 together
        y = np.concatenate([people(x_1, n_1), people(x_0, n_0)])
        try:
            row = getattr(binary_usual, function)(y, a).rows[0]
        except MethodError:
            continue
        coverage += masses[0][x_1] * masses[1][x_0] * holds(row, truth)
    if function == "fisher":
        assert coverage >= 0.95 - 1e-4  # exact: never below, but for the tables left out
    else:
        assert abs(coverage - 0.95) < ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "interval"),
    [("risk_difference", "newcombe"), ("risk_difference", "miettinen_nurminen"), ("risk_difference", "wald"),
     ("risk_ratio", "log"), ("risk_ratio", "koopman"), ("odds_ratio", "log"), ("odds_ratio", "score"),
     ("number_needed", "newcombe"), ("number_needed", "miettinen_nurminen")],
)  # fmt: skip
def test_a_comparison_is_held(function: str, interval: str) -> None:
    a, answered, held = people(N_1, N_1 + N_0), 0.0, 0.0
    masses = [binom.pmf(np.arange(n + 1), n, p) for n, p in ((N_1, P_1), (N_0, P_0))]
    for x_1, x_0 in np.argwhere(np.outer(*masses) > 1e-7):  # the tables left out weigh less than 1e-4 together
        mass = masses[0][x_1] * masses[1][x_0]
        y = np.concatenate([people(x_1, N_1), people(x_0, N_0)])
        try:
            row = getattr(binary, function)(y, a, interval=interval).rows[0]
        except MethodError:
            continue
        answered, held = answered + mass, held + mass * holds(row, TRUTH[function])
    assert answered > 0.98
    assert abs(held / answered - 0.95) < ALLOWED


def test_means_of_amounts_are_held() -> None:
    replicates, wanted = 1000, math.exp(0.125)
    held = []
    for replicate in range(replicates):
        draws = stream(20240104, "crude", replicate)
        one, zero = wanted + draws.normal(scale=1.5, size=30), draws.normal(size=50)
        a = people(30, 80)
        mean = amount.mean(one).rows[0]
        (row,) = amount.mean_difference(np.concatenate([one, zero]), a, interval="welch")
        held.append([holds(mean, wanted), holds(row, wanted)])
    # Four binomial standard errors round 0.95 with 1,000 replicates.
    assert np.abs(np.mean(held, axis=0) - 0.95).max() < 4 * math.sqrt(0.95 * 0.05 / replicates)
