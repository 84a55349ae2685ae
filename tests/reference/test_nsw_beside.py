"""Supported men beside a survey: every adjusted estimate beside the experimental one, and the gates that warn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.entropy import weights_entropy
from steget_eval.methods.design.gates import Gates, hold_gates
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import weights_ate, weights_att, weights_overlap
from steget_eval.methods.effects import amount, binary, binary_adjusted
from steget_eval.methods.effects.binary_stratified import mantel_haenszel
from steget_eval.methods.effects.binary_targeted import cross_fitted, targeted
from steget_eval.methods.effects.matched import abadie_imbens, matched_pairs
from steget_eval.methods.effects.matched_regression import regressed_sets
from steget_eval.methods.effects.subclassified import regressed_subclasses

MATCHED = pd.read_csv(Path(__file__).with_name("matched.txt"))
TRIAL = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
MEN = pd.concat([TRIAL[TRIAL["treat"] == 1], pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))])
EIGHT = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
X = MEN[EIGHT].assign(u74=(MEN["re74"] == 0) * 1.0, u75=(MEN["re75"] == 0) * 1.0).to_numpy(dtype=float)
A, PAY = MEN["treat"].to_numpy(dtype=float), MEN["re78"].to_numpy()
Y = (PAY > 0) * 1.0
EXPERIMENT = binary.risk_difference((TRIAL["re78"] > 0) * 1.0, TRIAL["treat"]).rows[0].estimate
CLOSED = 1e-8


def test_the_experiment_found_eleven_more_in_a_hundred_and_the_plain_comparison_eleven_fewer() -> None:
    assert round(EXPERIMENT, 4) == 0.1106
    assert round(amount.mean_difference(TRIAL["re78"], TRIAL["treat"]).rows[0].estimate) == 1794
    crude = binary.risk_difference(Y, A).rows[0]
    assert crude.conf_high < 0 < EXPERIMENT


ANSWERS = {
    "g_computation": lambda: binary_adjusted.g_computation(Y, A, X, population="ATT"),
    "ipw": lambda: binary_adjusted.inverse_probability(Y, A, X, population="ATT"),
    "aipw": lambda: binary_adjusted.augmented(Y, A, X, population="ATT"),
    "tmle": lambda: targeted(Y, A, X, population="ATT"),
    "aipw_cross_fitted": lambda: cross_fitted(Y, A, X, population="ATT"),
    "tmle_cross_fitted": lambda: cross_fitted(Y, A, X, population="ATT", estimator="tmle"),
    "matched_pairs": lambda: matched_pairs(Y, A, X),
    "matched_regression": lambda: regressed_sets(Y, A, X),
    "subclass_regression": lambda: regressed_subclasses(Y, A, X, population="ATT"),
    "abadie_imbens": lambda: abadie_imbens(Y, A, X[:, :8]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ANSWERS))
def test_every_answer_that_knows_the_years_before_comes_near_the_experiment(name: str) -> None:
    row = ANSWERS[name]().only(contrast="risk_difference")
    # Dehejia and Wahba (1999): with two years of earnings the survey's men can stand in for the experiment's.
    assert abs(row.estimate - EXPERIMENT) < 0.05
    assert row.conf_low <= EXPERIMENT <= row.conf_high


def test_strata_without_the_years_before_do_not_come_near_it() -> None:
    row = mantel_haenszel(Y, A, MEN[["black", "hisp", "marr", "nodegree", "educ"]].to_numpy(dtype=float)).rows[0]
    assert row.conf_high < EXPERIMENT


@pytest.mark.parametrize("case", ["cps", "cps_pay"])
def test_men_matched_with_replacement_are_those_of_r(case: str) -> None:
    kind = "binary" if case == "cps" else "amount"
    (row,) = abadie_imbens(Y if kind == "binary" else PAY, A, X[:, :8], kind=kind)
    wanted = MATCHED[MATCHED["case"] == f"ai/{case}/ATT/1/adjusted"].set_index("key")["value"]
    for key, value in wanted.items():
        assert abs(getattr(row, key) - value) <= CLOSED * max(abs(value), 1), key


def gates(w: np.ndarray, score: np.ndarray) -> Gates:
    return hold_gates(balance(A, X, [*EIGHT, "u74", "u75"], w), overlap(score, A, w=w))


def test_gates_warn_of_weights_to_everyone_and_of_age_in_all_the_others() -> None:
    score = fit_propensity(A, X).score
    failed = {gate.name for gate in gates(weights_ate(A, score), score).gates if not gate.passed}
    assert failed == {"means", "variances", "distributions", "one_person", "effective_size"}
    treated = {gate.name: gate for gate in gates(weights_att(A, score), score).gates}
    assert treated["means"].failing == treated["variances"].failing == treated["distributions"].failing == ("age",)
    for w in (weights_overlap(A, score), weights_entropy(A, X)):
        found = {gate.name: gate.passed for gate in gates(w, score).gates}
        assert found["means"]  # exact by construction
        assert not found["distributions"]
