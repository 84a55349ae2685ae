"""The bootstrap of the weighted risk difference against statsmodels in a loop, on the same draws."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from steget_eval.core.errors import ConvergenceError, MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary_adjusted import inverse_probability
from steget_eval.methods.effects.bootstrap import bootstrap_ipw

N, REPLICATES, SEED = 200, 150, 7
X = stream(1, "bootstrap").standard_normal((N, 3))
A = (stream(2, "bootstrap").random(N) < 1 / (1 + np.exp(-0.5 * X[:, 0]))) * 1.0
Y = (stream(3, "bootstrap").random(N) < 1 / (1 + np.exp(0.3 - 0.6 * A - 0.5 * X[:, 1]))) * 1.0


def one_by_one() -> np.ndarray:
    drawn = stream(SEED, "bootstrap_ipw").integers(0, N, (REPLICATES, N))
    found = []
    for row in drawn:
        y, a, design = Y[row], A[row], sm.add_constant(X[row])
        e = sm.Logit(a, design).fit(disp=0, method="newton", tol=1e-12).predict()
        found.append(np.average(y, weights=a / e) - np.average(y, weights=(1 - a) / (1 - e)))
    return np.array(found)


def test_replicates_are_those_of_statsmodels_one_by_one():
    (row,) = bootstrap_ipw(Y, A, X, replicates=REPLICATES, seed=SEED)
    wanted = one_by_one()
    assert row.std_error == pytest.approx(wanted.std(ddof=1), abs=1e-6)  # iterated
    assert (row.conf_low, row.conf_high) == pytest.approx(tuple(np.quantile(wanted, (0.025, 0.975))), abs=1e-6)


def test_its_estimate_is_the_weighted_one_and_its_error_near_the_sandwichs():
    (row,) = bootstrap_ipw(Y, A, X, replicates=1000, seed=SEED)
    sandwich = inverse_probability(Y, A, X).only(contrast="risk_difference")
    assert row.estimate == pytest.approx(sandwich.estimate, abs=1e-8)
    assert row.std_error == pytest.approx(sandwich.std_error, rel=0.15)  # two estimators; 1,000 draws stray by 2 %


def test_few_replicates_and_arms_apart_are_refused():
    with pytest.raises(MethodError, match="too few for an interval"):
        bootstrap_ipw(Y, A, X, replicates=20)
    # Five people alone keep the arms from being apart: some replicate draws none of them.
    apart = np.where(np.arange(N) < 5, -1, 1) * (2 * A - 1)
    with pytest.raises(ConvergenceError, match="replicate"):
        bootstrap_ipw(Y, A, np.column_stack([apart + 0.1 * X[:, 0]]), replicates=1000)
