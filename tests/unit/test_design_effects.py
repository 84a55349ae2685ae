"""Columns that every crude and adjusted row fills, and what the methods refuse."""

import numpy as np
import pytest

from steget_eval.core.errors import ConvergenceError, EmptyArmError, MethodError, OverlapError
from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount, amount_adjusted, binary, binary_adjusted

DRAWS = stream(7, "refusals")
A = np.repeat([1.0, 0.0], 50)
X = DRAWS.normal(size=(100, 2))
Y = (DRAWS.random(100) < 0.3 + 0.2 * A).astype(float)
PAY = 100 + 20 * A + X @ [5.0, 3.0] + DRAWS.normal(size=100)


def people(x_1: int, n_1: int, x_0: int, n_0: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.concatenate([np.arange(n_1) < x_1, np.arange(n_0) < x_0]).astype(float)
    return y, np.concatenate([np.ones(n_1), np.zeros(n_0)])


@pytest.mark.parametrize("function", ["g_computation", "inverse_probability", "augmented"])
def test_adjusted_risks_fill_every_column_of_their_rows(function: str) -> None:
    rows = getattr(binary_adjusted, function)(Y, A, X)
    assert [row.contrast for row in rows] == ["risk_1", "risk_0", "risk_difference", "risk_ratio", "odds_ratio"]
    for row in rows:
        assert (row.n_1, row.n_0, row.kind, row.population) == (50, 50, "binary", "ATE")
        assert (row.events_1, row.events_0) == (Y[A == 1].sum(), Y[A == 0].sum())
        assert row.scale == ("log" if row.contrast.endswith("ratio") else "identity")
        assert row.unit == ("ratio" if row.contrast.endswith("ratio") else "proportion")
        assert row.conf_low < row.estimate < row.conf_high
    assert rows.only(contrast="risk_ratio").conf_level == 0.95


def test_adjusted_amounts_keep_their_unit_and_count_no_events() -> None:
    rows = amount_adjusted.augmented(PAY, A, X, population="ATT", unit="SEK", level=0.9)
    assert [row.contrast for row in rows] == ["mean_1", "mean_0", "mean_difference"]
    for row in rows:
        assert (row.unit, row.events_1, row.conf_level, row.population) == ("SEK", None, 0.9, "ATT")
    assert rows.only(contrast="mean_1").estimate == pytest.approx(PAY[A == 1].mean(), rel=1e-12)  # the treated as seen


def test_risk_of_one_arm_is_of_the_population_arm() -> None:
    row = binary.risk(Y[A == 1], interval="clopper_pearson").rows[0]
    assert (row.contrast, row.population, row.n_1, row.n_0) == ("risk_1", "arm", 50, None)
    assert row.method == "clopper_pearson"


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: binary.risk_difference([1, 0], [1, 1]), EmptyArmError, "arm 0 has nobody"),
        (lambda: binary.risk([]), EmptyArmError, "nobody with a known outcome"),
        (lambda: binary.risk_difference([1, np.nan], [1, 0]), MethodError, "1 of 2 are missing"),
        (lambda: binary.risk_difference([1, 2], [1, 0]), MethodError, "must be 0 or 1"),
        (lambda: binary.risk_difference([1, 0, 1], [1, 0]), MethodError, "as many"),
        (lambda: binary.risk_difference([1, 0], [1, 0], interval="score"), MethodError, "newcombe, miettinen_nurminen"),
        (lambda: binary.risk_difference([1, 0], [1, 0], level=95), MethodError, "between 0 and 1, got 95"),
        (lambda: binary.risk_difference([1, 0], [1, 0], interval="wald"), MethodError, "neither arm varies"),
        (lambda: binary.risk_ratio(*people(3, 9, 0, 9)), MethodError, "koopman is"),
        (lambda: binary.risk_ratio(*people(9, 9, 9, 9)), MethodError, "has no width"),
        (lambda: binary.risk_ratio(*people(0, 9, 0, 9), interval="koopman"), MethodError, "nobody had the event"),
        (lambda: binary.odds_ratio(*people(9, 9, 3, 9)), MethodError, "score is"),
        (lambda: binary.odds_ratio(*people(9, 9, 9, 9), interval="score"), MethodError, "not defined"),
        (lambda: binary.number_needed(*people(3, 9, 3, 9)), MethodError, "exactly zero"),
        (lambda: amount.mean_difference([1, 2, 3], [1, 0, 0]), MethodError, "two in each arm"),
        (lambda: amount.mean_difference([1, 1, 1, 1], [1, 1, 0, 0]), MethodError, "do not vary"),
        (lambda: amount.mean_difference(PAY, A, cluster=A), MethodError, "wald does"),
        (lambda: amount.mean_ratio([-1, 1, 2, 3], [1, 1, 0, 0]), MethodError, "above zero"),
        (lambda: amount.mean([3]), MethodError, "one person"),
        (lambda: binary_adjusted.g_computation(Y, A, X, population="ATO"), MethodError, "ATE, ATT"),
        (lambda: binary_adjusted.augmented(Y * A, A, X), MethodError, "nobody in arm 0 had the event"),
        (lambda: binary_adjusted.g_computation(Y, A, X, cluster=A[:5]), MethodError, "one label per person"),
        (lambda: binary_adjusted.g_computation(Y, A, X, cluster=A * np.nan), MethodError, "clusters must be known"),
        (lambda: binary_adjusted.g_computation(Y, A, X, cluster=[None] * 100), MethodError, "clusters must be known"),
        (lambda: binary.risk(["yes", None]), MethodError, "must be numbers"),
        (lambda: binary_adjusted.g_computation(Y, A, X, cluster=A * 0), MethodError, "fewer than four clusters"),
        (lambda: binary_adjusted.inverse_probability(Y, A, X + 40 * A[:, None]), OverlapError, "do not overlap"),
        (lambda: binary_adjusted.g_computation(Y, A, X + 40 * Y[:, None]), ConvergenceError, "no finite coefficients"),
        (lambda: binary_adjusted.g_computation(Y, A, np.ones((100, 1))), MethodError, "same value for everyone"),
        (lambda: amount_adjusted.g_computation(PAY, A, np.column_stack([X, A])), MethodError, "linearly dependent"),
        (lambda: amount_adjusted.g_computation([1.0, 2, 4], [1, 0, 0], [[1], [2], [5]], interaction=True),
         MethodError, "at least 2 people"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_a_sentence(call, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        call()


def test_person_who_would_weigh_more_than_a_million_is_refused() -> None:
    # The arms meet between -1 and 1 alone; one treated person lies far inside the other arm.
    x = np.concatenate([np.linspace(-40, 1, 5000), np.linspace(-1, 40, 5000), [-12.0]])
    a = np.concatenate([np.zeros(5000), np.ones(5001)])
    y = (np.arange(10001) % 3 == 0).astype(float)
    with pytest.raises(OverlapError, match="more than a million"):
        binary_adjusted.inverse_probability(y, a, x[:, None])
    overlap = binary_adjusted.inverse_probability(y, a, x[:, None], population="ATO")
    assert 0 < overlap.only(contrast="risk_difference").std_error < 0.2


def test_arguments_are_left_as_they_were() -> None:
    before = (Y.copy(), A.copy(), X.copy())
    binary_adjusted.augmented(Y, A, X, interaction=True)
    assert all(np.array_equal(now, then) for now, then in zip((Y, A, X), before, strict=True))
