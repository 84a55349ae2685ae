"""Laws of adjusted effects: special cases collapse, order and scale do not matter, overlap weights balance exactly."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import weights_atc, weights_ate, weights_att, weights_overlap
from steget_eval.methods.effects import amount, amount_adjusted, binary, binary_adjusted

SEEDS = st.integers(0, 10_000)
METHODS = [
    (name, population)
    for name in ("g_computation", "inverse_probability", "augmented")
    for population in ("ATE", "ATT", "ATO")
    if (name, population) != ("g_computation", "ATO")
]
ROUNDING = 1e-7  # two fits by Newton and a solve, relative
EASY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class People:
    """Two hundred people whose arm and outcome lean mildly on two covariates."""

    def __init__(self, seed: int) -> None:
        draws = stream(seed, "people")
        self.X = np.column_stack([draws.normal(size=200), draws.integers(0, 2, 200)])
        lean = 0.4 * self.X[:, 0] - 0.3 * self.X[:, 1]
        self.a = (draws.random(200) < 1 / (1 + np.exp(-lean))).astype(float)
        self.y = (draws.random(200) < 1 / (1 + np.exp(-(0.5 * self.a + lean)))).astype(float)
        self.pay = 100 + 10 * self.a + 5 * lean + draws.normal(size=200)


def numbers(rows: Estimates) -> np.ndarray:
    return np.array([[row.estimate, row.std_error, row.conf_low, row.conf_high] for row in rows])


def agree(one: Estimates, two: Estimates) -> bool:
    return bool(np.allclose(numbers(one), numbers(two), rtol=ROUNDING, atol=ROUNDING))


@pytest.mark.parametrize(("name", "population"), METHODS)
@EASY
@given(SEEDS)
def test_order_of_people_and_scale_of_covariates_change_nothing(name: str, population: str, seed: int) -> None:
    p, function = People(seed), getattr(binary_adjusted, name)
    order = stream(seed, "order").permutation(200)
    mixed = p.X @ [[1000.0, 1.0], [0.0, -0.01]] + [5.0, -300.0]
    first = function(p.y, p.a, p.X, population=population)
    assert agree(first, function(p.y[order], p.a[order], p.X[order], population=population))
    assert agree(first, function(p.y, p.a, mixed, population=population))


@pytest.mark.parametrize(("name", "population"), [m for m in METHODS if m[1] != "ATT"])
@EASY
@given(SEEDS)
def test_exchanging_arms_negates_the_difference_and_inverts_the_ratios(name: str, population: str, seed: int) -> None:
    p, function = People(seed), getattr(binary_adjusted, name)
    rows = function(p.y, p.a, p.X, population=population)
    back = function(p.y, 1 - p.a, p.X, population=population)
    for contrast in ("risk_difference", "risk_ratio", "odds_ratio"):
        one, two = rows.only(contrast=contrast), back.only(contrast=contrast)
        turned = -two.estimate if contrast == "risk_difference" else 1 / two.estimate
        assert (one.estimate, one.std_error) == pytest.approx((turned, two.std_error), rel=ROUNDING)


@pytest.mark.parametrize(("name", "population"), METHODS)
@EASY
@given(SEEDS)
def test_clusters_of_one_person_are_no_clusters(name: str, population: str, seed: int) -> None:
    p = People(seed)
    for room, y in ((binary_adjusted, p.y), (amount_adjusted, p.pay)):
        function = getattr(room, name)
        alone = function(y, p.a, p.X, population=population, cluster=np.arange(200), variance="sandwich")
        assert agree(alone, function(y, p.a, p.X, population=population))


@pytest.mark.parametrize(("name", "population"), METHODS)
@EASY
@given(SEEDS)
def test_pairs_of_twins_as_clusters_give_the_standard_error_of_one_of_each(name: str, population: str, seed: int):
    p, function = People(seed), getattr(binary_adjusted, name)
    twice = np.tile(np.arange(200), 2)
    twins = function(p.y[twice], p.a[twice], p.X[twice], population=population, cluster=twice, variance="sandwich")
    assert agree(twins, function(p.y, p.a, p.X, population=population))


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATO"])
@EASY
@given(SEEDS)
def test_weights_without_covariates_give_the_crude_difference_with_the_unpooled_variance(population: str, seed: int):
    p, nothing = People(seed), np.empty((200, 0))
    for name in ("inverse_probability", "augmented"):
        row = getattr(binary_adjusted, name)(p.y, p.a, nothing, population=population).only(contrast="risk_difference")
        crude = binary.risk_difference(p.y, p.a, interval="wald").rows[0]
        assert (row.estimate, row.std_error) == pytest.approx((crude.estimate, crude.std_error), rel=ROUNDING)
        got = getattr(amount_adjusted, name)(p.pay, p.a, nothing, population=population)
        means = amount.mean_difference(p.pay, p.a, interval="wald").rows[0]
        row = got.only(contrast="mean_difference")
        assert (row.estimate, row.std_error) == pytest.approx((means.estimate, means.std_error), rel=ROUNDING)


@EASY
@given(SEEDS)
def test_log_ratios_without_covariates_are_the_crude_ones(seed: int) -> None:
    p = People(seed)
    rows = binary_adjusted.inverse_probability(p.y, p.a, np.empty((200, 0)))
    for contrast in ("risk_ratio", "odds_ratio"):
        crude = getattr(binary, contrast)(p.y, p.a)
        assert agree(Estimates((rows.only(contrast=contrast),)), crude)


@pytest.mark.parametrize("population", ["ATE", "ATT"])
@EASY
@given(SEEDS)
def test_with_one_binary_covariate_every_method_is_stratification(population: str, seed: int) -> None:
    p = People(seed)
    stratum = p.X[:, 1]
    rows = [
        binary_adjusted.augmented(p.y, p.a, p.X[:, [1]], population=population, interaction=True),
        binary_adjusted.g_computation(p.y, p.a, p.X[:, [1]], population=population, interaction=True),
        binary_adjusted.inverse_probability(p.y, p.a, p.X[:, [1]], population=population),
    ]
    assert agree(rows[0], rows[1])
    assert agree(rows[0], rows[2])
    wanted = 0.0
    people = np.ones(200) if population == "ATE" else p.a
    for level in (0, 1):
        here = stratum == level
        difference = p.y[here & (p.a == 1)].mean() - p.y[here & (p.a == 0)].mean()
        wanted += difference * people[here].sum() / people.sum()
    assert rows[0].only(contrast="risk_difference").estimate == pytest.approx(wanted, rel=ROUNDING)


@EASY
@given(SEEDS)
def test_overlap_weights_leave_no_difference_in_any_covariate(seed: int) -> None:
    p = People(seed)
    weights = weights_overlap(p.a, fit_propensity(p.a, p.X).score)
    # Exact in theory (Li, Morgan & Zaslavsky 2018, theorem 3); Newton's last step leaves about 1e-12.
    assert np.abs(balance(p.a, p.X, ("x", "z"), weights).weighted_smd).max() < 1e-9
    assert weights[p.a == 1].sum() == pytest.approx(weights[p.a == 0].sum(), rel=1e-9)


@EASY
@given(SEEDS)
def test_linear_correction_vanishes_under_overlap_weights(seed: int) -> None:
    p = People(seed)
    both = amount_adjusted.augmented(p.pay, p.a, p.X, population="ATO").only(contrast="mean_difference")
    weights = amount_adjusted.inverse_probability(p.pay, p.a, p.X, population="ATO").only(contrast="mean_difference")
    assert both.estimate == pytest.approx(weights.estimate, rel=ROUNDING)


@EASY
@given(SEEDS)
def test_weights_in_a_saturated_model_add_up_to_their_population(seed: int) -> None:
    p = People(seed)
    score = fit_propensity(p.a, p.X[:, [1]]).score
    everyone, treated = weights_ate(p.a, score), weights_att(p.a, score)
    for arm in (1, 0):
        assert everyone[p.a == arm].sum() == pytest.approx(200, rel=1e-9)
        assert treated[p.a == arm].sum() == pytest.approx(p.a.sum(), rel=1e-9)


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC", "ATO"])
@EASY
@given(SEEDS)
def test_in_a_saturated_model_weights_give_both_arms_the_means_of_their_population(population: str, seed: int) -> None:
    p = People(seed)
    cells = np.column_stack([p.X[:, 1], p.X[:, 0] > 0, p.X[:, 1] * (p.X[:, 0] > 0)]) * 1.0
    score = fit_propensity(p.a, cells).score
    w = {"ATE": weights_ate, "ATT": weights_att, "ATC": weights_atc, "ATO": weights_overlap}[population](p.a, score)
    stands = {"ATE": np.ones(200), "ATT": p.a, "ATC": 1 - p.a, "ATO": score * (1 - score)}[population]
    for arm in (1, 0):
        mine = p.a == arm
        assert w[mine] @ cells[mine] / w[mine].sum() == pytest.approx(stands @ cells / stands.sum(), abs=1e-9)


@pytest.mark.parametrize(("name", "population"), METHODS)
@EASY
@given(SEEDS, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_amounts_follow_their_unit(name: str, population: str, seed: int, unit: float, shift: float) -> None:
    p, function = People(seed), getattr(amount_adjusted, name)
    row = function(p.pay, p.a, p.X, population=population).only(contrast="mean_difference")
    other = function(p.pay * unit + shift, p.a, p.X, population=population).only(contrast="mean_difference")
    assert other.estimate == pytest.approx(row.estimate * unit, rel=1e-6)  # the shift costs digits
    assert other.std_error == pytest.approx(row.std_error * unit, rel=1e-6)
