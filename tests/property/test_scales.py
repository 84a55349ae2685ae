"""Laws of comparing two arms in a score: the rows' order, the arms' names and the scale's nought do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.mmrm import mmrm
from steget_eval.methods.effects.scale_ancova import adjusted_change, clustered_change, interacted_change
from steget_eval.methods.effects.scale_gee import gee_responders, gee_scores
from steget_eval.methods.numerics.occasions import checked_occasions
from steget_eval.methods.numerics.reml import fit_reml

PEOPLE = 60
METHODS = {
    "mmrm": mmrm,
    "ancova": adjusted_change,
    "ancova_hc3": lambda *d, **k: adjusted_change(*d, variance="HC3", **k),
    "ancova_interaction": interacted_change,
    "gee_exchangeable": gee_scores,
    "gee_independence": lambda *d, **k: gee_scores(*d, working="independence", **k),
}
#: Both sides are iterated to well below this, relative to a standard error of about two points.
ITERATED = 1e-5
Drawn = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
seeds = st.integers(min_value=0, max_value=2**32 - 1)
#: Each example fits a model once or twice.
few = settings(max_examples=20, deadline=None)
methods = pytest.mark.parametrize("name", METHODS)


def draw(seed: int) -> Drawn:
    """Return first score, three later ones with gaps, arm and a covariate; everybody has some later score."""
    rng = stream(seed, "scales")
    a = rng.permutation(np.arange(PEOPLE) % 2).astype(float)
    own = rng.standard_normal((PEOPLE, 1))
    Z = 50 + 8 * own + 6 * rng.standard_normal((PEOPLE, 4))
    later = Z[:, 1:] + a[:, None] * [1.0, 3.0, 5.0]
    gone = rng.random((PEOPLE, 3)) < 0.15
    gone[np.arange(PEOPLE), rng.integers(0, 3, PEOPLE)] = False
    return Z[:, 0], np.where(gone, np.nan, later), a, rng.standard_normal((PEOPLE, 1))


def alike(one: Estimates, other: Estimates, *, sign: int = 1) -> None:
    """Hold the difference, its error and its limits against another's, turned round where `sign` is -1."""
    first, second = one.rows[0], other.rows[0]
    assert second.estimate == pytest.approx(sign * first.estimate, abs=ITERATED)
    assert second.std_error == pytest.approx(first.std_error, abs=ITERATED)
    low, high = (second.conf_low, second.conf_high) if sign == 1 else (-second.conf_high, -second.conf_low)
    assert (low, high) == (
        pytest.approx(first.conf_low, abs=4 * ITERATED),
        pytest.approx(first.conf_high, abs=4 * ITERATED),
    )


@methods
@few
@given(seeds)
def test_the_order_of_the_rows_does_not_matter(name: str, seed: int) -> None:
    before, later, a, X = draw(seed)
    order = stream(seed, "order").permutation(PEOPLE)
    ask = METHODS[name]
    alike(ask(before, later, a, X), ask(before[order], later[order], a[order], X[order]))


@methods
@few
@given(seeds)
def test_arms_named_the_other_way_turn_the_difference_round(name: str, seed: int) -> None:
    before, later, a, X = draw(seed)
    alike(METHODS[name](before, later, a, X), METHODS[name](before, later, 1 - a, X), sign=-1)


@methods
@few
@given(seeds, st.sampled_from([-40.0, 3.5, 1000.0]))
def test_a_scale_that_begins_elsewhere_gives_the_same_difference(name: str, seed: int, shift: float) -> None:
    before, later, a, X = draw(seed)
    alike(METHODS[name](before, later, a, X), METHODS[name](before + shift, later + shift, a, X))


@methods
@few
@given(seeds)
def test_twice_the_points_are_twice_the_difference(name: str, seed: int) -> None:
    before, later, a, X = draw(seed)
    one, two = METHODS[name](before, later, a, X).rows[0], METHODS[name](2 * before, 2 * later, a, X).rows[0]
    assert (two.estimate, two.std_error) == pytest.approx((2 * one.estimate, 2 * one.std_error), abs=2 * ITERATED)
    assert two.p_value == pytest.approx(one.p_value, abs=ITERATED)


@methods
@few
@given(seeds)
def test_change_in_place_of_the_score_gives_the_same_difference(name: str, seed: int) -> None:
    before, later, a, X = draw(seed)
    alike(METHODS[name](before, later, a, X), METHODS[name](before, later - before[:, None], a, X))


@few
@given(seeds)
def test_occasions_in_another_order_give_each_its_own_difference(seed: int) -> None:
    before, later, a, X = draw(seed)
    alike(mmrm(before, later, a, X, occasion=0), mmrm(before, later[:, ::-1], a, X, occasion=2))


@few
@given(seeds)
def test_who_has_no_later_score_changes_nothing(seed: int) -> None:
    before, later, a, X = draw(seed)
    more = np.vstack([later, np.full((4, 3), np.nan)])
    alike(mmrm(before, later, a, X), mmrm(np.append(before, [1, 2, 99, 4.0]), more, np.append(a, [0, 1, 0, 1]),
                                          np.vstack([X, np.zeros((4, 1))])))  # fmt: skip


@few
@given(seeds)
def test_no_covariance_beside_the_fitted_one_is_more_likely(seed: int) -> None:
    before, later, a, X = draw(seed)
    asked = checked_occasions(before, later, a, X)
    fit = fit_reml(asked)
    from steget_eval.methods.numerics.reml_likelihood import product_of, state_at

    parts = tuple(product_of(asked, pattern) for pattern in asked.patterns())
    rng = stream(seed, "beside")
    for _ in range(5):
        move = 0.05 * rng.standard_normal((3, 3))
        beside = fit.between * np.exp(move + move.T)
        if np.linalg.eigvalsh(beside)[0] > 0:
            assert state_at(asked, parts, beside).likelihood <= fit.log_likelihood + 1e-8


@few
@given(seeds)
def test_clusters_named_otherwise_are_the_same_clusters(seed: int) -> None:
    before, later, a, X = draw(seed)
    site = stream(seed, "site").permutation(np.arange(PEOPLE) % 15)
    one = clustered_change(before, later, a, X, cluster=site)
    alike(one, clustered_change(before, later, a, X, cluster=np.array([f"site {(7 * s) % 15}" for s in site])))


@few
@given(seeds)
def test_a_share_never_leaves_nought_to_one_and_the_arms_make_the_difference(seed: int) -> None:
    before, later, a, _ = draw(seed)
    found = gee_responders(before, later, a, important=2, working="independence")
    at = {row.contrast: row.estimate for row in found.where(subgroup="occasion=later_3")}
    assert 0 < at["responders_0"] < 1
    assert 0 < at["responders_1"] < 1
    assert found.rows[0].estimate == pytest.approx(at["responders_1"] - at["responders_0"], abs=1e-12)
