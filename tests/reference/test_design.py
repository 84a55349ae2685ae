"""Splines, entropy weights, matching, balance and trimming against R (design.R), on people without ties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.entropy import weights_entropy
from steget_eval.methods.design.matching import match_full, match_nearest, subclassify
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.trimming import trim_scores, trim_to_common_range, truncate_weights
from steget_eval.methods.design.weights import effective_sample_size, weights_atc, weights_ate
from steget_eval.methods.numerics.splines import natural_spline, place_knots

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "design.txt").set_index("key")["value"]
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
X = PEOPLE[["x1", "x2", "z"]].to_numpy(dtype=float)
A = PEOPLE["a"].to_numpy(dtype=float)
SCORE = fit_propensity(A, X).score
CLOSED, ITERATED, ENTROPY = 1e-8, 1e-6, 1e-6


def wanted(prefix: str) -> pd.Series:
    found = WITNESS[WITNESS.index.str.startswith(prefix + "/")]
    assert len(found)
    return found.rename(index=lambda key: key.removeprefix(prefix + "/"))


@pytest.mark.parametrize("knots", [3, 4, 5, 6, 7])
def test_splines_and_their_scores_are_those_of_hmisc_and_glm(knots: int) -> None:
    places = place_knots(X[:, 1], knots)
    assert places == pytest.approx(wanted(f"knot/{knots}").to_numpy(), rel=CLOSED)
    basis = natural_spline(X[:, 1], places)
    for key, value in wanted(f"basis/{knots}").items():
        column, row = (int(part) - 1 for part in key.split("/"))
        assert basis[row, column] == pytest.approx(value, rel=CLOSED, abs=CLOSED)
    score = fit_propensity(A, X, splines=(1,), knots=knots).score
    for row, value in wanted(f"spline_score/{knots}").items():
        assert score[int(row) - 1] == pytest.approx(value, abs=ITERATED)


def test_weights_to_the_comparison_have_rs_effective_size() -> None:
    sizes = effective_sample_size(weights_atc(A, SCORE), A)
    assert [sizes.ess_1, sizes.ess_0] == pytest.approx(wanted("ess_atc").to_numpy(), rel=ITERATED)


@pytest.mark.parametrize(
    ("case", "population"), [("people", "ATT"), ("people", "ATC"), ("people", "ATE"), ("cps", "ATT")]
)
def test_entropy_weights_are_those_of_raking(case: str, population: str) -> None:
    a, covariates = A, X
    if case == "cps":
        trial = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
        men = pd.concat([trial[trial["treat"] == 1], pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))])
        a = men["treat"].to_numpy(dtype=float)
        covariates = men[["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]].to_numpy()
    w = weights_entropy(a, covariates, population=population)
    sizes = effective_sample_size(w, a)
    for key, value in wanted(f"entropy/{case}/{population}").items():
        arm, what = key.split("/")
        got = getattr(sizes, f"ess_{arm}") if what == "ess" else w[a == int(arm)][int(what) - 1]
        assert abs(got - value) <= ENTROPY * max(abs(value), 1), key


MATCHINGS = {
    "nearest": {"caliper": None}, "caliper": {"caliper": 0.2}, "exact": {"caliper": 0.2, "exact": X[:, 2]},
    "replace": {"caliper": None, "replace": True},
}  # fmt: skip


@pytest.mark.parametrize("case", list(MATCHINGS))
def test_nearest_neighbours_and_the_balance_among_them_are_matchits(case: str) -> None:
    found = match_nearest(SCORE, A, **MATCHINGS[case])
    assert found.w == pytest.approx(wanted(f"{case}/w").to_numpy(), abs=CLOSED)
    table = balance(A, X, ("x1", "x2", "z"), found.w).to_frame().set_index("covariate")
    for column in ("ks", "weighted_ks", "variance_ratio", "weighted_variance_ratio"):
        for name, value in wanted(f"{case}/{column}").items():
            assert table.loc[name, column] == pytest.approx(value, rel=CLOSED), (column, name)


@pytest.mark.parametrize("case", ["nearest", "caliper", "exact"])
def test_pairs_without_replacement_are_matchits(case: str) -> None:
    set_of = match_nearest(SCORE, A, **MATCHINGS[case]).set_of
    mates = [next((j for j in np.flatnonzero(set_of == s) if s >= 0 and j != i), -1) for i, s in enumerate(set_of)]
    assert mates == wanted(f"{case}/mate").astype(int).tolist()


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_subclasses_are_matchits(population: str) -> None:
    got = subclassify(SCORE, A, classes=4, population=population).set_of
    assert got.tolist() == wanted(f"subclass/{population}").astype(int).tolist()


def test_full_matching_has_the_smallest_sum_of_distances_that_an_integer_programme_finds() -> None:
    eta, a = np.log(SCORE / (1 - SCORE))[:40], A[:40]
    set_of = match_full(SCORE[:40], a).set_of
    total = 0.0
    for s in np.unique(set_of):
        one, zero = eta[(set_of == s) & (a == 1)], eta[(set_of == s) & (a == 0)]
        assert min(one.size, zero.size) == 1
        total += np.abs(one[:, None] - zero[None, :]).sum()
    assert total == pytest.approx(WITNESS["full/distance"], rel=ITERATED)


def test_trimming_and_truncation_are_counted_as_r_counts_them() -> None:
    for case, found in (
        ("crump", trim_scores(SCORE, A, low=0.25, high=0.75)),
        ("common", trim_to_common_range(SCORE, A)),
    ):
        assert [found.left_out_1, found.left_out_0] == wanted(f"trim/{case}").tolist()
    cut = truncate_weights(weights_ate(A, SCORE), A, quantile=0.95)
    assert [cut.limit_1, cut.limit_0] == pytest.approx(wanted("truncate/limit").to_numpy(), rel=ITERATED)
    assert [cut.cut_1, cut.cut_0] == wanted("truncate/cut").tolist()
