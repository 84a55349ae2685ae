"""Missing outcomes against R's mice, a sandwich written out in R, and special cases that must collapse (missing.R)."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.binary import risk_difference
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.bounds import tipping_map, worst_case
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.rubin import pool, pool_answers

CLOSED, ITERATED = 1e-8, 1e-6  # closed forms; a logistic regression iterated on either side
HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "missing.txt")
NUMBER = np.arange(1, 121)
ARM = (NUMBER % 2 == 0).astype(float)
X = np.column_stack([(NUMBER * 37) % 101 / 50 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
Y = (0.3 + 0.2 * ARM + 0.1 * X[:, 0] > (NUMBER * 53) % 97 / 97).astype(float)
KNOWN = (0.75 + 0.15 * X[:, 0] - 0.1 * X[:, 1] > (NUMBER * 29) % 89 / 89).astype(float)
VARIABLES = tuple(
    Variable(name=name, kind=kind)
    for name, kind in (("arm", "binary"), ("age", "normal"), ("health", "normal"), ("months", "pmm"),
                       ("school", "category"), ("job", "binary"))
)  # fmt: skip
ENDS = {"estimate": "estimate", "low": "conf_low", "high": "conf_high", "p_value": "p_value", "std_error": "std_error"}


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    return dict(zip(rows["key"], rows["value"], strict=True))


def near(got: float, want: float, tolerance: float) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


@pytest.mark.parametrize(("case", "df"), [("rubin_60", 58), ("rubin_400", 398), ("rubin_Inf", math.inf)])
def test_rubins_rules_are_those_of_mice(case: str, df: float) -> None:
    found = pool([0.12, 0.19, 0.08, 0.15, 0.11], [0.0031, 0.0028, 0.0035, 0.003, 0.0029], complete_df=df)
    assert all(near(getattr(found, key), value, CLOSED) for key, value in of(case).items())


def test_answers_that_do_not_differ_pool_to_themselves() -> None:
    one = Estimate(contrast="mean", method="t", estimate=2.0, std_error=0.5, conf_low=1, conf_high=3, conf_level=0.95)
    pooled = pool_answers([Estimates((one,))] * 5).rows[0]
    assert (pooled.estimate, pooled.std_error) == (2.0, 0.5)
    assert "0% of the information" in pooled.note
    bare = replace(one, std_error=math.nan)
    with pytest.raises(MethodError, match="no standard error"):
        pool_answers([Estimates((bare,))] * 2)


def test_ratios_are_pooled_as_logarithms() -> None:
    rows = [Estimate(contrast="risk_ratio", method="log", estimate=ratio, std_error=0.2, conf_low=0.1, conf_high=9,
                     conf_level=0.95, p_value=0.1, scale="log") for ratio in (1.0, 4.0)]  # fmt: skip
    pooled = pool_answers([Estimates((row,)) for row in rows]).rows[0]
    assert near(pooled.estimate, 2.0, CLOSED)
    assert near(pooled.std_error, math.sqrt(0.04 + 1.5 * math.log(4) ** 2 / 2), CLOSED)


def test_attrition_weights_are_those_of_r() -> None:
    found = attrition_weighted(Y, KNOWN, ARM, X)
    for key, value in of("attrition").items():
        contrast, _, end = key.partition(".")
        assert near(getattr(found.only(contrast=contrast), ENDS[end or "estimate"]), value, ITERATED), key


def test_attrition_weights_without_covariates_are_the_shares_of_those_seen() -> None:
    found = attrition_weighted(np.where(KNOWN == 1, Y, np.nan), KNOWN, ARM, np.empty((120, 0)))
    seen = KNOWN == 1
    for contrast, arm in (("risk_1", 1), ("risk_0", 0)):
        share = Y[seen & (arm == ARM)].mean()
        row = found.only(contrast=contrast)
        assert near(row.estimate, share, CLOSED)
        assert near(row.std_error, math.sqrt(share * (1 - share) / (seen & (arm == ARM)).sum()), CLOSED)


def test_attrition_weights_of_whole_arms_are_the_crude_difference() -> None:
    row = attrition_weighted(Y, np.ones(120), ARM, X).only(contrast="risk_difference")
    crude = risk_difference(Y, ARM, interval="wald").rows[0]
    assert near(row.estimate, crude.estimate, CLOSED)
    assert near(row.conf_low, crude.conf_low, CLOSED)


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if case.startswith("tipping")])
def test_tipping_map_is_that_of_r(case: str) -> None:
    one, two = (float(part) for part in case.split("_")[1:])
    row = tipping_map(Y, KNOWN, ARM, shift_1=[one], shift_0=[two]).rows.rows[0]
    assert all(near(getattr(row, ENDS[key]), value, CLOSED) for key, value in of(case).items())


def test_worst_case_bounds_are_counted_by_hand_and_hold_every_corner_of_the_map() -> None:
    y, known, a = np.array([1.0, 1, 0, 0, 1, 0, 0, 0]), np.array([1.0, 1, 1, 0, 1, 1, 0, 1]), np.repeat([1.0, 0], 4)
    rows = worst_case(y, known, a)
    assert [(row.conf_low, row.conf_high) for row in rows] == [(0.5, 0.75), (0.25, 0.5), (0.0, 0.5)]
    assert [row.estimate for row in rows][:2] == pytest.approx([2 / 3, 1 / 3])
    corners = tipping_map(y, known, a, shift_1=[-100, 100], shift_0=[-100, 100]).rows
    assert (min(row.estimate for row in corners), max(row.estimate for row in corners)) == pytest.approx((0.0, 0.5))


def test_bounds_of_one_arm_are_those_of_the_domain_example() -> None:
    y, known = np.r_[np.ones(8), np.zeros(10)], np.r_[np.ones(15), np.zeros(3)]
    row = worst_case(y, known).rows[0]
    assert (row.conf_low, row.conf_high, row.interval_kind) == (8 / 18, 11 / 18, "bounds")


def programme() -> np.ndarray:
    return pd.read_csv(HERE / "missing_data.csv", na_values="NA").to_numpy(dtype=float)


@pytest.mark.slow
def test_chained_equations_are_those_of_mice_within_four_monte_carlo_errors() -> None:
    want, sets = of("mice"), 400
    drawn = impute(programme(), VARIABLES, seed=7, sets=sets, iterations=10)
    completed = {"health": drawn.values[:, :, 2], "months": drawn.values[:, :, 3],
                 "school": drawn.values[:, :, 4] == 2, "job": drawn.values[:, :, 5]}  # fmt: skip
    means = {name: values.mean(axis=1) for name, values in completed.items()}
    fits = [least_squares(one) for one in drawn.values]
    means["arm"] = np.array([fit[0] for fit in fits])
    for name, one in means.items():
        error = math.sqrt((one.var(ddof=1) + want[f"{name}.between"]) / sets)
        assert abs(one.mean() - want[name]) <= 4 * error, name
        # A variance's ratio to another's, of 400 draws each, strays by 10 %: 4 of those.
        assert 0.6 < one.var(ddof=1) / want[f"{name}.between"] < 1.6, name
    pooled = pool(means["arm"], [fit[1] for fit in fits], complete_df=296)
    assert abs(pooled.std_error / want["arm.std_error"] - 1) < 0.02  # within dominates; between strays by 10 %


def least_squares(data: np.ndarray) -> tuple[float, float]:
    Z = np.column_stack([np.ones(len(data)), data[:, :3]])
    inverse = np.linalg.inv(Z.T @ Z)
    beta = inverse @ Z.T @ data[:, 5]
    residual = data[:, 5] - Z @ beta
    return float(beta[1]), float(residual @ residual / (len(data) - 4) * inverse[1, 1])


def test_seen_values_stay_and_drawn_ones_are_possible() -> None:
    data = programme()
    found = impute(data, VARIABLES, seed=1, sets=3, iterations=2)
    seen = ~np.isnan(data)
    assert all((one[seen] == data[seen]).all() and not np.isnan(one).any() for one in found.values)
    assert set(np.unique(found.values[:, :, 3])) <= set(data[seen[:, 3], 3])
    assert set(np.unique(found.values[:, :, 4])) <= {0.0, 1.0, 2.0}
    assert set(np.unique(found.values[:, :, 5])) == {0.0, 1.0}


def test_the_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    one = impute(programme(), VARIABLES, seed=1, sets=2, iterations=1)
    again = impute(programme(), VARIABLES, seed=1, sets=2, iterations=1)
    other = impute(programme(), VARIABLES, seed=2, sets=2, iterations=1)
    assert (one.values == again.values).all()
    assert (one.values != other.values).any()


def test_a_shift_moves_what_is_drawn_of_the_only_missing_variable_by_just_that() -> None:
    data = programme()
    data = data[~np.isnan(data[:, 2:5]).any(axis=1)][:, [0, 1, 2, 3]]
    data[::4, 2] = np.nan
    plain = impute(data, VARIABLES[:4], seed=3, sets=4, iterations=2)
    moved = impute(data, VARIABLES[:4], seed=3, sets=4, iterations=2, shift={"health": -5.0})
    drawn = np.isnan(data[:, 2])
    assert np.allclose(moved.values[:, drawn, 2], plain.values[:, drawn, 2] - 5, atol=1e-9)  # rounding


def test_reference_gives_the_missing_of_arm_1_what_arm_0_has() -> None:
    rng = np.random.default_rng(5)
    arm, n = np.arange(4000) % 2, 4000
    y = np.where(rng.random(n) < np.where(arm == 1, 0.7, 0.2), 1.0, 0.0)
    missing = rng.random(n) < 0.4
    data = np.column_stack([rng.standard_normal(n), np.where(missing, np.nan, y)])
    both = (Variable(name="z", kind="normal"), Variable(name="job", kind="binary"))
    own = impute(data, both, seed=1, sets=5, iterations=1, arm=arm)
    jump = impute(data, both, seed=1, sets=5, iterations=1, arm=arm, reference=("job",))
    drawn = missing & (arm == 1)
    # 800 people drawn five times from a share known to 0.02.
    assert abs(own.values[:, drawn, 1].mean() - 0.7) < 0.06
    assert abs(jump.values[:, drawn, 1].mean() - 0.2) < 0.06


def test_a_cluster_keeps_its_own_level() -> None:
    rng = np.random.default_rng(6)
    site = np.arange(900) % 3
    y = 10.0 * site + rng.standard_normal(900)
    data = np.column_stack([rng.standard_normal(900), np.where(rng.random(900) < 0.3, np.nan, y)])
    both = (Variable(name="z", kind="normal"), Variable(name="score", kind="normal"))
    found = impute(data, both, seed=1, sets=2, iterations=1, cluster=site)
    drawn = np.isnan(data[:, 1])
    means = [found.values[:, drawn & (site == one), 1].mean() for one in range(3)]
    assert np.allclose(means, [0, 10, 20], atol=0.6)  # about 90 people of spread 1: 0.1 each, six of those


def test_separated_people_stop_no_chain() -> None:
    z = np.linspace(-1, 1, 60)
    data = np.column_stack([z, np.where(np.arange(60) % 5 == 0, np.nan, (z > 0).astype(float))])
    both = (Variable(name="z", kind="normal"), Variable(name="job", kind="binary"))
    assert not np.isnan(impute(data, both, seed=1, sets=3, iterations=2).values).any()


def test_refusals_are_sentences() -> None:
    both = (Variable(name="z", kind="normal"), Variable(name="job", kind="binary"))
    with pytest.raises(MethodError, match="job is binary"):
        impute([[1.0, 2.0], [1.0, np.nan]], both, seed=1)
    with pytest.raises(EmptyArmError, match="job is known of nobody"):
        impute([[1.0, np.nan], [2.0, np.nan]], both, seed=1)
    with pytest.raises(MethodError, match="work is no variable"):
        impute([[1.0, 1.0], [2.0, np.nan]], both, seed=1, shift={"work": 1.0})
    with pytest.raises(MethodError, match="two sets or more"):
        impute([[1.0, 1.0], [2.0, np.nan]], both, seed=1, sets=1)
    with pytest.raises(MethodError, match="an estimate and a variance"):
        pool([0.1], [0.2])
    with pytest.raises(EmptyArmError, match="arm 0 has nobody"):
        worst_case([1.0, 0], [1.0, 0], [1.0, 0])
    with pytest.raises(MethodError, match="with and without the event"):
        tipping_map([1.0, 1, 0], [1.0, 1, 1], [1.0, 1, 0], shift_1=[0], shift_0=[0])


def test_attrition_weights_of_clusters_are_found_anew_without_each() -> None:
    site = np.arange(120) % 7
    row = attrition_weighted(Y, KNOWN, ARM, X, cluster=site).only(contrast="risk_difference")
    moved = []
    for one in range(7):
        kept = site != one
        part = attrition_weighted(Y[kept], KNOWN[kept], ARM[kept], X[kept]).only(contrast="risk_difference")
        moved.append(part.estimate - row.estimate)
    error = np.sqrt(6 / 7 * np.sum(np.square(moved)))
    assert row.std_error == pytest.approx(error, rel=1e-9)
    assert row.conf_high - row.estimate == pytest.approx(student.isf(0.025, 6) * error, rel=1e-9)


@pytest.mark.parametrize("cluster", [ARM, np.arange(120) % 3], ids=["one an arm", "three"])
def test_attrition_weights_of_too_few_clusters_are_refused(cluster: np.ndarray) -> None:
    with pytest.raises(MethodError, match="fewer than four clusters"):
        attrition_weighted(Y, KNOWN, ARM, X, cluster=cluster)
