"""Shapes and refusals of propensity, weights, balance and overlap."""

import numpy as np
import pytest

from steget_eval.core.errors import EmptyArmError, MethodError, OverlapError
from steget_eval.core.streams import stream
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import effective_sample_size, weights_ate, weights_att, weights_overlap

ARM = np.array([1, 1, 0, 0, 0])


def test_weights_by_hand() -> None:
    score = np.array([0.5, 0.8, 0.5, 0.2, 0.8])
    assert weights_ate(ARM, score) == pytest.approx([2, 1.25, 2, 1.25, 5])
    assert weights_att(ARM, score) == pytest.approx([1, 1, 1, 0.25, 4])
    assert weights_overlap(ARM, score) == pytest.approx([0.5, 0.2, 0.5, 0.2, 0.8])


def test_effective_size_by_hand() -> None:
    sizes = effective_sample_size([1, 1, 1, 1, 4], ARM)
    assert (sizes.n_1, sizes.n_0, sizes.ess_1, sizes.ess_0) == (2, 3, 2.0, 2.0)  # (1 + 1 + 4)² / (1 + 1 + 16)
    assert list(sizes.to_frame().columns) == ["arm", "n", "ess"]


def test_balance_by_hand_keeps_the_denominator_after_weighting() -> None:
    X = np.array([[1, 30.0], [0, 34], [0, 20], [0, 22], [1, 24]])
    table = balance(ARM, X, ("woman", "age"), [1, 1, 1, 1, 2])
    # Age: means 32 and 22, variances 8 and 4, pooled √6. Women: 1/2 and 1/3, p(1-p) 1/4 and 2/9.
    assert table.smd == pytest.approx([(1 / 6) / np.sqrt((1 / 4 + 2 / 9) / 2), 10 / np.sqrt(6)])
    # Weighted comparison: age (20 + 22 + 48) / 4 = 22.5, women 2 / 4.
    assert table.weighted_smd == pytest.approx([0.0, 9.5 / np.sqrt(6)])
    assert table.variance_ratio[1] == pytest.approx(2.0)
    assert np.isnan(table.variance_ratio[0])
    assert table.to_frame()["covariate"].tolist() == ["woman", "age"]


def test_covariate_that_varies_in_neither_arm_is_zero_or_infinitely_apart() -> None:
    table = balance(ARM, np.array([[1, 1], [1, 1], [1, 0], [1, 0], [1, 0]]), ("same", "apart"))
    assert table.smd.tolist() == [0.0, np.inf]
    assert np.isnan(table.weighted_smd).all()


def test_overlap_by_hand() -> None:
    found = overlap([0.9, 0.5, 0.4, 0.6, 0.2], ARM, w=[3, 1, 1, 1, 1])
    assert (found.lowest_1, found.highest_1, found.lowest_0, found.highest_0) == (0.5, 0.9, 0.2, 0.6)
    assert (found.outside_1, found.outside_0) == (0.5, 2 / 3)
    assert (found.largest_share, found.largest_weight) == (0.75, 1.5)
    assert found.ess_1 == pytest.approx(1.6)
    assert len(found.to_frame()) == 10


def test_propensity_shows_coefficients_but_no_persons_score() -> None:
    draws = stream(1, "propensity")
    X = draws.normal(size=(60, 2))
    fit = fit_propensity(draws.integers(0, 2, 60), X, ("age", "months"))
    assert fit.to_frame()["term"].tolist() == ["intercept", "age", "months"]
    assert fit.score.shape == (60,)
    assert fit.converged


@pytest.mark.parametrize("shift", [0.0, 1e-9])
def test_separated_arms_are_refused_as_lack_of_overlap(shift: float) -> None:
    # Everyone over 30 is in arm 1, everyone under in arm 0; in the second case one pair shares the border.
    X = np.array([[20.0], [25], [30 - shift], [30], [35], [40]])
    with pytest.raises(OverlapError, match="do not overlap"):
        fit_propensity([0, 0, 0, 1, 1, 1], X)


def test_covariate_value_seen_in_one_arm_alone_is_refused_as_lack_of_overlap() -> None:
    X = np.array([[0.0], [0], [1], [1], [0], [0], [0]])
    with pytest.raises(OverlapError, match="do not overlap"):
        fit_propensity([0, 1, 1, 1, 0, 1, 0], X)


@pytest.mark.parametrize(
    ("a", "X", "error", "sentence"),
    [
        ([1, 1, 1], [[0.0], [1], [2]], EmptyArmError, "arm 0 has nobody"),
        ([1, 0, 2], [[0.0], [1], [2]], MethodError, "must be 1 or 0"),
        ([1, 0, np.nan], [[0.0], [1], [2]], MethodError, "1 of 3 are missing"),
        ([1, 0, 1], [[0.0], [1], [np.nan]], MethodError, "1 of 3 rows have a missing value"),
        ([1, 0, 1], [[0.0], [1]], MethodError, r"shape \(3, p\), got \(2, 1\)"),
        ([1, 0, 1], [[5.0], [5], [5]], MethodError, "covariate 1 of 1 has the same value"),
        ([1, 0, 1, 0], [[0.0, 0], [1, 2], [2, 4], [4, 8]], MethodError, "linearly dependent"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(a, X, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        fit_propensity(np.array(a, dtype=float), np.array(X))


def test_weights_and_scores_out_of_range_are_refused() -> None:
    with pytest.raises(OverlapError, match="strictly between 0 and 1"):
        weights_ate(ARM, [0.5, 1.0, 0.5, 0.5, 0.5])
    with pytest.raises(MethodError, match="zero or more"):
        effective_sample_size([1, -1, 1, 1, 1], ARM)
    with pytest.raises(OverlapError, match="all zero"):
        effective_sample_size([0, 0, 1, 1, 1], ARM)
    with pytest.raises(MethodError, match="as many names"):
        balance(ARM, np.ones((5, 2)), ("one",))
