"""Estimating equations of all occasions against statsmodels, on people drawn anew, some of them not seen every time."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from statsmodels.genmod.cov_struct import Exchangeable, Independence, Unstructured
from statsmodels.genmod.families import Binomial, Gaussian
from statsmodels.genmod.generalized_estimating_equations import GEE

from steget_eval.core.errors import ConvergenceError, DependentError, FewError, SeparationError, SpreadError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.scale_gee import gee_scores, gee_shares
from steget_eval.methods.numerics import gee
from steget_eval.methods.numerics.occasions import Occasions, checked_occasions

SAME = 1e-8  # both sides converged below it
STRUCTURES = {"independence": Independence, "exchangeable": Exchangeable, "unstructured": Unstructured}
#: People, later occasions, covariates, share unseen, how much a person's scores have in common.
DRAWN = ((60, 2, 0, 0.0, 0.3), (90, 3, 2, 0.0, 0.6), (90, 3, 1, 0.15, 0.6), (70, 2, 2, 0.3, 0.8), (120, 4, 1, 0.2, 0.4),
         (80, 3, 0, 0.25, 0.0))  # fmt: skip


def drawn(case: int, *, binary: bool) -> Occasions:
    n, k, p, unseen, alike = DRAWN[case]
    rng = stream(13, "equations", case)
    a = rng.permutation(np.arange(n) % 2).astype(float)
    own, X = rng.standard_normal((n, 1)), rng.standard_normal((n, p))
    score = 50 + 10 * (np.sqrt(alike) * own + np.sqrt(1 - alike) * rng.standard_normal((n, k + 1)))
    later = score[:, 1:] + 3 * a[:, None] + 2 * X.sum(axis=1, keepdims=True)
    later[rng.random((n, k)) < unseen] = np.nan
    if binary:
        later = np.where(np.isnan(later), np.nan, later > 52)
    return checked_occasions(score[:, 0], later, a, X)


def witness(asked: Occasions, working: str, *, binary: bool) -> tuple[Any, np.ndarray, float]:
    """Return statsmodels' fit, of scores and columns brought to one size, with what they were divided by."""
    y, D, person, occasion = asked.stacked()
    size, spread = np.sqrt((D**2).mean(axis=0)), 1.0 if binary else y.std()
    model = GEE(
        y / spread, D / size, groups=person, time=occasion[:, None], cov_struct=STRUCTURES[working](),
        family=Binomial() if binary else Gaussian(),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a fit that did not converge is no witness
        return model.fit(maxiter=500, ctol=1e-11, cov_type="bias_reduced"), size, spread


@pytest.mark.parametrize("binary", [False, True], ids=["scores", "answers"])
@pytest.mark.parametrize("working", STRUCTURES)
@pytest.mark.parametrize("case", range(len(DRAWN)))
def test_coefficients_and_sandwiches_are_those_of_statsmodels(case: int, working: str, binary: bool) -> None:
    asked = drawn(case, binary=binary)
    fitted, size, spread = witness(asked, working, binary=binary)
    for correction, covariance in (("none", fitted.cov_robust), ("mancl_derouen", fitted.cov_robust_bc)):
        mine = gee.fit_gee(asked, working=working, binary=binary, correction=correction)
        error = np.sqrt(np.diag(covariance))
        found = mine.coefficients * size / spread
        assert np.abs(found - fitted.params).max() <= SAME * max(np.abs(fitted.params).max(), 1)
        V = mine.covariance * np.outer(size, size) / spread**2
        assert np.abs((V - covariance) / np.outer(error, error)).max() <= SAME
    if working == "unstructured":
        assert np.abs(mine.correlation - fitted.model.cov_struct.dep_params).max() <= SAME
    if working == "exchangeable":
        assert mine.correlation[0, 1] == pytest.approx(fitted.model.cov_struct.dep_params, abs=SAME)


def test_one_score_moved_by_little_moves_the_witness_further_than_the_two_may_differ() -> None:
    asked = drawn(2, binary=False)
    asked.Y[np.flatnonzero(~np.isnan(asked.Y[:, 1]))[0], 1] += 0.001
    moved, _, _ = witness(asked, "exchangeable", binary=False)
    fitted, _, _ = witness(drawn(2, binary=False), "exchangeable", binary=False)
    assert np.abs(moved.params - fitted.params).max() > 100 * SAME


@pytest.mark.parametrize("binary", [False, True], ids=["scores", "answers"])
def test_with_one_later_occasion_every_working_correlation_gives_the_same(binary: bool) -> None:
    asked = drawn(0, binary=binary)
    ask = gee_shares if binary else gee_scores
    rows = [ask(asked.first, asked.Y[:, :1], asked.a, working=working).rows[0] for working in STRUCTURES]
    assert {(row.estimate, row.std_error) for row in rows} == {(rows[0].estimate, rows[0].std_error)}


def test_where_hardly_anyone_is_seen_twice_no_correlation_is_told() -> None:
    asked = drawn(0, binary=False)
    later = asked.Y.copy()
    later[:28, 0], later[32:, 1] = np.nan, np.nan  # four are seen twice, for six coefficients
    with pytest.raises(DependentError, match="exchangeable working correlation is not identified"):
        gee_scores(asked.first, later, asked.a, working="exchangeable")
    assert gee_scores(asked.first, later, asked.a, working="independence").rows[0].std_error > 0


def test_a_working_correlation_that_is_none_is_told() -> None:
    asked = drawn(0, binary=False)
    twice = np.column_stack([asked.Y[:, 0], asked.Y[:, 0], asked.Y[:, 1]])
    with pytest.raises(DependentError, match="singular: one follows from another"):
        gee_scores(asked.first, twice, asked.a, working="unstructured")
    # Pairs of occasions seen by different people: together they are no correlation.
    rng = stream(13, "equations", "pairs")
    n, one = 240, rng.standard_normal(240)
    two, three = (one + 0.1 * rng.standard_normal(n) for _ in "12")
    third = np.arange(n) % 3
    two[third == 1] *= -1
    later = np.column_stack([one, two, three])
    later[third == 0, 2], later[third == 1, 0], later[third == 2, 1] = np.nan, np.nan, np.nan
    with pytest.raises(DependentError, match="not positive definite"):
        gee_scores(rng.standard_normal(n), later, np.arange(n) // 3 % 2, working="unstructured")


def test_covariates_that_tell_yes_from_no_are_told_and_so_are_coefficients_that_run_off() -> None:
    asked = drawn(1, binary=True)
    told = np.where(np.isnan(asked.Y), np.nan, asked.first[:, None] > 50)
    with pytest.raises(ConvergenceError, match="no finite coefficients"):
        gee_shares(asked.first, told, asked.a)
    equations = gee.equations_of(asked, working="independence", binary=True)
    with pytest.raises(SeparationError, match="tell yes from no"):
        gee.state_at(equations, np.full(asked.coefficients, 1e4))
    with pytest.raises(ConvergenceError, match="were not solved"):
        gee.state_at(equations, np.full(asked.coefficients, np.nan))


def test_scores_without_a_remainder_and_too_few_people_are_told() -> None:
    asked = drawn(0, binary=False)
    line = np.column_stack([asked.first + asked.a, 2 * asked.first])
    for working in STRUCTURES:
        with pytest.raises(SpreadError, match="would have no width"):
            gee_scores(asked.first, line, asked.a, working=working)
    with pytest.raises(FewError, match="more people than their 6 coefficients"):
        gee_scores(asked.first[:6], asked.Y[:6], np.arange(6) % 2)
