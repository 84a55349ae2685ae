"""What holds of drawn curves whatever the people: they rise, stay a share, and know nobody's place in the file."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.drawn_curves import ArmCurves, weighted_arm_curves


def _people(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    n = int(draw.integers(40, 120))
    X = draw.normal(size=(n, 2))
    a = (draw.random(n) < 1 / (1 + np.exp(-0.5 * X[:, 0]))).astype(np.int64)
    return draw.integers(0, 30, n), draw.integers(0, 3, n), a, X


def _drawn(*people: np.ndarray, cause: int = 1) -> ArmCurves:
    t, d, a, X = people
    try:
        return weighted_arm_curves(t, d, a, X, cause=cause)
    except MethodError:
        assume(False)
        raise


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_curves_rise_and_the_causes_together_are_a_share(seed: int) -> None:
    people = _people(seed)
    first, second = _drawn(*people), _drawn(*people, cause=2)
    for one, other in ((first.one, second.one), (first.zero, second.zero)):
        assert (np.diff(one.estimate) >= 0).all()
        assert (one.estimate + other.estimate <= 1 + 1e-12).all()  # rounding
        known = np.isfinite(one.conf_low)
        assert (one.conf_low[known] <= one.estimate[known]).all()
        assert (one.conf_high[known] >= one.estimate[known]).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_the_people_and_the_name_of_the_arms_change_nothing(seed: int) -> None:
    t, d, a, X = _people(seed)
    found = _drawn(t, d, a, X)
    order = np.random.default_rng(seed).permutation(t.size)
    again, turned = _drawn(t[order], d[order], a[order], X[order]), _drawn(t, d, 1 - a, X)
    for one, other in ((found.one, again.one), (found.zero, again.zero), (found.one, turned.zero)):
        assert np.allclose(one.estimate, other.estimate, atol=1e-9)  # the score is iterated
        assert np.allclose(one.std_error, other.std_error, atol=1e-9)
