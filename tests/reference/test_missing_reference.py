"""Imputation by reference, attrition weights with a score, bounds and maps against R (missing_reference.R)."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from steget_eval.core.errors import ClusterError, EventsError, FewError, MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.amount import mean_difference
from steget_eval.methods.effects.clustered import cr2
from steget_eval.methods.missing.amounts_map import amounts_map
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.bounds import tipping_map, worst_case
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.reference_scores import ASSUMPTIONS, expected_after, impute_scores
from steget_eval.methods.missing.rubin import own_degrees, pool, pool_answers
from steget_eval.methods.missing.scores_by_arm import conditional

CLOSED, ITERATED = 1e-8, 1e-6  # closed forms; logistic regressions and a numerical derivative
SETS = 400
HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "missing_reference.txt")
NUMBER = np.arange(1, 121)
ARM = (NUMBER % 2 == 0).astype(float)
X = np.column_stack([(NUMBER * 37) % 101 / 50 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
Y = (0.3 + 0.2 * ARM + 0.1 * X[:, 0] > (NUMBER * 53) % 97 / 97).astype(float)
AMOUNT = (NUMBER * 41) % 83 * (0.5 + ARM) + 10 * X[:, 0]
KNOWN = (0.75 + 0.15 * X[:, 0] - 0.1 * X[:, 1] > (NUMBER * 29) % 89 / 89).astype(float)

OWN, REFERENCE = np.array([50.0, 54, 57, 61]), np.array([49.0, 50, 52, 53])
COVARIANCE = np.array([[80.0, 40, 30, 25], [40, 85, 45, 35], [30, 45, 95, 55], [25, 35, 55, 105]])
SEEN = np.array([58.0, 47, 66])


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    assert len(rows), case
    return dict(zip(rows["key"], rows["value"], strict=True))


def near(got: float, want: float, tolerance: float) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


@pytest.mark.parametrize("assumption", ["jump_to_reference", "copy_reference", "copy_increments"])
@pytest.mark.parametrize("last", [1, 2, 3])
def test_what_follows_is_that_of_the_joint_distribution_written_out(assumption: str, last: int) -> None:
    wide = [one[None, None] for one in (SEEN[:last], OWN, REFERENCE)]
    mean = expected_after(*wide, COVARIANCE[None], assumption)[0, 0]
    left = conditional(COVARIANCE[None], np.arange(4) >= last).covariance[0]
    for place, occasion in enumerate(range(last + 1, 5)):
        want = of(f"{assumption}_{last}_{occasion}")
        assert near(mean[place], want["mean"], CLOSED)
        assert near(left[place, place], want["variance"], CLOSED)


def people() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    d = pd.read_csv(HERE / "scales_people.csv")
    later = d[["m3", "m6", "m12"]].to_numpy(dtype=float)
    return d["first"].to_numpy(), later, d["arm"].to_numpy(), d[["x1"]].to_numpy()


def ancova(last: np.ndarray, a: np.ndarray, first: np.ndarray) -> tuple[float, float]:
    return least_squares(np.column_stack([np.ones(a.size), a, first]), last)


def least_squares(Z: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the second coefficient and its classical variance."""
    inverse = np.linalg.inv(Z.T @ Z)
    beta = inverse @ Z.T @ y
    rest = y - Z @ beta
    return float(beta[1]), float(rest @ rest / (y.size - Z.shape[1]) * inverse[1, 1])


@pytest.mark.parametrize("assumption", ASSUMPTIONS)
def test_scores_drawn_are_those_of_the_twin_within_four_monte_carlo_errors(assumption) -> None:
    first, later, a, x = people()
    drawn = impute_scores(first, later, a, x, assumption=assumption, seed=7, sets=SETS).values
    fits = [ancova(one[:, 2], a, first) for one in drawn]
    means = {"mid": drawn[:, a == 1, 1].mean(axis=1), "last": drawn[:, a == 1, 2].mean(axis=1),
             "ancova": np.array([fit[0] for fit in fits])}  # fmt: skip
    want = of(f"scores_{assumption}")
    for name, one in means.items():
        error = math.sqrt((one.var(ddof=1) + want[f"{name}.between"]) / SETS)
        assert abs(one.mean() - want[name]) <= 4 * error, name
        # A variance's ratio to another's, of 400 draws each, strays by 10 %: 4 of those.
        assert 0.6 < one.var(ddof=1) / want[f"{name}.between"] < 1.6, name
    pooled = pool(means["ancova"], [fit[1] for fit in fits], complete_df=93)
    assert abs(pooled.std_error / want["ancova.std_error"] - 1) < 0.04  # between is a fifth and strays by 10 %


def test_seen_scores_stay_and_the_comparison_is_drawn_alike_under_every_assumption() -> None:
    first, later, a, x = people()
    drawn = {one: impute_scores(first, later, a, x, assumption=one, seed=3, sets=3).values for one in ASSUMPTIONS}
    seen = ~np.isnan(later)
    for values in drawn.values():
        assert (values[:, seen] == later[seen]).all()
        assert (values[:, a == 0] == drawn["missing_at_random"][:, a == 0]).all()


def test_a_shift_moves_each_score_that_is_drawn_by_just_that() -> None:
    first, later, a, x = people()
    plain, moved = (
        impute_scores(first, later, a, x, assumption="copy_increments", seed=3, sets=3, shift=by).values
        for by in (np.zeros(a.size), -4.0 * a)
    )
    drawn = np.isnan(later)
    assert np.allclose((moved - plain)[:, drawn], -4.0 * np.broadcast_to(a[:, None], later.shape)[drawn], atol=1e-9)


def test_scores_of_people_never_seen_together_are_refused() -> None:
    first, later, a, x = people()
    apart = later.copy()
    apart[::2, 0], apart[1::2, 2] = np.nan, np.nan
    with pytest.raises(FewError, match="arm 0 were seen at the same occasions"):
        impute_scores(first, apart, (NUMBER[:96] % 4 < 2) * 1, x, assumption="jump_to_reference", seed=1)
    with pytest.raises(MethodError, match="assumption"):
        impute_scores(first, later, a, x, assumption="last_carried_forward", seed=1)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), [("job", "binary"), ("months", "pmm")])
def test_jump_to_reference_of_one_outcome_is_mices_model_of_arm_0(name: str, kind) -> None:
    d = pd.read_csv(HERE / "missing_data.csv", na_values="NA")
    variables = [Variable(name=name, kind=kind), Variable(name="age", kind="normal")]
    arm = d["arm"].to_numpy(dtype=float)
    drawn = impute(
        d[[name, "age"]].to_numpy(dtype=float), variables, seed=7, sets=SETS, iterations=1, arm=arm, reference=(name,)
    )
    fits = [least_squares(np.column_stack([np.ones(arm.size), arm]), one) for one in drawn.values[:, :, 0]]
    found, want = np.array([fit[0] for fit in fits]), of(f"jump_{name}")
    assert abs(found.mean() - want["estimate"]) <= 4 * math.sqrt((found.var(ddof=1) + want["between"]) / SETS)
    assert 0.6 < found.var(ddof=1) / want["between"] < 1.6  # 10 % each
    pooled = pool(found, [fit[1] for fit in fits], complete_df=arm.size - 2)
    assert abs(pooled.std_error / want["std_error"] - 1) < 0.04  # between strays by 10 % and is a fifth of it


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC", "ATO"])
@pytest.mark.parametrize(("kind", "y", "own"), [("binary", Y, "risk"), ("amount", AMOUNT, "mean")])
def test_attrition_weights_times_those_of_the_score_are_those_of_r(population, kind, y, own) -> None:
    found = attrition_weighted(y, KNOWN, ARM, X, kind=kind, population=population)
    names = {"difference": f"{own}_difference", "ratio": f"{own}_ratio", "odds": "odds_ratio"}
    for key, value in of(f"weighed_{kind}_{population}").items():
        contrast, _, end = key.partition(".")
        row = found.only(contrast=names[contrast])
        assert row.population == population
        assert near(getattr(row, end or "estimate"), value, ITERATED), key


def test_bounds_of_ratios_are_those_of_r_and_infinite_where_nobody_may_have_had_it() -> None:
    want = of("bounds")
    for contrast, key in (("risk_ratio", "risk"), ("odds_ratio", "odds")):
        row = worst_case(Y, KNOWN, ARM, contrast=contrast).only(contrast=contrast)
        assert near(row.conf_low, want[f"{key}_low"], CLOSED)
        assert near(row.conf_high, want[f"{key}_high"], CLOSED)
    nobody = worst_case([1.0, 0, 1, 0, 0, 0], [1.0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], contrast="risk_difference")
    assert nobody.only(contrast="risk_difference").conf_low == pytest.approx(2 / 3 - 1 / 3)
    with pytest.raises(EventsError, match="ratio of two shares"):
        worst_case([1.0, 0, 1, 0, 0, 0], [1.0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], contrast="risk_ratio")


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if case.startswith("amounts_")])
def test_the_map_of_amounts_is_that_of_r(case: str) -> None:
    one, zero = (float(part) for part in case.split("_")[1:])
    row = amounts_map(AMOUNT, KNOWN, ARM, shift_1=[one], shift_0=[zero]).rows.rows[0]
    want = of(case)
    for got, key in ((row.estimate, "estimate"), (row.conf_low, "low"), (row.conf_high, "high")):
        assert near(got, want[key], CLOSED), key


@pytest.mark.parametrize(("draw", "y"), [(tipping_map, Y), (amounts_map, AMOUNT)])
def test_a_map_with_clusters_finds_everything_anew_without_each(draw, y) -> None:
    site = (NUMBER - 1) // 2 % 12
    shifts = {"shift_1": [-10.0, 5.0], "shift_0": [0.0]}
    whole = draw(y, KNOWN, ARM, **shifts)
    parts = [draw(y[site != one], KNOWN[site != one], ARM[site != one], **shifts) for one in range(12)]
    for place, row in enumerate(draw(y, KNOWN, ARM, cluster=site, **shifts).rows):
        estimate = whole.rows.rows[place].estimate
        moved = np.array([part.rows.rows[place].estimate for part in parts]) - estimate
        assert near(row.estimate, estimate, CLOSED)
        assert near(row.std_error, math.sqrt(11 / 12 * float(moved @ moved)), CLOSED)
        assert near(row.conf_high, row.estimate + float(student.isf(0.025, 11)) * row.std_error, CLOSED)


def test_degrees_of_freedom_are_read_from_a_methods_own_limits() -> None:
    site = (NUMBER - 1) // 2 % 15
    welch = mean_difference(AMOUNT, ARM).only(contrast="mean_difference")
    v = [AMOUNT[side == ARM].var(ddof=1) / (side == ARM).sum() for side in (1, 0)]
    assert own_degrees(welch) == pytest.approx(sum(v) ** 2 / (v[0] ** 2 / 59 + v[1] ** 2 / 59), rel=1e-6)
    left_out = attrition_weighted(Y, KNOWN, ARM, X, cluster=site).only(contrast="risk_ratio")
    assert own_degrees(left_out) == pytest.approx(14, rel=1e-6)
    robust = cr2(Y, ARM, X, cluster=site).only(contrast="risk_difference")
    assert 5 < own_degrees(robust) < 15
    assert own_degrees(attrition_weighted(Y, KNOWN, ARM, X).only(contrast="odds_ratio")) == math.inf
    assert math.isnan(own_degrees(worst_case(Y, KNOWN, ARM).only(contrast="risk_difference")))


@pytest.mark.parametrize("df", [7.3, 40.0])
def test_barnard_and_rubin_start_from_the_methods_own_degrees_of_freedom(df: float) -> None:
    rows = []
    for estimate in (0.10, 0.16, 0.13, 0.07):
        half = float(student.isf(0.025, df)) * 0.05
        rows.append(Estimate(contrast="risk_difference", method="cr2", estimate=estimate, std_error=0.05,
                             conf_low=estimate - half, conf_high=estimate + half, conf_level=0.95,
                             p_value=0.1))  # fmt: skip
    told = pool_answers([Estimates((row,)) for row in rows], complete_df=398).rows[0]
    want = pool([0.10, 0.16, 0.13, 0.07], [0.0025] * 4, complete_df=df)
    assert near(told.conf_high, want.estimate + float(student.isf(0.025, want.df)) * want.std_error, ITERATED)


def test_an_answer_whose_interval_was_refused_is_given_none_by_pooling() -> None:
    told = Estimate(contrast="mean_difference", method="m", estimate=1.0, std_error=0, interval_kind="none", note="n")
    with pytest.raises(MethodError, match="no interval of its own"):
        pool_answers([Estimates((replace(told, estimate=value),)) for value in (1.0, 1.5, 2.0)], complete_df=40)


def test_a_method_with_the_normals_limits_takes_the_degrees_it_is_given() -> None:
    half = float(norm.isf(0.025)) * 0.05
    rows = [Estimate(contrast="risk_difference", method="ipw", estimate=one, std_error=0.05, conf_low=one - half,
                     conf_high=one + half, conf_level=0.95, p_value=0.1) for one in (0.1, 0.2)]  # fmt: skip
    told = pool_answers([Estimates((row,)) for row in rows], complete_df=50).rows[0]
    want = pool([0.1, 0.2], [0.0025] * 2, complete_df=50)
    assert near(told.conf_high, want.estimate + float(student.isf(0.025, want.df)) * want.std_error, ITERATED)


def test_a_cluster_of_which_nobody_is_known_in_the_model_is_refused() -> None:
    site, arm = NUMBER // 31, (NUMBER % 2).astype(float)
    y = np.where(KNOWN == 1, Y, np.nan)
    data, both = np.column_stack([y, X[:, 0]]), (Variable(name="job", kind="binary"), Variable(name="z", kind="normal"))
    assert not np.isnan(impute(data, both, seed=1, sets=2, iterations=1, arm=arm, cluster=site).values).any()
    y[site == 2] = np.nan
    with pytest.raises(ClusterError, match="cluster's own level"):
        impute(np.column_stack([y, X[:, 0]]), both, seed=1, sets=2, iterations=1, arm=arm, cluster=site)
    lone = np.where(arm == 1, site, site + 10)  # every cluster in one arm
    with pytest.raises(ClusterError, match="of arm 0 in a cluster"):
        impute(data, both, seed=1, sets=2, iterations=1, arm=arm, cluster=lone, reference=("job",))
