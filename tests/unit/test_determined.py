"""A regression is asked only for what it determines."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import DependentError, FewError
from steget_eval.methods.numerics.determined import fit_determined

X = np.column_stack([np.ones(6), [0, 1, 2, 3, 4, 5.0], [1, 1, 1, 0, 0, 0]])
Y, ONES = np.array([1.0, 3, 2, 5, 4, 7]), np.ones(6)


def test_a_column_that_repeats_another_changes_no_prediction() -> None:
    plain = fit_determined(X, Y, ONES, X)
    twice = fit_determined(np.column_stack([X, 1 - X[:, 2]]), Y, ONES, np.column_stack([X, 1 - X[:, 2]]))
    assert (plain.rank, twice.rank) == (3, 3)
    wanted = X @ np.linalg.lstsq(X, Y, rcond=None)[0]
    assert X @ plain.coefficients == pytest.approx(wanted, abs=1e-12)
    assert np.column_stack([X, 1 - X[:, 2]]) @ twice.coefficients == pytest.approx(wanted, abs=1e-12)


def test_the_unit_of_a_column_changes_no_prediction() -> None:
    scaled = X * [1, 1e9, 1e-9]
    assert scaled @ fit_determined(scaled, Y, ONES, scaled).coefficients == pytest.approx(
        X @ fit_determined(X, Y, ONES, X).coefficients, rel=1e-9
    )


def test_a_prediction_that_nobody_fitted_can_carry_is_refused() -> None:
    with pytest.raises(DependentError, match="where in the other they do"):
        fit_determined(X[:3], Y[:3], ONES[:3], X)
    with pytest.raises(FewError, match="3 coefficients"):
        fit_determined(X[2:5], Y[2:5], ONES[2:5], X[2:5])
