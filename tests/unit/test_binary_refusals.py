"""What the adjusted, matched and clustered methods refuse, each in a sentence with its reason."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from steget_eval.core.errors import ConvergenceError, EmptyArmError, MethodError, OverlapError
from steget_eval.core.streams import stream
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.entropy import weights_entropy
from steget_eval.methods.design.gates import Thresholds, hold_gates, hold_reservoir
from steget_eval.methods.design.matching import match_nearest, subclassify
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.trimming import trim_scores, truncate_weights
from steget_eval.methods.design.weights import weights_att
from steget_eval.methods.effects.binary_ratio import log_binomial, modified_poisson
from steget_eval.methods.effects.binary_stratified import mantel_haenszel
from steget_eval.methods.effects.binary_targeted import cross_fitted, targeted
from steget_eval.methods.effects.clustered import cr2, wild_bootstrap
from steget_eval.methods.effects.matched import abadie_imbens, matched_pairs
from steget_eval.methods.effects.site_permutation import site_permutation

DRAWS = stream(7, "refusals")
X = DRAWS.normal(size=(80, 2))
A = (np.arange(80) % 2).astype(float)
Y = (DRAWS.random(80) < 0.5).astype(float)
APART = (X[:, 0] > 0).astype(float)
EVERY = [targeted, cross_fitted, mantel_haenszel, modified_poisson, log_binomial, matched_pairs, abadie_imbens]


@pytest.mark.parametrize("method", EVERY)
def test_an_empty_arm_is_refused(method) -> None:
    with pytest.raises(EmptyArmError, match="arm 0 has nobody"):
        method(Y, np.ones(80), X)


@pytest.mark.parametrize("method", [targeted, cross_fitted, matched_pairs])
def test_separated_arms_are_refused(method) -> None:
    with pytest.raises(OverlapError, match="do not overlap"):
        method(Y, APART, X)


def test_strata_with_one_arm_each_are_refused() -> None:
    with pytest.raises(OverlapError, match="no stratum has people in both"):
        mantel_haenszel(Y, A, A[:, None])


@pytest.mark.parametrize("method", [targeted, cross_fitted, modified_poisson, log_binomial])
def test_an_arm_without_events_is_refused(method) -> None:
    with pytest.raises(MethodError, match="nobody in arm 1 had the event"):
        method(Y * (1 - A), A, X)


def test_no_events_at_all_are_refused() -> None:
    for contrast in ("risk_ratio", "odds_ratio"):
        with pytest.raises(MethodError, match="empty cell"):
            mantel_haenszel(np.zeros(80), A, X[:, :1] > 0, contrast=contrast)
    with pytest.raises(MethodError, match="no arm of the strata has any spread"):
        mantel_haenszel(np.zeros(80), A, X[:, :1] > 0)
    for method in (matched_pairs, abadie_imbens):
        with pytest.raises(MethodError, match="no width"):
            method(np.zeros(80), A, X)


def test_an_outcome_that_the_covariates_tell_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="no finite coefficients"):
        targeted(APART, A, X)


@pytest.mark.parametrize("variance", ["jackknife", "sandwich"])
@pytest.mark.parametrize(("cluster", "arm"), [(A, "treated"), (np.arange(80) % 3, "treated")], ids=["per_arm", "three"])
def test_too_few_clusters_are_refused_by_modified_poisson(variance, cluster, arm) -> None:
    with pytest.raises(MethodError, match=f"the {arm} arm has people in fewer than four clusters"):
        modified_poisson(Y, A, X, cluster=cluster, variance=variance)


def test_leaving_out_clusters_of_modified_poisson_is_refitting_without_each() -> None:
    site = np.arange(80) % 9
    found = modified_poisson(Y, A, X, cluster=site).rows[0]
    moved = [np.log(modified_poisson(*(v[site != one] for v in (Y, A, X))).rows[0].estimate) for one in range(9)]
    error = np.sqrt(8 / 9 * ((np.array(moved) - np.log(found.estimate)) ** 2).sum())
    assert found.std_error == pytest.approx(error, rel=1e-8)  # both iterated to the same answer
    assert np.log(found.conf_high / found.estimate) == pytest.approx(student.isf(0.025, 8) * error, rel=1e-8)


@pytest.mark.parametrize("number", range(6))
def test_neighbours_of_an_event_that_everybody_had_are_refused(number: int) -> None:
    # The regression among those matched leaves rounding errors that are no variance.
    with pytest.raises(MethodError, match="no width"):
        abadie_imbens(np.ones(80), np.arange(80) < 40, stream(number, "alike").normal(size=(80, 2)))


@pytest.mark.parametrize("method", [cr2, wild_bootstrap])
def test_a_cluster_per_arm_is_refused(method) -> None:
    with pytest.raises(MethodError, match="the treated arm has people in fewer than four clusters"):
        method(Y, A, X, cluster=A)
    with pytest.raises(MethodError, match="needs clusters"):
        method(Y, A, X)
    with pytest.raises(MethodError, match="clusters must be known for everyone"):
        method(Y, A, X, cluster=np.where(np.arange(80) == 3, np.nan, np.arange(80) % 9))


def test_a_clusters_arm_of_its_own_is_refused_by_permutation_too() -> None:
    with pytest.raises(MethodError, match="fewer than four clusters"):
        site_permutation(Y, A, cluster=A)


def test_sites_that_are_alike_within_their_arms_are_refused_by_permutation() -> None:
    site = np.arange(80) // 8
    with pytest.raises(MethodError, match="no width"):
        site_permutation(site % 2 * 1.0, site % 2, cluster=site)


def test_too_few_pairs_are_refused_with_their_number() -> None:
    with pytest.raises(OverlapError, match="fewer than ten of the treated found somebody alike"):
        matched_pairs(Y, A, X, caliper=1e-6)


def test_nobody_in_reach_is_refused() -> None:
    score = np.where(A == 1, 0.9, 0.1) + np.linspace(0, 0.01, 80)
    with pytest.raises(OverlapError, match="nobody found a match"):
        match_nearest(score, A, caliper=0.2, exact=A)
    with pytest.raises(OverlapError, match="people of one arm only"):
        subclassify(score, A)
    with pytest.raises(OverlapError, match=r"nobody of arm 1 has a score from 0\.05 to 0\.2"):
        trim_scores(score, A, low=0.05, high=0.2)


def test_entropy_weights_that_cannot_reach_the_means_are_refused() -> None:
    with pytest.raises(OverlapError, match="no weights of arm 0 give it the covariate means"):
        weights_entropy(APART, X[:, :1])


def test_odd_options_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(MethodError, match=r"quantile above 0\.5"):
        truncate_weights(np.ones(80), A, quantile=0.1)
    with pytest.raises(MethodError, match="3 to 7 knots"):
        fit_propensity(A, X, splines=(0,), knots=9)
    with pytest.raises(MethodError, match="need as many distinct quantiles"):
        fit_propensity(A, np.column_stack([X, X[:, 0] > 0]), splines=(2,))
    with pytest.raises(MethodError, match="2 to 50 folds"):
        cross_fitted(Y, A, X, folds=1)


@pytest.mark.parametrize(("ones", "zeros", "passed"), [(10, 20, True), (10, 19, False)])
def test_matching_once_asks_for_twice_as_many_in_the_comparison(ones: int, zeros: int, passed: bool) -> None:
    gate = hold_reservoir(np.repeat([1, 0], [ones, zeros]))
    assert (gate.name, gate.passed, gate.value) == ("reservoir", passed, zeros / ones)


@pytest.mark.parametrize(("population", "value"), [("ATT", 0.0), ("ATC", 0.5), ("ATE", 0.5), ("ATO", 0.0)])
def test_those_whom_an_answer_speaks_of_must_have_somebody_like_them(population: str, value: float) -> None:
    a, score = np.array([1, 1, 0, 0, 0, 0]), np.array([0.4, 0.6, 0.1, 0.4, 0.6, 0.9])
    even = np.ones(6)
    seen = overlap(score, a, w=even)
    found = hold_gates(balance(a, score[:, None], ("score",), even), seen, population=population).gates
    gate = next(one for one in found if one.name == "outside")
    assert (gate.value, gate.passed) == (value, value == 0)


def test_gates_say_which_covariate_fails_and_at_which_threshold() -> None:
    a = (DRAWS.random(80) < 1 / (1 + np.exp(-1.5 * X[:, 0]))).astype(float)
    score = fit_propensity(a, X).score
    even = np.ones(80)
    found = {
        gate.name: gate for gate in hold_gates(balance(a, X, ("age", "pay"), even), overlap(score, a, w=even)).gates
    }
    assert not found["means"].passed
    assert (found["means"].failing, found["means"].threshold) == (("age",), 0.1)
    assert found["effective_size"].passed == (found["effective_size"].value >= 30)
    w = weights_att(a, score)
    loose = Thresholds(smd=9, variance_ratio=99, ks=1, outside=1, one_person=1, effective_size=0)
    assert hold_gates(balance(a, X, ("age", "pay"), w), overlap(score, a, w=w), loose).passed
    assert len(hold_gates(balance(a, X, ("age", "pay"), w), overlap(score, a, w=w)).to_frame()) == 6
